from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from channels.models import Listing, Product, Shop
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from orders.models import Order
from orders.states import OrderState
from promotions.models.pot import Pot
from promotions.models.price_signal import PriceSignal
from promotions.states.auction import AuctionState


class AuctionQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the budgets that they are paid of: the company's."""
        return self if by.company else self.none()

    def to_record(self, at: datetime) -> Self:
        """Narrow to those that are over, and nobody has said who won."""
        return self.filter(state=AuctionState.OPEN, closes_at__lte=at)

    def to_hand_out(self) -> Self:
        """Narrow to what a winner is still to get."""
        return self.filter(state=AuctionState.WON)

    def holding(self) -> Self:
        """Narrow to those whose order has won and keeps what it won."""
        return self.filter(state__in=(AuctionState.WON, AuctionState.HANDED_OUT))

    def refunded(self) -> Self:
        """Narrow to those whose order was closed or paid back meanwhile."""
        gone = Q(order__state=OrderState.CLOSED) | Q(order__refunded_yuan__gt=0)
        return self.holding().filter(gone)

    def below_floor(self) -> Self:
        """DS-11: narrow to those that ended below the floor of their shop and model."""
        return self.holding().filter(floor_yuan__gt=F("price_yuan"))


class Auction(models.Model):
    """PR-12: the auction of a week in a shop: what it may cost, who won at which price, and that he got it once.

    `cost_yuan` is what it takes from the budget, held from its opening. The winner is an order, or until there is one
    an account of the platform: sealed, found by fingerprint, shown masked (AU-2). `shop`, `product` and `week_on` (the
    Monday of its end) repeat what listing and end say, for the lists and the constraint.
    """

    pot = models.ForeignKey(Pot, models.PROTECT, related_name="auctions", verbose_name=_("budget and quota"))
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="auctions", verbose_name=_("listing"))
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="auctions", verbose_name=_("shop"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="auctions", verbose_name=_("product"))
    cost_yuan = models.DecimalField(_("of the budget (yuan)"), max_digits=8, decimal_places=2)
    closes_at = models.DateTimeField(_("until (exclusive)"))
    week_on = models.DateField(_("week from"))
    state = models.CharField(_("state"), max_length=10, choices=AuctionState, default=AuctionState.OPEN)
    price_yuan = models.DecimalField(_("won at (yuan)"), max_digits=12, decimal_places=2, null=True)
    floor_yuan = models.DecimalField(_("floor (yuan)"), max_digits=12, decimal_places=2, null=True)
    because = models.JSONField(default=list)
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, related_name="auctions", verbose_name=_("order of the winner")
    )
    bidder_sealed = models.BinaryField(default=b"", editable=False)
    bidder_print = models.BinaryField(max_length=16, null=True, editable=False)
    bidder_masked = models.CharField(_("winner's account"), max_length=80, blank=True)
    signal = models.ForeignKey(
        PriceSignal, models.SET_NULL, null=True, related_name="+", verbose_name=_("price signal")
    )
    recorded_by = models.CharField(_("result entered by"), max_length=150, blank=True)
    recorded_at = models.DateTimeField(_("result entered"), null=True)
    order_named_by = models.CharField(_("order entered by"), max_length=150, blank=True)
    reference = models.CharField(_("handed out with (tracking number)"), max_length=80, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = AuctionQuerySet.as_manager()

    class Meta:
        verbose_name = _("auction")
        verbose_name_plural = _("auctions")
        permissions = [
            ("run_auction", _("Can open auctions and enter their results")),
            ("hand_out_auction", _("Can hand out what was won")),
            ("show_auction", _("Can see winners' accounts in clear")),
        ]
        constraints = [
            models.CheckConstraint(name="auction_state", condition=Q(state__in=AuctionState.values)),
            models.CheckConstraint(name="auction_cost", condition=Q(cost_yuan__gte=0)),
            models.CheckConstraint(
                name="auction_won", condition=~Q(state__in=("won", "handed_out")) | Q(price_yuan__gt=0)
            ),
            models.CheckConstraint(name="auction_order", condition=~Q(state="handed_out") | Q(order__isnull=False)),
            models.UniqueConstraint(
                fields=["shop", "week_on"],
                name="auction_week_once",
                condition=Q(state__in=("open", "won", "handed_out")),
            ),
            models.UniqueConstraint(
                fields=["order"], name="auction_order_once", condition=Q(state__in=("won", "handed_out"))
            ),
        ]
        indexes = [models.Index(fields=["state", "closes_at"], name="auction_due")]

    def __str__(self) -> str:
        return f"A{self.pk} {self.week_on:%Y-%m-%d}"
