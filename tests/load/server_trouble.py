"""What happens to a queue's PostgreSQL server during a load test, besides what happens to its clients."""

import contextlib
import os
import signal

from trouble import Trouble

LONGEST_STOP = 2  # seconds


class ServerTrouble(Trouble):
    def __init__(self, server, *others):
        super().__init__(*others)
        self.server = server

    def tasks(self):
        return [*super().tasks(), self.terminate(), self.kill_one(), self.stop_server(), self.watch()]

    def terminate(self):
        """An operator's pg_terminate_backend, of some of the sessions."""
        draw = self.draws("terminate")
        while True:
            yield from self.pause(draw.uniform(0.5, 3))
            yield from self.until_troubled()
            sessions = self.server.sessions()
            chosen = draw.sample(sessions, min(len(sessions), draw.randint(1, 3)))
            if not chosen:
                continue
            question = "; ".join(f"SELECT pg_terminate_backend({session})" for session in chosen)
            code = yield from self.processes.help("psql", self.server.program("psql"), "-X", "-q", "-d",
                                                  self.server.conninfo, "-c", question)
            self.counts["sessions terminated"] += len(chosen) if code == 0 else 0

    def kill_one(self):
        """One of the server's processes is killed, as Linux does for want of memory: the postmaster ends the others
        and starts anew from its log. If the process that does so is killed, it gives up: that one is spared."""
        draw = self.draws("kill one")
        while True:
            yield from self.wait(draw)
            processes = sorted(process for process, title in self.server.processes().items()
                               if title.startswith("postgres: ") and not title.startswith("postgres: startup"))
            if not processes:
                continue
            with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
                os.kill(draw.choice(processes), signal.SIGKILL)
                self.counts["server processes killed"] += 1

    def stop_server(self):
        draw = self.draws("stop server")
        while True:
            yield from self.wait(draw)
            try:
                self.server.stop_at_once()
                yield from self.pause(draw.uniform(0, LONGEST_STOP))
            finally:
                self.server.start()
            self.counts["server stopped"] += 1

    def watch(self):
        while True:
            if self.server.has_ended_by_itself():
                self.violations.append(f"the server ended by itself: {self.server.last_words()}")
                self.server.start()
            yield

    def lines(self, effects, failures):
        return {
            "sessions terminated": self.counts["sessions terminated"],
            "server processes killed": self.counts["server processes killed"],
            "times the server was stopped at once": self.counts["server stopped"],
            "calls answered unavailable": failures["unavailable"],
            "of those, with effect unknown": failures["effect unknown"],
        }
