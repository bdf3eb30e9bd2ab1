"""What the adapters in Python share: lines of the subject protocol, refusals, and a server that sees simulated time.

An adapter derives from Subject: each method that is named in its handshake's "operations" translates that operation.
It is given the time of the request and the arguments, and answers what stands under "ok".
"""

import json
import mmap
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


class Refused(Exception):
    """A refusal: not_found, stale_lease, not_dispatchable, already_exists, invalid_argument or unavailable."""

    def __init__(self, code, message=""):
        super().__init__(message)
        self.code = code


PREFIX = "leasecheck-queue-"


def remove_abandoned():
    """Directories whose adapter was killed."""
    for directory in pathlib.Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        if not pathlib.Path("/proc", directory.name.split("-")[2]).exists():
            shutil.rmtree(directory, ignore_errors=True)


class Server:
    """A program in a directory of its own that is shown simulated time (virtual_time.c)."""

    def __init__(self, command):
        """Starts `command(directory)`."""
        remove_abandoned()
        self.directory = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
        with open(os.path.join(self.directory, "now"), "w+b") as file:
            file.write(bytes(8))
            file.flush()
            self._milliseconds = mmap.mmap(file.fileno(), 8)
        shown = {"VIRTUAL_TIME_FILE": file.name, "LD_PRELOAD": str(HERE / "virtual_time.so")}
        self._process = subprocess.Popen(command(self.directory), env=os.environ | shown, cwd=self.directory,
                                         stdout=sys.stderr)

    def set_time(self, milliseconds):
        self._milliseconds[:] = struct.pack("q", milliseconds)

    def is_up(self):
        return self._process.poll() is None

    def stop(self):
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


class Subject:
    handshake = {}

    def set_time(self, now):
        """Told each new time before the request that has it."""

    def close(self):
        """Called at the end."""

    def answer(self, request):
        operation, now = request["op"], request.get("now")
        if operation == "hello":
            return {"ok": self.handshake | {"protocol": 1}}
        if operation == "goodbye":
            return {"ok": {}}
        if operation not in self.handshake["operations"]:
            return {"error": {"code": "unsupported", "message": operation}}
        self.set_time(now)
        try:
            return {"ok": getattr(self, operation)(now, **request.get("args", {})) or {}}
        except Refused as refused:
            return {"error": {"code": refused.code, "message": str(refused)}}

    def serve(self):
        """Answers requests on standard input until `goodbye` or its end."""
        try:
            for line in sys.stdin:
                request = json.loads(line)
                print(json.dumps({"id": request["id"]} | self.answer(request)), flush=True)
                if request["op"] == "goodbye":
                    break
        finally:
            self.close()
