from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from channels.models import Shop
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from orders.states import ImportState


class ImportQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the shop that the file is of."""
        if by.company:
            return self
        return self.filter(Exists(Shop.objects.visible_to(by).filter(pk=OuterRef("shop_id"))))


class Import(models.Model):
    """OR-3: one export file taken in: who, when, what it held and what became of it. The file itself is kept, sealed.

    `cursor` counts the orders and rejected rows already committed: a run that was killed goes on from there.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="imports", verbose_name=_("shop"))
    name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(_("fingerprint (SHA-256)"), max_length=64)
    size = models.PositiveIntegerField(_("size (bytes)"))
    sealed = models.FileField(upload_to="imports/%Y/%m/", max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.PREVIEW)
    format = models.CharField(_("format"), max_length=30, blank=True)
    columns = ArrayField(models.CharField(), default=list, verbose_name=_("columns"))
    as_of = models.DateTimeField(_("state as of"), null=True)
    entered_by = models.CharField(_("imported by"), max_length=150)
    entered_at = models.DateTimeField(_("imported"))
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    moved_at = models.DateTimeField(_("last progress"), null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    cursor = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    new = models.PositiveIntegerField(_("new orders"), default=0)
    updated = models.PositiveIntegerField(_("updated orders"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged orders"), default=0)
    lines = models.PositiveIntegerField(_("lines"), default=0)
    rejected = models.PositiveIntegerField(_("rejected rows"), default=0)
    unmapped_items = models.PositiveIntegerField(_("items to map"), default=0)
    error = models.CharField(_("error"), max_length=500, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [models.CheckConstraint(name="import_state", condition=Q(state__in=ImportState.values))]
        indexes = [
            models.Index(fields=["state"], name="import_open", condition=Q(state__in=("waiting", "running"))),
        ]

    def __str__(self) -> str:
        return self.name


class RejectedRowQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the import that it came in."""
        if by.company:
            return self
        return self.filter(Exists(Import.objects.visible_to(by).filter(pk=OuterRef("source_id"))))

    def open(self) -> Self:
        """Narrow to rows that nobody has mended or dismissed yet."""
        return self.filter(mended_by=None, dismissal=None)


class RejectedRow(models.Model):
    """OR-3: a row that could not be read, as it stood (sealed: it may hold personal data), and why."""

    source = models.ForeignKey(Import, models.PROTECT, related_name="rejected_rows", verbose_name=_("import"))
    line = models.PositiveIntegerField(_("line"))
    code = models.CharField(_("kind of error"), max_length=40)
    field = models.CharField(_("column"), blank=True)
    reason = models.CharField(_("reason"))
    row_sealed = models.BinaryField()
    mended_by = models.ForeignKey(
        Import, models.PROTECT, null=True, related_name="mended_rows", verbose_name=_("mended by")
    )

    objects = RejectedRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")
        constraints = [models.UniqueConstraint(fields=["source", "line"], name="rejected_row_once")]

    def __str__(self) -> str:
        return f"{self.source_id}:{self.line}"


class Dismissal(models.Model):
    """OR-3: somebody's word that a rejected row is nothing to mend, with the reason; the row itself is kept."""

    row = models.OneToOneField(RejectedRow, models.PROTECT, related_name="dismissal", verbose_name=_("rejected row"))
    reason = models.CharField(_("reason"), max_length=300)
    dismissed_by = models.CharField(_("dismissed by"), max_length=150)
    dismissed_at = models.DateTimeField(_("dismissed"))

    objects = DeskQuerySet.as_manager()

    class Meta:
        verbose_name = _("dismissal")
        verbose_name_plural = _("dismissals")

    def __str__(self) -> str:
        return self.reason
