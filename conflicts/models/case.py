from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from channels.models import Partner, Region, Shop
from conflicts.models.rulebook import Act, RulebookVersion
from conflicts.models.signal import Signal
from conflicts.states.case import HANDLE, OPEN, RULE, CaseState, PartyRole, Side, StatementKind
from opsdesk.actor import Actor
from opsdesk.people.models import User
from opsdesk.privacy import SealedTextField
from opsdesk.querysets import DeskQuerySet
from opsdesk.sla.models import Timer
from orders.models import Order


def handles(by: Actor) -> bool:
    """CF-9: say whether this actor acts for the company in cases; nobody else of the company sees what others did."""
    return by.company and (by.may(HANDLE) or by.may(RULE))


class CaseQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Who handles cases sees all; else a party its own, the accused only once it is accepted, witnesses none."""
        mine = Party.objects.filter(case=OuterRef("pk")).of(by)
        accused = mine.filter(role=PartyRole.ACCUSED)
        if handles(by):
            return self.exclude(Exists(accused), accepted_at=None)
        own = Q(Exists(mine.filter(role__in=(PartyRole.FILER, PartyRole.HARMED))))
        if by.user_id:
            own |= Q(filed_by_id=by.user_id)
        return self.filter(own | Q(Exists(accused), accepted_at__isnull=False))

    def open(self) -> Self:
        """Narrow to those that are not at their end."""
        return self.filter(state__in=OPEN)

    def overdue(self, at: datetime) -> Self:
        """CF-15: narrow to those whose present step is late."""
        return self.open().exclude(state=CaseState.IN_FORCE).filter(due_at__lt=at)

    def to_accept(self) -> Self:
        """Narrow to those that nobody has accepted yet."""
        return self.filter(state=CaseState.FILED)

    def to_answer(self, by: Actor) -> Self:
        """Narrow to those that wait for this party's answer."""
        accused = Party.objects.filter(case=OuterRef("pk"), role=PartyRole.ACCUSED).of(by)
        return self.filter(Exists(accused), state=CaseState.ANSWERING)

    def answers_due(self) -> Self:
        """Narrow to those in which an accused has to answer."""
        return self.filter(state=CaseState.ANSWERING)

    def appeals(self) -> Self:
        """Narrow to appeals that are to be decided."""
        return self.filter(state=CaseState.APPEALED)

    def against_partner(self, pk: int) -> Self:
        """Narrow to cases in which this partner is accused."""
        return self.filter(Exists(Party.objects.filter(case=OuterRef("pk"), role=PartyRole.ACCUSED, partner=pk)))

    def to_negotiate(self) -> Self:
        """Narrow to those on which the departments have to agree."""
        return self.filter(state=CaseState.NEGOTIATING)

    def to_investigate(self) -> Self:
        """Narrow to what lies with the GM office: investigations and appeals."""
        return self.filter(state__in=(CaseState.INVESTIGATING, CaseState.APPEALED))

    def to_sign(self) -> Self:
        """Narrow to rulings that wait for a signature."""
        return self.filter(state=CaseState.SIGNING)

    def filed_between(self, start: datetime, end: datetime) -> Self:
        """Narrow by the moment of filing, half-open."""
        return self.filter(filed_at__gte=start, filed_at__lt=end)


class Case(models.Model):
    """CF-8, CF-9, CF-11: one act of one accused party, judged under `version`, in force on the day of the act.

    `act` is what is alleged; what is ruled stands in the rulings. `due_at` is the deadline of the present step.
    """

    state = models.CharField(_("state"), max_length=14, choices=CaseState, default=CaseState.FILED)
    title = models.CharField(_("subject of the case"), max_length=120)
    version = models.ForeignKey(
        RulebookVersion, models.PROTECT, related_name="cases", verbose_name=_("rulebook in force on the day of the act")
    )
    act = models.ForeignKey(Act, models.PROTECT, related_name="cases", verbose_name=_("alleged act"))
    acted_on = models.DateField(_("day of the act"))
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    money_yuan = models.DecimalField(_("money at stake (yuan)"), max_digits=12, decimal_places=2, default=0)
    orders = models.ManyToManyField(Order, related_name="cases", blank=True, verbose_name=_("orders"))
    signal = models.OneToOneField(
        Signal, models.PROTECT, null=True, blank=True, related_name="case", verbose_name=_("signal")
    )
    filed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("filed by"))
    filed_at = models.DateTimeField(_("filed"))
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    ruled_at = models.DateTimeField(_("ruling in force since"), null=True)
    appealed_at = models.DateTimeField(_("appealed"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    due_at = models.DateTimeField(_("step due"), null=True)
    urged_at = models.DateTimeField(_("reminder sent"), null=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        permissions = [
            ("file_case", _("Can file cases")),
            ("handle_case", _("Can accept, settle and hand on cases")),
            ("speak_case", _("Can state a department's position in cases")),
            ("rule_case", _("Can draft rulings")),
            ("sign_ruling", _("Can sign rulings")),
            ("answer_case", _("Can answer as the accused, and appeal")),
            ("look_evidence", _("Can look at evidence")),
            ("show_witness", _("Can see the data of witnesses")),
            ("export_case", _("Can take cases out")),
        ]
        constraints = [
            models.CheckConstraint(name="case_state", condition=Q(state__in=CaseState.values)),
            models.CheckConstraint(name="case_money", condition=Q(money_yuan__gte=0)),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="case_open_due", condition=Q(state__in=OPEN)),
            models.Index(fields=["filed_at"], name="case_filed"),
            models.Index(fields=["state", "due_at"], name="case_state_due"),
        ]

    def __str__(self) -> str:
        return f"K{self.pk}"

    def timers(self) -> models.QuerySet[Timer]:
        """The clocks of this case's steps."""
        return Timer.objects.of(self._meta.label_lower, [self.pk])


class PartyQuerySet(DeskQuerySet):
    def of(self, by: Actor) -> Self:
        """Narrow to the parties that this actor is, or stands for by its shops or partners; an employee is himself."""
        which = Q(employee_id=by.user_id) if by.user_id else Q(pk__in=())
        if by.shops:
            which |= Q(Exists(Shop.objects.filter(pk=OuterRef("shop_id"), code__in=by.shops)), employee=None)
        if by.partners:
            own = Partner.objects.within(by.partners).filter(pk=OuterRef("partner_id"))
            which |= Q(Exists(own), employee=None)
        return self.filter(which)


class Party(models.Model):
    """CF-8, CF-9: who is who in a case. The accused is one partner or one employee; witnesses may be outsiders.

    A shop of the company may be accused until the case is accepted: then the employee is named. `side` is the
    department that speaks for it; a witness's name and phone are sealed, and the accused never sees `protected` ones.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="parties", verbose_name=_("case"))
    role = models.CharField(_("role"), max_length=10, choices=PartyRole)
    side = models.CharField(_("side"), max_length=10, choices=Side, blank=True)
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("shop"))
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="conflict_parties", verbose_name=_("partner")
    )
    employee = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="conflict_parties", verbose_name=_("employee")
    )
    protected = models.BooleanField(_("hidden from the accused"), default=False)
    outsider = SealedTextField(_("witness from outside"), blank=True)
    outsider_masked = models.CharField(_("witness"), max_length=80, blank=True)

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = [
            models.CheckConstraint(name="party_role", condition=Q(role__in=PartyRole.values)),
            models.CheckConstraint(name="party_side", condition=Q(side__in=["", *Side.values])),
            models.UniqueConstraint(fields=["case"], name="party_one_accused", condition=Q(role="accused")),
            models.UniqueConstraint(fields=["case"], name="party_one_filer", condition=Q(role="filer")),
            models.CheckConstraint(
                name="party_accused",
                condition=~Q(role="accused") | Q(partner=None) | Q(employee=None),
            ),
            models.CheckConstraint(
                name="party_somebody",
                condition=Q(shop__isnull=False)
                | Q(partner__isnull=False)
                | Q(employee__isnull=False)
                | ~Q(outsider_masked="")
                | Q(role="filer"),
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "role"], name="party_partner"),
            models.Index(fields=["employee", "role"], name="party_employee"),
        ]

    def __str__(self) -> str:
        who = self.employee or self.partner or self.shop
        return str(who) if who else self.outsider_masked or self.get_side_display()


class Statement(models.Model):
    """What somebody said in a case; sealed, because it may name a customer; written once."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="statements", verbose_name=_("case"))
    kind = models.CharField(_("kind"), max_length=12, choices=StatementKind)
    role = models.CharField(_("as"), max_length=10, choices=PartyRole, blank=True)
    side = models.CharField(_("side"), max_length=10, choices=Side, blank=True)
    text = SealedTextField(_("text"))
    said_by = models.CharField(_("said by"), max_length=150)
    said_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("statement in a case")
        verbose_name_plural = _("statements in cases")
        constraints = [models.CheckConstraint(name="case_statement_kind", condition=Q(kind__in=StatementKind.values))]

    def __str__(self) -> str:
        return self.get_kind_display()
