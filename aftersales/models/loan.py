from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.models.repair import Repair
from channels.models import Product
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from opsdesk.sla.models import Timer


class LoanQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> "LoanQuerySet":
        """Loan units are seen with their repair."""
        return self if by.company else self.filter(repair__in=Repair.objects.visible_to(by))

    def out(self) -> "LoanQuerySet":
        """Narrow to units that a customer has."""
        return self.filter(back_at=None)

    def overdue(self, at: datetime) -> "LoanQuerySet":
        """Narrow to units that should have been back."""
        return self.out().filter(due_at__lt=at)


class LoanUnit(models.Model):
    """AS-7: a machine lent to the customer while his own is here; its clock runs once he has his own back."""

    repair = models.ForeignKey(Repair, models.PROTECT, related_name="loans", verbose_name=_("repair"))
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+", verbose_name=_("product"))
    serial_number = models.CharField(_("serial number"), max_length=80)
    lent_by = models.CharField(_("given out by"), max_length=150)
    out_at = models.DateTimeField(_("given out"))
    due_at = models.DateTimeField(_("due back"), null=True)
    back_at = models.DateTimeField(_("back"), null=True)
    note = models.CharField(_("condition"), max_length=300, blank=True)

    objects = LoanQuerySet.as_manager()

    class Meta:
        verbose_name = _("loan unit")
        verbose_name_plural = _("loan units")
        constraints = [
            models.UniqueConstraint(fields=["serial_number"], name="loan_out_once", condition=Q(back_at=None)),
            models.UniqueConstraint(fields=["repair"], name="loan_one_a_repair", condition=Q(back_at=None)),
            models.CheckConstraint(name="loan_span", condition=Q(back_at=None) | Q(back_at__gte=F("out_at"))),
        ]
        indexes = [models.Index(fields=["due_at"], name="loan_due", condition=Q(back_at=None))]

    def __str__(self) -> str:
        return self.serial_number

    def timers(self) -> models.QuerySet[Timer]:
        """The clock of this unit."""
        return Timer.objects.of(self._meta.label_lower, [self.pk])
