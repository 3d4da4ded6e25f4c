import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.later import later


class EventQuerySet(models.QuerySet["Event"]):
    def about(self, *subjects: models.Model) -> "EventQuerySet":
        """Narrow to the events of these objects."""
        which = models.Q(pk__in=())
        for subject in subjects:
            which |= models.Q(subject_type=subject._meta.label_lower, subject_id=subject.pk)
        return self.filter(which)


class Event(models.Model):
    """AU-3: what happened, written once in the transaction of the change itself; the database refuses to edit it.

    The subject is a type/id pair without a foreign key (ADR 0004): one timeline table for every kind of record.
    """

    action = models.CharField(_("action"), max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    actor = models.CharField(_("who"), max_length=150)
    door = models.CharField(_("from where"), max_length=20)
    at = models.DateTimeField(_("when"))
    facts = models.JSONField(encoder=DjangoJSONEncoder, default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["subject_type", "subject_id", "at"], name="event_subject")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id}"


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Name each field that differs with its old and new value; rows of other tables by their key."""
    shown = {name: [_plain(old[name]), _plain(value)] for name, value in new.items() if old[name] != value}
    return {"changed": shown} if shown else {}


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    return value.name if isinstance(value, models.fields.files.FieldFile) else value


def record(subject: models.Model, action: str, *, by: Actor, at: datetime, **facts: Any) -> Event:
    """Write one event, and start what follows from it (opsdesk/reactions.py)."""
    [event] = record_many([(subject, facts)], action, by=by, at=at)
    return event


def record_many(
    records: Iterable[tuple[models.Model, Mapping[str, Any]]], action: str, *, by: Actor, at: datetime
) -> list[Event]:
    """Write one event per (subject, facts), and start each reaction once for all of them."""
    events = Event.objects.bulk_create(
        [
            Event(
                action=action,
                subject_type=subject._meta.label_lower,
                subject_id=subject.pk,
                actor=by.name,
                door=by.door,
                at=at,
                facts=facts,
            )
            for subject, facts in records
        ],
        batch_size=1000,
    )
    react(action, [event.pk for event in events])
    return events


def react(action: str, event_ids: list[int]) -> None:
    """Start what stands behind this event on the reactions page, a thousand events a task."""
    for task in settings.REACTIONS.get(action, ()):
        for start in range(0, len(event_ids), 1000):
            later(task, event_ids=event_ids[start : start + 1000])


def as_json(facts: Mapping[str, Any]) -> str:
    """Render facts as the `facts` column holds them, for events written by COPY."""
    return json.dumps(facts, cls=DjangoJSONEncoder, ensure_ascii=False)
