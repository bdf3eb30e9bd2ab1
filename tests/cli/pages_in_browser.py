"""Opens the page of every trace of the corpus in a real browser, headless Chromium by chromedriver.

usage: pages_in_browser.py LEASECHECK CORPUS

Of each page: the console has no error; there is a lane for each actor and a bar for each lease that
the trace itself grants; the steps are all listed; the violated one is chosen; the arrow keys, Home and
End choose others; and a search finds what it names. Exit code 77: there is no browser here.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

ARROW_LEFT, ARROW_RIGHT, END, HOME = "\ue012", "\ue014", "\ue010", "\ue011"


class Browser:
    """One session of the WebDriver protocol (https://www.w3.org/TR/webdriver2/)."""

    def __init__(self, driver):
        # Its standard error is nobody's: a browser that outlives it would keep the test's open.
        self.process = subprocess.Popen(
            [driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            for line in self.process.stdout:
                if "started successfully on port" in line:
                    self.base = "http://127.0.0.1:" + line.strip().rstrip(".").split()[-1]
                    break
            self.base += "/session/" + self.begin()["sessionId"]
        except BaseException:
            self.process.kill()
            raise

    def begin(self):
        """A new session. A browser that does not come up in time on a busy machine is started again."""
        arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1200,1000"]
        wanted = {"goog:chromeOptions": {"args": arguments}, "goog:loggingPrefs": {"browser": "ALL"}}
        for last in (False, False, True):
            try:
                return self.ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
            except AssertionError:
                if last:
                    raise

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error

    def open(self, page):
        self.ask("POST", "/url", {"url": page.as_uri()})

    def run(self, script):
        return self.ask("POST", "/execute/sync", {"script": script, "args": []})

    def press(self, key):
        keys = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": keys}]})

    def errors(self):
        return [entry["message"] for entry in self.ask("POST", "/se/log", {"type": "browser"})]

    def close(self):
        try:
            self.ask("DELETE", "")
        finally:
            self.process.kill()
            self.process.wait()


def expected_of(trace):
    """What the page must show, read from the trace's own lines."""
    lines = [json.loads(line) for line in trace.read_text().splitlines()]
    steps = [line for line in lines if line["k"] == "step"]
    claims = {step["i"] for step in steps if step.get("op") == "upsert_lease"}
    grants = [step["ret"]["ok"] for step in steps if step.get("of") in claims and "ok" in step["ret"]]
    several = {step["i"] for step in steps if step.get("op") == "claim_attempts"}
    for step in steps:
        if step.get("of") in several and "ok" in step["ret"]:
            grants += [claim["lease"] for claim in step["ret"]["ok"]["claims"]]
    actors = {step["actor"] for step in steps if step.get("phase") == "call"}
    workers = {step["args"]["worker"] for step in steps if step.get("actor") == "env" and "worker" in step["args"]}
    return {
        "lanes": sorted(actors | workers | {grant["worker_id"] for grant in grants}),
        "leases": sorted(grant["lease_id"] for grant in grants),
        "steps": len(steps),
        "bad": lines[-1].get("first_bad", 0),
    }


SHOWN = """
const names = (kind) => [...document.querySelectorAll('[data-' + kind + ']')].map((node) => node.dataset[kind]).sort();
return {lanes: names('lane'), leases: names('lease'), steps: document.querySelectorAll('#steps li').length,
        bad: [...document.querySelectorAll('#steps li')].findIndex((node) => node.classList.contains('bad')) + 1};
"""
CHOSEN = "return [...document.querySelectorAll('#steps li')].findIndex((n) => n.getAttribute('aria-selected') === 'true') + 1"
BARS = "return [...document.querySelectorAll('[data-lease]')].every((n) => n.querySelector('.enforced') && n.querySelector('.granted'))"

OVERLAPS = """
const bars = [...document.querySelectorAll('.enforced.bar')].map((node) => node.getBBox());
return bars.filter((a, i) => bars.some((b, j) => j < i && a.x < b.x + b.width - 2.5 && b.x < a.x + a.width - 2.5 && a.y === b.y)).length;
"""


def check(browser, trace):
    expected = expected_of(trace)
    shown = browser.run(SHOWN)
    assert shown == expected, f"{trace}: shown {shown}, expected {expected}"
    assert browser.run(BARS), f"{trace}: a lease has no bar"
    assert browser.run(OVERLAPS) == 0, f"{trace}: leases hide each other"
    assert browser.run(CHOSEN) == (expected["bad"] or 1), f"{trace}: the violated step is not chosen"
    for key, number in [(HOME, 1), (ARROW_RIGHT, min(2, expected["steps"])), (ARROW_LEFT, 1), (END, expected["steps"])]:
        browser.press(key)
        assert browser.run(CHOSEN) == number, f"{trace}: {key!a} chooses {browser.run(CHOSEN)} instead of {number}"
    wide = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{trace}: the page is {wide} pixels wider than the window"
    errors = browser.errors()
    assert not errors, f"{trace}: {errors}"


def check_search(browser):
    hits = browser.run(
        "const box = document.getElementById('search'); box.value = 'repository'; box.dispatchEvent(new Event('input'));"
        "return document.querySelectorAll('#steps li:not(.misses)').length")
    answers = browser.run("return document.querySelectorAll('#steps li.answer').length")
    assert hits == answers, f"a search for the repository finds {hits} steps, {answers} are its answers"


def main():
    program, corpus = sys.argv[1], pathlib.Path(sys.argv[2])
    driver = shutil.which("chromedriver")
    if driver is None:
        print("chromedriver is missing (Debian: chromium-driver)")
        return 77
    traces = sorted(corpus.rglob("*.jsonl"))
    assert len(traces) > 50, f"{corpus} holds {len(traces)} traces only"
    browser = Browser(driver)
    try:
        with tempfile.TemporaryDirectory() as directory:
            page = pathlib.Path(directory) / "page.html"
            for trace in traces:
                subprocess.run([program, "show", trace, "-o", page], check=True)
                assert page.stat().st_size < 1_000_000
                browser.open(page)
                check(browser, trace)
            check_search(browser)
    finally:
        browser.close()
    print(f"{len(traces)} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
