from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from aftersales.models.refund import Refund
from aftersales.states.refund import Limit, Step
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet


class SlipQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the refund that it is of."""
        if by.company:
            return self
        return self.filter(Exists(Refund.objects.visible_to(by).filter(pk=OuterRef("refund_id"))))

    def to_tell(self) -> Self:
        """AS-6: narrow to slips that the customer has not been told of."""
        return self.filter(told_at=None)

    def due_between(self, start: datetime, end: datetime) -> Self:
        """Narrow to deadlines missed in this half-open span."""
        return self.filter(due_at__gte=start, due_at__lt=end)


class Slip(models.Model):
    """AS-6: a deadline of a refund that slipped, ours or the platform's; the customer is told, and who told him.

    There is no gateway for short messages: the queue holds the text, a person sends it where the customer is.
    """

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="slips", verbose_name=_("refund"), db_index=False)
    limit = models.CharField(_("whose deadline"), max_length=6, choices=Limit)
    step = models.CharField(_("refund step"), max_length=16, choices=Step)
    due_at = models.DateTimeField(_("was due"))
    noted_at = models.DateTimeField(_("noted"))
    text = models.CharField(_("text for the customer"), max_length=300)
    told_at = models.DateTimeField(_("told"), null=True)
    told_by = models.CharField(_("told by"), max_length=150, blank=True)
    how = models.CharField(_("told how"), max_length=60, blank=True)

    objects = SlipQuerySet.as_manager()

    class Meta:
        verbose_name = _("slipped deadline")
        verbose_name_plural = _("slipped deadlines")
        permissions = [("tell_customer", _("Can mark that a customer was told of a slipped deadline"))]
        constraints = [
            models.UniqueConstraint(fields=["refund", "limit", "step", "due_at"], name="slip_once"),
            models.CheckConstraint(name="slip_limit", condition=Q(limit__in=Limit.values)),
            models.CheckConstraint(name="slip_step", condition=Q(step__in=Step.values)),
        ]
        indexes = [
            models.Index(fields=["noted_at"], name="slip_to_tell", condition=Q(told_at=None)),
            models.Index(fields=["due_at"], name="slip_due"),
        ]

    def __str__(self) -> str:
        return f"{self.refund} {self.get_step_display()}"
