"""Opens the page that `leasecheck check` writes in headless Chromium, for a run that held and one that did not.

usage: report_in_browser.py LEASECHECK

Of each page, at 1,200 and 600 pixels, light and dark: the console has no error; nothing is wider than the window;
each section opens and closes by keyboard; texts stand out from what is behind them; the life cycle is drawn; what is
linked is there; printed, nothing is folded. Exit code 77: there is no browser here.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

from pages_in_browser import Browser

ENTER = "\ue007"
VERDICT = "return document.querySelector('.verdict strong').textContent"
SECTIONS = "return document.querySelectorAll('details').length"
TOO_WIDE = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
OPEN_ALL = "document.querySelectorAll('details').forEach((node) => { node.open = true })"
LINKS = "return [...document.querySelectorAll('a[href]')].map((node) => node.getAttribute('href'))"
FOLDED = "return [...document.querySelectorAll('details table, details pre')].filter((n) => !n.checkVisibility()).length"
EDGES = "return document.querySelectorAll('figure svg .edge').length"

# The least contrast of a text with what is behind it, by https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio; pictures
# have colours of their own.
CONTRAST = """
const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const behind = (node) => {
  for (let up = node; up; up = up.parentElement) {
    const colour = channels(getComputedStyle(up).backgroundColor);
    if (colour.length < 4 || colour[3] > 0) return colour;
  }
};
const ratios = [...document.querySelectorAll('body *')]
    .filter((node) => !node.closest('svg') && [...node.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .map((node) => [light(channels(getComputedStyle(node).color)), light(behind(node))])
    .map(([a, b]) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
return Math.min(...ratios);
"""


def emulate(browser, width, scheme, media=""):
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    screen = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    for command, values in [("setEmulatedMedia", {"media": media, "features": features}),
                            ("setDeviceMetricsOverride", screen)]:
        browser.ask("POST", "/goog/cdp/execute", {"cmd": "Emulation." + command, "params": values})


def check_sections(browser):
    """By keyboard, one after the other."""
    for number in range(browser.run(SECTIONS)):
        node = f"document.querySelectorAll('details')[{number}]"
        before = browser.run(f"""
            for (let up = {node}.parentElement; up; up = up.parentElement) if (up.tagName === 'DETAILS') up.open = true;
            {node}.firstElementChild.focus(); return {node}.open""")
        for expected in (not before, before):
            browser.press(ENTER)
            assert browser.run(f"return {node}.open") == expected, f"section {number} does not open and close"


def check(browser, page, verdict):
    for width in (1200, 600):
        for scheme in ("light", "dark"):
            where = f"{page} at {width} pixels, {scheme}"
            emulate(browser, width, scheme)
            browser.open(page)
            assert browser.run(VERDICT).startswith(verdict), f"{where}: {browser.run(VERDICT)}"
            check_sections(browser)
            browser.run(OPEN_ALL)
            assert browser.run(TOO_WIDE) <= 0, f"{where}: {browser.run(TOO_WIDE)} pixels wider than the window"
            contrast = browser.run(CONTRAST)
            assert contrast >= 4.5, f"{where}: a text has a contrast of {contrast:.2f} only"
    assert browser.run(EDGES) > 15, f"{page}: the life cycle has {browser.run(EDGES)} edges"
    for link in browser.run(LINKS):
        assert (page.parent / link).is_file(), f"{page} links {link}, which is not there"
    emulate(browser, 800, "light", "print")
    browser.open(page)
    assert browser.run(FOLDED) == 0, f"{page}: {browser.run(FOLDED)} tables and texts are folded in print"
    errors = browser.errors()
    assert not errors, f"{page}: {errors}"


def main():
    program = sys.argv[1]
    driver = shutil.which("chromedriver")
    if driver is None:
        print("chromedriver is missing (Debian: chromium-driver)")
        return 77
    with tempfile.TemporaryDirectory() as directory:
        browser = Browser(driver)
        try:
            for subject, verdict in [("--backend memory", "held"),
                                     ("--mutant heartbeat_shortens_lease", "violated expiry_never_lowered")]:
                report = pathlib.Path(directory) / verdict.split()[0]
                subprocess.run([program, "check", *subject.split(), "--seeds", "1..40", "--budget", "10m",
                                "--report", report],
                               stdout=subprocess.DEVNULL, check=False)
                check(browser, report / "index.html", verdict)
        finally:
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
