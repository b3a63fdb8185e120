#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of 'shmviz map --html' against the JSON that it was made of.

	map.py DIRECTORY	NAME.json, NAME.html and NAME.svg of fixtures.py
"""
import json
import sys

from browser import Keys, run, start

DIR = sys.argv[1]


def objects(name):
    with open("%s/%s.json" % (DIR, name), encoding="utf-8") as file:
        return json.load(file)["objects"]


def run_of(obj, page):
    return next(r for r in obj["runs"] if r["page"] <= page < r["page"] + r["count"])


def mappings(obj):
    return [(p, m) for p in obj["processes"] for m in p["mappings"]]


def address(obj, mapping, page):
    return hex(int(mapping["start"], 16) + (page - mapping["first"]) * obj["page_size"])


def holders(obj, page, letters="x"):
    return [i for i, t in enumerate(run_of(obj, page)["touch"]) if t in letters]


def elements(page):
    """Small objects: an element for each process, page, frame; tables have all."""
    obj = objects("small")[0]
    n = len(mappings(obj))
    page.same(len(page.all("svg .proc")), len(obj["processes"]), "processes")
    page.same(page.numbers("svg .map", "m"), list(range(n)), "mappings")
    for what in ("page", "frame", "link"):
        page.same(page.numbers("svg g.%s" % what, "r"), list(range(8)), what)
    page.same(len(page.all("svg .mark")), 8 * n, "marks")
    page.same(len(page.all("svg .mark.copy")), 1, "copies")
    page.same(page.numbers("svg .frame.shared", "r"),
              [p for p in range(8) if run_of(obj, p)["sharing"] > 1], "shared frames")
    page.same(len(page.all("table.runs tbody tr")), len(obj["runs"]), "lines of runs")
    page.same(len(page.all("table.holders tbody tr")), n, "lines of mappings")
    page.true(page.one("svg .readonly") and page.one("svg .private"), "kinds of wires")
    page.true("sysv:5" in page.one("h2").text, "the object's name is its heading")


def expect_holders(page, obj, number):
    """What is shown is page `number` and its holders, and nothing else."""
    who = holders(obj, number)
    what = "page %d: " % number
    page.same(page.numbers("svg .map.on", "m"), who, what + "mappings")
    page.same(page.numbers("svg .mark.touched.on", "m"), who, what + "marks")
    page.same(sorted(set(page.numbers("svg .mark.on", "r"))),
              [number] if holders(obj, number, "xc") else [], what + "rows of marks")
    page.same(page.numbers("svg .frame.on", "r"), [number], what + "frames")
    page.same(page.numbers("svg .page.on", "r"), [number], what + "pages")
    pids = {mappings(obj)[m][0]["pid"] for m in who}
    shown = {obj["processes"][p]["pid"] for p in page.numbers("svg .proc.on", "p")}
    page.same(shown, pids, what + "processes")


def hover(page):
    obj = objects("many")[0]
    for number in (0, 3, 5, 8, 11, 12, 17, 20, 23):
        kind = "frame" if number % 2 else "page"
        page.point(page.one("svg g.%s[data-r='%d']" % (kind, number)))
        expect_holders(page, obj, number)
    page.point(page.one("h1"))
    page.same(len(page.all("svg .on, svg.focus")), 0, "shown when nothing is pointed at")


def hover_small(page):
    obj = objects("small")[0]
    for number in range(8):
        page.point(page.one("svg g.frame[data-r='%d'] text" % number))
        expect_holders(page, obj, number)
    page.point(page.one("svg g.map[data-m='1'] text"))
    page.same(page.numbers("svg .map.on", "m"), [1], "mappings of a process")
    page.same(page.numbers("svg .page.on", "r"),
              [p for p in range(8) if 1 in holders(obj, p)], "pages that it has touched")


def panel_lines(page):
    return page.js("return [...document.querySelectorAll('.details tbody tr')]"
                   ".map((tr) => [...tr.cells].map((td) => td.textContent))")


def click(page):
    obj = objects("small")[0]
    page.one("svg g.frame[data-r='4']").click()
    page.point(page.one("h1"))
    expect_holders(page, obj, 4)
    lines = panel_lines(page)
    page.same([line[2] for line in lines],
              [address(obj, m, 4) for _, m in mappings(obj)], "addresses of all holders")
    page.same([line[4] for line in lines],
              ["touched", "touched", "private copy in frame 0xa77f2"], "what they have")
    page.true("0x1003c7" in page.one(".details").text, "the panel names the frame")
    page.true("0x1003c7000" in page.one(".details").text, "and the physical address")
    page.one("svg g.frame[data-r='4']").click()
    page.point(page.one("h1"))
    page.same(len(page.all("svg .on")), 0, "shown after a second click")
    page.true(not page.one(".details").is_displayed(), "the panel goes")


def find(page, text):
    """The texts of the results; the first is gone to."""
    box = page.one("#map-search")
    box.clear()
    box.send_keys(text)
    results = [b.text for b in page.all("#map-results button")]
    shown = page.numbers("svg .page.on", "r")
    if results:
        box.send_keys(Keys.ENTER)
    return results, shown, page.one(".details").text if results else ""


def search(page):
    obj = objects("small")[0]
    for text, result, panel in (
            ("1043", "process consumer 1043", "consumer 1043"),
            ("Worker", "process worker 1077", "worker 1077"),
            ("0xb4411", "frame 0xb4411: page 2", "Page 2"),
            (str(0xb4411), "frame 0xb4411: page 2", "Page 2"),
            ("0x12f3a1", "frame 0x12f3a1: page 1", "Page 1"),
            ("frame 0xa77f2", "frame 0xa77f2: copy of page 4 in C", "Page 4"),
            ("page 5", "page 5", "Page 5"),
            (address(obj, mappings(obj)[1][1], 3)[:-3] + "abc",
             "0x7fd2b8e03abc in B, consumer 1043: page 3", "Page 3"),
            ("7f3a10007fff", "0x7f3a10007fff in A, producer 1042: page 7", "Page 7"),
            ("0xb4412fff", "physical address in frame 0xb4412: page 3", "Page 3")):
        results, _, details = find(page, text)
        page.true(result in results, "'%s' finds %r" % (text, results))
        page.true(details and panel in details, "'%s' leads to %r" % (text, details))
    results, _, _ = find(page, "no such name")
    page.same(results, [], "results of nonsense")
    page.same(page.one("#map-found").text, "nothing found", "what it says")


def search_two(page):
    """Several objects: a process of the second is found there."""
    results, _, _ = find(page, "walwriter")
    page.same(results, ["posix:/board: process walwriter 2006"], "results")
    page.same(page.numbers("#object-1 .map.on", "m"), [2], "shown in the second")
    page.same(len(page.all("#object-0 .on")), 0, "shown in the first")


def focused(page):
    return page.js("const e = document.activeElement;"
                   "return [e.id || e.getAttribute('class') || e.tagName, e.dataset.r]")


def keyboard(page):
    obj = objects("small")[0]
    for _ in range(12):
        page.keys(Keys.TAB)
        if focused(page)[1] is not None:
            break
    page.true("page" in focused(page)[0].split(), "tab reaches a page: %r" % focused(page))
    page.keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT)
    page.true("frame" in focused(page)[0].split() and focused(page)[1] == "2",
              "the arrows go to a frame: %r" % focused(page))
    expect_holders(page, obj, 2)
    page.keys(Keys.ENTER)
    page.same([line[2] for line in panel_lines(page)],
              [address(obj, m, 2) for _, m in mappings(obj)], "Enter shows the holders")
    outline = page.js("return getComputedStyle(document.activeElement"
                      ".querySelector('.face')).strokeWidth")
    page.same(outline, "3px", "the focus can be seen")
    page.keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    page.true("proc" in focused(page)[0].split(), "and back: %r" % focused(page))
    page.keys(Keys.ESCAPE)
    page.true(not page.one(".details").is_displayed(), "Esc lets go")
    page.keys("/", "1077", Keys.ENTER)
    page.true("worker 1077" in page.one(".details").text, "/ finds")
    page.true("proc" in focused(page)[0].split(), "and goes there")


def colours(page):
    def paper():
        return page.js("return getComputedStyle(document.body).backgroundColor"
                       "+ getComputedStyle(document.querySelector('svg .box')).fill")

    seen = {}
    for scheme in ("light", "dark"):
        page.media(prefers_color_scheme=scheme)
        page.load()
        seen[scheme] = paper()
    page.true(seen["light"] != seen["dark"], "dark is not light")
    page.same(page.one("#theme").text, "Light", "the button")
    page.one("#theme").click()
    page.same(paper(), seen["light"], "the button makes it light")
    page.one("#theme").click()
    page.same(paper(), seen["dark"], "and dark again")
    page.media(media="print", prefers_color_scheme="dark")
    page.same(paper(), seen["light"], "on paper it is light")


def printed(page):
    page.one("svg g.frame[data-r='1']").click()
    page.media(media="print")
    for selector in (".tools", ".details", "#theme"):
        page.true(not page.one(selector).is_displayed(), selector + " is not printed")
    for selector in ("svg.shmviz", "table.runs", "table.holders"):
        page.true(page.one(selector).is_displayed(), selector + " is printed")
    page.same(page.js("const e = document.querySelector('.long');"
                      "return e.scrollHeight - e.clientHeight <= 1"), True,
              "all lines of the table are")
    pdf = page.driver.execute_cdp_cmd("Page.printToPDF", {})
    page.true(len(pdf["data"]) > 10000, "it makes a PDF")


def without_script(page):
    page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.load()
        page.same(len(page.all("svg .frame")), 8, "frames")
        page.true(page.one("table.runs").is_displayed(), "the table is there")
        page.true(not page.one(".tools").is_displayed(), "no search that does nothing")
        page.true(not page.one("#theme").is_displayed(), "no button that does nothing")
    finally:
        page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled",
                                    {"value": False})


def hostile(page):
    obj = objects("hostile")[0]
    page.same(page.js("return document.title"), "Who shares which frames", "title")
    page.same(page.js("return document.querySelector('h2 .muted').textContent"),
              obj["name"], "the name is shown as it is")
    page.same(page.js("return document.querySelectorAll('script').length"), 4, "scripts")
    page.one("svg g.frame[data-r='0']").click()
    page.same([line[1] for line in panel_lines(page)],
              ["</script></svg><b onx=' 1", "\\x1b]0;\"&lt;]]> 2"], "names in the panel")
    page.same(panel_lines(page)[1][2], "0xffffffffffffd000", "64 bits of address")
    find(page, "<b")
    page.same(len(page.all("b[onx], svg b")), 0, "elements that a name made")


def big(page):
    """1 GiB: few elements, and each page can be asked for."""
    page.true(page.js("return document.querySelectorAll('svg *').length") < 3000,
              "elements of the drawing are few")
    results, _, details = find(page, "page 70000")
    obj = objects("big")[0]
    run = run_of(obj, 70000)
    page.same(results, ["page 70000"], "results")
    page.true(hex(run["pfn"] + 70000 - run["page"]) + " " in details,
              "its frame is told: " + details)
    page.same([line[2] for line in panel_lines(page)],
              [address(obj, m, 70000) for _, m in mappings(obj)[:2]], "addresses")


def crowd(page):
    page.true("and 252 more mappings of 252 processes, not drawn" in
              page.one("svg .leftout").text, "what is not drawn is counted")
    find(page, "worker-299")
    page.true("worker-299 399" in page.one(".details").text, "but can be found")


def svg(page):
    page.same(page.js("return document.documentElement.tagName"), "svg", "root")
    page.same(page.js("return document.querySelectorAll('g.frame').length"), 8, "frames")
    paper = {}
    for scheme in ("light", "dark"):
        page.media(prefers_color_scheme=scheme)
        paper[scheme] = page.js(
            "return getComputedStyle(document.querySelector('.paper')).fill")
    page.true(paper["light"] != paper["dark"], "it has dark colours, too")


def main():
    driver = start(DIR + "/profile")
    try:
        run(driver, [(name, "%s/%s" % (DIR, file), test) for name, file, test in (
            ("every page, frame and process is there", "small.html", elements),
            ("pointing at a page shows its 30 holders, and no others", "many.html", hover),
            ("pointing shows copies and hollow pages as what they are", "small.html",
             hover_small),
            ("a click keeps it and shows the addresses", "small.html", click),
            ("search by pid, name, frame, address, page", "small.html", search),
            ("search in several objects", "two.html", search_two),
            ("all of it by the keyboard", "small.html", keyboard),
            ("light and dark", "small.html", colours),
            ("printed: the drawing and the tables", "many.html", printed),
            ("without scripts: the drawing and the tables", "small.html", without_script),
            ("hostile names are names", "hostile.html", hostile),
            ("1 GiB is folded, and each page can be asked for", "big.html", big),
            ("300 processes", "crowd.html", crowd),
            ("the drawing alone", "small.svg", svg))])
    finally:
        driver.quit()


main()
