"""Child processes: ended with us, stopped in order, started again when they die.

Standard library only: run.py loads this file in a Python without Django.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
LONGEST_PAUSE, PROVEN = 30, 60  # seconds
LONGEST_LOG = 5 * 2**20
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(how: int) -> None:
    """Ask the kernel (between fork and exec) for this signal when the thread that started us ends."""
    if _libc:
        _libc.prctl(PR_SET_PDEATHSIG, how)


def worker_pool() -> str:
    """Return the Celery pool this machine can have: a bare chroot may lack the semaphores that prefork needs."""
    return "prefork" if sys.platform != "linux" or os.access("/dev/shm", os.W_OK) else "threads"


@dataclass
class Child:
    """A process that (on Linux) cannot outlive us, in a session of its own: Ctrl-C reaches only us."""

    name: str
    command: list[str]
    log: Path
    env: dict[str, str]
    cwd: Path = Path("/")
    stop_signal: int = signal.SIGTERM
    run_as: dict[str, Any] = field(default_factory=dict)
    started: float = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.started = time.monotonic()
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                start_new_session=True,
                preexec_fn=partial(die_with_parent, self.stop_signal),
                **self.run_as,
            )

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.process and self.running():
            self.process.send_signal(self.stop_signal)

    def wait(self, until: float) -> None:
        """Wait for the end; at `until` (monotonic) insist, at last with all its own children.

        SIGQUIT is Celery's "give the messages back", gunicorn's and PostgreSQL's "at once".
        """
        if self.process is None or self._ended_by(until):
            return
        self.process.send_signal(signal.SIGQUIT)
        if not self._ended_by(time.monotonic() + 2):
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _ended_by(self, until: float) -> bool:
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self.process:
                self.process.wait(max(0.1, until - time.monotonic()))
        return not self.running()

    def last_words(self, lines: int = 12) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


def stop(children: Sequence[Child], within: float) -> None:
    """Stop them in reverse order; they share the time they have."""
    until = time.monotonic() + within
    for child in reversed(children):
        child.ask_to_stop()
    for child in reversed(children):
        child.wait(until)


class Keeper:
    """Starts again what dies, with growing pauses, and tells of it."""

    def __init__(self, kept: Sequence[Child], tell: Callable[[Child, float], None]):
        self._kept, self._tell = kept, tell
        self._pauses: dict[str, float] = {}
        self._due: dict[str, float] = {}

    def look(self) -> None:
        for child in self._kept:
            if not child.running():
                self._restart(child, time.monotonic())
            elif time.monotonic() - child.started > PROVEN:
                self._pauses.pop(child.name, None)

    def _restart(self, child: Child, now: float) -> None:
        if child.name not in self._due:
            pause = min(LONGEST_PAUSE, 2 * self._pauses.get(child.name, 0.5))
            self._pauses[child.name], self._due[child.name] = pause, now + pause
            self._tell(child, pause)
        elif now >= self._due[child.name]:
            del self._due[child.name]
            child.start()
