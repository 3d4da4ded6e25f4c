"""One folder of data, several run.py at once: who has the servers, and how the others find them.

Standard library only: run.py loads this file in a Python without Django.
"""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opsdesk.embedded import URLS, NotStarted, Servers, data_folder

PERSONAL = ("log", "mail", "media")
PATIENCE = 10  # seconds that the product waits for a short command


class Lock:
    """A file held by one process or shared by several; the kernel lets go of it however they end."""

    def __init__(self, path: Path):
        self._file = path.open("a", encoding="utf-8")

    def take(self, *, shared: bool = False, wait: bool = False) -> bool:
        kind = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
        try:
            fcntl.flock(self._file, kind)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)


@dataclass(frozen=True)
class Data:
    """The data under `home`, and the servers wanted for it."""

    home: Path
    wheels: Path
    wanted: tuple[str, ...]

    @contextlib.contextmanager
    def held(self, address: str) -> Iterator[Servers]:
        """Have the data alone, for the product; another product is named, a short command waited for."""
        lock, end = Lock(self.home / "lock"), time.monotonic() + PATIENCE
        while not lock.take():
            if there := self.holder().get("address"):
                raise NotStarted(f"产品正在运行 / the product is running: {there}")
            if time.monotonic() > end:
                raise NotStarted("另一条 run.py 命令正在使用数据 / another run.py command is using the data")
            time.sleep(0.1)
        with self._servers(address) as servers:
            yield servers
        lock.release()

    @contextlib.contextmanager
    def joined(self) -> Iterator[dict[str, str]]:
        """Yield the URLs for one command: of whoever has the servers, else our own as long as it takes."""
        lock, guests = Lock(self.home / "lock"), Lock(self.home / "guests")
        while not lock.take():
            guests.take(shared=True, wait=True)
            if facts := self.holder():
                yield self._enough(facts["urls"])
                return
            guests.release()
            time.sleep(0.1)
        with self._servers() as servers:
            yield servers.urls()
            guests.take(wait=True)  # others may still be at work on them
        lock.release()

    def _enough(self, urls: dict[str, str]) -> dict[str, str]:
        for url in (URLS[service] for service in self.wanted):
            if url not in urls:
                raise NotStarted(
                    f"产品使用外部 {url}，请同样设置 / the product has a {url} of its own, set it here too"
                )
        return urls

    def holder(self) -> dict[str, Any]:
        """Return what the run.py that has the servers says of them; nothing if it has died since."""
        try:
            facts: dict[str, Any] = json.loads((self.home / "running.json").read_text(encoding="utf-8"))
            os.kill(facts["pid"], 0)
        except (FileNotFoundError, ProcessLookupError):
            return {}
        return facts

    @contextlib.contextmanager
    def _servers(self, address: str = "") -> Iterator[Servers]:
        """Start the servers and leave a notice; it names only ours, so no password is written down."""
        notice, new = self.home / "running.json", self.home / "running.new"
        notice.unlink(missing_ok=True)
        self.home.chmod(0o711)  # nobody passes through to the data, and sees nothing on the way
        for name in PERSONAL:
            (self.home / name).mkdir(mode=0o700, exist_ok=True)
        servers = Servers(data_folder(self.home), self.home / "log", self.wheels, self.wanted)
        servers.start()
        try:
            facts = {"pid": os.getpid(), "urls": servers.urls(), "address": address}
            new.write_text(json.dumps(facts), encoding="utf-8")
            new.replace(notice)
            yield servers
        finally:
            notice.unlink(missing_ok=True)
            servers.stop()
