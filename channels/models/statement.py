from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from channels.models.ledger import Entry
from channels.models.partner import Partner
from channels.states import LineState, StatementState
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from opsdesk.sla.models import Timer
from opsdesk.validity import InForce, Valid, ends_after_start, one_at_a_time


class StatementQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """CH-5: the company sees all, a partner its own and those of partners below; not before they are sent."""
        if by.company:
            return self
        own = Exists(Partner.objects.within(by.partners).filter(pk=OuterRef("partner_id")))
        return self.filter(own).exclude(state=StatementState.DRAWN)

    def to_send(self) -> Self:
        """Narrow to statements that finance has yet to check and send."""
        return self.filter(state=StatementState.DRAWN)

    def to_confirm(self) -> Self:
        """Narrow to statements that wait for the partner's word."""
        return self.filter(state=StatementState.SENT)

    def disputed(self) -> Self:
        """Narrow to statements with a disputed line that nobody has answered."""
        return self.filter(state=StatementState.DISPUTED)

    def to_settle(self) -> Self:
        """Narrow to confirmed statements that are not settled."""
        return self.filter(state=StatementState.CONFIRMED)

    def open(self) -> Self:
        """Narrow to statements that are not settled."""
        return self.exclude(state=StatementState.SETTLED)


class Statement(models.Model):
    """AS-12: a partner's month: what stood on the account before, its entries, and what stands there now.

    Amounts never change once drawn up; the database checks that the total is the sum of the lines, to the fen.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="statements", verbose_name=_("partner"))
    month = models.DateField(_("statement month"))
    state = models.CharField(_("state"), max_length=10, choices=StatementState, default=StatementState.DRAWN)
    lines_count = models.PositiveIntegerField(_("lines"))
    opening_yuan = models.DecimalField(_("opening balance (yuan)"), max_digits=12, decimal_places=2)
    total_yuan = models.DecimalField(_("total of the month (yuan)"), max_digits=12, decimal_places=2)
    closing_yuan = models.DecimalField(_("closing balance (yuan)"), max_digits=12, decimal_places=2)
    drawn_at = models.DateTimeField(_("drawn up"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    sent_by = models.CharField(_("sent by"), max_length=150, blank=True)
    due_at = models.DateTimeField(_("answer due"), null=True)
    disputed_at = models.DateTimeField(_("disputed"), null=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=150, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.CharField(_("settled by"), max_length=150, blank=True)
    reference = models.CharField(_("payment reference"), max_length=80, blank=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        permissions = [
            ("send_statement", _("Can send statements and answer disputes")),
            ("answer_statement", _("Can confirm or dispute a statement")),
            ("settle_statement", _("Can settle a confirmed statement")),
            ("export_statement", _("Can take out statements as files")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["partner", "month"], name="statement_once"),
            models.CheckConstraint(name="statement_state", condition=Q(state__in=StatementState.values)),
            models.CheckConstraint(name="statement_month", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="statement_adds_up", condition=Q(closing_yuan=F("opening_yuan") + F("total_yuan"))
            ),
            models.CheckConstraint(  # AU-4: two persons
                name="statement_two_persons", condition=~Q(state="settled") | ~Q(settled_by=F("sent_by"))
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="statement_open", condition=~Q(state="settled")),
        ]

    def __str__(self) -> str:
        return f"S{self.month:%Y%m}-{self.partner_id}"

    def timers(self) -> models.QuerySet[Timer]:
        """The clocks of this statement."""
        return Timer.objects.of(self._meta.label_lower, [self.pk])


class StatementLineQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the statement that it stands on."""
        if by.company:
            return self
        return self.filter(Exists(Statement.objects.visible_to(by).filter(pk=OuterRef("statement_id"))))

    def disputed(self) -> Self:
        """Narrow to lines that the partner disputes and nobody has answered."""
        return self.filter(state=LineState.DISPUTED)


class StatementLine(models.Model):
    """AS-12: an entry on the one statement on which it stands, and what the partner says to it."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines", verbose_name=_("statement"))
    number = models.PositiveIntegerField(_("line no."))
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="line", verbose_name=_("ledger entry"))
    state = models.CharField(_("state"), max_length=10, choices=LineState, default=LineState.LISTED)
    reason = models.CharField(_("reason of the dispute"), max_length=300, blank=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    objects = StatementLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement line")
        verbose_name_plural = _("statement lines")
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="statement_line_once"),
            models.CheckConstraint(name="statement_line_state", condition=Q(state__in=LineState.values)),
            models.CheckConstraint(name="statement_line_reason", condition=Q(state="listed") | ~Q(reason="")),
        ]
        indexes = [
            models.Index(fields=["statement"], name="statement_line_disputed", condition=Q(state="disputed")),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}/{self.number}"


class TermsQuerySet(InForce):
    def visible_to(self, by: Actor) -> Self:
        """When statements are drawn up is no secret to the company."""
        return self if by.company else self.none()


class StatementTerms(Valid):
    """AS-12: from which day of a month the statements of the month before are drawn up; dated."""

    draw_day = models.PositiveSmallIntegerField(_("drawn up from day"))

    objects = TermsQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("terms of statements")
        verbose_name_plural = _("terms of statements")
        constraints = [
            models.CheckConstraint(name="statement_terms_day", condition=Q(draw_day__gte=1, draw_day__lte=28)),
            ends_after_start("statement_terms_span"),
            one_at_a_time("statement_terms_once"),
        ]

    def __str__(self) -> str:
        return f"{self.draw_day}"
