from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from channels.models import Platform
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from opsdesk.validity import InForce, Valid, ends_after_start, one_at_a_time
from orders.models import Order
from orders.states import OrderState
from promotions.models.pot import Pot
from promotions.states.claim import ClaimKind, ClaimState, DrawState


class ClaimRuleQuerySet(InForce):
    def visible_to(self, by: Actor) -> Self:
        """What may be claimed is no secret."""
        return self


class ClaimRule(Valid):
    """PR-8 … PR-11: what a kind of claim pays, where and until when; dated."""

    kind = models.CharField(_("kind"), max_length=12, choices=ClaimKind)
    least_yuan = models.DecimalField(_("from (yuan)"), max_digits=8, decimal_places=2)
    most_yuan = models.DecimalField(_("up to (yuan)"), max_digits=8, decimal_places=2)
    platforms = ArrayField(
        models.CharField(max_length=20), default=list, blank=True, verbose_name=_("platforms (none: all)")
    )
    days = models.PositiveSmallIntegerField(_("days after payment"))
    after_arrival = models.BooleanField(_("only after the goods arrived"), default=False)
    at_checkout = models.BooleanField(
        _("off at the checkout"), default=False,
        help_text=_("The platform takes it off before the customer pays: it is in the paid amount already."),
    )  # fmt: skip

    objects = ClaimRuleQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("rule of a claim")
        verbose_name_plural = _("rules of claims")
        constraints = [
            models.CheckConstraint(name="claim_rule_kind", condition=Q(kind__in=ClaimKind.values)),
            models.CheckConstraint(
                name="claim_rule_amounts", condition=Q(least_yuan__gt=0, most_yuan__gte=F("least_yuan"))
            ),
            ends_after_start("claim_rule_span"),
            one_at_a_time("claim_rule_once", "kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ¥{self.least_yuan}-{self.most_yuan}"


class ClaimShare(Valid):
    """PR-9: at most which share of the rewards of a kind in an event may go to a platform; dated. No row: all of it."""

    kind = models.CharField(_("kind"), max_length=12, choices=ClaimKind)
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+", verbose_name=_("platform"))
    most_share = models.DecimalField(_("at most (share)"), max_digits=4, decimal_places=3)

    objects = ClaimRuleQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("share of a platform in claims")
        verbose_name_plural = _("shares of platforms in claims")
        constraints = [
            models.CheckConstraint(name="claim_share_kind", condition=Q(kind__in=ClaimKind.values)),
            models.CheckConstraint(name="claim_share_part", condition=Q(most_share__gt=0, most_share__lt=1)),
            ends_after_start("claim_share_span"),
            one_at_a_time("claim_share_once", "kind", "platform"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.platform} ≤ {self.most_share}"


class ClaimQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the order that it is of."""
        if by.company:
            return self
        return self.filter(Exists(Order.objects.visible_to(by).filter(pk=OuterRef("order_id"))))

    def live(self) -> Self:
        """Narrow to claims that hold or have taken money."""
        return self.filter(state__in=(ClaimState.CLAIMED, ClaimState.APPROVED, ClaimState.PAID))

    def to_pay(self) -> Self:
        """Narrow to what finance has to pay."""
        return self.filter(state=ClaimState.APPROVED)

    def refunded(self) -> Self:
        """Narrow to live claims whose order has been closed or paid back meanwhile."""
        gone = Q(order__state=OrderState.CLOSED) | Q(order__refunded_yuan__gt=0)
        return self.live().filter(gone)


class Claim(models.Model):
    """PR-18: what an order asks of a campaign: once per order and kind, its money reserved from the start."""

    pot = models.ForeignKey(Pot, models.PROTECT, related_name="claims", verbose_name=_("budget and quota"))
    order = models.ForeignKey(Order, models.PROTECT, related_name="claims", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=12, choices=ClaimKind)
    amount_yuan = models.DecimalField(_("amount (yuan)"), max_digits=8, decimal_places=2)
    at_checkout = models.BooleanField(_("off at the checkout"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=ClaimState, default=ClaimState.CLAIMED)
    claimed_by = models.CharField(_("claimed by"), max_length=150)
    claimed_at = models.DateTimeField(_("claimed"))
    paid_at = models.DateTimeField(_("paid"), null=True)
    ended_at = models.DateTimeField(_("refused or taken back"), null=True)
    reference = models.CharField(_("payment reference"), max_length=80, blank=True)
    proof = models.CharField(_("proof"), max_length=200, blank=True)
    because = models.JSONField(default=list)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        permissions = [
            ("enter_claim", _("Can enter claims")),
            ("pay_claim", _("Can pay claims")),
            ("export_claim", _("Can export claims")),
        ]
        constraints = [
            models.CheckConstraint(name="claim_kind", condition=Q(kind__in=ClaimKind.values)),
            models.CheckConstraint(name="claim_state", condition=Q(state__in=ClaimState.values)),
            models.CheckConstraint(name="claim_paid", condition=~Q(state="paid") | Q(paid_at__isnull=False)),
            models.UniqueConstraint(
                fields=["order", "kind"], name="claim_once", condition=Q(state__in=("claimed", "approved", "paid"))
            ),
        ]
        indexes = [
            models.Index(fields=["pot", "state"], name="claim_pot_state"),
            models.Index(fields=["claimed_at"], name="claim_claimed_at"),
        ]

    def __str__(self) -> str:
        return f"C{self.pk}"


class DrawQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Draws are public."""
        return self

    def to_close(self, at: datetime) -> Self:
        """Narrow to open draws whose time to enter is over."""
        return self.filter(state=DrawState.OPEN, closes_at__lte=at)


class Draw(models.Model):
    """PR-12: a lucky draw among the orders paid in a span; verifiable afterwards (promotions.rules.draws).

    The seed is sealed until the draw; an entry is the SHA-256 of shop and order number, so that a buyer finds himself
    and nobody else.
    """

    title = models.CharField(_("name of the draw"), max_length=80)
    pot = models.ForeignKey(Pot, models.PROTECT, related_name="draws", verbose_name=_("budget and quota"))
    prize_yuan = models.DecimalField(_("prize (yuan)"), max_digits=8, decimal_places=2)
    places = models.PositiveSmallIntegerField(_("winners"))
    opens_at = models.DateTimeField(_("orders paid from"))
    closes_at = models.DateTimeField(_("until (exclusive)"))
    state = models.CharField(_("state"), max_length=10, choices=DrawState, default=DrawState.OPEN)
    seed_sealed = models.BinaryField(editable=False)
    seed_print = models.CharField(_("fingerprint of the seed"), max_length=64)
    seed = models.CharField(_("seed"), max_length=64, blank=True)
    entries = ArrayField(models.CharField(max_length=64), default=list, verbose_name=_("entries"))
    entries_print = models.CharField(_("fingerprint of the entries"), max_length=64, blank=True)
    winners = ArrayField(models.CharField(max_length=64), default=list, verbose_name=_("winning entries"))
    drawn_at = models.DateTimeField(_("drawn"), null=True)

    objects = DrawQuerySet.as_manager()

    class Meta:
        verbose_name = _("draw")
        verbose_name_plural = _("draws")
        permissions = [("run_draw", _("Can open and draw lucky draws"))]
        constraints = [
            models.CheckConstraint(name="draw_state", condition=Q(state__in=DrawState.values)),
            models.CheckConstraint(name="draw_span", condition=Q(closes_at__gt=F("opens_at"))),
            models.CheckConstraint(name="draw_places", condition=Q(places__gt=0, prize_yuan__gt=0)),
            models.CheckConstraint(name="draw_seed_secret", condition=Q(seed="") | Q(state="drawn")),
        ]

    def __str__(self) -> str:
        return self.title
