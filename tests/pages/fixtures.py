#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures to test with, as 'shmviz map --json' writes them.

	fixtures.py NAME	small, many, big, scattered, hostile, empty, crowd, two
"""
import json
import random
import sys

PAGE = 4096


class Object:
    """An object that is put together page by page."""

    def __init__(self, pages, **members):
        self.pages = pages
        self.head = {"object": "sysv:5", "name": "0x0000beef", "kind": "sysv",
                     "size": pages * PAGE, "page_size": PAGE, "page_order": 0}
        self.tail = {"flags": ["shmem"], "ipcns": 4026531839, "shmid": 5}
        self.head.update(members)
        self.processes = []
        self.mappings = []  # (process, first, count)
        self.runs = []

    def process(self, pid, comm, *mappings):
        """Each mapping: (start, first page, pages, prot, flags...)"""
        out = []
        for start, first, count, prot, *flags in mappings:
            out.append({"mapping": len(self.mappings), "start": hex(start),
                        "end": hex(start + count * PAGE), "first": first,
                        "prot": prot, "flags": flags})
            self.mappings.append((len(self.processes), first, count))
        self.processes.append({"pid": pid, "comm": comm, "mappings": out})

    def run(self, count, state, touch, pfn=None, copies=None, **members):
        page = sum(r["count"] for r in self.runs)
        holders = {m[0] for m, t in zip(self.mappings, touch) if t == "x"}
        run = {"page": page, "count": count, "state": state}
        if state == "present":
            run.update(pfn=pfn, phys=hex(pfn * PAGE), order=0, node=0,
                       zone="Normal", mapcount=touch.count("x"), memcg=1,
                       flags=["uptodate", "dirty", "lru", "swapbacked"])
        elif state == "swapped":
            run.update(swap_type=0, swap_offset=pfn)
        run.update(mapped=touch.count("x"), sharing=len(holders), touch=touch)
        if copies:
            run["copies"] = [{"mapping": m, "pfn": p} for m, p in copies]
        run.update(members)
        self.runs.append(run)

    def json(self):
        def count(state):
            return sum(r["count"] for r in self.runs if r["state"] == state)

        out = dict(self.head)
        out.update(pages=self.pages, present=count("present"),
                   swapped=count("swapped"), holes=count("hole"))
        out.update(self.tail)
        if out["kind"] == "sysv":
            out["nattch"] = len(self.mappings)
        else:
            del out["ipcns"], out["shmid"]
        out.update(page_first=0, page_count=self.pages,
                   processes=self.processes, runs=self.runs)
        return out


def small():
    obj = Object(8)
    obj.process(1042, "producer", (0x7f3a10000000, 0, 8, "rw-s"))
    obj.process(1043, "consumer", (0x7fd2b8e00000, 0, 8, "r--s"))
    obj.process(1077, "worker", (0x7f0044a00000, 0, 8, "rw-p"))
    obj.run(2, "present", "xxx", 0x12f3a0)
    obj.run(1, "present", "xxo", 0x0b4411)
    obj.run(1, "present", "xoo", 0x0b4412)
    obj.run(1, "present", "xxc", 0x1003c7, [(2, 0x0a77f2)])
    obj.run(1, "swapped", "ooo", 1337)
    obj.run(1, "present", "ooo", 0x0c0d1e)
    obj.run(1, "hole", "ooo")
    return [obj]


def many():
    obj = Object(24, object="posix:/board", name="/board", kind="posix")
    rng = random.Random(7)
    for i in range(30):
        comm = ["postgres", "checkpointer", "walwriter", "autovacuum"][min(i, 3) if i < 4 else 0]
        obj.process(2000 + 3 * i, comm,
                    (0x7f0000000000 + i * 0x31d000000 + rng.randrange(4096) * PAGE,
                     0, 24, "r--s" if i % 5 == 4 else "rw-s"))
    pfn = 0x40000
    for page in range(24):
        if page in (11, 12):
            obj.run(1, "hole", "o" * 30)
            continue
        if page == 17:
            obj.run(1, "swapped", "o" * 30, 4711)
            continue
        share = 30 if page < 4 else rng.randrange(1, 12)
        who = set(rng.sample(range(30), share))
        pfn += rng.randrange(1, 9000)
        obj.run(1, "present", "".join("x" if m in who else "o" for m in range(30)), pfn)
    return [obj]


def big():
    pages = 262144
    obj = Object(pages, object="memfd:811/7", name="guest-ram", kind="memfd")
    obj.process(811, "qemu-system-x86", (0x7f2a00000000, 0, pages, "rw-s"))
    obj.process(950, "vhost-user-blk", (0x7f6600000000, 0, pages, "rw-s"))
    obj.process(951, "monitor", (0x7fe100000000, 131072, 65536, "r--s", "locked"))
    huge = {"order": 9, "flags": ["uptodate", "dirty", "lru", "swapbacked", "head"]}

    def three(a, b, c):
        page = sum(r["count"] for r in obj.runs)
        return a + b + (c if 131072 <= page < 196608 else "-")

    for i in range(128):
        obj.run(512, "present", three("x", "x", "x"), 0x100000 + 1024 * i, **huge)
    rng = random.Random(3)
    left = 65536
    pfn = 0x300000
    while left:
        n = min(left, rng.choice([1, 1, 2, 3, 16, 64]))
        pfn += n + rng.randrange(1, 100)
        obj.run(n, "present", three("x", rng.choice("xo"), "-"), pfn)
        left -= n
    obj.run(20000, "hole", three("o", "o", "o"))
    obj.run(12768, "swapped", three("o", "o", "o"), 9000)
    obj.run(32768, "present", three("x", "x", "x"), 0x500000)
    obj.run(65536, "hole", three("o", "o", "-"))
    return [obj]


def scattered():
    """1 GiB in frames that all lie apart: as many runs as pages."""
    pages = 262144
    obj = Object(pages, object="anon:700/0x7f2a00000000", name=None, kind="anon")
    del obj.head["name"]
    obj.process(700, "parent", (0x7f2a00000000, 0, pages, "rw-s"))
    obj.process(701, "child", (0x7f2a00000000, 0, pages, "rw-s"))
    for i in range(pages):
        obj.run(1, "present", "xo" if i % 3 else "xx", 0x100000 + 2 * i) \
            if i < 9 else obj.runs.append(dict(
                obj.runs[i % 3], page=i, pfn=0x100000 + 2 * i,
                phys=hex((0x100000 + 2 * i) * PAGE)))
    return [obj]


def hostile():
    evil = "</script><script>document.title='evil'</script>"
    obj = Object(3, object="posix:/x", kind="posix",
                 name=evil + "]]>--><!-- & \" ' \\xff")
    obj.process(1, "</script></svg><b onx='", (0x1000, 0, 3, "rw-s"))
    obj.process(2, "\\x1b]0;\"&lt;]]>", (0xfffffffffffff000 - 2 * PAGE, 0, 2, "rwxs"))
    obj.process(0, "", (0x2000, 1, 1, "---p", "no-owner", "other-ns"))
    obj.run(1, "present", "xx-", (1 << 40))
    obj.run(1, "present", "xoc", 7, [(2, 0)])
    obj.run(1, "present", "x--", 8)
    return [obj]


def empty():
    return [Object(0, object="sysv:9", name="0x00000000")]


def crowd():
    """More processes and runs than anybody can look at."""
    obj = Object(200, object="file:/srv/data/cache.db", name="/srv/data/cache.db",
                 kind="file")
    for i in range(300):
        obj.process(100 + i, "worker-%d" % i, (0x7f0000000000 + i * 0x10000000, 0, 200, "r--s"))
    rng = random.Random(1)
    for page in range(200):
        obj.run(1, "present" if page % 9 else "hole",
                "".join(rng.choice("xo") if page % 9 else "o" for _ in range(300)),
                0x8000 + 3 * page)
    return [obj]


def two():
    return small() + many()


def main():
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    made = {"small": small, "many": many, "big": big, "two": two,
            "scattered": scattered, "hostile": hostile, "empty": empty,
            "crowd": crowd}.get(name)
    if not made:
        sys.exit(__doc__)
    print('{"type":"picture","version":1,"taken":1763813000123456789,'
          '"host":"lab 6.12.117","redacted":false,"objects":[')
    print(",\n".join(json.dumps(o.json(), separators=(",", ":")) for o in made()))
    print("]}")


main()
