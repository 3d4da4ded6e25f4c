"""AS-8: what came back and what it looked like: evidence, receptions, and their lines."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from aftersales.models.refund import Refund, RefundLine
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from orders.models import Order


class EvidenceQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the refund that it belongs to."""
        return self.filter(Exists(Refund.objects.visible_to(by).filter(pk=OuterRef("refund_id"))))


class Evidence(models.Model):
    """AS-8: a photo as proof, without metadata, with its fingerprint: the same picture is kept once per refund."""

    refund = models.ForeignKey(
        Refund, models.PROTECT, related_name="evidence", verbose_name=_("refund"), db_index=False
    )
    photo = models.ImageField(_("photo"), upload_to="refunds/%Y/%m/", max_length=200)
    sha256 = models.CharField(_("fingerprint (SHA-256)"), max_length=64)
    what = models.CharField(_("what it shows"), max_length=120)
    added_by = models.CharField(_("added by"), max_length=150)
    added_at = models.DateTimeField(_("added"))

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [models.UniqueConstraint(fields=["refund", "sha256"], name="evidence_once")]

    def __str__(self) -> str:
        return self.what


class ReceptionQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the order whose goods came; what belongs to none is the company's."""
        if by.company:
            return self
        return self.filter(Exists(Order.objects.visible_to(by).filter(pk=OuterRef("order_id"))))

    def turned_away(self) -> Self:
        """Narrow to goods that came without notice and were not accepted."""
        return self.filter(refund=None)


class Reception(models.Model):
    """AS-8: a parcel that came back: when, to whom. Arrival is not acceptance; without a refund it was turned away."""

    refund = models.ForeignKey(Refund, models.PROTECT, null=True, related_name="receptions", verbose_name=_("refund"))
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+", verbose_name=_("order"))
    number = models.PositiveSmallIntegerField(_("reception no."), default=1)
    tracking = models.CharField(_("return tracking number"), max_length=80)
    arrived_at = models.DateTimeField(_("arrived"))
    received_by = models.CharField(_("received by"), max_length=150)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = ReceptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("reception")
        verbose_name_plural = _("receptions")
        constraints = [
            models.UniqueConstraint(
                fields=["refund", "number"], name="reception_once", condition=Q(refund__isnull=False)
            ),
            models.UniqueConstraint(fields=["tracking"], name="reception_turned_away_once", condition=Q(refund=None)),
        ]

    def __str__(self) -> str:
        return f"{self.tracking} {self.number}"


class ReceptionLine(models.Model):
    """AS-8: how many pieces of a refund line a parcel held, in order or damaged, and how many were missing of it."""

    reception = models.ForeignKey(
        Reception, models.CASCADE, related_name="lines", verbose_name=_("reception"), db_index=False
    )
    line = models.ForeignKey(RefundLine, models.PROTECT, related_name="received", verbose_name=_("refund line"))
    ok = models.PositiveIntegerField(_("in order"), default=0)
    damaged = models.PositiveIntegerField(_("damaged"), default=0)
    missing = models.PositiveIntegerField(_("missing"), default=0)

    class Meta:
        verbose_name = _("received item")
        verbose_name_plural = _("received items")
        constraints = [models.UniqueConstraint(fields=["reception", "line"], name="reception_line_once")]

    def __str__(self) -> str:
        return f"{self.ok}/{self.damaged}/{self.missing}"
