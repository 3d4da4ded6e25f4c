"""The rulebooks as the product is delivered with them."""

import json
from pathlib import Path

from conflicts.models import Act, RulebookVersion
from opsdesk.console import reference_conflicts

DATA = Path(reference_conflicts.__file__).with_name("data") / "conflicts_rulebook.json"


def rulebooks() -> None:
    reference_conflicts.load(json.loads(DATA.read_text(encoding="utf-8")))


def act(code: str, number: int = 1) -> Act:
    """An act of the n-th versions."""
    return Act.objects.select_related("version__rulebook", "clause").get(code=code, version__number=number)


def version(code: str = "online-offline", number: int = 1) -> RulebookVersion:
    return RulebookVersion.objects.get(rulebook__code=code, number=number)
