from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from aftersales.states.repair import (
    BENCH,
    LIVE,
    READY,
    Covered,
    Fault,
    Leg,
    PartState,
    Place,
    RepairState,
    Result,
    Sender,
)
from channels.models import Partner, Product, Region
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from opsdesk.sla.models import Timer
from orders.models import Order

ONE_HOLDER = Q(holder_user__isnull=False, holder_partner=None) | Q(holder_user=None, holder_partner__isnull=False)


class RepairQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Staff see their regions' and shops' repairs; a partner what it or one below it sent in or holds (CH-5)."""
        if by.company:
            return self
        within = Partner.objects.within(by.partners)
        which = Q(Exists(within.filter(Q(pk=OuterRef("partner_id")) | Q(pk=OuterRef("holder_partner_id")))))
        if by.shops:
            which |= Q(Exists(Order.objects.filter(pk=OuterRef("order_id"), shop__code__in=by.shops)))
        for code in by.regions:
            which |= Q(region__code__startswith=code)
        return self.filter(which)

    def in_turn(self) -> Self:
        """AS-7: order as they are worked on: end users before agents' stock, then by the customer's deadline."""
        return self.order_by("rank", F("total_due_at").asc(nulls_last=True), "pk")

    def live(self) -> Self:
        """Narrow to repairs that are not over."""
        return self.filter(state__in=LIVE)

    def to_receive(self) -> Self:
        """Narrow to machines that are announced or on their way."""
        return self.filter(state__in=(RepairState.ANNOUNCED, RepairState.INBOUND))

    def on_bench(self) -> Self:
        """Narrow to machines that somebody here works on or has to."""
        return self.filter(state__in=[state for state in BENCH if state != RepairState.QUOTED])

    def waiting_for_parts(self) -> Self:
        """Narrow to machines of which a part waits for approval (FI-2)."""
        waiting = self.model.parts.rel.related_model.objects.filter(repair=OuterRef("pk"), state=PartState.WAITING)
        return self.live().filter(Exists(waiting))

    def waiting_for_customer(self) -> Self:
        """Narrow to quotes without an answer."""
        return self.filter(state=RepairState.QUOTED)

    def going_out(self) -> Self:
        """Narrow to machines to be sent back, and those on their way."""
        return self.filter(state__in=(*READY, RepairState.OUTBOUND))

    def overdue(self, at: datetime) -> Self:
        """Narrow to repairs late with their step, or altogether; who waits for the customer is not late himself."""
        late = Q(due_at__lt=at) | Q(total_due_at__lt=at, paused_at=None)
        return self.live().filter(late)


class Repair(models.Model):
    """AS-7: one machine sent back, or repaired on the spot: whose, what is wrong, who holds it, until when.

    `due_at` repeats the clock of its step, `total_due_at` that of the whole turnaround. One owner holds it at any
    time, a person of ours or a partner. The customer's words may hold personal data and are sealed (AU-2).
    """

    state = models.CharField(_("state"), max_length=10, choices=RepairState, default=RepairState.ANNOUNCED)
    serial_number = models.CharField(_("serial number"), max_length=80)
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="repairs", verbose_name=_("order")
    )
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, related_name="+", verbose_name=_("region"), db_index=False
    )
    requested_by = models.CharField(_("requested by"), max_length=10, choices=Sender, default=Sender.CUSTOMER)
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="repairs", verbose_name=_("sent in by")
    )
    end_user = models.BooleanField(_("end user's machine"), default=True)
    place = models.CharField(_("where"), max_length=10, choices=Place, default=Place.SENT_IN)
    rank = models.PositiveSmallIntegerField(_("precedence"), default=1)
    rank_because = models.JSONField(_("precedence because"), default=list)
    complaint_sealed = models.BinaryField(null=True)
    contact_sealed = models.BinaryField(null=True)
    name_masked = models.CharField(_("customer"), max_length=80, blank=True)
    phone_masked = models.CharField(_("phone"), max_length=40, blank=True)

    holder_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("held by")
    )
    holder_partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("held by partner")
    )
    warranty = models.CharField(_("warranty"), max_length=8, choices=Covered, default=Covered.UNKNOWN)
    warranty_until = models.DateField(_("warranty until"), null=True)
    warranty_because = models.JSONField(_("warranty because"), default=list)
    fault = models.CharField(_("fault of"), max_length=12, choices=Fault, blank=True)
    result = models.CharField(_("result"), max_length=10, choices=Result, blank=True)
    new_serial_number = models.CharField(_("serial number of the new machine"), max_length=80, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    due_at = models.DateTimeField(_("due"), null=True)
    total_due_at = models.DateTimeField(_("promised back by"), null=True)
    paused_at = models.DateTimeField(_("waiting for the customer since"), null=True)
    registered_at = models.DateTimeField(_("registered"))
    posted_at = models.DateTimeField(_("posted"), null=True)
    received_at = models.DateTimeField(_("received"), null=True)
    inspected_at = models.DateTimeField(_("inspected"), null=True)
    ready_at = models.DateTimeField(_("ready to go back"), null=True)
    sent_at = models.DateTimeField(_("sent back"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    carrier_in = models.CharField(_("carrier (in)"), max_length=40, blank=True)
    tracking_in = models.CharField(_("tracking number (in)"), max_length=60, blank=True)
    carrier_out = models.CharField(_("carrier (out)"), max_length=40, blank=True)
    tracking_out = models.CharField(_("tracking number (out)"), max_length=60, blank=True)

    objects = RepairQuerySet.as_manager()

    class Meta:
        verbose_name = _("repair")
        verbose_name_plural = _("repairs")
        permissions = [
            ("register_repair", _("Can register repairs and note what customers answer")),
            ("receive_repair", _("Can receive machines and send them back")),
            ("work_repair", _("Can inspect, repair and retest machines")),
            ("decide_repair", _("Can quote, judge the warranty, replace and scrap")),
            ("export_repair", _("Can export repairs")),
        ]
        constraints = [
            models.CheckConstraint(name="repair_state", condition=Q(state__in=RepairState.values)),
            models.CheckConstraint(name="repair_sender", condition=Q(requested_by__in=Sender.values)),
            models.CheckConstraint(name="repair_place", condition=Q(place__in=Place.values)),
            models.CheckConstraint(name="repair_covered", condition=Q(warranty__in=Covered.values)),
            models.CheckConstraint(name="repair_fault", condition=Q(fault__in=["", *Fault.values])),
            models.CheckConstraint(name="repair_result", condition=Q(result__in=["", *Result.values])),
            models.CheckConstraint(name="repair_one_holder", condition=ONE_HOLDER),
            models.CheckConstraint(
                name="repair_partner", condition=Q(requested_by="customer", end_user=True) | Q(partner__isnull=False)
            ),
            models.CheckConstraint(name="repair_ended", condition=Q(state__in=LIVE) | Q(ended_at__isnull=False)),
            models.UniqueConstraint(fields=["serial_number"], name="repair_one_live", condition=Q(state__in=LIVE)),
        ]
        indexes = [
            models.Index(fields=["rank", "total_due_at"], name="repair_turn", condition=Q(state__in=LIVE)),
            models.Index(fields=["serial_number"], name="repair_serial"),
            models.Index(fields=["new_serial_number"], name="repair_new_serial", condition=~Q(new_serial_number="")),
            models.Index(fields=["ended_at"], name="repair_ended_at", condition=Q(ended_at__isnull=False)),
            models.Index(fields=["region"], name="repair_region", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return f"R{self.pk}"

    @property
    def holder(self) -> str:
        """Who holds it now: always exactly one."""
        return str(self.holder_user or self.holder_partner)

    def timers(self) -> models.QuerySet[Timer]:
        """The clocks of this repair."""
        return Timer.objects.of(self._meta.label_lower, [self.pk])


class RepairLegQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Legs are seen with their repair."""
        return self if by.company else self.filter(repair__in=Repair.objects.visible_to(by))


class RepairLeg(models.Model):
    """AS-7: one stretch of a repair's way, and who had it at its end; work done twice has two bench legs."""

    repair = models.ForeignKey(Repair, models.PROTECT, related_name="legs", verbose_name=_("repair"))
    number = models.PositiveSmallIntegerField(_("no."))
    leg = models.CharField(_("leg"), max_length=10, choices=Leg)
    holder_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("held by")
    )
    holder_partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, related_name="+", verbose_name=_("held by partner")
    )
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("to"), null=True)

    objects = RepairLegQuerySet.as_manager()

    class Meta:
        verbose_name = _("leg of a repair")
        verbose_name_plural = _("legs of repairs")
        constraints = [
            models.UniqueConstraint(fields=["repair", "number"], name="leg_once"),
            models.UniqueConstraint(fields=["repair"], name="leg_one_open", condition=Q(ended_at=None)),
            models.CheckConstraint(name="leg_kind", condition=Q(leg__in=Leg.values)),
            models.CheckConstraint(name="leg_one_holder", condition=ONE_HOLDER),
            models.CheckConstraint(name="leg_span", condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at"))),
        ]
        indexes = [models.Index(fields=["ended_at", "leg"], name="leg_ended")]

    def __str__(self) -> str:
        return f"{self.repair_id}.{self.number}"

    @property
    def holder(self) -> str:
        """Who has or had it."""
        return str(self.holder_user or self.holder_partner)
