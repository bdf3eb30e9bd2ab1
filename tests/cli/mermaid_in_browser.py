"""Renders what the program writes as Mermaid with Mermaid itself, in a real browser.

usage: mermaid_in_browser.py LEASECHECK CORPUS FOLDER

Of each diagram: Mermaid takes it, draws every state, and every label stands in the picture. They are
the graph of each lens, of a backend beside the model, of a coverage and of a difference, a graph that is nearly
too large, and traces as sequence diagrams. Mermaid is installed by npm into FOLDER, once.
Exit code 77: there is no browser, or no npm, or no network here.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

from pages_in_browser import Browser

VERSION = "11.17.2"  # the major version that GitHub has

PAGE = """<!doctype html><meta charset="utf-8"><script src="%s"></script><script>
mermaid.initialize({startOnLoad: false});
window.render = async (text) => {
  try {
    const {svg} = await mermaid.render('diagram', text);
    const box = document.createElement('div');
    document.body.replaceChildren(box);
    box.innerHTML = svg;
    return {text: box.textContent, error: ''};
  } catch (error) {
    return {text: '', error: String(error && error.message || error)};
  }
};
</script><body>"""


def installed(folder):
    """Mermaid as one script for browsers; None if it cannot be had."""
    script = folder / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
    package = folder / "node_modules" / "mermaid" / "package.json"
    if script.exists() and json.loads(package.read_text())["version"] == VERSION:
        return script
    if shutil.which("npm") is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}')
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "mermaid@" + VERSION]
    try:
        subprocess.run(command, cwd=folder, check=True, timeout=240, stdout=subprocess.DEVNULL)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
    return script if script.exists() else None


def diagrams(program, corpus, directory):
    """Each diagram by name, with texts that its picture must show."""

    def said(*arguments, ends=(0,)):
        ended = subprocess.run([program, *arguments], capture_output=True, text=True)
        assert ended.returncode in ends, f"{arguments}: {ended.stderr}"
        return ended.stdout

    for lens, states in [("attempt", ["retry_backoff", "completed"]), ("lease", ["held_past_grace", "free"]),
                         ("worker", ["held_by_w1", "terminal"])]:
        yield f"graph --lens {lens}", said("graph", "--lens", lens), states + ["claim", "heartbeat"]
    traces = sorted(corpus.rglob("*.jsonl"))
    yield "coverage", said("graph", "--coverage", traces[0], "--format", "mermaid"), ["never taken", "queued"]
    mutant = ["graph", "--mutant", "reap_never_exhausts", "--format"]
    yield "subject", said(*mutant, "mermaid", ends=(1,)), ["[-] reap", "queued"]
    graphs = [directory / "model.json", directory / "mutant.json"]
    graphs[0].write_text(said("graph", "--backend", "model", "--format", "json"))
    graphs[1].write_text(said(*mutant, "json", ends=(1,)))
    yield "difference", said("graph", "diff", *graphs, "--format", "mermaid", ends=(1,)), [
        "[-] reap", "only in the old graph"]
    for mark, count in [("large", 300), ("hostile", 3)]:
        names = [f"v{i}" if mark == "large" else f'end "{i}" <b>; # : --> `' for i in range(count + 1)]
        document = {"title": "", "vertices": [{"name": n, "role": "ordinary", "states": 1} for n in names],
                    "edges": [{"from": a, "op": f"- {a}", "guard": "", "to": b, "count": 1}
                              for a, b in zip(names, names[1:])]}
        (directory / mark).write_text(json.dumps(document))
        (directory / "empty").write_text('{"title":"","vertices":[],"edges":[]}')
        yield mark, said("graph", "diff", directory / "empty", directory / mark, "--format", "mermaid", ends=(1,)), []
    for trace in traces[::12]:
        yield f"convert {trace.name}", said("convert", trace, "--to", "mermaid"), ["repository"]


def main():
    program, corpus, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    driver = shutil.which("chromedriver")
    if driver is None:
        print("chromedriver is missing (Debian: chromium-driver)")
        return 77
    script = installed(folder)
    if script is None:
        print("Mermaid could not be installed: npm is missing, or there is no network")
        return 77
    browser = Browser(driver)
    count = 0
    try:
        with tempfile.TemporaryDirectory() as name:
            directory = pathlib.Path(name)
            page = directory / "page.html"
            page.write_text(PAGE % script.resolve().as_uri())
            browser.open(page)
            for title, text, expected in diagrams(program, corpus, directory):
                assert text.isascii() or title.startswith("convert"), f"{title}: not ASCII"
                shown = browser.run("return window.render(" + json.dumps(text) + ")")
                assert not shown["error"], f"{title}: {shown['error']}\n{text}"
                for part in expected:
                    assert part in shown["text"], f"{title}: no {part!r} in the picture\n{text}"
                assert "Unsupported markdown" not in shown["text"], f"{title}\n{text}"
                count += 1
    finally:
        browser.close()
    print(f"{count} diagrams")
    return 0


if __name__ == "__main__":
    sys.exit(main())
