# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
#
# What greets a person in the guest; becomes the shell that read it.

if [ -e /dev/shmviz ]; then
	module='shmviz.ko is loaded'
else
	module='shmviz.ko is not loaded'
fi
echo "This is Linux $(uname -r), $module, shmviz is on PATH: try 'shmviz doctor'."
echo "'exit' or Ctrl-D ends the lab, Ctrl-] x kills it."
if [ "${BASH_VERSION-}" ]; then
	export SHELL=/usr/bin/bash
	PS1='\u@\h:\w\$ ' exec bash --norc -i
fi
PS1='\u@\h:\w\$ ' exec sh -i
