#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of 'shmviz report' of the trace of harness/story.sh.

	report.py DIRECTORY	with story.json and story.html, which has a picture
"""
import json
import sys

from browser import Keys, run, start

DIR = sys.argv[1]


def events(**members):
    with open(DIR + "/story.json", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    return [line for line in lines if line["type"] == "event"
            and all(line.get(k) == v for k, v in members.items())]


def section(page, name):
    return next(s for s in page.all(".object")
                if s.find_element("css selector", "h3").text.startswith(name))


def in_section(page, name, selector):
    return section(page, name).find_elements("css selector", selector)


def elements(page):
    """Each attachment is drawn from where it begins to where it ends."""
    begins = events(shmid=5, event="inherit") + events(shmid=5, event="shmat")
    spans = in_section(page, "shmid 5", ".span")
    page.same(sorted(int(s.get_attribute("data-from")) for s in spans),
              sorted(e["ts"] for e in begins), "beginnings")
    page.same(sorted(int(s.get_attribute("data-to")) for s in spans),
              sorted(e["ts"] for e in events(shmid=5, event="drop")), "ends")
    # Later is further to the right, in proportion.
    boxes = [(int(s.get_attribute("data-from")), int(s.get_attribute("data-to")),
              s.find_element("css selector", "rect").rect) for s in spans]
    first, last = boxes[0], max(boxes, key=lambda box: box[1])
    scale = (last[2]["x"] + last[2]["width"] - first[2]["x"]) / (last[1] - first[0])
    for begin, end, box in boxes:
        page.true(abs(box["width"] - (end - begin) * scale) < 2, "width of %d" % begin)
        page.true(abs(box["x"] - first[2]["x"] - (begin - first[0]) * scale) < 2,
                  "place of %d" % begin)
    page.same(len(in_section(page, "shmid 5", ".mark.failed")), 1, "failed calls")
    page.same(len(in_section(page, "shmid 5", ".fork")), 3, "arrows of fork")
    page.same([row.text for row in page.all(".overview .row .name")],
              ["shmid 3", "shmid 5", "memfd:a<i>\\x0a", "shmid 6"], "lines of all")


def bright(page):
    """Whose attachments are not dimmed."""
    return page.js("return [...document.querySelectorAll('.report .timeline .span')]"
                   ".filter((e) => getComputedStyle(e).opacity === '1')"
                   ".map((e) => +e.dataset.pid)")


def hover(page):
    """Pointing tells, and shows the process in all drawings."""
    line = page.one("#details")
    page.true(not line.is_displayed(), "nothing is told at first")
    page.point(in_section(page, "shmid 5", ".span[data-pid='200'] rect")[0])
    page.true(line.is_displayed(), "it is told")
    for words in ("200 client", "0x7f2000000000", "shmat", "end: shmdt"):
        page.true(words in line.text, "%r is told: %r" % (words, line.text))
    page.same(bright(page), [200], "processes")
    page.point(in_section(page, "shmid 5", ".mark.failed .shape")[0])
    page.true("IPC_RMID" in line.text and "failed" in line.text, line.text)
    page.point(page.one("h1"))
    page.true(not line.is_displayed(), "nothing is told in the end")


def keyboard(page):
    """The same by Tab; Escape ends it."""
    page.js("arguments[0].focus()", in_section(page, "shmid 5", ".span[data-pid='101']")[0])
    line = page.one("#details")
    page.true("101 server" in line.text and "fork of 100" in line.text, line.text)
    page.keys(Keys.TAB)
    page.true("102 server" in line.text, "the next: " + line.text)
    page.same(bright(page), [102], "processes")
    page.keys(Keys.ESCAPE)
    page.true(not line.is_displayed(), "Escape ends it")


def links(page):
    """A line of the overview leads to its section, a card to its table."""
    page.all(".overview .row .name")[1].click()
    page.same(page.js("return document.querySelector(':target h3').textContent"),
              "shmid 5", "target")
    page.one("#n-failed a").click()
    page.same(page.js("return document.querySelector(':target').textContent"),
              "Calls that failed", "target")


PAPER = "return getComputedStyle(document.body).backgroundColor"
INK = "return getComputedStyle(document.querySelector('.span.inherit rect')).fill"


def colours(page):
    seen = {}
    for scheme in ("light", "dark"):
        page.media(prefers_color_scheme=scheme)
        # Else it would follow a moment later.
        page.load()
        seen[scheme] = (page.js(PAPER), page.js(INK))
    page.true(seen["light"][0] != seen["dark"][0], "dark paper")
    page.true(seen["light"][1] != seen["dark"][1], "other colours on it")
    page.one("#theme").click()
    page.same((page.js(PAPER), page.js(INK)), seen["light"], "what the button makes of it")


def printed(page):
    page.media(media="print")
    page.true(page.js("return document.documentElement.scrollWidth <= innerWidth + 1"),
              "it is as wide as the paper")
    page.point(in_section(page, "shmid 5", ".span rect")[0])
    page.true(not page.one("#details").is_displayed(), "no line at the bottom")


def without_script(page):
    page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.load()
        page.true("101 server" in section(page, "shmid 5").text, "names")
        page.true(len(in_section(page, "shmid 5", ".span title")) == 5, "titles")
        page.true(len(page.all("table.failed tbody tr")) == 2, "tables")
    finally:
        page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled",
                                    {"value": False})


def picture(page):
    """The picture at the end works inside this page, and has its own style."""
    page.true(page.all("#picture ~ * svg .frame"), "frames")
    page.point(page.one("svg .frame"))
    page.true(page.all("svg .map.on"), "its holders are shown")
    page.same(bright(page).count(200), 1, "and nothing above is dimmed")


def main():
    driver = start(DIR + "/profile")
    try:
        run(driver, [(name, DIR + "/story.html", test) for name, test in (
            ("attachments are drawn where their times are", elements),
            ("pointing tells, and shows a process everywhere", hover),
            ("the same by the keyboard", keyboard),
            ("links lead to sections", links),
            ("light and dark", colours),
            ("printed", printed),
            ("without scripts", without_script),
            ("the sharing picture inside", picture))])
    finally:
        driver.quit()


main()
