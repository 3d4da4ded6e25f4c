"""CF-1, CF-2, CF-6, CF-13: an order given back in one shop and bought again in another of the system. Plain Python."""

from collections.abc import Iterator
from datetime import timedelta

from conflicts.rules.sales import Item, Pair, faulty, people, recognised, related, same_goods, same_hand
from conflicts.rules.weighing import Figures, Finding, enough, weighed, yuan

_DAY = timedelta(days=1)


def judge(pair: Pair, figures: Figures) -> Finding | str | None:
    """Return the signal of a lost order and a purchase elsewhere, nothing, or why the two cannot be compared."""
    if same_hand(pair.lost.seller, pair.won.seller):
        return None
    goods, mine, theirs = same_goods(pair.lost, pair.won)
    if mine is None or theirs is None:
        return goods if goods.startswith("unmapped") else None
    told = tuple(one for one in pair.told if related(one.path, pair.won.seller.path) and one.at <= pair.won.ordered_at)
    parts = weighed(figures, _for(pair, figures, goods, mine, theirs))
    if told:
        parts += weighed(figures, [("told", told[0].at.isoformat())])
    finding = Finding(
        "poached",
        f"order:{pair.lost.pk}>order:{pair.won.pk}",
        act(pair, bool(told)),
        parts,
        weighed(figures, _against(pair, theirs)),
        pair.lost.paid_yuan or pair.won.paid_yuan or 0 * figures["least"],
        pair.won.ordered_at,
        links(pair) | {"product_id": mine.product},
        facts(pair, mine, theirs) | {"told": [f"{one.what} {one.at.isoformat()}" for one in told]},
    )
    return enough(finding, figures)


def act(pair: Pair, told: bool) -> str:
    """CF-5, CF-6: S1 when a closed deal was lost and the seller was told of it, else G1; none outside the system."""
    if not pair.won.seller.legitimate:
        return ""  # CH-3: no case is possible against an unauthorised seller
    return "S1" if told and pair.loss.final else "G1"


def links(pair: Pair) -> dict[str, int | None]:
    """Name what the signal is about."""
    seller = pair.won.seller
    return {
        "shop_id": seller.shop,
        "partner_id": seller.operator,
        "harmed_shop_id": pair.lost.seller.shop,
        "customer_id": pair.lost.customer or pair.won.customer,
        "first_order_id": pair.lost.pk,
        "refund_id": pair.loss.refund,
        "order_id": pair.won.pk,
    }


def facts(pair: Pair, mine: Item | None, theirs: Item | None) -> dict[str, object]:
    """Keep what was compared, as it stood."""
    return {
        "basis": pair.basis,
        "first_ordered_at": pair.lost.ordered_at.isoformat(),
        "lost_at": pair.loss.at.isoformat(),
        "bought_at": pair.won.ordered_at.isoformat(),
        "days": round((pair.won.ordered_at - pair.loss.at) / _DAY, 1),
        "first_unit_yuan": yuan(mine.unit_yuan if mine else None),
        "unit_yuan": yuan(theirs.unit_yuan if theirs else None),
        "refund_reason": pair.loss.reason,
        "legitimate": pair.won.seller.legitimate,
    }


def _for(pair: Pair, figures: Figures, goods: str, mine: Item, theirs: Item) -> Iterator[tuple[str, str]]:
    yield recognised(pair)
    yield goods, ""
    apart = abs(pair.won.ordered_at - pair.loss.at)
    if apart <= timedelta(days=int(figures["close_days"])):
        yield "close", f"{apart / _DAY:.1f}"
    if mine.unit_yuan and theirs.unit_yuan and theirs.unit_yuan <= mine.unit_yuan * (1 - figures["cheaper_share"]):
        yield "cheaper", f"{yuan(mine.unit_yuan)} → {yuan(theirs.unit_yuan)}"
    if pair.loss.final:
        yield "final", ""


def _against(pair: Pair, theirs: Item) -> Iterator[tuple[str, str]]:
    yield from people(pair)
    if theirs.is_gift:
        yield "gift_line", ""
    if faulty(pair):
        yield "quality", pair.loss.reason
    if pair.loss.reason == "not_shipped":
        yield "not_shipped", ""
    if not pair.loss.day_known:
        yield "loss_day_unknown", ""
    if pair.won.seller.mode == "self_operated":
        yield "platform_sells", ""
    elif pair.won.seller.operator is None and pair.lost.seller.operator is None:
        yield "own_shops", ""
