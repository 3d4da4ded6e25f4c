from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from conflicts.models.case import Case, Party, handles
from conflicts.models.rulebook import Act, PenaltyRow
from conflicts.states.case import RulingState
from conflicts.states.rulebook import Measure, Seat, Stage
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet


class RulingQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Who handles cases sees all but drafts about himself; the parties of a case what has been in force."""
        counted = (RulingState.IN_FORCE, RulingState.REPLACED)
        if handles(by):
            about = Exists(Party.objects.filter(case=OuterRef("case_id")).of(by))
            return self.filter(~about | Q(state__in=counted))
        return self.filter(case__in=Case.objects.visible_to(by).values("pk"), state__in=counted)

    def in_force(self) -> Self:
        """Narrow to rulings that hold."""
        return self.filter(state=RulingState.IN_FORCE)


class Ruling(models.Model):
    """CF-10, CF-11: what a case is judged to be, and what it costs; `act` null: no violation.

    `text` is what is signed, `text_sha256` its fingerprint: whatever changes the case afterwards makes another one and
    voids the signatures. `times`: the how manieth violation this is; `because` says how that and the amount came about.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="rulings", verbose_name=_("case"))
    round = models.PositiveSmallIntegerField(_("round"))
    state = models.CharField(_("state"), max_length=10, choices=RulingState, default=RulingState.DRAFTED)
    stage = models.CharField(_("signed as"), max_length=12, choices=Stage)
    act = models.ForeignKey(
        Act, models.PROTECT, null=True, blank=True, related_name="rulings", verbose_name=_("act found")
    )
    row = models.ForeignKey(
        PenaltyRow, models.PROTECT, null=True, blank=True, related_name="rulings", verbose_name=_("penalty row")
    )
    times = models.PositiveSmallIntegerField(_("the how manieth time"), default=1)
    amount_yuan = models.DecimalField(_("penalty (yuan)"), max_digits=12, decimal_places=2, default=0)
    measures = ArrayField(
        models.CharField(max_length=12, choices=Measure), default=list, blank=True, verbose_name=_("measures")
    )
    suspended_days = models.PositiveSmallIntegerField(_("suspended for (days)"), null=True, blank=True)
    reasoning = models.TextField(_("reasoning"), max_length=4000)
    unusual = models.CharField(_("why not the usual penalty"), max_length=300, blank=True)
    because = models.JSONField(encoder=DjangoJSONEncoder, default=list)
    text = models.TextField(_("text that is signed"))
    text_sha256 = models.CharField(_("fingerprint of the text (SHA-256)"), max_length=64)
    drafted_by = models.CharField(_("drafted by"), max_length=150)
    drafted_at = models.DateTimeField(_("drafted"))
    in_force_at = models.DateTimeField(_("in force since"), null=True)

    objects = RulingQuerySet.as_manager()

    class Meta:
        verbose_name = _("ruling")
        verbose_name_plural = _("rulings")
        constraints = [
            models.UniqueConstraint(fields=["case", "round"], name="ruling_once"),
            models.UniqueConstraint(fields=["case"], name="ruling_one_in_force", condition=Q(state__in=("in_force",))),
            models.UniqueConstraint(fields=["case"], name="ruling_one_drafted", condition=Q(state="drafted")),
            models.CheckConstraint(name="ruling_state", condition=Q(state__in=RulingState.values)),
            models.CheckConstraint(name="ruling_stage", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(
                name="ruling_nothing_for_nothing",
                condition=Q(act__isnull=False, row__isnull=False) | Q(act=None, row=None, amount_yuan=0, measures=[]),
            ),
            models.CheckConstraint(name="ruling_amount", condition=Q(amount_yuan__gte=0)),
        ]
        indexes = [models.Index(fields=["in_force_at"], name="ruling_in_force")]

    def __str__(self) -> str:
        return f"{self.case}-{self.round}"


class Signature(models.Model):
    """CF-10: a head's signature, or refusal, over the fingerprint of a ruling's text; written once."""

    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="signatures", verbose_name=_("ruling"))
    seat = models.CharField(_("for"), max_length=10, choices=Seat)
    role = models.CharField(_("as"), max_length=30)
    signed_by = models.CharField(_("signed by"), max_length=150)
    granted = models.BooleanField(_("agrees"), default=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    text_sha256 = models.CharField(_("fingerprint of what was signed (SHA-256)"), max_length=64)
    because = models.CharField(_("may sign because"), max_length=100)
    at = models.DateTimeField(_("when"))

    objects = DeskQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature under a ruling")
        verbose_name_plural = _("signatures under rulings")
        constraints = [
            models.UniqueConstraint(fields=["ruling", "seat", "text_sha256"], name="ruling_seat_signs_once"),
            models.UniqueConstraint(fields=["ruling", "signed_by", "text_sha256"], name="ruling_person_signs_once"),
            models.CheckConstraint(name="ruling_signature_seat", condition=Q(seat__in=Seat.values)),
        ]

    def __str__(self) -> str:
        return f"{self.ruling} {self.get_seat_display()}"
