from datetime import datetime
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from aftersales.models.callback import Callback
from aftersales.models.complaint_class import ComplaintClass
from aftersales.models.job import Job
from aftersales.states.complaint import APPROVED_ONCE, OPEN, ComplaintState, Department, Responsible, Source
from channels.models import Partner, Product, Region
from opsdesk.actor import Actor
from opsdesk.people.models import User
from opsdesk.querysets import DeskQuerySet
from opsdesk.sla.models import Timer
from orders.models import Order


class ComplaintQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Staff see their regions' and shops', everybody his own; a partner those about itself and those below it."""
        if by.company:
            return self
        which = Q(owner_id=by.user_id) if by.user_id else Q(pk__in=())
        which |= Q(Exists(Partner.objects.within(by.partners).filter(pk=OuterRef("partner_id"))))
        if by.shops:
            which |= Q(Exists(Order.objects.filter(pk=OuterRef("order_id"), shop__code__in=by.shops)))
        for code in by.regions:
            which |= Q(region__code__startswith=code)
        return self.filter(which)

    def open(self) -> Self:
        """Narrow to those still in the loop."""
        return self.filter(state__in=OPEN)

    def to_judge(self) -> Self:
        """Narrow to those of which nobody has said yet whether they are founded."""
        return self.filter(state=ComplaintState.REGISTERED)

    def mine(self, by: Actor) -> Self:
        """Narrow to open ones that this person owns."""
        return self.open().filter(owner_id=by.user_id)

    def overdue(self, at: datetime) -> Self:
        """Narrow to those whose present step is late."""
        return self.open().filter(due_at__lt=at)

    def to_approve(self) -> Self:
        """Narrow to proposals that wait for the head."""
        return self.filter(state=ComplaintState.PROPOSED)

    def to_confirm(self) -> Self:
        """Narrow to those that the customer has still to confirm."""
        return self.filter(state=ComplaintState.CARRIED_OUT)

    def escalated(self) -> Self:
        """Narrow to open ones whose present step has gone to the head."""
        return self.open().filter(escalated_at__isnull=False)

    def unclear(self) -> Self:
        """Narrow to those without a class."""
        return self.filter(kind=None)


class Complaint(models.Model):
    """AS-9: what a customer complains of, and everything until he confirms the result; never without an owner.

    The customer's words are sealed, `excerpt` shows them with numbers masked. `found_*` is what the words led to,
    `kind` what counts: a person's correction (`kind_by`) stays whatever the rules find later.
    """

    state = models.CharField(_("state"), max_length=14, choices=ComplaintState, default=ComplaintState.REGISTERED)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    owner = models.ForeignKey(User, models.PROTECT, related_name="complaints", verbose_name=_("owner"))
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="complaints", verbose_name=_("order")
    )
    job = models.ForeignKey(
        Job, models.PROTECT, null=True, blank=True, related_name="complaints", verbose_name=_("job")
    )
    callback = models.OneToOneField(
        Callback, models.PROTECT, null=True, blank=True, related_name="complaint", verbose_name=_("call-back")
    )
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="complaints", verbose_name=_("partner concerned")
    )
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, related_name="+", verbose_name=_("region"), db_index=False
    )
    refund_number = models.CharField(_("refund number"), max_length=60, blank=True)
    words_sealed = models.BinaryField()
    excerpt = models.CharField(_("what it is about"), max_length=200)
    registered_at = models.DateTimeField(_("registered"))
    due_at = models.DateTimeField(_("step due"))
    escalated_at = models.DateTimeField(_("escalated"), null=True)

    kind = models.ForeignKey(
        ComplaintClass, models.PROTECT, null=True, blank=True, related_name="complaints", verbose_name=_("class")
    )
    kind_by = models.CharField(_("class corrected by"), max_length=150, blank=True)
    kind_reason = models.CharField(_("class corrected because"), max_length=200, blank=True)
    found_kind = models.ForeignKey(
        ComplaintClass, models.PROTECT, null=True, related_name="+", verbose_name=_("class found by words")
    )
    found_words = models.JSONField(_("words that led to it"), default=list)
    confidence = models.DecimalField(_("confidence"), max_digits=3, decimal_places=2, default=Decimal("0.00"))

    founded = models.BooleanField(_("founded"), null=True)
    judged_at = models.DateTimeField(_("judged"), null=True)
    judgement = models.CharField(_("judgement"), max_length=300, blank=True)
    answer = models.CharField(_("answer to the customer"), max_length=300, blank=True)
    cause = models.CharField(_("cause found"), max_length=300, blank=True)
    responsible = models.CharField(_("responsible"), max_length=10, choices=Responsible, blank=True)
    department = models.CharField(_("department"), max_length=10, choices=Department, blank=True)
    employee = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("employee")
    )
    at_fault = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("partner responsible")
    )
    measures = models.CharField(_("measures"), max_length=300, blank=True)
    compensation_yuan = models.DecimalField(
        _("compensation (yuan)"), max_digits=12, decimal_places=2, default=Decimal("0.00")
    )
    proposed_by = models.CharField(_("proposed by"), max_length=150, blank=True)
    proposed_at = models.DateTimeField(_("proposed"), null=True)
    head = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("head who answers for it")
    )
    approved_at = models.DateTimeField(_("approved"), null=True)
    doer = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person who answers for it")
    )
    result = models.CharField(_("result"), max_length=300, blank=True)
    carried_out_at = models.DateTimeField(_("carried out"), null=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    reopened = models.PositiveSmallIntegerField(_("times opened again"), default=0)
    summary = models.CharField(_("what we learn of it"), max_length=300, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        permissions = [
            ("work_complaint", _("Can work on complaints")),
            ("approve_complaint", _("Can approve what is proposed on a complaint")),
            ("show_complaint", _("Can read complaints in the customer's own words")),
            ("export_complaint", _("Can export complaints")),
        ]
        constraints = [
            models.CheckConstraint(name="complaint_state", condition=Q(state__in=ComplaintState.values)),
            models.CheckConstraint(name="complaint_source", condition=Q(source__in=Source.values)),
            models.CheckConstraint(
                name="complaint_responsible",
                condition=Q(responsible="", employee=None, at_fault=None)
                | Q(responsible="department", department__in=Department.values)
                | Q(responsible="employee", employee__isnull=False)
                | Q(responsible="partner", at_fault__isnull=False),
            ),
            models.CheckConstraint(name="complaint_money", condition=Q(compensation_yuan__gte=0)),
            models.CheckConstraint(
                name="complaint_judged",
                condition=Q(state="registered", founded=None, judged_at=None)
                | (~Q(state="registered") & Q(founded__isnull=False, judged_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="complaint_head", condition=~Q(state__in=APPROVED_ONCE) | Q(head__isnull=False)
            ),
            models.CheckConstraint(
                name="complaint_closed",
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at=None)),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="complaint_open_due", condition=~Q(state="closed")),
            models.Index(fields=["owner", "due_at"], name="complaint_owner_due", condition=~Q(state="closed")),
            models.Index(fields=["state", "due_at"], name="complaint_state_due"),
            models.Index(fields=["registered_at"], name="complaint_registered"),
            models.Index(fields=["judged_at"], name="complaint_judged_at", condition=Q(judged_at__isnull=False)),
            models.Index(fields=["region"], name="complaint_region", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return f"T{self.pk}"

    def timers(self) -> models.QuerySet[Timer]:
        """The clocks of this complaint's steps."""
        return Timer.objects.of(self._meta.label_lower, [self.pk])


class Handover(models.Model):
    """AS-9: a complaint passed from one owner to the next: who, when, why; never changed."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="handovers", verbose_name=_("complaint"))
    was = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("from"))
    now = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("to"))
    reason = models.CharField(_("reason"), max_length=200)
    done_by = models.CharField(_("by"), max_length=150)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        constraints = [models.CheckConstraint(name="handover_other", condition=~Q(was=F("now")))]

    def __str__(self) -> str:
        return f"{self.was} → {self.now}"
