#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Runs the sheets of Documentation/lab and compares what they show with what comes.
#
#	sheets.pl check SHEET...	a line for each: "pass NAME" or "fail NAME",
#					before it "# ..." what was not so
#	sheets.pl update DIR SHEET...	writes those that differ, with what came, to DIR
#
# A sheet is Markdown. In its blocks of ```console a line "$ COMMAND" is run (lines
# "> MORE" after it belong to it); what follows is what it prints, stdout and stderr.
# One sheet is one session of sh, as root, in an IPC namespace of its own: its ids
# begin with 0, and what a sheet before it did is not there. What a command leaves in
# the background goes on; it is waited for as said at "awaited".
#
# Numbers that differ from run to run are compared by what they stand for, see "the
# rules" below: the same number in the sheet must be the same here, and different
# ones must be different, from the sheet's begin to its end. A line
# <!-- sheet: forget frame --> in the sheet ends that for the kind it names, where
# frames have been freed and may come again.
use strict;
use warnings;
use Cwd qw(abs_path);
use Errno qw(EAGAIN EINTR);
use Fcntl;
use File::Temp qw(tempdir);
use POSIX qw(:sys_wait_h setsid);

use constant {
	SYS_unshare	=> 272,		# x86-64
	CLONE_NEWIPC	=> 0x08000000,
	PATIENCE	=> 40,		# seconds for one command
	TOLD		=> 3,		# differences of a sheet that are told
};

my $tmp = tempdir(CLEANUP => 1);
$SIG{PIPE} = 'IGNORE';

# --- the sheet: text as it is, and commands with what they print

sub read_sheet {
	my ($path) = @_;
	my ($console, $command, @parts);

	open my $in, '<', $path or die "sheets.pl: $path: $!\n";
	while (my $line = <$in>) {
		if (!$console) {
			$console = $line =~ /^```console$/;
			push @parts, $line;
			push @parts, { forget => $1 }
				if $line =~ /^<!-- sheet: forget (\w+) -->$/;
		} elsif ($line =~ /^```$/) {
			$console = $command = undef;
			push @parts, $line;
		} elsif ($line =~ /^\$ (.*)/s) {
			$command = { typed => $line, run => $1, says => [] };
			push @parts, $command;
		} elsif (!$command) {
			die "sheets.pl: $path:$.: output before any command\n";
		} elsif (!@{$command->{says}} && $line =~ /^> (.*)/s) {
			$command->{typed} .= $line;
			$command->{run} .= $1;
		} else {
			chomp $line;
			push @{$command->{says}}, $line;
		}
	}
	die "sheets.pl: $path: a block of console without an end\n" if $console;
	die "sheets.pl: $path: no command in it\n" unless grep { is_command($_) } @parts;
	return \@parts;
}

sub is_command {
	return ref $_[0] && exists $_[0]{run};
}

# --- the rules: what of a line differs from run to run

# Each is a pattern and what to do with a match: take(KIND, VALUE) compares the value
# as a stand-in, drop(KIND) not at all; other text is compared as it is.
my (@taken, $literal);

sub take {
	my ($kind, $value) = @_;

	push @taken, [$kind, $value];
	return "<$kind>";
}

sub drop {
	return "<$_[0]>";
}

# A virtual address: the page is compared as a stand-in, the offset as it is.
sub address {
	my ($hex) = @_;

	$hex =~ s/^0x0*//;
	return $hex if length $hex < 9;
	return take('address', substr $hex, 0, -3) . substr $hex, -3;
}

# A physical address: frame and offset.
sub physical {
	my ($hex) = @_;

	return take('frame', substr $hex, 0, -3) . substr $hex, -3;
}

# The key that ftok makes depends on the file; one that the sheet itself names does not.
sub key {
	my ($hex) = @_;

	return $hex if hex $hex < 0x01000000 || $literal =~ /$hex/;
	return take('key', $hex);
}

sub pid {
	return $_[0] ? take('pid', $_[0]) : 0;
}

my $weekday = qr/(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/;
my $month = qr/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/;
my $h = qr/[0-9a-f]/;
my @rules = (
	# Tables are as wide as what is in them, and so are lines drawn.
	[qr/[ \t]+/, sub { ' ' }],
	[qr/^ | $/, sub { '' }],
	[qr/-{3,}/, sub { '---' }],
	[qr/(?:\xe2\x94[\x80\x81])+/, sub { '-' }],
	# A line of /proc/PID/maps: device and inode; of a segment, the inode is its id.
	[qr/(?:^|(?<=:))($h+-$h+ [-r][-w][-x][sp] $h{8}) $h+:$h+ (\d+)( ?\S*)/, sub {
		"$1 " . drop('device') . ' ' .
		(index($3, 'SYSV') >= 0 || !$2 ? $2 : take('inode', $2)) . $3 }],
	[qr/\b$weekday $month \d+ \d+:\d\d:\d\d \d{4}\b/, sub { drop('time') }],
	[qr/\b(?:$month\s+\d+\s+\d+:\d\d(?::\d\d)?(?:\.\d+)?|$month\d\d)\b/, sub { drop('time') }],
	[qr/\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?\b/, sub { drop('time') }],
	[qr/\b\d\d:\d\d(?::\d\d)?(?:\.\d+)?\b/, sub { drop('time') }],
	[qr/\b40265\d{5}\b/, sub { drop('namespace') }],
	[qr/\b\d+us\b/, sub { drop('duration') }],
	# A line of shmviz frames. Node, zone, references and flags are the kernel's
	# business of the moment.
	[qr/\bpresent 0x($h+) 0x($h+) (\d+) \d+ \w+ (\d+) \d+ \S+$/, sub {
		'present ' . take('frame', $1) . ' ' . physical($2) . " $3 $4" }],
	# shmviz map: frames between bars.
	[qr/(\xe2\x94[\x82\x83\x9c\xa4\xab]) 0x($h+) /, sub { "$1 " . take('frame', $2) . ' ' }],
	[qr/\bphys 0x($h+), node \d+ \w+/, sub { 'phys ' . physical($1) }],
	# shmviz explain: what follows from address and frame.
	[qr/^\|[.|01]+\|$/, sub { drop('bits') }],
	[qr/\b(PGD|P4D|PUD|PMD|PTE)( +\d+-\d+)? +\d+/, sub { "$1 " . ($2 // '') . drop('index') }],
	[qr/^Pagemap entry 0x($h{3})0*($h+)$/, sub { "Pagemap entry $1 " . take('frame', $2) }],
	[qr/\b0x($h+)(?=: the page frame number)/, sub { take('frame', $1) }],
	[qr/\bPFN +0x($h+) = \d+/, sub { 'PFN ' . take('frame', $1) }],
	[qr/\bphysical +0x($h+) \* 4096 \+ (0x$h+) = 0x($h+)/, sub {
		'physical ' . take('frame', $1) . " $2 " . physical($3) }],
	[qr/^(lies in|charged to|flags) .*/, sub { $1 }],
	[qr/\bslot \d+:\d+(?:-\d+)?/, sub { drop('slot') }],
	[qr/\bframe 0x($h+)\b/, sub { 'frame ' . take('frame', $1) }],
	[qr/\bphysical 0x($h+)\b/, sub { 'physical ' . physical($1) }],
	[qr/\bdevice \d+:\d+, inode (\d+)\b/, sub {
		drop('device') . ' inode ' . take('inode', $1) }],
	[qr/\bpage number ($h+)/, sub { 'page number ' . take('address', $1) }],
	[qr/\b(IPC_STAT|IPC_SET), 0x$h+/, sub { "$1, " . drop('buffer') }],
	[qr/\b0x($h{9,16})\b/, sub { address($1) }],
	[qr/(?<![0-9a-z])($h{9,16})(?![0-9a-z])/, sub { address($1) }],
	[qr/\b0x($h{8})\b/, sub { '0x' . key($1) }],
	[qr/\bSYSV($h{8})\b/, sub { 'SYSV' . key($1) }],
	# Processes: "writer 210: ", "writer (210)", "<time> 210 writer:", and by words.
	[qr/^(\w[-\w]*) (\d+)(?=: )/, sub { "$1 " . pid($2) }],
	[qr/\((\d+)\)/, sub { '(' . pid($1) . ')' }],
	[qr/^(<time>) (\d+)(?= )/, sub { "$1 " . pid($2) }],
	[qr/\b(pid|PID:|from|process) (\d+)\b/, sub { "$1 " . pid($2) }],
	[qr/\b([cl]pid=)(\d+)\b/, sub { $1 . pid($2) }],
	[qr/\/proc\/(\d+)\b/, sub { '/proc/' . pid($1) }],
	[qr/\b(posix|memfd|anon|file):(\d+)\//, sub { "$1:" . pid($2) . '/' }],
	[qr/\b(\d+)(?= gone\b)/, sub { pid($1) }],
	[qr/\b\d+\.\d+\.\d+[-+]\S*amd64\b/, sub { drop('release') }],
);

# In the rows below such a heading these fields are pids.
my %pid_fields = (
	'shmid owner cpid lpid' => [2, 3],
	'KEY ID OWNER PERMS SIZE NATTCH CPID' => [6],
);

# shape LINE HEADING: the line with stand-ins, and what they stand for
sub shape {
	my ($line, $heading) = @_;

	@taken = ();
	if (my $fields = $pid_fields{$heading}) {
		my @words = split ' ', $line;

		if (@words > $$fields[-1] && $words[0] =~ /^(?:0x)?$h+$/) {
			$words[$_] = pid($words[$_]) for @$fields;
			$line = join ' ', @words;
		}
	}
	for my $rule (@rules) {
		my ($pattern, $by) = @$rule;

		$line =~ s/$pattern/$by->()/ge;
	}
	return ($line, @taken);
}

# same BOUND EXPECTED GOT: what is not so between two outputs, or nothing. BOUND has
# for each kind what stands for what, in both directions.
sub same {
	my ($bound, $expected, $got) = @_;
	my $heading = '';

	for my $n (0 .. ($#$expected > $#$got ? $#$expected : $#$got)) {
		my ($want, $have) = ($$expected[$n], $$got[$n]);

		return "missing: $want" unless defined $have;
		return "not in the sheet: $have" unless defined $want;
		my ($want_shape, @want_taken) = shape($want, $heading);
		my ($have_shape, @have_taken) = shape($have, $heading);
		return "sheet: $want\n  here: $have" if $want_shape ne $have_shape;
		$heading = $want_shape if exists $pid_fields{$want_shape};
		for my $i (0 .. $#want_taken) {
			my ($kind, $old) = @{$want_taken[$i]};
			my $new = $have_taken[$i][1];
			my $to = $bound->{$kind}{to}{$old} //= $new;
			my $from = $bound->{$kind}{from}{$new} //= $old;

			return "sheet: $want\n  here: $have\n  $kind: $old stood for " .
				"$to before, here for $new" if $to ne $new;
			return "sheet: $want\n  here: $have\n  $kind: $new stands for " .
				"$from and for $old" if $from ne $old;
		}
	}
	return '';
}

# --- the session: one sh, which is given files to run

# keep gives the next command the status of the one before as $?.
my $session = <<'END';
cd || exit
status=0
keep() { return $status; }
while read -r file <&3; do
	keep
	. "$file" 3<&- 4>&-
	status=$?
	echo done >&4
done
END

sub session_start {
	pipe my $commands_out, my $commands or die "pipe: $!\n";
	pipe my $says, my $says_in or die "pipe: $!\n";
	pipe my $done, my $done_in or die "pipe: $!\n";
	my $pid = fork // die "fork: $!\n";

	if (!$pid) {
		setsid();
		syscall(SYS_unshare, CLONE_NEWIPC) == 0 or die "unshare: $!\n";
		open STDIN, '<', '/dev/null';
		# Out of the way first: one of them may be a file that is wanted.
		my @from = map { fcntl($_, F_DUPFD, 20) } $commands_out, $done_in, $says_in;

		POSIX::dup2($from[2], 1);
		POSIX::dup2($from[2], 2);
		POSIX::dup2($from[0], 3);
		POSIX::dup2($from[1], 4);
		POSIX::close($_) for 5 .. 40;
		$^F = 4;
		$ENV{COLUMNS} = 100;	# as wide as a page
		delete $ENV{NO_COLOR};
		{ exec 'sh', '-c', $session; }
		POSIX::_exit(127);
	}
	close $_ for $commands_out, $says_in, $done_in;
	for my $file ($says, $done) {
		fcntl($file, F_SETFL, O_NONBLOCK);
	}
	return { pid => $pid, commands => $commands, says => $says, done => $done, n => 0 };
}

# take_all FILE: what can be read now; undef at its end
sub take_all {
	my ($file) = @_;
	my $text = '';

	while (1) {
		my $n = sysread $file, $text, 65536, length $text;

		next if !defined $n && $! == EINTR;
		return $text if !defined $n;
		return length $text ? $text : undef if !$n;
	}
}

# awaited COMMAND: how many lines " waits" must have come before it counts as done.
# What goes on in the background says that when it has come to rest.
sub awaited {
	my ($command) = @_;
	my $waits = grep { /: waits$/ } @{$command->{says}};

	return $waits || 1 if $command->{run} =~ /[^&]&(?:\s*\w+=\$!)?\s*$/ ||
			      $command->{run} =~ /^kill -USR1 [^;]*$/;
	return 0;
}

# session_run SESSION COMMAND: the lines it prints, and what went wrong
sub session_run {
	my ($s, $command) = @_;
	my $path = "$tmp/" . ++$s->{n};
	my $until = time + PATIENCE;
	my ($says, $done, $awaited) = ('', 0, awaited($command));
	my $wrong = '';

	open my $out, '>', $path or die "$path: $!\n";
	print $out $command->{run};
	close $out or die "$path: $!\n";
	syswrite $s->{commands}, "$path\n";
	while (1) {
		my $bits = '';

		vec($bits, fileno $s->{done}, 1) = 1 if !$done;
		vec($bits, fileno $s->{says}, 1) = 1;
		select $bits, undef, undef, $until - time > 0 ? $until - time : 0;
		my $mark = $done ? '' : take_all($s->{done});
		$done = 1 if defined $mark && $mark =~ /done/;
		my $more = take_all($s->{says});
		$says .= $more // '';
		last if $done && (() = $says =~ /: waits$/mg) >= $awaited;
		if (!defined $mark || !defined $more) {
			$wrong = 'the shell has ended';
			last;
		}
		if (time > $until) {
			$wrong = 'waited ' . PATIENCE . ' s in vain for ' .
				 ($done ? 'a line ": waits"' : 'its end') .
				 ($says ? "\n  here: $says" : '');
			last;
		}
	}
	# Blanks at the ends of lines and empty lines around it all tell nothing.
	$says =~ s/[ \t]+$//mg;
	$says =~ s/\A\n+|\n+\z//g;
	return ($wrong, split /\n/, $says, -1);
}

# left_behind SESSION: segments in its namespace, and files that its commands named
sub left_behind {
	my ($s) = @_;
	my (undef, @segments) = session_run($s, { run => "sed 1d /proc/sysvipc/shm\n",
						  says => [] });
	my @files = ($literal =~ m{/tmp/[\w.-]+}g,
		     map { "/dev/shm$_" } $literal =~ m{\bposix (/[\w.-]+)}g);
	my %seen;

	return @segments, grep { -e && !$seen{$_}++ } @files;
}

# session_end SESSION: ends all that it has started; says who was still there
sub session_end {
	my ($s) = @_;
	my @left;

	for my $stat (glob '/proc/[0-9]*/stat') {
		open my $in, '<', $stat or next;
		my $line = <$in> // next;
		my ($pid, $comm, $state, $sid) =
			$line =~ /^(\d+) \((.*)\) (\S) \d+ \d+ (\d+)/s or next;

		push @left, "$comm $pid" if $sid == $s->{pid} && $pid != $sid &&
			$state ne 'Z';
	}
	close $s->{commands};
	kill 'KILL', -$s->{pid};
	waitpid $s->{pid}, 0;
	return @left;
}

# --- a whole sheet

# run_sheet PATH: its parts, with what came as "came", and what was not so
sub run_sheet {
	my ($path) = @_;
	my $parts = read_sheet($path);
	my $s = session_start();
	my %bound;
	my @wrong;

	# Keys and addresses that the sheet itself says are compared as they are.
	$literal = join '', map { $_->{run} } grep { is_command($_) } @$parts;
	for my $part (@$parts) {
		delete $bound{$part->{forget}} if ref $part && $part->{forget};
		next unless is_command($part);
		my ($wrong, @came) = session_run($s, $part);

		$part->{came} = \@came;
		$wrong ||= same(\%bound, $part->{says}, \@came);
		push @wrong, "\$ $part->{run}  $wrong" if $wrong;
		last if $wrong =~ /^(?:waited|the shell)/;
	}
	push @wrong, map { "left behind: $_" } left_behind($s);
	push @wrong, map { "left running: $_" } session_end($s);
	return ($parts, @wrong);
}

sub name_of {
	return $_[0] =~ s{.*/}{}r;
}

sub check {
	my $status = 0;

	for my $path (@_) {
		my $begun = time;
		my (undef, @wrong) = run_sheet($path);

		for my $wrong (@wrong[0 .. ($#wrong < TOLD - 1 ? $#wrong : TOLD - 1)]) {
			print "# $_\n" for split /\n/, $wrong;
		}
		print '# and ' . (@wrong - TOLD) . " more\n" if @wrong > TOLD;
		print '# ' . name_of($path) . ': ' . (time - $begun) . " s\n";
		print @wrong ? 'fail ' : 'pass ', name_of($path), "\n";
		$status = 1 if @wrong;
	}
	return $status;
}

sub update {
	my ($dir, @sheets) = @_;
	my $status = 0;

	for my $path (@sheets) {
		my ($parts, @wrong) = run_sheet($path);

		for my $wrong (grep { /^left|  (?:waited|the shell)/ } @wrong) {
			print STDERR name_of($path) . ": $wrong\n";
			$status = 1;
		}
		next unless @wrong;
		open my $out, '>', "$dir/" . name_of($path) or die "$dir: $!\n";
		for my $part (@$parts) {
			if (!ref $part) {
				print $out $part;
			} elsif (is_command($part)) {
				print $out $part->{typed},
					map { "$_\n" } @{$part->{came} // $part->{says}};
			}
		}
		close $out or die "$dir: $!\n";
	}
	return $status;
}

my $what = shift // '';
$| = 1;
exit check(map { abs_path($_) } @ARGV) if $what eq 'check' && @ARGV;
exit update(map { abs_path($_) } @ARGV) if $what eq 'update' && @ARGV > 1;
print STDERR "usage: sheets.pl check SHEET... | update DIR SHEET...\n";
exit 2;
