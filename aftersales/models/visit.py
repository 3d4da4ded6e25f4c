from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.models.installer import Installer
from aftersales.models.job import Job
from aftersales.states.job import AskedBy, Outcome, Payer
from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet


class VisitQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the jobs; a partner sees its own visits and those of partners below (CH-5)."""
        if by.company:
            return self
        if by.partners:
            return self.filter(partner__in=Partner.objects.within(by.partners))
        return self.filter(job__in=Job.objects.visible_to(by))

    def planned(self) -> Self:
        """Narrow to visits that are still to be made."""
        return self.filter(outcome=Outcome.PLANNED)


class Visit(models.Model):
    """AS-1, AS-4: one time that somebody was to go to the customer: planned, there, what came of it, and who pays it.

    A visit is paid at most once and to its own partner; a job handed over has visits of several partners.
    """

    job = models.ForeignKey(Job, models.PROTECT, related_name="visits", verbose_name=_("job"))
    number = models.PositiveSmallIntegerField(_("visit no."))
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="visits", verbose_name=_("installer"))
    installer = models.ForeignKey(
        Installer, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("installer (person)")
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, default=Outcome.PLANNED)
    planned_at = models.DateTimeField(_("planned for"), null=True)
    asked_by = models.CharField(_("time asked for by"), max_length=10, choices=AskedBy, blank=True)
    arrived_at = models.DateTimeField(_("arrived"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    cause = models.CharField(_("cause"), max_length=30, blank=True)
    payer = models.CharField(_("who pays"), max_length=10, choices=Payer, default=Payer.COMPANY)
    note = models.CharField(_("note"), max_length=300, blank=True)
    signature = models.ImageField(_("customer's signature"), upload_to="visits/%Y/%m/", max_length=200, blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="visit_once"),
            models.UniqueConstraint(fields=["job"], name="visit_one_planned", condition=Q(outcome="planned")),
            models.UniqueConstraint(fields=["job"], name="visit_one_done", condition=Q(outcome="done")),
            models.CheckConstraint(name="visit_asked_by", condition=Q(asked_by__in=["", *AskedBy.values])),
            models.CheckConstraint(name="visit_outcome", condition=Q(outcome__in=Outcome.values)),
            models.CheckConstraint(name="visit_payer", condition=Q(payer__in=Payer.values)),
            models.CheckConstraint(
                name="visit_ended", condition=Q(outcome__in=("planned", "cancelled")) | Q(ended_at__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["partner", "ended_at"], name="visit_partner_ended")]

    def __str__(self) -> str:
        return f"{self.job} · {self.number}"


class VisitMove(models.Model):
    """AS-1: an appointment that was moved: from when to when, who asked for it, and why; each is kept."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="moves", verbose_name=_("visit"))
    was_at = models.DateTimeField(_("was planned for"))
    now_at = models.DateTimeField(_("planned for"))
    asked_by = models.CharField(_("asked for by"), max_length=10, choices=AskedBy)
    reason = models.CharField(_("reason"), max_length=200)
    moved_at = models.DateTimeField(_("when"))
    moved_by = models.CharField(_("who"), max_length=150)

    class Meta:
        verbose_name = _("moved appointment")
        verbose_name_plural = _("moved appointments")
        constraints = [models.CheckConstraint(name="visit_move_asked_by", condition=Q(asked_by__in=AskedBy.values))]

    def __str__(self) -> str:
        return f"{self.visit_id}: {self.now_at}"


class JobPhoto(models.Model):
    """AS-1: a photo of a completion report; the first one also stands in the job itself."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="photos", verbose_name=_("job"))
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="photos", verbose_name=_("visit"))
    number = models.PositiveSmallIntegerField(_("photo no."))
    photo = models.ImageField(_("photo"), upload_to="jobs/%Y/%m/", max_length=200)
    taken_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("photo of a job")
        verbose_name_plural = _("photos of jobs")
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="job_photo_once")]

    def __str__(self) -> str:
        return f"{self.job_id} · {self.number}"
