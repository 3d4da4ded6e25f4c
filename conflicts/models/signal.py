from datetime import datetime
from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.models import Job, Refund
from channels.models import Partner, Product, Shop
from conflicts.models.inquiry import Inquiry
from conflicts.states.signal import SignalKind, SignalState
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from opsdesk.validity import InForce, Valid, ends_after_start, one_at_a_time
from orders.models import Customer, Order
from promotions.models import PriceSignal


class DetectorFigureQuerySet(InForce):
    def visible_to(self, by: Actor) -> Self:
        """The company's: who knows them could stay just below."""
        return self if by.company else self.none()


class DetectorFigure(Valid):
    """CF-13: a figure that a detector goes by (days, a price difference, a weight, the least confidence), dated."""

    kind = models.CharField(_("detector"), max_length=20, choices=SignalKind)
    name = models.CharField(_("figure"), max_length=40)
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=4)

    objects = DetectorFigureQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("figure of a detector")
        verbose_name_plural = _("figures of detectors")
        constraints = [
            models.CheckConstraint(name="detector_kind", condition=Q(kind__in=SignalKind.values)),
            ends_after_start("detector_span"),
            one_at_a_time("detector_once", "kind", "name"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"


class SignalQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """The company's, and the harmed shop's own staff's; never anybody's whom it may accuse (CF-13)."""
        if by.company:
            return self
        accused = Partner.objects.within(by.partners).values("pk")
        return self.filter(harmed_shop__code__in=by.shops).exclude(Q(shop__code__in=by.shops) | Q(partner__in=accused))

    def waiting(self) -> Self:
        """The queue: nobody has decided on them."""
        return self.filter(state=SignalState.OPEN)

    def dear(self) -> Self:
        """The order of the queue: the surest first, then what costs most."""
        return self.order_by("-confidence", "-money_yuan", "pk")

    def found_between(self, start: datetime, end: datetime) -> Self:
        """Narrow by the moment of the first finding, half-open."""
        return self.filter(found_at__gte=start, found_at__lt=end)


class Signal(models.Model):
    """CF-13: something that may be a violation, found by a detector; a person decides whether it becomes a case.

    `key` is its natural key within its kind (such as "order:12>order:34"): looking again doubles nothing. `parts` are
    the reasons of the confidence with their weights, `against` what speaks against it, `facts` what was compared.
    The accused is `partner` or, in a shop of the company, whoever answers for `shop`.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=SignalKind)
    key = models.CharField(max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=SignalState, default=SignalState.OPEN)
    act = models.CharField(_("act it may be"), max_length=10, blank=True)
    confidence = models.DecimalField(_("confidence"), max_digits=4, decimal_places=3)
    parts = models.JSONField(_("confidence because"), encoder=DjangoJSONEncoder, default=list)
    against = models.JSONField(_("what speaks against it"), encoder=DjangoJSONEncoder, default=list)
    facts = models.JSONField(_("facts"), encoder=DjangoJSONEncoder, default=dict)
    money_yuan = models.DecimalField(_("money at stake (yuan)"), max_digits=12, decimal_places=2, default=0)
    happened_at = models.DateTimeField(_("happened"))
    found_at = models.DateTimeField(_("found"))
    looked_at = models.DateTimeField(_("last looked at"))

    shop = models.ForeignKey(
        Shop, models.PROTECT, null=True, related_name="signals", verbose_name=_("shop that may have done it")
    )
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, related_name="signals", verbose_name=_("partner that may have done it")
    )
    harmed_shop = models.ForeignKey(
        Shop, models.PROTECT, null=True, related_name="+", verbose_name=_("shop that lost by it")
    )
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+", verbose_name=_("customer"))
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+", verbose_name=_("product"))
    first_order = models.ForeignKey(
        Order, models.PROTECT, null=True, related_name="+", verbose_name=_("order that was lost")
    )
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, related_name="+", verbose_name=_("refund"))
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+", verbose_name=_("order that was won"))
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+", verbose_name=_("job"))
    price_signal = models.ForeignKey(
        PriceSignal, models.SET_NULL, null=True, related_name="+", verbose_name=_("price signal")
    )
    inquiry = models.ForeignKey(Inquiry, models.PROTECT, null=True, related_name="+", verbose_name=_("inquiry"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    ended_at = models.DateTimeField(_("dealt with"), null=True)

    objects = SignalQuerySet.as_manager()

    class Meta:
        verbose_name = _("signal of a conflict")
        verbose_name_plural = _("signals of conflicts")
        permissions = [
            ("judge_signal", _("Can dismiss signals and make cases of them")),
            ("export_signal", _("Can export signals")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="signal_once"),
            models.CheckConstraint(name="signal_kind", condition=Q(kind__in=SignalKind.values)),
            models.CheckConstraint(name="signal_state", condition=Q(state__in=SignalState.values)),
            models.CheckConstraint(name="signal_confidence", condition=Q(confidence__gte=0, confidence__lte=1)),
        ]
        indexes = [
            models.Index(fields=["-confidence", "-money_yuan", "id"], name="signal_open", condition=Q(state="open")),
            models.Index(fields=["found_at"], name="signal_found"),
        ]

    def __str__(self) -> str:
        return f"X{self.pk} {self.get_kind_display()}"


class LookQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """The company's."""
        return self if by.company else self.none()

    def unlooked_at(self) -> Self:
        """Narrow to those in which something could not be looked at."""
        return self.filter(unlooked__gt=0)


class Look(models.Model):
    """CF-13: what a detector looked at for a day and what it could not: nothing found is not the same as no look."""

    kind = models.CharField(_("detector"), max_length=20, choices=SignalKind)
    day = models.DateField(_("day"))
    looked = models.PositiveIntegerField(_("looked at"), default=0)
    unlooked = models.PositiveIntegerField(_("could not be looked at"), default=0)
    found = models.PositiveIntegerField(_("found"), default=0)
    because = models.JSONField(_("why not"), default=list)
    at = models.DateTimeField(_("last look"))

    objects = LookQuerySet.as_manager()

    class Meta:
        verbose_name = _("look for conflicts")
        verbose_name_plural = _("looks for conflicts")
        constraints = [models.UniqueConstraint(fields=["kind", "day"], name="look_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day}"
