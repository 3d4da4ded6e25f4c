from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from channels.models import Revocation
from conflicts.models.case import Party, handles
from conflicts.models.ruling import Ruling
from conflicts.states.case import PartyRole
from conflicts.states.rulebook import Measure
from opsdesk.actor import Actor
from opsdesk.people.models import User
from opsdesk.querysets import DeskQuerySet


class PayrollQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """The company's; an employee sees what concerns himself."""
        return self if by.company else self.filter(employee_id=by.user_id)


class PayrollEntry(models.Model):
    """CF-14: what is to be kept back from an employee's pay (positive), or given back by a counter-entry (negative).

    Written once; the database refuses to change or delete it.
    """

    employee = models.ForeignKey(User, models.PROTECT, related_name="payroll_entries", verbose_name=_("employee"))
    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="payroll_entries", verbose_name=_("ruling"))
    amount_yuan = models.DecimalField(_("to be kept back (yuan)"), max_digits=12, decimal_places=2)
    booked_on = models.DateField(_("counts for"))
    booked_at = models.DateTimeField(_("booked"))
    booked_by = models.CharField(_("booked by"), max_length=150)
    text = models.CharField(_("what for"), max_length=200)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversed_by", verbose_name=_("reverses")
    )

    objects = PayrollQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the payroll list")
        verbose_name_plural = _("payroll list")
        permissions = [("export_payrollentry", _("Can take out the payroll list"))]
        constraints = [
            models.CheckConstraint(name="payroll_not_zero", condition=~Q(amount_yuan=0)),
            models.UniqueConstraint(fields=["ruling"], name="payroll_once", condition=Q(reverses=None)),
        ]
        indexes = [models.Index(fields=["booked_on"], name="payroll_day")]

    def __str__(self) -> str:
        return f"{self.text} ¥{self.amount_yuan}"


class MeasureTakenQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Who handles cases sees all; whom a measure is about his own."""
        if handles(by):
            return self
        mine = Party.objects.filter(case=OuterRef("ruling__case"), role=PartyRole.ACCUSED).of(by)
        return self.filter(Exists(mine))

    def of_staff(self) -> Self:
        """Narrow to what was ruled against employees besides money."""
        return self.filter(measure__in=(Measure.DEMERIT, Measure.DISMISSAL))

    def in_force(self) -> Self:
        """Narrow to what has not been taken back."""
        return self.filter(taken_back_at=None)


class MeasureTaken(models.Model):
    """CF-6, CF-7, CF-12: a measure carried out under a ruling, and taken back when the ruling was replaced.

    A suspension or revocation holds one row per certificate, each with its `revocation`.
    """

    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="measures_taken", verbose_name=_("ruling"))
    measure = models.CharField(_("measure"), max_length=12, choices=Measure)
    revocation = models.OneToOneField(
        Revocation, models.PROTECT, null=True, related_name="measure", verbose_name=_("revocation")
    )
    taken_at = models.DateTimeField(_("carried out"))
    taken_back_at = models.DateTimeField(_("taken back"), null=True)

    objects = MeasureTakenQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure taken")
        verbose_name_plural = _("measures taken")
        constraints = [
            models.CheckConstraint(name="measure_taken_kind", condition=Q(measure__in=Measure.values)),
            models.UniqueConstraint(
                fields=["ruling", "measure"], name="measure_taken_once", condition=Q(revocation=None)
            ),
        ]

    def __str__(self) -> str:
        return self.get_measure_display()
