from datetime import datetime
from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from aftersales.models.job import Job
from aftersales.states.deduction import DeductionKind, DeductionState
from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from opsdesk.sla.models import Timer

UNDECIDED = ("proposed", "admitted", "contested")


class DeductionQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the job; a partner sees what is its own or of partners below (CH-5)."""
        if by.company:
            return self
        if by.partners:
            return self.filter(Exists(Partner.objects.within(by.partners).filter(pk=OuterRef("partner_id"))))
        return self.filter(Exists(Job.objects.visible_to(by).filter(pk=OuterRef("job_id"))))

    def to_decide(self, at: datetime) -> Self:
        """Narrow to what a person must confirm or drop: answered, or the time for an answer is over."""
        silent = Q(state=DeductionState.PROPOSED, due_at__lte=at)
        return self.filter(Q(state__in=(DeductionState.ADMITTED, DeductionState.CONTESTED)) | silent)

    def to_answer(self) -> Self:
        """Narrow to what the partner has not answered yet."""
        return self.filter(state=DeductionState.PROPOSED)

    def undecided(self) -> Self:
        """Narrow to what is neither confirmed nor dropped."""
        return self.filter(state__in=UNDECIDED)


class Deduction(models.Model):
    """AS-5, CF-12: money that an installer may lose for an installation late, refused or badly done.

    Proposed from facts or by a person; never booked without a person's confirmation and another's signature.
    `source` is the fact it comes from: one fact, one deduction a kind and partner. `because` names the rate's row.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="deductions", verbose_name=_("installer"))
    job = models.ForeignKey(Job, models.PROTECT, related_name="deductions", verbose_name=_("job"))
    kind = models.CharField(_("kind"), max_length=12, choices=DeductionKind)
    amount_yuan = models.DecimalField(_("amount (yuan)"), max_digits=12, decimal_places=2)
    happened_on = models.DateField(_("happened on"))
    source_type = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    facts = models.JSONField(_("facts"), encoder=DjangoJSONEncoder, default=list)
    because = models.JSONField(encoder=DjangoJSONEncoder, default=list)
    state = models.CharField(_("state"), max_length=10, choices=DeductionState, default=DeductionState.PROPOSED)
    proposed_by = models.CharField(_("proposed by"), max_length=150)
    proposed_at = models.DateTimeField(_("proposed"))
    due_at = models.DateTimeField(_("answer due"), null=True)
    answer = models.CharField(_("the partner's answer"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=150, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)

    objects = DeductionQuerySet.as_manager()

    class Meta:
        verbose_name = _("deduction")
        verbose_name_plural = _("deductions")
        permissions = [
            ("propose_deduction", _("Can propose deductions")),
            ("answer_deduction", _("Can answer a proposed deduction")),
            ("confirm_deduction", _("Can confirm or drop proposed deductions")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "source_type", "source_id", "partner"], name="deduction_once"),
            models.CheckConstraint(name="deduction_kind", condition=Q(kind__in=DeductionKind.values)),
            models.CheckConstraint(name="deduction_state", condition=Q(state__in=DeductionState.values)),
            models.CheckConstraint(name="deduction_above_zero", condition=Q(amount_yuan__gt=0)),
            models.CheckConstraint(  # AS-5: never without a person
                name="deduction_confirmed_by_a_person",
                condition=~Q(state__in=("confirmed", "booked")) | ~Q(confirmed_by__in=("", "system")),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="deduction_undecided", condition=Q(state__in=UNDECIDED)),
        ]

    def __str__(self) -> str:
        return f"D{self.pk}"

    def timers(self) -> models.QuerySet[Timer]:
        """The clock of the partner's answer."""
        return Timer.objects.of(self._meta.label_lower, [self.pk])
