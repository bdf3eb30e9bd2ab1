"""What makes the repository durable: the requests that it carried out, one a line.

A request stands in the journal, and the journal on the disk, before it is answered; starting again
carries all of them out again. The repository is deterministic, so this gives the same state, lease
ids included. A last line without its end is a request that was never answered: it is cut off.
"""

import json
import os


class Journal:
    def __init__(self, directory):
        self._path = os.path.join(directory, "journal.jsonl")
        self._file = open(self._path, "a+b")

    def requests(self):
        """Every request in it, in order."""
        self._file.seek(0)
        whole = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            yield json.loads(line)
        self._file.truncate(whole)

    def append(self, operation, now, args):
        line = json.dumps({"op": operation, "now": now, "args": args})
        self._file.write(line.encode() + b"\n")

    def begin_anew(self, operation, now, args):
        """As if this had been the first request: what was before it is of no use any more."""
        self._file.close()
        self._file = open(self._path + ".new", "w+b")
        self.append(operation, now, args)
        self.sync()
        os.replace(self._path + ".new", self._path)

    def sync(self):
        self._file.flush()
        os.fdatasync(self._file.fileno())
