"""Runs leasecheck on the adapter of a real queue and compares the differences that it lists with a golden file.

usage: peers.py LEASECHECK ROOT FOLDER QUEUE

QUEUE is a folder of examples/queues. It is copied into FOLDER, where its libraries are installed. Compared are the
differences that `leasecheck profile` lists, each without how often it was seen; with LEASECHECK_UPDATE_GOLDEN=1 the
golden file is written instead.
Exit code 77: the queue's server, Node.js, npm or the network is not here.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

SERVERS = {"beanstalkd": ["beanstalkd"], "bullmq": ["redis-server"], "graphile-worker": ["postgres"],
           "pg-boss": ["postgres"], "plainjob": []}


def is_here(program):
    return (shutil.which(program) is not None
            or any(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{program}")))


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def installed(root, folder, queue):
    """The command that starts the adapter."""
    adapter = next((root / "examples" / "queues" / queue).glob("adapter.*"))
    needed = SERVERS[queue] + (["node", "npm"] if adapter.suffix == ".mjs" else [])
    for program in needed:
        if not is_here(program):
            skip(f"{program} is not installed")
    shutil.copytree(root / "examples" / "queues", folder, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("node_modules", "cluster", "*.so", "__pycache__"))
    done = subprocess.run([folder / "prepare", queue], stderr=subprocess.PIPE, stdout=sys.stderr, text=True)
    if done.returncode == 77:
        skip("npm could not install it:\n" + done.stderr)
    if done.returncode != 0:
        sys.exit(f"prepare ended with {done.returncode}:\n{done.stderr}")
    return f"{'node' if adapter.suffix == '.mjs' else 'python3'} {folder / queue / adapter.name}"


def differences(program, folder, adapter):
    done = subprocess.run([program, "profile", "--json", "--backend", f"exec:{adapter}"], cwd=folder,
                          capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"profile ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    result = json.loads(done.stdout)
    if result["ended_early"]:
        sys.exit(f"profile ended early: {result['ended_early']}")
    return [f"{each['operation']} ({each['status']}): {each['property']}: {each['kind']}".replace(" ()", "")
            for each in result["differences"]]


def compare(listed, golden):
    text = "".join(f"{each}\n" for each in sorted(listed))
    if os.environ.get("LEASECHECK_UPDATE_GOLDEN"):
        golden.write_text(text)
    elif text != golden.read_text():
        sys.exit(f"profile lists something else than {golden}:\n{text}")


def main():
    program, root, folder, queue = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), sys.argv[4]
    folder.mkdir(parents=True, exist_ok=True)
    adapter = installed(root, folder, queue)
    compare(differences(program, folder, adapter), root / "tests" / "peers" / "golden" / f"{queue}.txt")


main()
