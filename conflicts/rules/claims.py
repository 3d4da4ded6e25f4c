"""CF-2, CF-13: a customer registered by one shop who bought from another while he was protected. Plain Python."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from conflicts.rules.sales import Item, Sale, Seller, same_hand
from conflicts.rules.weighing import Figures, Finding, enough, weighed, yuan


@dataclass(frozen=True, slots=True)
class Claim:
    """An inquiry that a shop registered: who asked, for which model (0: any), protected from when until when."""

    pk: int
    seller: Seller
    name: str
    product: int
    series: str
    asked_yuan: Decimal | None
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Bought:
    """A purchase by whom seems to be that customer; was he known there before, did he buy from the claimer as well?"""

    sale: Sale
    basis: str
    known_before: bool
    also_here: bool


def judge(claim: Claim, bought: Bought, figures: Figures) -> Finding | str | None:
    """Return the signal of a purchase elsewhere within the protection, nothing, or why the two cannot be compared."""
    sale = bought.sale
    if same_hand(claim.seller, sale.seller) or not claim.since < sale.ordered_at < claim.until:
        return None
    if claim.product and not sale.items and sale.unmapped:
        return "unmapped_won"
    code, item = _goods(claim, sale)
    finding = Finding(
        "claimed",
        f"inquiry:{claim.pk}>order:{sale.pk}",
        "G1" if sale.seller.legitimate else "",
        weighed(figures, _for(claim, bought, figures, code, item)),
        weighed(figures, _against(claim, bought, code)),
        sale.paid_yuan or 0 * figures["least"],
        sale.ordered_at,
        {
            "shop_id": sale.seller.shop,
            "partner_id": sale.seller.operator,
            "harmed_shop_id": claim.seller.shop,
            "customer_id": sale.customer,
            "product_id": item.product if item else None,
            "order_id": sale.pk,
            "inquiry_id": claim.pk,
        },
        {
            "basis": bought.basis,
            "registered_at": claim.since.isoformat(),
            "until": claim.until.isoformat(),
            "bought_at": sale.ordered_at.isoformat(),
            "unit_yuan": yuan(item.unit_yuan if item else None),
        },
    )
    return enough(finding, figures)


def _goods(claim: Claim, sale: Sale) -> tuple[str, Item | None]:
    if not claim.product:
        return "", next(iter(sale.items), None)
    for item in sale.items:
        if item.product == claim.product:
            return "same_model", item
    for item in sale.items:
        if claim.series and item.series == claim.series:
            return "same_series", item
    return "other_model", next(iter(sale.items), None)


def _for(claim: Claim, bought: Bought, figures: Figures, code: str, item: Item | None) -> Iterator[tuple[str, str]]:
    yield ("masked" if bought.basis == "masked" else "same_phone"), ""
    if code in ("same_model", "same_series"):
        yield code, ""
    after = bought.sale.ordered_at - claim.since
    if after <= timedelta(days=int(figures["soon_days"])):
        yield "soon", f"{after / timedelta(days=1):.1f}"
    paid = item.unit_yuan if item else None
    if claim.asked_yuan and paid and paid <= claim.asked_yuan * (1 - figures["cheaper_share"]):
        yield "cheaper", f"{yuan(claim.asked_yuan)} → {yuan(paid)}"


def _against(claim: Claim, bought: Bought, code: str) -> Iterator[tuple[str, str]]:
    seller = bought.sale.seller
    if code == "other_model":
        yield code, ""
    name = bought.sale.who.name
    if claim.name and name and "*" != name[:1] != claim.name[:1]:
        yield "other_name", f"{claim.name[:1]}* → {name[:1]}*"
    if bought.known_before:
        yield "known_before", ""
    if bought.also_here:
        yield "also_bought_here", ""
    if seller.mode == "self_operated":
        yield "platform_sells", ""
    elif seller.operator is None and claim.seller.operator is None:
        yield "own_shops", ""
