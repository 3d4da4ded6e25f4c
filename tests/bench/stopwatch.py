"""Measuring and printing: medians of repetitions, taken in turns, each beside what it is measured against."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connection

Work = Callable[[], object]


def seconds(work: Work, *, times: int = 3, before: Work | None = None) -> float:
    """Return how long this takes, `before` each time not counted."""
    return in_turns({"": work}, times=times, before=before)[""]


def in_turns(works: Mapping[str, Work], *, times: int = 3, before: Work | None = None) -> dict[str, float]:
    """Return how long each takes; they take turns, so that another load on the machine meets all of them."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(times):
        for name, work in works.items():
            if before:
                before()
            began = perf_counter()
            work()
            taken[name].append(perf_counter() - began)
    return {name: median(times) for name, times in taken.items()}


@contextmanager
def queries() -> Iterator[list[str]]:
    """Count statements (COPY is none of these)."""
    seen: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def line(name: str, figure: float, unit: str, *notes: str) -> None:
    digits = 0 if figure >= 100 else 1
    print(f"{name:<24}{figure:>11,.{digits}f} {unit:<12} {'; '.join(note for note in notes if note)}", flush=True)


def share(part: float, whole: float, of: str, target: float = 0) -> str:
    """Say which part of a baseline this is, and whether that is enough."""
    percent = 100 * part / whole
    aim = f" (target ≥ {target:.0f} %{_missed(percent >= target)})" if target else ""
    return f"{percent:.{0 if percent >= 10 else 1}f} % of {of}{aim}"


def times(one: float, other: float, of: str, *, most: float = 0, least: float = 0) -> str:
    """Say how many times a baseline this is, and whether that is not too much, or enough."""
    ratio = one / other
    aim = f" (target ≤ {most:g}{_missed(ratio <= most)})" if most else ""
    aim = f" (target ≥ {least:g}{_missed(ratio >= least)})" if least else aim
    return f"{ratio:,.{2 if ratio < 10 else 0}f} times {of}{aim}"


def at_most(figure: float, most: float) -> str:
    """Say whether a figure is within its limit."""
    return f"(target ≤ {most:g}{_missed(figure <= most)})"


def _missed(fine: bool) -> str:
    return "" if fine else ": MISSED"
