from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from aftersales.models.installer import Installer
from aftersales.states.job import LIVE, Answer, JobState, OfferKind
from channels.models import Partner, Region
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from opsdesk.sla.models import Timer
from orders.models import Order


class JobQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Staff see their regions' and shops' jobs, a partner its own, those of partners below, and those that are
        offered to it while another one still has them (CH-5, AS-3)."""
        if by.company:
            return self
        return self.filter(self._held(by) | Q(Exists(self._handed_to(by))))

    def held_by(self, by: Actor) -> Self:
        """Narrow to the jobs that somebody may work on: as `visible_to`, but not what is merely offered to him."""
        return self if by.company else self.filter(self._held(by))

    def _handed_to(self, by: Actor) -> models.QuerySet[models.Model]:
        offers = self.model._meta.get_field("offers").related_model._default_manager
        waiting = offers.filter(job=OuterRef("pk"), answer=Answer.WAITING, kind=OfferKind.HAND_OVER)
        return waiting.filter(partner__in=Partner.objects.within(by.partners))  # type: ignore[no-any-return]

    @staticmethod
    def _held(by: Actor) -> Q:
        which = Q(Exists(Partner.objects.within(by.partners).filter(pk=OuterRef("owner_id"))))
        if by.installer is not None:
            return which & (Q(installer=by.installer) | Q(installer=None, state__in=LIVE))
        if by.shops:
            which |= Q(Exists(Order.objects.filter(pk=OuterRef("order_id"), shop__code__in=by.shops)))
        for code in by.regions:
            which |= Q(region__code__startswith=code)
        return which

    def live(self) -> Self:
        """Narrow to jobs with work left to do."""
        return self.filter(state__in=LIVE)

    def due_before(self, moment: datetime) -> Self:
        """Narrow to live jobs whose deadline falls before this moment."""
        return self.live().filter(due_at__lt=moment)

    def overdue(self, at: datetime) -> Self:
        """Narrow to live jobs that are late (AS-1)."""
        return self.due_before(at)

    def due_between(self, start: datetime, end: datetime) -> Self:
        """Narrow to live jobs whose deadline falls in this half-open span."""
        return self.live().filter(due_at__gte=start, due_at__lt=end)

    def not_accepted(self) -> Self:
        """Narrow to offers that wait for an answer (AS-2)."""
        return self.filter(state=JobState.OFFERED)

    def without_agent(self) -> Self:
        """Narrow to jobs that nobody has: a person must find somebody."""
        return self.filter(state=JobState.OPEN)

    def to_dispatch(self) -> Self:
        """Narrow to open jobs that dispatch has not looked at since they were opened."""
        return self.filter(state=JobState.OPEN, dispatched_at=None, frozen_at=None)

    def frozen(self) -> Self:
        """Narrow to live jobs that wait for the end of a refund."""
        return self.live().filter(frozen_at__isnull=False)

    def hand_over_wanted(self) -> Self:
        """Narrow to live jobs that somebody else should do, and nobody was found (AS-3): a person must."""
        return self.live().filter(hand_over_wanted_at__isnull=False)

    def urged(self) -> Self:
        """Narrow to live jobs whose customer waits for an answer 催单."""
        return self.live().filter(urged_at__isnull=False)

    def appointed_between(self, start: datetime, end: datetime) -> Self:
        """Narrow to live jobs with an appointment in this half-open span."""
        return self.live().filter(appointed_at__gte=start, appointed_at__lt=end)

    def on_time(self) -> Self:
        """Narrow to installations completed by their deadline (AS-1)."""
        return self.filter(state=JobState.DONE, done_at__lte=models.F("due_at"))

    def done_between(self, start: datetime, end: datetime) -> Self:
        """Narrow to installations completed in this half-open span."""
        return self.filter(state=JobState.DONE, done_at__gte=start, done_at__lt=end)


class Job(models.Model):
    """AS-1: one installation: of which order, where, by whom, by when. `due_at` repeats its clock's, for the lists."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="jobs", verbose_name=_("order"), db_index=False)
    visit = models.PositiveSmallIntegerField(_("installation no."), default=1)
    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.OPEN)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, related_name="+", verbose_name=_("region"), db_index=False
    )
    owner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="jobs", verbose_name=_("installer")
    )
    installer = models.ForeignKey(
        Installer, models.PROTECT, null=True, blank=True, related_name="jobs", verbose_name=_("installer (person)")
    )
    starts_at = models.DateTimeField(_("clock starts"))
    due_at = models.DateTimeField(_("due"))
    opened_at = models.DateTimeField(_("opened"))
    dispatched_at = models.DateTimeField(_("dispatched"), null=True)
    asked_since = models.DateTimeField(_("asking since"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    appointed_at = models.DateTimeField(_("appointed for"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)
    frozen_at = models.DateTimeField(_("frozen since"), null=True)
    frozen_because = models.CharField(_("frozen because"), max_length=200, blank=True)
    hand_over_wanted_at = models.DateTimeField(_("hand-over wanted since"), null=True)
    handed_over_at = models.DateTimeField(_("handed over"), null=True)
    paused_until = models.DateTimeField(_("clock stands until"), null=True)
    urged_at = models.DateTimeField(_("urged"), null=True)
    serial_number = models.CharField(_("serial number"), max_length=80, blank=True)
    photo = models.ImageField(_("photo"), upload_to="jobs/%Y/%m/", max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("installation job")
        verbose_name_plural = _("installation jobs")
        permissions = [
            ("dispatch_job", _("Can dispatch installation jobs")),
            ("accept_job", _("Can accept or decline an offered job")),
            ("work_job", _("Can make appointments and report on jobs")),
            ("assign_installer", _("Can name the person who goes")),
            ("urge_job", _("Can urge an installation for the customer")),
            ("cancel_job", _("Can cancel jobs")),
            ("export_job", _("Can export jobs")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "visit"], name="job_once"),
            models.CheckConstraint(name="job_state", condition=Q(state__in=JobState.values)),
            models.CheckConstraint(
                name="job_owner", condition=Q(state__in=("open", "cancelled")) | Q(owner__isnull=False)
            ),
            models.CheckConstraint(
                name="job_done",
                condition=~Q(state="done") | (Q(done_at__isnull=False) & ~Q(serial_number="")),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="job_live_due", condition=Q(state__in=LIVE)),
            models.Index(fields=["state", "due_at"], name="job_state_due"),
            models.Index(fields=["done_at"], name="job_done_at", condition=Q(state="done")),
            models.Index(fields=["owner", "due_at"], name="job_owner_due", condition=Q(state__in=LIVE)),
            models.Index(
                fields=["hand_over_wanted_at"],
                name="job_wanted",
                condition=Q(state__in=LIVE, hand_over_wanted_at__isnull=False),
            ),
            models.Index(fields=["urged_at"], name="job_urged", condition=Q(urged_at__isnull=False)),
            models.Index(fields=["frozen_at"], name="job_frozen", condition=Q(frozen_at__isnull=False)),
            models.Index(fields=["region"], name="job_region", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["serial_number"], name="job_serial", condition=~Q(serial_number="")),
        ]

    def __str__(self) -> str:
        return f"J{self.pk}"

    def timers(self) -> models.QuerySet[Timer]:
        """The clocks of this job."""
        return Timer.objects.of(self._meta.label_lower, [self.pk])
