from decimal import Decimal
from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q, Sum
from django.utils.translation import gettext_lazy as _

from channels.models.partner import Partner
from channels.states import EntryKind
from opsdesk.actor import Actor
from opsdesk.money import ZERO
from opsdesk.querysets import DeskQuerySet


class EntryQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """The company sees all accounts, a partner its own and those of partners below it (CH-5)."""
        if by.company:
            return self
        return self.filter(Exists(Partner.objects.within(by.partners).filter(pk=OuterRef("partner_id"))))

    def open(self) -> Self:
        """AS-12: narrow to the entries that stand on no statement yet."""
        return self.filter(line=None)

    def balance(self) -> Decimal:
        """FI-1: return what the company owes for these entries; negative: what is owed to it. One query."""
        total: Decimal | None = self.aggregate(total=Sum("amount_yuan"))["total"]
        return total or ZERO


class Entry(models.Model):
    """FI-1: one booking on a partner's account, in yuan: positive is what the company owes the partner.

    Written once, with its source; the database refuses to change or delete it; a mistake takes a counter-entry.
    `booked_on` is the day that it counts for (its month's statement). One source books a kind once per `round`.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="entries", verbose_name=_("partner"))
    kind = models.CharField(_("kind"), max_length=14, choices=EntryKind)
    amount_yuan = models.DecimalField(_("amount (yuan)"), max_digits=12, decimal_places=2)
    booked_on = models.DateField(_("counts for"))
    booked_at = models.DateTimeField(_("booked"))
    booked_by = models.CharField(_("booked by"), max_length=150)
    source_type = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    round = models.PositiveSmallIntegerField(default=1)
    text = models.CharField(_("what for"), max_length=200)
    because = models.JSONField(encoder=DjangoJSONEncoder, default=list)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversed_by", verbose_name=_("reverses")
    )

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.CheckConstraint(name="entry_kind", condition=Q(kind__in=EntryKind.values)),
            models.CheckConstraint(name="entry_not_zero", condition=~Q(amount_yuan=0)),
            models.UniqueConstraint(
                fields=["source_type", "source_id", "kind", "round"], name="entry_once", condition=Q(reverses=None)
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "booked_on"], name="entry_partner_day"),
            models.Index(fields=["source_type", "source_id"], name="entry_source"),
        ]

    def __str__(self) -> str:
        return f"{self.text} ¥{self.amount_yuan}"
