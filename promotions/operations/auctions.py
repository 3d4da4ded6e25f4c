"""PR-12: the weekly auction: its place in the budget held from the start, its winner kept, handed out once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from channels.models import Listing, Product
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.days import local
from opsdesk.errors import Invalid, NotAllowed, NotFound, Refused
from opsdesk.privacy import fingerprint, mask_name, sealed_text, unseal
from orders.models import Order
from promotions.models import Auction
from promotions.operations import pots, price_signals
from promotions.queries import auctions as queries
from promotions.rules import auctions as rule
from promotions.states.auction import AUCTION, AuctionState
from promotions.states.plan import OfferKind

LABEL = "promotions.auction"
BIDDER = ("bidder_sealed", "bidder_masked", "bidder_print")


class NotMapped(Refused):
    code, sentence = "auction_not_mapped", _("{listing}: say first which model it is, in the list of items to map.")


class WeekTaken(Refused):
    code, sentence = "auction_week_taken", _("{shop} has an auction in the week from {week} already.")


class EndsInThePast(Invalid):
    code, sentence = "auction_ends_in_the_past", _("An auction ends after it is opened; {closes_at} is over already.")


class TooEarly(Refused):
    code, sentence = "auction_too_early", _("{auction}: bids are taken until {closes_at}; enter the result after that.")


class WinnerMissing(Invalid):
    code, sentence = "auction_winner_missing", _("{auction}: enter the winner's order number or account.")


class NotTheWinner(Refused):
    code, sentence = "auction_not_the_winner", _("{auction}: order {order} was placed by another account.")


class WonAlready(Refused):
    code, sentence = "auction_won_already", _("Order {order} has won an auction already.")


class NoOrder(Refused):
    code, sentence = "auction_no_order", _("{auction}: enter the winner's order first.")


class MayNotHandOut(Refused):
    code, sentence = "auction_may_not_hand_out", _("{auction}: nothing is handed out: {why}.")


class SamePerson(NotAllowed):
    code, sentence = (
        "auction_same_person",
        _("{auction}: whoever entered the result or the winner's order does not hand out; ask a colleague."),
    )


class NoReference(Refused):
    code, sentence = "auction_no_reference", _("{auction}: enter what it was handed out with.")


class NoReason(Refused):
    code, sentence = "auction_no_reason", _("{auction}: say why.")


@dataclass(frozen=True)
class Planned:
    """An auction to be opened: of which item, until when, and what it takes of which budget."""

    listing: int
    pot: int
    cost_yuan: Decimal
    closes_at: datetime


@transaction.atomic
def open_auction(planned: Planned, *, by: Actor, at: datetime) -> Auction:
    """PR-12, PR-3: open the auction of a week; its place in quota and budget is held at once, or it is not opened.

    It is paid of a budget for auctions, and ends later than now: what is over already could be won by anybody.
    """
    by.need("promotions.run_auction")
    if planned.closes_at <= at:
        raise EndsInThePast(closes_at=f"{local(planned.closes_at):%Y-%m-%d %H:%M}")
    pots.need_purpose(planned.pot, OfferKind.AUCTION)
    listing: Listing = Listing.objects.visible_to(by).select_related("shop").for_change(planned.listing)
    if listing.product is None:
        raise NotMapped(listing=listing)
    auction = _written(listing, listing.product, planned)
    pots.reserve(planned.pot, planned.cost_yuan, source=(LABEL, auction.pk), at=at)
    facts = {"listing": str(listing), "cost_yuan": str(planned.cost_yuan)}
    audit.record(auction, "auction.open", by=by, at=at, closes_at=planned.closes_at, **facts)
    return auction


def _written(listing: Listing, product: Product, planned: Planned) -> Auction:
    ends_on = local(planned.closes_at - timedelta(microseconds=1)).date()
    week = ends_on - timedelta(days=ends_on.weekday())
    try:
        with transaction.atomic():
            return Auction.objects.create(
                pot_id=planned.pot,
                listing=listing,
                shop=listing.shop,
                product=product,
                cost_yuan=planned.cost_yuan,
                closes_at=planned.closes_at,
                week_on=week,
            )
    except IntegrityError as why:
        if "auction_week_once" not in str(why):
            raise
        raise WeekTaken(shop=listing.shop, week=week) from why


@transaction.atomic
def record(
    auction_id: int, *, price_yuan: Decimal, number: str = "", bidder: str = "", by: Actor, at: datetime
) -> Auction:
    """PR-12: keep who won and at which price, by order or, until there is one, by account (sealed, AU-2).

    The sale is made and stays so; a price below the floor is kept with the rules that made it, and becomes a signal
    of the order's line (DS-11).
    """
    by.need("promotions.run_auction")
    order = _order(auction_id, number, by) if number.strip() else None
    auction: Auction = Auction.objects.visible_to(by).for_change(auction_id)
    if at < auction.closes_at:
        raise TooEarly(auction=auction, closes_at=f"{local(auction.closes_at):%Y-%m-%d %H:%M}")
    account = bidder.strip() or (order.buyer if order else "")
    if not account and order is None:
        raise WinnerMissing(auction=auction)
    _his(auction, order, account)
    found = queries.floor_of(auction)
    auction.floor_yuan, auction.because, auction.recorded_by = found.yuan, rule.because(found), by.name
    auction.bidder_sealed, auction.bidder_masked = sealed_text(account), mask_name(account)
    auction.bidder_print = fingerprint(account) if account else None
    auction.save(update_fields=["floor_yuan", "because", "recorded_by", *BIDDER])
    facts = {"bidder": auction.bidder_masked or "–", "floor_yuan": str(found.yuan or "–")}
    changes = {"price_yuan": price_yuan, "order": order, "recorded_at": at}
    _once(order, lambda: AUCTION.move(auction, "record", by=by, at=at, facts=facts, **changes))
    _signal(auction, at)
    return auction


@transaction.atomic
def name_order(auction_id: int, *, number: str, by: Actor, at: datetime) -> Auction:
    """PR-12: say which order the winner paid with."""
    by.need("promotions.run_auction")
    order = _order(auction_id, number, by)
    auction: Auction = Auction.objects.visible_to(by).for_change(auction_id)
    AUCTION.check(auction, "hand_out")
    _his(auction, order, unseal(auction.bidder_sealed).decode() if auction.bidder_sealed else "")
    auction.order, auction.order_named_by = order, by.name
    _once(order, lambda: auction.save(update_fields=["order", "order_named_by"]))
    audit.record(auction, "auction.name_order", by=by, at=at, order=order.number)
    _signal(auction, at)
    return auction


def _order(auction_id: int, number: str, by: Actor) -> Order:
    """The order of this number in the shop of the auction, locked before the auction itself."""
    shop = Auction.objects.visible_to(by).filter(pk=auction_id).values("shop")
    pk = Order.objects.visible_to(by).filter(shop__in=shop, number=number.strip()).values_list("pk", flat=True).first()
    if pk is None:
        raise NotFound(what=_("Order %(number)s") % {"number": number})
    return Order.objects.visible_to(by).for_change(pk)  # type: ignore[no-any-return]


def _his(auction: Auction, order: Order | None, account: str) -> None:
    if order and account and order.buyer and "*" not in order.buyer + account and order.buyer != account:
        raise NotTheWinner(auction=auction, order=order)


def _once(order: Order | None, write: Callable[[], Any]) -> None:
    """An order wins one auction: the database refuses a second, whoever is quicker."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as why:
        if "auction_order_once" not in str(why):
            raise
        raise WonAlready(order=order) from why


def _signal(auction: Auction, at: datetime) -> None:
    """DS-11: keep the signal of a price below the floor as soon as the order's line is known (else the sweep does)."""
    line = queries.line_of(auction)
    if line is None or auction.price_yuan is None or auction.floor_yuan is None:
        return
    if auction.price_yuan < auction.floor_yuan:
        auction.signal = price_signals.keep_below(line, auction, at=at)
        auction.save(update_fields=["signal"])


@transaction.atomic
def hand_out(auction_id: int, *, reference: str, by: Actor, at: datetime) -> Auction:
    """PR-12, PR-18, AU-4: hand out what was won, once, to a paid order; never by who said who won."""
    by.need("promotions.hand_out_auction")
    order_id = Auction.objects.visible_to(by).filter(pk=auction_id).values_list("order", flat=True).first()
    order = Order.objects.for_change(order_id) if order_id else None
    auction: Auction = Auction.objects.visible_to(by).for_change(auction_id)
    AUCTION.check(auction, "hand_out")
    if order is None:
        raise NoOrder(auction=auction)
    if by.name in (auction.recorded_by, auction.order_named_by):
        raise SamePerson(auction=auction)
    if not reference.strip():
        raise NoReference(auction=auction)
    if against := rule.against(queries.paid_of(order), auction.price_yuan or Decimal(0)):
        raise MayNotHandOut(auction=auction, why=queries.why_not(against))
    pots.commit(auction.pot_id, source=(LABEL, auction.pk), at=at)
    AUCTION.move(auction, "hand_out", by=by, at=at, reference=reference.strip()[:80], ended_at=at)
    return auction


@transaction.atomic
def fail(auction_id: int, *, reason: str, by: Actor, at: datetime) -> Auction:
    """PR-12: say that nobody bought it, or the winner did not; the budget gets its place back."""
    return _given_back(auction_id, "fail", reason, by=by, at=at)


@transaction.atomic
def cancel(auction_id: int, *, reason: str, by: Actor, at: datetime) -> Auction:
    """PR-12: call an auction off; the budget gets its place back, and the week may have another."""
    return _given_back(auction_id, "cancel", reason, by=by, at=at)


@transaction.atomic
def take_back(auction_id: int, *, reason: str, by: Actor, at: datetime) -> Auction:
    """PR-18: take back what was won (its order was refunded …); the budget gets back what it held or had spent."""
    return _given_back(auction_id, "take_back", reason, by=by, at=at)


def _given_back(auction_id: int, action: str, reason: str, *, by: Actor, at: datetime) -> Auction:
    by.need("promotions.run_auction")
    auction: Auction = Auction.objects.visible_to(by).for_change(auction_id)
    if not reason.strip():
        raise NoReason(auction=auction)
    was = auction.state
    AUCTION.move(auction, action, by=by, at=at, facts={"reason": reason.strip()[:300]}, ended_at=at)
    give = pots.take_back if was == AuctionState.HANDED_OUT else pots.release
    give(auction.pot_id, source=(LABEL, auction.pk), at=at)
    return auction


@transaction.atomic
def show(auction_id: int, *, why: str, by: Actor, at: datetime) -> str:
    """AU-2: return the winner's account in clear, and write down who looked and what for."""
    by.need("promotions.show_auction")
    auction: Auction = Auction.objects.visible_to(by).for_change(auction_id)
    if not why.strip():
        raise NoReason(auction=auction)
    audit.record(auction, "auction.show", by=by, at=at, why=why.strip())
    return unseal(auction.bidder_sealed).decode() if auction.bidder_sealed else ""
