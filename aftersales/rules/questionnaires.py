"""AS-10: whether the questions of a script have been answered completely. Plain Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SCALE = tuple(str(mark) for mark in range(1, 6))


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it stands in the script."""

    id: int
    key: str
    text: str
    kind: str
    choices: tuple[str, ...]
    required: bool


def problems(questions: Sequence[Asked], given: Mapping[str, str]) -> tuple[str, ...]:
    """Return the texts of the questions that are not answered, or answered with what is not offered."""
    wrong = []
    for one in questions:
        answer = given.get(one.key, "").strip()
        offered = {"choice": one.choices, "scale": SCALE}.get(one.kind)
        if (one.required and not answer) or (answer and offered is not None and answer not in offered):
            wrong.append(one.text)
    return tuple(wrong)
