"""What OpsDesk runs in on this machine: .venv as requirements.lock says (docs/adr/0003), and its variables.

Standard library only: run.py loads this file in the Python the machine came with.
"""

import base64
import contextlib
import hashlib
import importlib.util
import os
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".opsdesk"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "opsdesk-stamp"


def say(chinese: str, english: str) -> None:
    """Tell the person at the terminal; on stderr, because stdout belongs to the command."""
    print(f"opsdesk: {chinese} / {english}", file=sys.stderr, flush=True)  # noqa: T201


def give_up(chinese: str, english: str, remedy: str = "") -> NoReturn:
    """End with what is missing and, where there is one, the one command that brings it."""
    say(chinese, english)
    sys.exit(f"  {remedy}" if remedy else 1)


def is_ready() -> bool:
    """Say whether .venv is what requirements.lock asks for; this is all that a second start costs."""
    return os.path.exists(PYTHON) and _read(STAMP) == _stamp()


def make() -> None:
    """Make .venv what requirements.lock says; a stamp, written last, tells the next start."""
    started = time.monotonic()
    if not os.access(ROOT, os.W_OK):
        give_up("没有写入权限", "this folder cannot be written to", str(ROOT))
    say("正在准备 .venv（仅首次）", "making .venv, only this once …")
    made_for = _read(STAMP).splitlines()[1:]
    if made_for not in ([], [str(ROOT)]) or not _usable(PYTHON):
        shutil.rmtree(VENV, ignore_errors=True)
    _install()
    STAMP.write_text(_stamp(), encoding="utf-8")
    say("环境就绪", f"environment ready ({time.monotonic() - started:.0f} s)")


def _stamp() -> str:
    """Name the lock, and the place: the scripts in a venv know where they were made."""
    return f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()}\n{ROOT}\n"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _usable(python: Path) -> bool:
    try:
        return _ok([str(python), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"])
    except OSError:
        return False


def _ok(command: list[str], **how: Any) -> bool:
    return subprocess.run(command, check=False, stdout=sys.stderr, **how).returncode == 0


def _answer(command: list[str]) -> str:
    try:
        return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def _install() -> None:
    uv = shutil.which("uv")
    if uv and _answer([uv, "--version"]):  # a version manager may put a uv on the PATH that is not there
        if _install_by_uv(uv):
            return
        say("uv 未成功，改用 pip", "uv did not manage, trying pip")
    pip = _venv_with_pip()
    options = "-qq --disable-pip-version-check --no-compile --no-deps --require-hashes --only-binary :all:"
    if not _ok([*pip, "install", *options.split(), "-r", str(LOCK)]):
        give_up("依赖安装失败，原因见上", "the packages could not be installed, see above")


def _install_by_uv(uv: str) -> bool:
    """Install with uv, from pip's index where only pip has been told of one (uv reads no pip.conf)."""
    env = dict(os.environ)
    if not env.get("UV_DEFAULT_INDEX") and not env.get("UV_INDEX_URL"):
        pip = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
        index = env.get("PIP_INDEX_URL") or _answer(pip)
        env |= {"UV_DEFAULT_INDEX": index} if index else {}
    make_venv = [uv, "venv", "-q", "--python", sys.executable, str(VENV)]
    if not os.path.exists(PYTHON) and not _ok(make_venv, env=env):
        return False
    options = "-q --require-hashes --only-binary :all: --python"
    return _ok([uv, "pip", "sync", *options.split(), str(PYTHON), str(LOCK)], env=env)


def _venv_with_pip() -> list[str]:
    """Make the venv and return the pip that fills it; Debian keeps ensurepip in a package of its own."""
    make_venv = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if not importlib.util.find_spec("ensurepip"):
        version = _answer([sys.executable, "-m", "pip", "--version"]).split()[1:2]
        if version and tuple(int(part) for part in version[0].split(".")[:2]) >= (22, 3):
            if not _ok([*make_venv, "--without-pip"]):
                give_up("无法创建 .venv，原因见上", ".venv could not be made, see above")
            return [sys.executable, "-m", "pip", "--python", str(PYTHON)]
        _bring("python{}.{}-venv".format(*sys.version_info))
    if not _ok(make_venv):
        give_up("无法创建 .venv，原因见上", ".venv could not be made, see above")
    return [str(PYTHON), "-m", "pip"]


def _bring(package: str) -> None:
    """Install Debian's package as root; anybody else is told the command."""
    install = ["apt-get", "install", "-y", "-qq", package]
    command = f"apt-get update && apt-get install -y {package}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        as_root = "sudo sh -c" if shutil.which("sudo") else "su -c"
        give_up("缺少 Python 的 venv，请先运行", "Python's venv is missing, first run", f"{as_root} '{command}'")
    say(f"缺少 venv，正在安装 {package}", f"venv is missing, installing {package}")
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    update = ["apt-get", "update", "-qq"]  # a fresh machine knows no packages yet
    if not _ok(install, env=env) and not (_ok(update, env=env) and _ok(install, env=env)):
        give_up("安装失败，请手工运行", "that failed, run it by hand", command)


def fresh_secrets() -> dict[str, str]:
    one, two = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    return {"SECRET_KEY": secrets.token_urlsafe(50), "PRIVACY_KEYS": f"k1:{one}", "FINGERPRINT_KEY": two}


def kept_secrets() -> dict[str, str]:
    """Return this machine's secrets, made once: without them nothing encrypted can be read again."""
    path, new = HOME / "secrets.env", HOME / f"secrets.{os.getpid()}"
    if not path.exists():
        with open(os.open(new, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as out:
            out.writelines(f"{name}={value}\n" for name, value in fresh_secrets().items())
        with contextlib.suppress(FileExistsError):  # of two first starts at once, the first one's count
            os.link(new, path)
        new.unlink()
    return dict(line.split("=", 1) for line in path.read_text(encoding="utf-8").splitlines())


def settings(urls: dict[str, str], port: int = 8000) -> dict[str, str]:
    """Return the environment of the product on this machine."""
    mine = kept_secrets() | {
        "DEBUG": "0",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "CSRF_TRUSTED_ORIGINS": f"http://localhost:{port},http://127.0.0.1:{port}",
        "SITE_URL": f"http://localhost:{port}",
        "EMAIL_URL": f"filemail:///{quote(str(HOME / 'mail'))}",
        "MEDIA_ROOT": str(HOME / "media"),
        "STATIC_ROOT": str(HOME / "static"),
    }
    return _with_outside(mine, urls)


def settings_for_tests(urls: dict[str, str], folder: Path) -> dict[str, str]:
    """Return the environment of tests, checks and benchmarks: nothing of the product's is in reach."""
    return _with_outside(fresh_secrets() | {"MEDIA_ROOT": str(folder / "media")}, urls)


def _with_outside(mine: dict[str, str], urls: dict[str, str]) -> dict[str, str]:
    """What is set outside wins over ours; the embedded services' URLs stand where nothing was set."""
    mine |= {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", "MPLCONFIGDIR": str(HOME / "matplotlib")}
    outside = {name: value for name, value in os.environ.items() if value or name not in mine}
    outside.pop("DJANGO_SETTINGS_MODULE", None)  # manage.py and pytest each have their own
    return mine | outside | urls
