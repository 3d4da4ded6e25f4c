from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from aftersales.states.refund import LIVE, Kind, Reason, RefundState, Remedy, Through
from channels.models import Product, Shop
from opsdesk.actor import Actor
from opsdesk.money import ZERO
from opsdesk.querysets import DeskQuerySet
from opsdesk.sla.models import Timer
from orders.models import Line, Order

BURNING = timedelta(hours=6)


class RefundQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the order that it is of."""
        if by.company:
            return self
        return self.filter(Exists(Order.objects.visible_to(by).filter(pk=OuterRef("order_id"))))

    def live(self) -> Self:
        """Narrow to refunds in which somebody has something to do."""
        return self.filter(state__in=LIVE)

    def late(self, at: datetime) -> Self:
        """AS-6: narrow to live refunds past the earlier of their two deadlines."""
        return self.live().filter(burns_at__lt=at)

    def burning(self, at: datetime) -> Self:
        """AS-6: narrow to live refunds whose earlier deadline falls within six hours."""
        return self.live().filter(burns_at__gte=at, burns_at__lt=at + BURNING)

    def to_review(self) -> Self:
        """Narrow to what waits for a yes, a no or an amount."""
        return self.filter(state__in=(RefundState.ASKED, RefundState.AGREED), clock="refund_review")

    def goods_back(self) -> Self:
        """AS-8: narrow to returns whose goods are expected, on their way or to be inspected."""
        return self.live().filter(clock__in=("refund_return", "refund_inspect"))

    def to_pay(self) -> Self:
        """Narrow to what finance has to pay."""
        return self.filter(state=RefundState.GRANTED)

    def to_send(self) -> Self:
        """Narrow to replacements and parts to be sent."""
        return self.live().filter(clock="refund_pay").exclude(state=RefundState.GRANTED)


class Refund(models.Model):
    """AS-6, AS-8: what a customer asks back for an order, and what became of it: asked, granted, executed are three.

    `step_due_at` is our own deadline of the present step, `platform_due_at` the marketplace's, `burns_at` the earlier.
    `clock` is the policy that runs now, `round` counts clocks. `number` is the platform's, "" for one of our own.
    `granted_yuan` is the present grant; what is paid stands in payouts, its sum here.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds", verbose_name=_("order"))
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", verbose_name=_("shop"), db_index=False)
    number = models.CharField(_("refund number"), max_length=64, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=RefundState, default=RefundState.ASKED)
    reason = models.CharField(_("why"), max_length=14, choices=Reason, default=Reason.OTHER)
    said = models.CharField(_("platform's reason"), max_length=200, blank=True)
    shipped = models.BooleanField(_("goods had been shipped"), default=True)
    asked_yuan = models.DecimalField(_("asked (yuan)"), max_digits=12, decimal_places=2, default=ZERO)
    granted_yuan = models.DecimalField(_("granted (yuan)"), max_digits=12, decimal_places=2, default=ZERO)
    paid_yuan = models.DecimalField(_("paid back (yuan)"), max_digits=12, decimal_places=2, default=ZERO)

    asked_at = models.DateTimeField(_("asked"))
    agreed_at = models.DateTimeField(_("agreed at"), null=True)
    posted_at = models.DateTimeField(_("posted"), null=True)
    received_at = models.DateTimeField(_("arrived"), null=True)
    accepted_at = models.DateTimeField(_("goods accepted at"), null=True)
    granted_at = models.DateTimeField(_("granted at"), null=True)
    granted_by = models.CharField(_("granted by"), max_length=150, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    replaced_at = models.DateTimeField(_("replacement sent at"), null=True)
    carrier = models.CharField(_("return carrier"), max_length=40, blank=True)
    tracking = models.CharField(_("return tracking number"), max_length=80, blank=True)
    sent_tracking = models.CharField(_("replacement's tracking number"), max_length=120, blank=True)
    remedy = models.CharField(_("customer's choice"), max_length=12, choices=Remedy, blank=True)
    other_model = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("other model")
    )
    because = models.CharField(_("reason"), max_length=300, blank=True)

    clock = models.CharField(_("clock"), max_length=20, blank=True)
    round = models.PositiveSmallIntegerField(default=0)
    step_due_at = models.DateTimeField(_("our deadline"), null=True)
    platform_due_at = models.DateTimeField(_("platform's deadline"), null=True)
    platform_because = models.CharField(_("platform's deadline because"), max_length=200, blank=True)
    burns_at = models.DateTimeField(_("burns"), null=True)
    as_of = models.DateTimeField(_("state as of"), null=True)
    entered_at = models.DateTimeField(_("entered"))

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        permissions = [
            ("ask_refund", _("Can enter refunds")),
            ("review_refund", _("Can agree to, refuse and grant refunds")),
            ("pay_refund", _("Can pay refunds that others granted")),
            ("receive_return", _("Can receive and inspect returned goods")),
            ("export_refund", _("Can export refunds")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop", "number"], name="refund_once", condition=~Q(number="")),
            models.CheckConstraint(name="refund_kind", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(name="refund_state", condition=Q(state__in=RefundState.values)),
            models.CheckConstraint(name="refund_reason", condition=Q(reason__in=Reason.values)),
            models.CheckConstraint(name="refund_remedy", condition=Q(remedy__in=["", *Remedy.values])),
            models.CheckConstraint(
                name="refund_amounts",
                condition=Q(asked_yuan__gte=0, granted_yuan__gte=0, paid_yuan__gte=0, paid_yuan__lte=F("granted_yuan")),
            ),
            models.CheckConstraint(
                name="refund_paid", condition=~Q(state="paid") | Q(paid_yuan=F("granted_yuan"), ended_at__isnull=False)
            ),
            models.CheckConstraint(
                name="refund_granted", condition=~Q(state="granted") | Q(granted_yuan__gt=0, granted_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["burns_at", "id"], name="refund_live_burns", condition=Q(state__in=LIVE)),
            models.Index(fields=["state", "burns_at"], name="refund_state_burns"),
            models.Index(
                fields=["platform_due_at"],
                name="refund_live_platform",
                condition=Q(state__in=LIVE, platform_due_at__isnull=False),
            ),
            models.Index(fields=["asked_at"], name="refund_asked"),
            models.Index(fields=["ended_at"], name="refund_ended", condition=Q(ended_at__isnull=False)),
            models.Index(
                fields=["number"], name="refund_number", opclasses=["varchar_pattern_ops"], condition=~Q(number="")
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"R{self.pk}"

    @property
    def open_yuan(self) -> Decimal:
        """What has been granted and not paid yet."""
        return self.granted_yuan - self.paid_yuan

    def timers(self) -> models.QuerySet[Timer]:
        """The clocks of this refund."""
        return Timer.objects.of(self._meta.label_lower, [self.pk])


class RefundLine(models.Model):
    """AS-6: what of an order line a refund is about, and what of the grant falls to it; the shares add up to it.

    An order's summary line may yield to its real items later (OR-3); the share stays then, without its line.
    """

    refund = models.ForeignKey(Refund, models.CASCADE, related_name="lines", verbose_name=_("refund"), db_index=False)
    line = models.ForeignKey(
        Line, models.SET_NULL, null=True, related_name="refund_lines", verbose_name=_("order line")
    )
    title = models.CharField(_("title"), max_length=200, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    granted_yuan = models.DecimalField(_("granted (yuan)"), max_digits=12, decimal_places=2, default=ZERO)

    class Meta:
        verbose_name = _("refund line")
        verbose_name_plural = _("refund lines")
        constraints = [
            models.UniqueConstraint(fields=["refund", "line"], name="refund_line_once"),
            models.CheckConstraint(name="refund_line_amount", condition=Q(granted_yuan__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.title} × {self.quantity}"


class PayoutQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the refund that it is of."""
        if by.company:
            return self
        return self.filter(Exists(Refund.objects.visible_to(by).filter(pk=OuterRef("refund_id"))))


class Payout(models.Model):
    """AS-6, FI-1: money that went back: how much, how, when, by whom, under which reference; never changed."""

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="payouts", verbose_name=_("refund"), db_index=False)
    amount_yuan = models.DecimalField(_("amount (yuan)"), max_digits=12, decimal_places=2)
    through = models.CharField(_("how"), max_length=10, choices=Through)
    reference = models.CharField(_("reference"), max_length=80)
    paid_at = models.DateTimeField(_("paid"))
    paid_by = models.CharField(_("paid by"), max_length=150)
    entered_at = models.DateTimeField(_("entered"))

    objects = PayoutQuerySet.as_manager()

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        constraints = [
            models.UniqueConstraint(fields=["refund", "reference"], name="payout_once"),
            models.CheckConstraint(name="payout_amount", condition=Q(amount_yuan__gt=0)),
            models.CheckConstraint(name="payout_through", condition=Q(through__in=Through.values)),
        ]
        indexes = [models.Index(fields=["paid_at"], name="payout_paid")]

    def __str__(self) -> str:
        return f"¥{self.amount_yuan} {self.reference}"
