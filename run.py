#!/usr/bin/env python3
"""OpsDesk 一条命令 / in one command.

  python3 run.py                   启动产品 / run the product (Ctrl-C stops it, the data stays)
  python3 run.py test [ARGS]       全部测试 / the whole test suite (ARGS go to pytest)
  python3 run.py manage COMMAND …  管理命令 / any management command, with the services running
  python3 run.py check             代码检查加测试 / format, lint, types, contracts, migrations, docs, tests
  python3 run.py bench [ARGS]      性能对比 / the benchmarks (tests/bench)
  python3 run.py install           只准备环境 / only make the environment (.venv)
  python3 run.py reset             删除本机数据 / delete this machine's data and start over

DATABASE_URL, REDIS_URL: 自备服务器 / your own servers instead of the embedded ones.
OPSDESK_PORT: 端口 / the port, 8000 if not set.
"""

import contextlib
import hashlib
import http.client
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - where an older Python learns it
    sys.exit(
        "opsdesk: 需要 Python 3.11 或更新版本 / Python 3.11 or newer is needed, this is {}.{}.\n"
        "  Debian, Ubuntu:  sudo apt-get install -y python3.11 python3.11-venv && python3.11 run.py\n"
        "  macOS:           brew install python@3.12 && python3.12 run.py".format(*sys.version_info)
    )
if os.name != "posix":
    sys.exit("opsdesk: Windows: 请用 WSL 或 / use WSL or: docker compose up")

ROOT = Path(__file__).resolve().parent
NOT_PRODUCT = {"__pycache__", "docs", "media", "static", "tests"}
NEED_NO_TABLES = {"check", "makemigrations", "migrate", "render_docs", "showmigrations", "sqlmigrate"}
EMPTYING = {"flush", "migrate"}
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_START, LONGEST_STOP = 90, 6  # seconds
CHECKS = {
    "format": ("-m", "ruff", "format", "--check", "."),
    "lint": ("-m", "ruff", "check", "."),
    "types": ("-m", "mypy"),
    "contracts": ("-c", "from importlinter import cli; cli.lint_imports_command()"),
    "django": ("manage.py", "check"),
    "migrations": ("manage.py", "makemigrations", "--check", "--dry-run"),
    "docs": ("manage.py", "render_docs", "--check"),
    "tests": ("-m", "pytest"),
}


def _load(name: str):
    """Load a module of opsdesk/ by path: the package itself needs Celery, which may not be there yet."""
    spec = importlib.util.spec_from_file_location(f"opsdesk.{name}", ROOT / "opsdesk" / f"{name}.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


environment, children = _load("environment"), _load("children")
embedded, sharing = _load("embedded"), _load("sharing")
say, give_up, HOME = environment.say, environment.give_up, environment.HOME


class Stopped(BaseException):
    """Somebody pressed Ctrl-C, closed the terminal or sent SIGTERM."""


# The services.


def wanted() -> tuple[str, ...]:
    return tuple(service for service, url in embedded.URLS.items() if not os.environ.get(url))


def wheels() -> Path:
    return next((environment.VENV / "lib").glob("python*/site-packages"))


def data():
    return sharing.Data(HOME, wheels(), wanted())


# What stands in the database and beside it.


def fingerprint(part: str = "") -> str:
    """Name the state of the code (or of what lies in folders called `part`): paths, sizes and times."""
    digest = hashlib.sha256(environment.LOCK.read_bytes())
    for folder, folders, files in os.walk(ROOT):
        top = folder == str(ROOT)
        skipped = NOT_PRODUCT if top else {"__pycache__"}
        folders[:] = sorted(name for name in folders if name not in skipped and name[0] != ".")
        if not top and part in ("", os.path.basename(folder)):
            for path in sorted(os.path.join(folder, name) for name in files):
                about = os.stat(path)
                digest.update(f"{path} {about.st_size} {about.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def stamps() -> dict[str, Path]:
    """Return where it stands for which code something was done; only our own database keeps such notes."""
    ours = embedded.data_folder(HOME) if embedded.POSTGRES in wanted() else HOME / "nowhere"
    return {"static": HOME / "static-of", "migrated": ours / "migrated-to", "filled": ours / "filled-from"}


def stands(stamp: Path, state: str) -> bool:
    return stamp.exists() and stamp.read_text(encoding="utf-8") == state


def put(stamp: Path, state: str) -> None:
    if stamp.parent.exists():
        stamp.write_text(state, encoding="utf-8")


def managing(words: str) -> list[str]:
    return [str(environment.PYTHON), str(ROOT / "manage.py"), *words.split()]


def insist(words: str, env: dict[str, str]) -> None:
    if subprocess.run(managing(words), env=env, stdout=sys.stderr, check=False).returncode:
        give_up(f"{words} 失败，原因见上", f"{words} failed, see above")


def prepare(env: dict[str, str]) -> None:
    """Bring static files, tables, reference data and demo company to where the code is."""
    code, at = fingerprint(), stamps()
    if not stands(at["static"], code):
        shutil.rmtree(HOME / "static", ignore_errors=True)
        insist("collectstatic --no-input -v 0", env)
        put(at["static"], code)
    if not stands(at["filled"], code):
        say("正在准备数据，首次一两分钟", "preparing the data, a minute or two the first time …")
        for words in ("migrate --no-input -v 0", "load_reference", "load_demo"):
            insist(words, env)
        logins = subprocess.run(managing("demo_logins"), env=env, check=True, stdout=subprocess.PIPE).stdout
        (HOME / "log" / "logins.txt").write_bytes(logins)
        put(at["migrated"], tables_of_the_code())
        put(at["filled"], code)


def tables_of_the_code() -> str:
    return fingerprint("migrations") + fingerprint("data")


def migrate_quietly(env: dict[str, str]) -> None:
    """Bring tables and reference data to where the code is; if that fails, the command itself says what it lacks."""
    stamp, state = stamps()["migrated"], tables_of_the_code()
    if not stands(stamp, state):
        steps = (managing("migrate --no-input -v 0"), managing("load_reference"))
        if all(subprocess.run(step, env=env, check=False, stdout=sys.stderr).returncode == 0 for step in steps):
            put(stamp, state)


# The product: web, worker and beat.


def programs(env: dict[str, str], port: int) -> list:
    celery = "celery -A opsdesk"
    web = f"gunicorn opsdesk.wsgi:application --bind 127.0.0.1:{port} --access-logfile - --no-control-socket"
    words = {
        "web": f"{web} --preload --worker-class gthread --workers 2 --threads 4 --graceful-timeout 3",
        "worker": f"{celery} worker -c 2 -l info --without-mingle --without-gossip -P {children.worker_pool()}",
        "beat": f"{celery} beat -l info --pidfile= -s",
    }
    commands = {name: [str(environment.PYTHON), "-m", *line.split()] for name, line in words.items()}
    commands["beat"].append(str(HOME / "beat-schedule"))
    return [
        children.Child(name, command, HOME / "log" / f"{name}.log", env, ROOT) for name, command in commands.items()
    ]


def tell_of_end(child, pause: float) -> None:
    status = child.process.returncode
    say(
        f"{child.name} 退出（{status}），{pause:g} 秒后重启，见 {child.log}",
        f"{child.name} ended ({status}), starting again in {pause:g} s, see the log",
    )


def healthy(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def free_port(first: int) -> int:
    for port in range(first, min(first + 100, 65536)):
        with socket.socket() as door, contextlib.suppress(OSError):
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(("127.0.0.1", port))
            return port
    return give_up("没有空闲端口", f"no free port from {first} on")


def keep(kept: list, web, port: int, started: float) -> None:
    """Tell when the product is up; all along start again what dies, until somebody stops us."""
    keeper, end = children.Keeper(kept, tell_of_end), time.monotonic() + LONGEST_START
    while not healthy(port):
        keeper.look()
        if time.monotonic() > end:
            give_up("网站没有启动", "the web server does not start", web.last_words())
        time.sleep(0.1)
    say("已就绪", f"up after {time.monotonic() - started:.1f} s")
    print(f"\n  http://localhost:{port}/\n\n{(HOME / 'log' / 'logins.txt').read_text('utf-8')}", flush=True)
    say("Ctrl-C 停止，数据保留", f"Ctrl-C stops it, the data stays; logs: {HOME / 'log'}")
    while True:
        keeper.look()
        time.sleep(0.2)


def run_product(_: list[str]) -> int:
    started, wish = time.monotonic(), int(os.environ.get("OPSDESK_PORT") or 8000)
    port = free_port(wish)
    with contextlib.suppress(Stopped), data().held(f"http://localhost:{port}/") as servers:
        if port != wish:
            say(f"端口 {wish} 被占用，改用 {port}", f"port {wish} is taken, using {port}")
        env = environment.settings(servers.urls(), port)
        prepare(env)
        ours = programs(env, port)
        try:
            for child in ours:
                child.start()
            keep([*servers.children, *ours], ours[0], port, started)
        finally:
            say("正在停止", "stopping …")
            children.stop(ours, LONGEST_STOP)
    return 0


# The other commands.


def foreground(command: list[str], env: dict[str, str], cwd: Path | None = None) -> int:
    """Run a command as if it had been called directly: its terminal, its output, its exit status."""
    bound = partial(children.die_with_parent, signal.SIGTERM)
    process = subprocess.Popen(command, env=env, cwd=cwd, preexec_fn=bound)
    ours = {number: signal.signal(number, lambda *_: None) for number in SIGNALS}
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        status = process.wait()
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)
    return status if status >= 0 else 128 - status


def manage(arguments: list[str]) -> int:
    with data().joined() if wanted() else contextlib.nullcontext({}) as urls:
        env = environment.settings(urls)
        if arguments[:1] and arguments[0] not in NEED_NO_TABLES:
            migrate_quietly(env)
        status = foreground([*managing(""), *arguments], env)
        if EMPTYING.intersection(arguments[:1]):
            for stamp in ("migrated", "filled"):
                stamps()[stamp].unlink(missing_ok=True)
        return status


@contextlib.contextmanager
def throw_away(safe: bool = False):
    """Yield a function that runs Python in the project on services of its own, gone afterwards."""
    with embedded.throw_away(wheels(), wanted(), safe=safe) as servers:
        env = environment.settings_for_tests(servers.urls(), servers.log)
        yield lambda *words: foreground([str(environment.PYTHON), *words], env, ROOT)


def test(arguments: list[str]) -> int:
    with throw_away() as python:
        return python("-m", "pytest", *arguments)


def bench(arguments: list[str]) -> int:
    with throw_away(safe=True) as python:
        return python("-m", "tests.bench", *arguments)


def check(_: list[str]) -> int:
    """Make every check, even after one that failed, and say at the end which did."""
    failed = []
    with throw_away() as python:
        for name, words in CHECKS.items():
            say(name, " ".join(words))
            if python(*words):
                failed.append(name)
    if failed:
        give_up("未通过", f"failed: {', '.join(failed)}")
    say("全部通过", "all checks passed")
    return 0


def reset(_: list[str]) -> int:
    """Delete what run.py made on this machine: database, queue, uploads, logs, secrets."""
    lock = sharing.Lock(HOME / "lock")
    if not lock.take():
        give_up("产品正在运行，请先停止", "something is running on the data, stop it first")
    folder = embedded.data_folder(HOME)
    embedded.end_earlier_run(folder)
    shutil.rmtree(folder)
    shutil.rmtree(HOME)
    say(f"已删除 {folder}", "deleted; DATABASE_URL's server is never touched")
    return 0


def install(_: list[str]) -> int:
    return 0


COMMANDS = {
    "test": test,
    "manage": manage,
    "check": check,
    "bench": bench,
    "install": install,
    "reset": reset,
}


def make_environment() -> None:
    if not environment.is_ready():
        lock = sharing.Lock(HOME / "install.lock")
        lock.take(wait=True)
        if not environment.is_ready():  # the one that had the lock made it
            environment.make()
        lock.release()


def on_signal(*_) -> None:
    """Stop once; while we clean up, another Ctrl-C changes nothing."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def main(name: str = "", *arguments: str) -> int:
    command = COMMANDS.get(name, run_product)
    if name and name not in COMMANDS:
        print(__doc__)
        return 0 if name in ("-h", "--help", "help") else 2
    for number in SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, on_signal)
    HOME.mkdir(exist_ok=True)
    if HOME.stat().st_uid != os.geteuid():
        give_up("属于另一个用户", "belongs to another user; be that user, or delete it", str(HOME))
    if command != reset:
        make_environment()
    try:
        return command(list(arguments))
    except embedded.NotStarted as why:
        sys.exit(f"opsdesk: {why}")


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except Stopped:
        sys.exit(130)
