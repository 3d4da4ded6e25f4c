"""PR-12: a lucky draw that anybody can check: seed sealed before, entries fixed, winners drawn, seed published."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Refused
from opsdesk.privacy import seal, unseal
from orders.models import Order
from promotions.models import Claim, Draw
from promotions.operations import pots
from promotions.operations.claims import LABEL
from promotions.rules import draws as rule
from promotions.states.claim import CLAIM, DRAW, ClaimKind
from promotions.states.plan import OfferKind


class TooEarly(Refused):
    code, sentence = "draw_too_early", _("{draw}: orders enter until {closes_at}; fix the entries after that.")


class NoReason(Refused):
    code, sentence = "draw_no_reason", _("{draw}: say why.")


@dataclass(frozen=True)
class Planned:
    """A draw to be opened: how many win how much from which pot, among the orders paid in a span."""

    title: str
    pot: int
    prize_yuan: Decimal
    places: int
    opens_at: datetime
    closes_at: datetime


@transaction.atomic
def open_draw(planned: Planned, *, by: Actor, at: datetime) -> Draw:
    """PR-12: open a draw: a secret seed is made and sealed, its fingerprint stands on the public page from now on."""
    by.need("promotions.run_draw")
    pots.need_purpose(planned.pot, OfferKind.DRAW)
    seed = secrets.token_hex(32)
    draw = Draw.objects.create(
        title=planned.title,
        pot_id=planned.pot,
        prize_yuan=planned.prize_yuan,
        places=planned.places,
        opens_at=planned.opens_at,
        closes_at=planned.closes_at,
        seed_sealed=seal(seed.encode()),
        seed_print=rule.seed_print(seed),
    )
    audit.record(draw, "draw.open", by=by, at=at, seed_print=draw.seed_print)
    return draw


@transaction.atomic
def close(draw_id: int, *, by: Actor, at: datetime) -> Draw:
    """PR-12: fix who takes part: every order paid in the span and not refunded; public before the seed is."""
    by.need("promotions.run_draw")
    draw: Draw = Draw.objects.visible_to(by).for_change(draw_id)
    if at < draw.closes_at:
        raise TooEarly(draw=draw, closes_at=f"{draw.closes_at:%Y-%m-%d %H:%M}")
    entries = sorted(_entries(draw))
    fingerprint = rule.entries_print(entries)
    facts = {"entries": len(entries), "entries_print": fingerprint}
    DRAW.move(draw, "close", by=by, at=at, facts=facts)
    Draw.objects.filter(pk=draw.pk).update(entries=entries, entries_print=fingerprint)
    draw.entries, draw.entries_print = entries, fingerprint
    return draw


@transaction.atomic
def run(draw_id: int, *, by: Actor, at: datetime) -> Draw:
    """PR-12, PR-18: draw the winners, publish the seed, and reserve each prize; a pot that cannot pay all refuses."""
    by.need("promotions.run_draw")
    draw: Draw = Draw.objects.visible_to(by).for_change(draw_id)
    DRAW.check(draw, "draw")
    seed = unseal(draw.seed_sealed).decode()
    winners = list(rule.draw(seed, draw.entries, draw.places).winners)
    for order in [order for entry, order in _entries(draw).items() if entry in winners]:
        _prize(draw, order, by=by, at=at)
    DRAW.move(
        draw, "draw", by=by, at=at, facts={"winners": len(winners)}, seed=seed, winners=winners, drawn_at=at
    )  # fmt: skip
    return draw


def _prize(draw: Draw, order_id: int, *, by: Actor, at: datetime) -> None:
    claim = Claim.objects.create(
        pot_id=draw.pot_id,
        order_id=order_id,
        kind=ClaimKind.DRAW,
        amount_yuan=draw.prize_yuan,
        claimed_by=by.name,
        claimed_at=at,
        because=[f"draw:{draw.pk}"],
    )
    pots.reserve(draw.pot_id, draw.prize_yuan, source=(LABEL, claim.pk), at=at)
    CLAIM.move(Claim.objects.for_change(claim.pk), "approve", by=by, at=at, facts={"because": claim.because})


@transaction.atomic
def cancel(draw_id: int, *, reason: str, by: Actor, at: datetime) -> Draw:
    """Call a draw off before anybody has won."""
    by.need("promotions.run_draw")
    draw: Draw = Draw.objects.visible_to(by).for_change(draw_id)
    if not reason.strip():
        raise NoReason(draw=draw)
    DRAW.move(draw, "cancel", by=by, at=at, facts={"reason": reason.strip()})
    return draw


def entry_of(shop: str, number: str) -> str:
    """Return an order's entry: what its buyer can find on the public page, and nobody else read anything from."""
    return hashlib.sha256(f"{shop}:{number}".encode()).hexdigest()


def _entries(draw: Draw) -> dict[str, int]:
    """Return the orders that take part, by entry: those fixed at the close; before that, all that qualify now."""
    won = Claim.objects.filter(order=OuterRef("pk"), kind=ClaimKind.DRAW).live()
    rows = Order.objects.counted().paid_between(draw.opens_at, draw.closes_at).filter(~Exists(won))
    known = {
        entry_of(shop, number): pk
        for pk, shop, number in rows.exclude(state="closed").values_list("pk", "shop__code", "number").iterator()
    }
    return {entry: pk for entry, pk in known.items() if entry in set(draw.entries)} if draw.entries else known
