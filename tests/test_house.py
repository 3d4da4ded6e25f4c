"""House rules that ruff and import-linter cannot say (docs/architecture.md)."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from opsdesk.console import timeline
from orders.states import IMPORT, ORDER

ROOT = Path(__file__).resolve().parent.parent
MODULE, FUNCTION, OPERATION, ENDPOINT, TASK = 400, 40, 30, 15, 10
REFUSED_ROOMS = {"utils.py", "helpers.py", "services.py", "managers.py", "signals.py", "constants.py"}


def tracked(pattern: str = "*.py") -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", pattern], cwd=ROOT, capture_output=True, text=True
    )
    if names.returncode:  # a copy without git, e.g. an image
        return [path for path in ROOT.rglob(pattern) if ".venv" not in path.parts]
    return [path for name in names.stdout.splitlines() if (path := ROOT / name).exists()]


CODE = [path for path in tracked() if "migrations" not in path.parts]
PRODUCT = [path for path in CODE if "tests" not in path.parts]


def functions(path: Path) -> Iterator[tuple[ast.FunctionDef, int]]:
    """Each function with the lines of its body, its docstring not counted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            yield node, (body[-1].end_lineno - body[0].lineno + 1) if body else 0


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_stays_within_its_size(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MODULE
    assert path.name not in REFUSED_ROOMS


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_function_stays_within_its_size(path):
    most = OPERATION if "operations" in path.parts else TASK if path.name == "tasks.py" else FUNCTION
    for node, lines in functions(path):
        assert lines <= (ENDPOINT if path.name == "views.py" else most), f"{path.name}:{node.lineno} {node.name}"


def test_only_the_machine_assigns_a_state():
    assigned = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in PRODUCT
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and target.attr == "state"
    ]
    assert [where.partition(":")[0] for where in assigned] == ["opsdesk/machine.py"]


def test_no_save_override_and_no_signal():
    for path in PRODUCT:
        for node, _lines in functions(path):
            assert node.name != "save" or "models" not in path.parts, path


@pytest.mark.parametrize(
    "path", [p for p in PRODUCT if p.parent.name in ("operations", "queries", "rules")], ids=lambda p: p.stem
)
def test_every_public_function_says_what_it_will_do(path):
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            said = ast.get_docstring(node) or (isinstance(node, ast.ClassDef) and "sentence" in ast.dump(node))
            assert said, f"{path}:{node.lineno} {node.name}"


def test_every_event_has_a_sentence_for_the_timeline():
    recorded, rights = set(), {app.label for app in apps.get_app_configs()}
    for path in PRODUCT:
        recorded |= set(re.findall(r'"([a-z]+\.[a-z_]+)", (?:by=by|line=)', path.read_text(encoding="utf-8")))
    machines = {f"order.{action}" for action in ORDER.moves} | {f"import.{action}" for action in IMPORT.moves}
    assert recorded
    events = {name for name in recorded | machines if name.split(".")[0] not in rights}
    assert events - timeline.SENTENCES.keys() == set()


def test_settings_fit_on_a_page():
    lines = (ROOT / "opsdesk" / "settings.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 220
    assert settings.LANGUAGE_CODE == "zh-hans"
