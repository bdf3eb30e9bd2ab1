"""Passes every line on to the subject that its arguments name, and tries to outlive the program that asks: it ignores
SIGTERM and the end of its input, and has a grandchild in a session of its own."""
import os
import signal
import subprocess
import sys
import time

signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
subject = subprocess.Popen([sys.executable, *sys.argv[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
for line in sys.stdin.buffer:
    subject.stdin.write(line)
    subject.stdin.flush()
    sys.stdout.buffer.write(subject.stdout.readline())
    sys.stdout.buffer.flush()
time.sleep(600)
