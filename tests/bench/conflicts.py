"""Detectors against a made-up world whose true story is known, and what one refund costs among many orders (CF-13)."""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from statistics import median
from time import perf_counter

from aftersales.models import Refund
from conflicts.models import Signal
from conflicts.operations import following, looking
from opsdesk.actor import SYSTEM
from orders.models import Order
from tests.bench import conflict_entering, conflict_history, conflict_others, conflict_world
from tests.bench.conflict_scores import Score
from tests.bench.conflict_world import World
from tests.bench.stopwatch import line, queries, times

TRUE = ("poached", "sabotage")
SEEDS = (20250101, 7)
PRECISION, RECALL = 0.95, 0.90


def run(*, full: bool) -> None:
    for seed in SEEDS:
        _report(200_000, seed, 0.0)
    for masked in (0.0, 0.25, 0.5, 0.75, 1.0):
        world, keys = entered(60_000, SEEDS[0] + 1, masked)
        found_all(world, keys)
        _print("conflicts.poached", poached(world), f"{100 * masked:.0f} % masked, 60,000 orders")
    _costs(full)


def entered(count: int, seed: int, masked: float) -> tuple[World, dict[str, int]]:
    """Make a world and enter it into an empty database."""
    conflict_entering.empty()
    world = conflict_world.make(count, seed, masked)
    return world, conflict_entering.enter(world)


def found_all(world: World, keys: dict[str, int]) -> dict[str, looking.Tally]:
    """Look at all that was lost, sold and installed."""
    at = conflict_entering.NOW
    lost = Refund.objects.values_list("order_id", flat=True).distinct()
    sales = Order.objects.filter(shop__operator__isnull=False).values_list("pk", flat=True)
    return {name: looking.look_at(name, pks, by=SYSTEM, at=at) for name, pks in (("losses", lost), ("sales", sales))}


def pairs(kinds: Iterable[str]) -> set[tuple[str, str]]:
    rows = Signal.objects.filter(kind__in=kinds, state="open")
    return set(rows.values_list("first_order__number", "order__number"))


def truth(world: World, *kinds: str) -> set[tuple[str, str]]:
    return {(lost.number, won.number) for kind in kinds for lost, won in world.pairs.get(kind, ())}


def poached(world: World, *, strict: bool = False) -> Score:
    """Whoever changed shops by himself looks the same in the data; he counts as an error only when asked for."""
    found, switched = pairs(("poached",)), truth(world, "switched")
    found = found if strict else found - switched
    right = found & truth(world, *TRUE, "hidden")
    true = truth(world, "poached", "hidden") if strict else truth(world, "poached")
    return Score(len(right), len(found), len(true), len(true & pairs(TRUE)))


def sabotage(world: World) -> Score:
    found, true = pairs(("sabotage",)), truth(world, "sabotage")
    agents = {(lost.number, won.number) for lost, won in world.pairs.get("poached", ()) if _refused(lost, won)}
    right = found & (true | agents)
    return Score(len(right), len(found), len(true), len(true & found))


def _refused(lost: conflict_world.Buy, won: conflict_world.Buy) -> bool:
    """A poacher who had by chance refused or done the installation before is a saboteur in the data and in truth."""
    work = lost.work
    return work is not None and work.what not in ("offered", "blocked") and won.shop.startswith(f"{work.agent}-")


def cross_region(world: World) -> Score:
    found = set(Signal.objects.filter(kind="cross_region", state="open").values_list("order__number", flat=True))
    true = {buy.number for buy in world.outside}
    return Score(len(found & true), len(found), len(true), len(found & true))


def _report(count: int, seed: int, masked: float) -> None:
    began = perf_counter()
    world, keys = entered(count, seed, masked)
    line("conflicts.entered", len(keys), "orders", f"seed {seed}, {100 * masked:.0f} % masked, "
         f"{Refund.objects.count():,} refunds, through the intake in {perf_counter() - began:.0f} s")  # fmt: skip
    began = perf_counter()
    with queries() as seen:
        tallies = found_all(world, keys)
    looked = sum(tally.looked for tally in tallies.values())
    line("conflicts.looked", looked / (perf_counter() - began), "rows/s", f"{looked:,} looked at, "
         f"{1000 * len(seen) / looked:.0f} statements per 1,000")  # fmt: skip
    _print("conflicts.poached", poached(world), f"seed {seed}", aim=True)
    _print(
        "conflicts.poached_strict",
        poached(world, strict=True),
        "with who changed shops by himself as an error, and what CF-13 does not describe as missed",
    )
    _print("conflicts.sabotage", sabotage(world), f"seed {seed}")
    _print("conflicts.cross_region", cross_region(world), f"seed {seed}")
    for name, score in conflict_others.scores(world, keys, seed).items():
        _print(f"conflicts.{name}", score, f"seed {seed}")
    _missed(world)


def _missed(world: World) -> None:
    """Which scenes the wrong ones come from, and how many of each true kind stay unseen."""
    scenes = {pair: kind for kind in world.pairs for pair in truth(world, kind)}
    wrong = Counter(scenes.get(pair, "strangers") for pair in pairs(TRUE) if scenes.get(pair) not in (*TRUE, "hidden"))
    lost = Counter(
        reason(lost, won)
        for kind in TRUE
        for lost, won in world.pairs.get(kind, ())
        if (lost.number, won.number) not in pairs(TRUE)
    )
    print(f"    missed: {dict(lost.most_common(8))}")
    print(f"    wrong: {dict(wrong.most_common())}; of pairs made: "
          f"{ {kind: len(made) for kind, made in world.pairs.items()} }")  # fmt: skip


def reason(lost: conflict_world.Buy, won: conflict_world.Buy) -> str:
    """Why a true pair may have been missed."""
    said = [
        "masked" if lost.masked or won.masked else "",
        "other phone" if lost.who.phone != won.who.phone else "",
        "other name" if lost.who.name != won.who.name else "",
        lost.back.reason if lost.back and lost.back.reason in ("quality", "not_shipped") else "",
        "platform" if won.shop == "jd-self" else "",
        "" if lost.model == won.model else "series",
    ]
    return ", ".join(one for one in said if one) or "none of these"


def _print(name: str, score: Score, *notes: str, aim: bool = False) -> None:
    fine = score.precision >= PRECISION and score.recall >= RECALL
    target = f"(target ≥ {PRECISION} at ≥ {RECALL}{'' if fine else ': MISSED'})" if aim else ""
    said = f"precision {score.precision:.3f} ({score.right:,} of {score.found:,}), recall {score.recall:.3f} "
    line(name, 100 * score.precision, "%", f"{said}({score.caught:,} of {score.true:,})", target, *notes)


def _costs(full: bool) -> None:
    """One refund among more and more orders: the same statements, about the same time."""
    bases: dict[str, float] = {}
    for size in (100_000, 1_000_000, *((5_000_000,) if full else ())):
        made = conflict_history.make(size)
        lost = conflict_history.refunds(200)
        for name, pks, work in (
            ("per_refund", lost, lambda pk: looking.look_at("losses", [pk], by=SYSTEM, at=conflict_history.NOW)),
            ("per_purchase", [size + pk for pk in lost if pk % 2 == 0],
             lambda pk: following.follow_orders([pk], by=SYSTEM, at=conflict_history.NOW)),
        ):  # fmt: skip
            taken, statements = _one_by_one(pks, work)
            base = bases.setdefault(name, taken)
            line(f"conflicts.{name}", taken, "ms", f"among {size:,} orders (made in {made:.0f} s)",
                 f"{statements} statements", times(taken, base, "the time among 100,000", most=1.5))  # fmt: skip


def _one_by_one(pks: list[int], work: Callable[[int], object]) -> tuple[float, int]:
    """The median time of each by itself in the quietest of three rounds, and how many statements the first one took."""
    random.Random(1).shuffle(pks)
    with queries() as seen:
        work(pks[0])
    return min(median(map(partial(_milliseconds, work), pks[1:])) for _ in range(3)), len(seen)


def _milliseconds(work: Callable[[int], object], pk: int) -> float:
    began = perf_counter()
    work(pk)
    return 1000 * (perf_counter() - began)
