"""CH-6: locating an address, in any of the mainland's towns."""

import random
from functools import partial

from channels.queries import regions
from channels.rules.addresses import Gazetteer, Located
from tests.bench import samples
from tests.bench.stopwatch import line, seconds

Given = tuple[str, dict[str, str]]  # the text, and what a platform says in columns of its own


def run(*, full: bool) -> None:
    count = 100_000 if full else 20_000
    luck = random.Random(1)
    texts = [samples.address(luck) for _ in range(count)]
    columns = [dict(zip(("province", "city", "county"), text.split(" ", 3), strict=False)) for text in texts]
    gazetteer = regions.gazetteer()
    line("addresses.index", 1000 * seconds(_index), "ms", "once per process")
    ways: dict[str, list[Given]] = {
        "with_blanks": [(text, {}) for text in texts],
        "with_columns": list(zip(texts, columns, strict=True)),
        "run_together": [(text.replace(" ", ""), {}) for text in texts],
    }
    for name, given in ways.items():
        found = _located(gazetteer, given)
        answered = sum(len(located.code) == 6 for located in found)
        micros = 1e6 * seconds(partial(_located, gazetteer, given)) / count
        line(f"addresses.{name}", micros, "µs", f"n={count:,}, a county for {100 * answered / count:.1f} %")


def _located(gazetteer: Gazetteer, given: list[Given]) -> list[Located]:
    return [gazetteer.locate(text, **columns) for text, columns in given]


def _index() -> object:
    regions.gazetteer.cache_clear()
    return regions.gazetteer()
