from datetime import datetime
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.approvals.states import ApprovalState, Kind
from opsdesk.people.models import User
from opsdesk.people.roles import ROLES
from opsdesk.querysets import DeskQuerySet
from opsdesk.sla.models import Timer
from opsdesk.validity import InForce, Valid, ends_after_start, one_at_a_time

ROLE_CHOICES = [(role.code, role.label) for role in ROLES]


class RulesQuerySet(InForce):
    def visible_to(self, by: Actor) -> Self:
        """Who may sign what is no secret to the company."""
        return self if by.company or by.regions else self.none()


class Limit(Valid):
    """FI-2, FI-3: up to how much a role decides alone, and up to how much it signs for others; dated."""

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    role = models.CharField(_("role"), max_length=30, choices=ROLE_CHOICES)
    alone_yuan = models.DecimalField(_("alone up to (yuan)"), max_digits=12, decimal_places=2, default=Decimal("0.00"))
    sign_yuan = models.DecimalField(_("signs up to (yuan)"), max_digits=12, decimal_places=2, default=Decimal("0.00"))

    objects = RulesQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("limit of authority")
        verbose_name_plural = _("limits of authority")
        constraints = [
            models.CheckConstraint(name="limit_kind", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(name="limit_not_negative", condition=Q(alone_yuan__gte=0, sign_yuan__gte=0)),
            ends_after_start("limit_span"),
            one_at_a_time("limit_once", "kind", "role"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_role_display()}"


class SecondSignature(Valid):
    """AU-4: above how much a kind needs two signatures; dated."""

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    above_yuan = models.DecimalField(_("above (yuan)"), max_digits=12, decimal_places=2)

    objects = RulesQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("second signature")
        verbose_name_plural = _("second signatures")
        constraints = [
            models.CheckConstraint(name="second_kind", condition=Q(kind__in=Kind.values)),
            ends_after_start("second_span"),
            one_at_a_time("second_once", "kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} > {self.above_yuan}"


class Delegation(Valid):
    """Somebody signs in another's place while he is away; each signature says for whom."""

    absent = models.ForeignKey(User, models.PROTECT, related_name="delegations", verbose_name=_("absent"))
    delegate = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("signs instead"))
    reason = models.CharField(_("reason"), max_length=200)

    objects = RulesQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        constraints = [
            models.CheckConstraint(name="delegation_other", condition=~Q(absent=F("delegate"))),
            ends_after_start("delegation_span"),
            one_at_a_time("delegation_once", "absent", "delegate"),
        ]

    def __str__(self) -> str:
        return f"{self.absent} → {self.delegate}"


class ApprovalQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """The company, who has its region in scope, and who asked."""
        if by.company:
            return self
        which = Q(asked_by=by.name)
        for code in by.regions:
            which |= Q(region_code__startswith=code)
        return self.filter(which)

    def waiting(self) -> Self:
        """Narrow to what nobody has decided yet."""
        return self.filter(state=ApprovalState.WAITING)

    def for_roles(self, roles: set[str], *, name: str, at: datetime) -> Self:
        """Narrow to what somebody with these roles may sign now: not his own, not signed by him, within a limit."""
        limits = Limit.objects.in_force(timezone.localdate(at)).filter(
            kind=OuterRef("kind"), role__in=roles, sign_yuan__gte=OuterRef("amount_yuan")
        )
        signed = Signature.objects.filter(approval=OuterRef("pk"), signed_by=name)
        return self.waiting().exclude(asked_by=name).filter(Exists(limits), ~Exists(signed))


class Approval(models.Model):
    """FI-2: a decision that somebody asks for: of what, how much, why, and what became of it.

    `because` names the rows of limits that made its route. The subject is a type/id pair (ADR 0004); what follows a
    decision is named by kind in opsdesk/reactions.py and happens in the same transaction.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    title = models.CharField(_("what"), max_length=200)
    amount_yuan = models.DecimalField(_("amount (yuan)"), max_digits=12, decimal_places=2)
    state = models.CharField(_("state"), max_length=10, choices=ApprovalState, default=ApprovalState.WAITING)
    region_code = models.CharField(max_length=9, blank=True)
    signatures_needed = models.PositiveSmallIntegerField(_("signatures needed"), default=1)
    asked_by = models.CharField(_("asked by"), max_length=150)
    asked_at = models.DateTimeField(_("asked"))
    due_at = models.DateTimeField(_("due"), null=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    reason = models.CharField(_("reason"), max_length=300)
    because = models.JSONField(default=list)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        permissions = [("sign_approval", _("Can sign what others ask for, within the limits"))]
        constraints = [
            models.CheckConstraint(name="approval_kind", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(name="approval_state", condition=Q(state__in=ApprovalState.values)),
            models.UniqueConstraint(
                fields=["kind", "subject_type", "subject_id"], name="approval_one_waiting", condition=Q(state="waiting")
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="approval_waiting", condition=Q(state="waiting")),
            models.Index(fields=["subject_type", "subject_id"], name="approval_subject"),
        ]

    def __str__(self) -> str:
        return self.title

    def timers(self) -> models.QuerySet[Timer]:
        """The clock of this approval."""
        return Timer.objects.of(self._meta.label_lower, [self.pk])


class Signature(models.Model):
    """AU-4: one person's word on an approval, in which role and for whom; never changed."""

    approval = models.ForeignKey(Approval, models.PROTECT, related_name="signatures", verbose_name=_("approval"))
    signed_by = models.CharField(_("signed by"), max_length=150)
    stands_for = models.CharField(_("in place of"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=30, choices=ROLE_CHOICES)
    granted = models.BooleanField(_("granted"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    because = models.CharField(max_length=120)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = [models.UniqueConstraint(fields=["approval", "signed_by"], name="signature_once")]

    def __str__(self) -> str:
        return f"{self.signed_by} {self.role}"
