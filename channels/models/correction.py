from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from channels.models.ledger import Entry
from channels.models.partner import Partner
from channels.states import CorrectionState, EntryKind
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet

BY_HAND = (EntryKind.CORRECTION, EntryKind.REIMBURSEMENT)


class CorrectionQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """The company sees all; a partner sees on its own account what was booked."""
        if by.company:
            return self
        own = Exists(Partner.objects.within(by.partners).filter(pk=OuterRef("partner_id")))
        return self.filter(own, state=CorrectionState.BOOKED)

    def waiting(self) -> Self:
        """Narrow to what waits for a signature."""
        return self.filter(state=CorrectionState.PROPOSED)


class Correction(models.Model):
    """FI-2: a booking by hand: a correction, a reimbursement, or an entry taken back (`takes_back`).

    Booked on another's signature only, as the source of its entry; its receipt is kept as a picture.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="corrections", verbose_name=_("partner"))
    kind = models.CharField(_("kind"), max_length=14, choices=[(kind.value, kind.label) for kind in BY_HAND])
    amount_yuan = models.DecimalField(_("amount (yuan)"), max_digits=12, decimal_places=2)
    text = models.CharField(_("what for"), max_length=160)
    reason = models.CharField(_("reason"), max_length=300)
    takes_back = models.ForeignKey(
        Entry, models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name=_("takes back")
    )
    receipt = models.ImageField(_("receipt"), upload_to="corrections/%Y/%m/", max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=CorrectionState, default=CorrectionState.PROPOSED)
    proposed_by = models.CharField(_("proposed by"), max_length=150)
    proposed_at = models.DateTimeField(_("proposed"))
    decided_at = models.DateTimeField(_("decided"), null=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        permissions = [("propose_correction", _("Can propose corrections and reimbursements"))]
        constraints = [
            models.CheckConstraint(name="correction_kind", condition=Q(kind__in=[kind.value for kind in BY_HAND])),
            models.CheckConstraint(name="correction_state", condition=Q(state__in=CorrectionState.values)),
            models.CheckConstraint(name="correction_not_zero", condition=~Q(amount_yuan=0)),
            models.CheckConstraint(
                name="correction_reimburses", condition=~Q(kind="reimbursement") | Q(amount_yuan__gt=0)
            ),
            models.UniqueConstraint(
                fields=["takes_back"], name="correction_takes_back_once", condition=~Q(state="refused")
            ),
        ]
        indexes = [models.Index(fields=["proposed_at"], name="correction_waiting", condition=Q(state="proposed"))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.text}"
