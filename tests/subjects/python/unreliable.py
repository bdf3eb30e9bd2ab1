#!/usr/bin/env python3
"""The subject beside this file, but that it misbehaves now and then, in another way each time.

    leasecheck simulate --backend 'exec:python3 tests/subjects/python/unreliable.py 2000'

One request in so many (2000 unless it is named) is answered with garbage, bytes that are no UTF-8, an
answer to something else, `unavailable`, silence, a flood on standard error, an end of the process, or a
child that outlives it. For soaking the harness: tests/cli/soak.py.
"""

import json
import os
import random
import subprocess
import sys
import time

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "subject.py")


def garbage(line):
    return b"this is not JSON\n"


def no_utf8(line):
    sys.stderr.buffer.write(b"\xff\xfe caf\xe9 \x1b[31mred\x00\n" * 3)
    return b'{"id":' + b"\xc0\x80\xff" + b"}\n"


def another_id(line):
    answer = json.loads(line)
    answer["id"] += 1
    return (json.dumps(answer) + "\n").encode()


def unavailable(line):
    answer = {"id": json.loads(line)["id"], "error": {"code": "unavailable", "message": "busy"}}
    return (json.dumps(answer) + "\n").encode()


def late(line):
    time.sleep(random.choice([0.01, 0.2, 3]))
    return line


def flood(line):
    sys.stderr.write("x" * (1 << 20) + "\n")
    sys.stderr.flush()
    return line


def long_answer(line):
    return line.rstrip(b"\n")[:-1] + b',"more":"' + b"y" * (4 << 20) + b'"}\n'


def exits(line):
    os._exit(random.choice([0, 3, 139]))


def aborts(line):
    os.abort()


def half(line):
    sys.stdout.buffer.write(line[: len(line) // 2])
    sys.stdout.flush()
    os._exit(1)


def leaves_a_child(line):
    subprocess.Popen(["sleep", "600"], stdin=subprocess.DEVNULL)
    return line


MISBEHAVIOURS = [garbage, no_utf8, another_id, unavailable, late, flood, long_answer, exits, aborts, half, leaves_a_child]


def main():
    rate = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    subject = subprocess.Popen([sys.executable, PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for request in sys.stdin.buffer:
        subject.stdin.write(request)
        subject.stdin.flush()
        answer = subject.stdout.readline()
        if random.randrange(rate) == 0:
            answer = random.choice(MISBEHAVIOURS)(answer)
        sys.stdout.buffer.write(answer)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
