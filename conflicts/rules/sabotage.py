"""CF-3, CF-6, CF-7, CF-13: an installation refused, delayed or called off, the order lost, the customer then
the agent's own. Plain Python."""

from collections.abc import Iterator
from datetime import timedelta

from conflicts.rules.poaching import facts, links
from conflicts.rules.sales import Pair, Told, faulty, people, recognised, related, same_goods, same_hand
from conflicts.rules.weighing import Figures, Finding, enough, weighed

TROUBLE = ("declined", "silent", "handed_over", "late", "cancelled", "failed", "installed")
_GRAVEST = ("installed", "declined", "failed", "cancelled", "late", "handed_over", "silent")
_COUNTED = ("gift", "other_home", "other_city", "moved")
_DAY = timedelta(days=1)


def judge(pair: Pair, figures: Figures) -> Finding | None:
    """Return the signal that a seller had the installation of an order, that it was lost, and that he sold instead."""
    trouble = [one for one in pair.told if one.what in TROUBLE and _his(one, pair)]
    if not trouble or same_hand(pair.lost.seller, pair.won.seller):
        return None
    worst = min(trouble, key=lambda one: (_GRAVEST.index(one.what), one.at))
    goods, mine, theirs = same_goods(pair.lost, pair.won)
    finding = Finding(
        "sabotage",
        f"order:{pair.lost.pk}>order:{pair.won.pk}",
        _act(pair, worst),
        weighed(figures, _for(pair, figures, goods, worst)),
        weighed(figures, _against(pair, figures, worst)),
        pair.lost.paid_yuan or pair.won.paid_yuan or 0 * figures["least"],
        worst.at,
        links(pair) | {"product_id": mine.product if mine else None, "job_id": worst.job},
        facts(pair, mine, theirs) | {"trouble": [f"{one.what} {one.at.isoformat()}" for one in trouble]},
    )
    return enough(finding, figures)


def _his(one: Told, pair: Pair) -> bool:
    return related(one.path, pair.won.seller.path) and one.at < pair.loss.at


def _act(pair: Pair, worst: Told) -> str:
    if not pair.won.seller.legitimate:
        return ""
    return "V3" if worst.what == "installed" else "S2"


def _for(pair: Pair, figures: Figures, goods: str, worst: Told) -> Iterator[tuple[str, str]]:
    yield recognised(pair)
    yield ("model_unknown" if goods.startswith("unmapped") else goods), ""
    yield worst.what, worst.at.isoformat()
    apart = abs(pair.won.ordered_at - pair.loss.at)
    if apart <= timedelta(days=int(figures["close_days"])):
        yield "close", f"{apart / _DAY:.1f}"
    if pair.loss.final:
        yield "final", ""


def _against(pair: Pair, figures: Figures, worst: Told) -> Iterator[tuple[str, str]]:
    yield from (reason for reason in people(pair) if reason[0] in _COUNTED)
    if faulty(pair):
        yield "quality", pair.loss.reason
    if pair.loss.at - worst.at > timedelta(days=int(figures["long_days"])):
        yield "told_long_ago", f"{(pair.loss.at - worst.at) / _DAY:.0f}"
