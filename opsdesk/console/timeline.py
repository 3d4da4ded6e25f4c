"""OR-1: the life of an order in sentences: its own events, its jobs', and those of their clocks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from aftersales import states as aftersales_states
from channels import states as channels_states
from channels.models import Partner
from opsdesk.audit.models import Event
from opsdesk.days import local
from opsdesk.notify import states as notify_states
from opsdesk.people.queries import names_of
from opsdesk.sla import states as sla_states
from orders import states as orders_states

SENTENCES: dict[str, Any] = {
    **channels_states.EVENTS,
    **orders_states.EVENTS,
    **aftersales_states.EVENTS,
    **sla_states.EVENTS,
    **notify_states.EVENTS,
}
REASONS: dict[str, Any] = {}


@dataclass(frozen=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    who: str
    door: str
    sentence: str
    changes: tuple[tuple[str, str, str], ...]
    action: str


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"


def of(*subjects: Model) -> list[Entry]:
    """Return the entries of these objects, the newest first. Three queries."""
    events = list(Event.objects.about(*subjects).order_by("-at", "-pk")[:500])
    names = names_of(event.actor for event in events)
    owners = {pair[1] for event in events if (pair := event.facts.get("changed", {}).get("owner_id"))}
    partners = dict(Partner.objects.filter(pk__in=[pk for pk in owners if pk]).values_list("pk", "name"))
    return [_entry(event, names, partners) for event in events]


def _entry(event: Event, names: Mapping[str, str], partners: Mapping[int, str]) -> Entry:
    changed = event.facts.get("changed", {})
    facts = _Facts(
        {name: _shown(pair[1]) for name, pair in changed.items()} | {k: _shown(v) for k, v in event.facts.items()}
    )
    if "owner_id" in changed:
        facts["partner"] = partners.get(changed["owner_id"][1] or changed["owner_id"][0], "–")
    who = _("system") if event.actor == "system" else names.get(event.actor, event.actor)
    return Entry(
        at=event.at,
        who=who,
        door=event.door,
        sentence=str(SENTENCES.get(event.action, event.action)).format_map(facts),
        changes=tuple((name, _shown(old), _shown(new)) for name, (old, new) in changed.items() if name not in _QUIET),
        action=event.action,
    )


_QUIET = frozenset(
    {"dispatched_at", "photo", "owner_id", "accepted_at", "done_at", "region_because", "ladder", "ladder_at", "because"}
)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, str) and len(value) > 15 and value[4:5] == "-" and (moment := parse_datetime(value)):
        return f"{local(moment):%Y-%m-%d %H:%M}" if moment.tzinfo else value
    return str(value)
