from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conflicts.models.case import Case
from conflicts.states.case import EvidenceKind
from opsdesk.querysets import DeskQuerySet


class Evidence(models.Model):
    """CF-8: a file that proves something: never swapped (the database refuses), every look written down.

    `sha256` is of the file as it was handed in; on disk it lies sealed. `protected`: never shown to the accused,
    because it tells who spoke.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence", verbose_name=_("case"))
    kind = models.CharField(_("kind"), max_length=10, choices=EvidenceKind)
    name = models.CharField(_("name"), max_length=160)
    media_type = models.CharField(_("type"), max_length=80)
    size = models.PositiveBigIntegerField(_("size (bytes)"))
    sha256 = models.CharField(_("fingerprint (SHA-256)"), max_length=64)
    file = models.FileField(_("file"), upload_to="evidence/%Y/%m/", max_length=200)
    source = models.CharField(_("where it comes from"), max_length=200)
    taken_at = models.DateTimeField(_("made on"), null=True, blank=True)
    protected = models.BooleanField(_("hidden from the accused"), default=False)
    added_by = models.CharField(_("added by"), max_length=150)
    added_at = models.DateTimeField(_("added"))

    objects = DeskQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.UniqueConstraint(fields=["case", "sha256"], name="case_evidence_once"),
            models.CheckConstraint(name="case_evidence_kind", condition=Q(kind__in=EvidenceKind.values)),
        ]

    def __str__(self) -> str:
        return self.name
