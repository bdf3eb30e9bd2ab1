#!/usr/bin/env python3
"""What leasecheck found in beanstalkd 1.12, by its protocol and the real clock alone."""

import socket
import subprocess
import tempfile
import time

JOBS = 100


def ask(connection, command):
    """The words of the answer's first line, and the body that follows it."""
    stream, lines = connection
    stream.sendall(command)
    words = lines.readline().split()
    if words[0] in (b"OK", b"RESERVED"):
        words.append(lines.read(int(words[-1]) + 2))
    return words


def main():
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/socket"
        server = subprocess.Popen(["beanstalkd", "-l", f"unix:{path}"])

        def connect():
            stream = socket.socket(socket.AF_UNIX)
            stream.connect(path)
            return stream, stream.makefile("rb")

        try:
            time.sleep(0.5)
            client = connect()
            held = []
            for _ in range(JOBS):
                ask(client, b"put 0 0 1 1\r\nx\r\n")  # one second to run
                worker = connect()
                held.append((worker, ask(worker, b"reserve-with-timeout 0\r\n")[1]))
                time.sleep(0.003)
            time.sleep(3)
            stuck = sum(b"state: reserved" in ask(client, b"stats-job " + job + b"\r\n")[-1] for _, job in held)
            print(f"still reserved two seconds after the end of their time to run: {stuck} of {JOBS} jobs")
        finally:
            server.kill()
            server.wait()


main()
