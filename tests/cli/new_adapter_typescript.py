"""Runs the adapter that `leasecheck new-adapter typescript` writes, and asks the compiler of TypeScript about it.

usage: new_adapter_typescript.py LEASECHECK

Exit code 77: npm, or the registry it takes packages from, is not to be had here.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

PACKAGES = ["tsx@4.20.6", "typescript@5.9.3", "@types/node@22.18.6"]

# What a method is given it answers, so that every value makes the whole way.
ECHO = """
class Echo extends Adapter {
  async reset(now: Integer): Promise<Args> { return null as any; }
  async get_attempt(now: Integer, args: Args): Promise<Args> { return { now, args }; }
}
"""


def skip(why):
    print(why)
    sys.exit(77)


def install(directory):
    if shutil.which("npm") is None:
        skip("npm is not installed")
    (directory / "package.json").write_text('{"private": true, "type": "module"}')
    done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", *PACKAGES], cwd=directory,
                          capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        skip("npm could not install " + " ".join(PACKAGES) + ":\n" + done.stderr)


def says_what_is_not_written(leasecheck, directory):
    done = subprocess.run([leasecheck, "simulate", "--seeds", "1", "--backend", "exec:npx tsx adapter.ts"],
                          cwd=directory, capture_output=True, text=True, timeout=120)
    assert done.returncode == 4, done
    assert "Adapter.reset is not written yet" in done.stdout, done


def is_without_type_errors(directory):
    done = subprocess.run(["npx", "tsc", "--noEmit", "--target", "es2022", "--module", "nodenext", "--strict",
                           "--types", "node", "adapter.ts"],
                          cwd=directory, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def passes_values_on(directory):
    text = (directory / "adapter.ts").read_text()
    (directory / "echo.ts").write_text(
        text.replace("new Adapter()", "new Echo()").replace("async function main()", ECHO + "async function main()"))
    args = {"small": 7, "most_exact": 2**53 - 1, "long": 2**53 + 1, "least": -2**63, "most": 2**64 - 1,
            "text": "9007199254740993 \"9007199254740993\" ü", "payload": {"hex": "ff"}, "none": None, "list": [2**60]}
    requests = [{"id": 0, "op": "hello", "protocol": 1}, {"id": 1, "op": "reset", "now": 0},
                {"id": 2**53 + 1, "op": "get_attempt", "now": 2**62, "args": args},
                {"id": 3, "op": "get_attempt", "now": 0, "args": {"attempt_id": {"hex": "ff"}}},
                {"id": 4, "op": "goodbye"}]
    done = subprocess.run(["npx", "tsx", "echo.ts"], cwd=directory, text=True, capture_output=True, timeout=120,
                          input="".join(json.dumps(each) + "\n" for each in requests))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(requests), done
    assert answers[1] == {"id": 1, "ok": None}, answers[1]
    assert answers[2] == {"id": 2**53 + 1, "ok": {"now": 2**62, "args": args}}, answers[2]
    assert answers[3]["error"]["code"] == "invalid_argument", answers[3]
    assert answers[4] == {"id": 4, "ok": {}}, answers[4]


def main():
    leasecheck = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        install(directory)
        subprocess.run([leasecheck, "new-adapter", "typescript", "."], cwd=directory, check=True)
        is_without_type_errors(directory)
        says_what_is_not_written(leasecheck, directory)
        passes_values_on(directory)


main()
