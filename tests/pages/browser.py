# SPDX-License-Identifier: GPL-2.0-or-later
"""A page in headless Chromium, and results as lines: "ok NAME", or "not ok NAME"
after lines that say why."""
import json
import sys
import traceback

from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys  # noqa: F401, for those who import this


def start(profile):
    options = Options()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu",
                     "--user-data-dir=" + profile, "--window-size=1400,1000"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs",
                           {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    # What it loads for itself, before there is a page of ours.
    driver.get("about:blank")
    driver.get_log("performance")
    return driver


class Page:
    """One page, and what is asked of it."""

    def __init__(self, driver, path):
        self.driver = driver
        self.path = path
        self.problems = []
        self.requests = []

    def load(self):
        self.driver.get("file://" + self.path)
        return self

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def numbers(self, selector, key):
        """data-KEY of all that match, sorted."""
        return sorted(int(n) for n in self.js(
            "return [...document.querySelectorAll(arguments[0])]"
            ".map((e) => e.dataset[arguments[1]])", selector, key))

    def point(self, element):
        ActionChains(self.driver, duration=0).move_to_element(element).perform()

    def keys(self, *keys):
        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def media(self, **features):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "media": features.pop("media", ""),
            "features": [{"name": k.replace("_", "-"), "value": v}
                         for k, v in features.items()]})

    def same(self, got, expected, what):
        if got != expected:
            self.problems.append("%s: %r, expected %r" % (what, got, expected))

    def true(self, value, what):
        if not value:
            self.problems.append(what)

    def look(self):
        """What the browser had to say, and what it loaded, since the last time."""
        for entry in self.driver.get_log("browser"):
            self.problems.append("console: " + entry["message"])
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = message["params"]["request"]["url"]
                if not url.startswith("file:///"):
                    self.problems.append("it loads " + url)


def run(driver, tests):
    """Each test: (name, path, function of a Page)."""
    for name, path, test in tests:
        page = Page(driver, path)
        try:
            page.media()
            page.load()
            test(page)
            page.look()
        except Exception:  # pylint: disable=broad-except
            page.problems.append(traceback.format_exc(limit=-3))
        for problem in page.problems[:8]:
            for line in problem.splitlines():
                print("# " + line)
        print("%sok %s" % ("not " if page.problems else "", name))
        sys.stdout.flush()
