from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from aftersales.models.job import Job
from aftersales.states.extra import ExtraState
from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet


class ExtraKindQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """What extra work there is, everybody may know."""
        return self


class ExtraKind(models.Model):
    """AS-4: a kind of work beyond a usual installation."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=40)
    hint = models.CharField(_("what it covers"), max_length=200, blank=True)
    needs_photo = models.BooleanField(_("needs a photo"), default=True)
    active = models.BooleanField(_("active"), default=True)

    objects = ExtraKindQuerySet.as_manager()

    class Meta:
        verbose_name = _("kind of extra work")
        verbose_name_plural = _("kinds of extra work")

    def __str__(self) -> str:
        return self.name


class ExtraQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the job; a partner sees what is its own or of partners below (CH-5)."""
        if by.company:
            return self
        own = Exists(Partner.objects.within(by.partners).filter(pk=OuterRef("partner_id")))
        if by.partners:
            return self.filter(own)
        return self.filter(Exists(Job.objects.visible_to(by).filter(pk=OuterRef("job_id"))))

    def waiting(self) -> Self:
        """Narrow to what waits for a signature."""
        return self.filter(state=ExtraState.PROPOSED)


class Extra(models.Model):
    """AS-4: remote or extra work on a job: what, how much, why, with a picture; paid once it is approved."""

    job = models.ForeignKey(Job, models.PROTECT, related_name="extras", verbose_name=_("job"))
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="extras", verbose_name=_("installer"))
    kind = models.ForeignKey(ExtraKind, models.PROTECT, related_name="+", verbose_name=_("kind"))
    amount_yuan = models.DecimalField(_("amount (yuan)"), max_digits=12, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=300)
    photo = models.ImageField(_("photo"), upload_to="extras/%Y/%m/", max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ExtraState, default=ExtraState.PROPOSED)
    proposed_by = models.CharField(_("proposed by"), max_length=150)
    proposed_at = models.DateTimeField(_("proposed"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    refused_because = models.CharField(_("refused because"), max_length=300, blank=True)

    objects = ExtraQuerySet.as_manager()

    class Meta:
        verbose_name = _("extra work")
        verbose_name_plural = _("extra work")
        permissions = [("propose_extra", _("Can propose extra work on a job"))]
        constraints = [
            models.CheckConstraint(name="extra_state", condition=Q(state__in=ExtraState.values)),
            models.CheckConstraint(name="extra_above_zero", condition=Q(amount_yuan__gt=0)),
            models.UniqueConstraint(fields=["job", "kind"], name="extra_once", condition=~Q(state="refused")),
        ]
        indexes = [models.Index(fields=["proposed_at"], name="extra_waiting", condition=Q(state="proposed"))]

    def __str__(self) -> str:
        return f"{self.job} · {self.kind}"
