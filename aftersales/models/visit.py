from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.models.job import Job
from aftersales.states.job import Outcome, Payer
from channels.models import Partner


class Visit(models.Model):
    """AS-1, AS-4: one time that somebody was to go to the customer: planned, there, what came of it, and who pays it.

    A visit is paid at most once and to its own partner; a job handed over has visits of several partners.
    """

    job = models.ForeignKey(Job, models.PROTECT, related_name="visits", verbose_name=_("job"))
    number = models.PositiveSmallIntegerField(_("visit no."))
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="visits", verbose_name=_("installer"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, default=Outcome.PLANNED)
    planned_at = models.DateTimeField(_("planned for"), null=True)
    arrived_at = models.DateTimeField(_("arrived"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    cause = models.CharField(_("cause"), max_length=30, blank=True)
    payer = models.CharField(_("who pays"), max_length=10, choices=Payer, default=Payer.COMPANY)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="visit_once"),
            models.UniqueConstraint(fields=["job"], name="visit_one_planned", condition=Q(outcome="planned")),
            models.CheckConstraint(name="visit_outcome", condition=Q(outcome__in=Outcome.values)),
            models.CheckConstraint(name="visit_payer", condition=Q(payer__in=Payer.values)),
            models.CheckConstraint(
                name="visit_ended", condition=Q(outcome__in=("planned", "cancelled")) | Q(ended_at__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["partner", "ended_at"], name="visit_partner_ended")]

    def __str__(self) -> str:
        return f"{self.job} · {self.number}"
