"""OR-1: the life of an order in sentences: its own events, its jobs', and those of their clocks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales import states as aftersales_states
from channels import states as channels_states
from conflicts import states as conflicts_states
from opsdesk.approvals import states as approvals_states
from opsdesk.audit.models import Event
from opsdesk.console import reasons
from opsdesk.days import local
from opsdesk.notify import states as notify_states
from opsdesk.people.queries import names_of
from opsdesk.sla import states as sla_states
from orders import states as orders_states
from promotions import states as promotions_states

SENTENCES: dict[str, Any] = {
    **channels_states.EVENTS,
    **orders_states.EVENTS,
    **aftersales_states.EVENTS,
    **promotions_states.EVENTS,
    **conflicts_states.EVENTS,
    **approvals_states.EVENTS,
    **sla_states.EVENTS,
    **notify_states.EVENTS,
}
DOORS: dict[str, Any] = {
    "web": gettext_lazy("web page"),
    "admin": gettext_lazy("web page"),
    "api": gettext_lazy("API"),
    "phone": gettext_lazy("phone page"),
    "command": gettext_lazy("command line"),
    "sweep": gettext_lazy("sweep"),
    "mail": gettext_lazy("mail"),
    "system": gettext_lazy("system"),
}
BECAUSE: dict[str, Any] = {
    "signed_at": gettext_lazy("the clock starts at the signature"),
    "completed_at": gettext_lazy("the clock starts at the completion of the order"),
    "absence_over": gettext_lazy("the customer has been away as long as the rule allows"),
    "appointed": gettext_lazy("a new appointment was made"),
    "arrived": gettext_lazy("the installer has arrived"),
    "handed_over": gettext_lazy("another partner has taken the job over"),
    "reopened": gettext_lazy("the job was opened again"),
    "unknown": gettext_lazy("nobody said when it was signed for, so the clock starts now"),
}
_QUIET = frozenset(
    {"dispatched_at", "photo", "owner_id", "accepted_at", "done_at", "changed_at", "as_of"}
    | {"region_because", "ladder", "ladder_at", "because", "next_at"}
    | {"holder_user_id", "holder_partner_id", "warranty_because", "paused_at", "decided_at", "fitted_at"}
    | {"posted_at", "received_at", "inspected_at", "ready_at", "sent_at", "ended_at"}
    | {
        "installer_id",
        "hand_over_wanted_at",
        "handed_over_at",
        "urged_at",
        "region_because",
        "ladder",
        "ladder_at",
        "because",
        "next_at",
    }
)

_QUIET_OF = {
    "promotions.auction": frozenset({"price_yuan", "recorded_at", "reference"}),
    "aftersales.complaint": frozenset(
        {"founded", "judged_at", "judgement", "answer", "cause", "responsible", "department", "employee_id", "measures"}
        | {"compensation_yuan", "proposed_by", "proposed_at", "head_id", "approved_at", "doer_id", "result", "summary"}
        | {"carried_out_at", "confirmed_at", "reopened", "closed_at", "at_fault_id"}
    ),
    "conflicts.case": frozenset({"accepted_at", "answered_at", "appealed_at", "ruled_at"}),
    "conflicts.ruling": frozenset({"in_force_at"}),
    "aftersales.callback": frozenset(
        {"attempts", "next_at", "taken_by", "taken_until", "satisfaction", "closed_at", "appointed_at"}
    ),
}
"""What the sentence itself says already, by the kind of record."""


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
    """Return the entries of these objects, the newest first. Two queries."""
    events = list(Event.objects.about(*subjects).order_by("-at", "-pk")[:500])
    names = names_of(event.actor for event in events)
    return [_entry(event, names) for event in events]


def _entry(event: Event, names: Mapping[str, str]) -> Entry:
    changed = event.facts.get("changed", {})
    model = apps.get_model(event.subject_type)
    facts = _Facts({name: _shown(model, name, pair[1]) for name, pair in changed.items()})
    facts |= {name: _shown(model, name, value) for name, value in event.facts.items()}
    return Entry(
        at=event.at,
        who=_("system") if event.actor == "system" else names.get(event.actor, event.actor),
        door=str(DOORS.get(event.door, event.door)),
        sentence=str(SENTENCES.get(event.action, event.action)).format_map(facts),
        changes=tuple(
            (_name(model, name), _shown(model, name, old), _shown(model, name, new))
            for name, (old, new) in changed.items()
            if name not in _QUIET | _QUIET_OF.get(event.subject_type, frozenset())
        ),
        action=event.action,
    )


def _because(value: Any) -> str:
    if isinstance(value, list):
        return reasons.sentence(value)
    return str(BECAUSE.get(value, value))


def _field(model: type[Model], name: str) -> Any:
    try:
        field = model._meta.get_field(name.removesuffix("_id"))
    except FieldDoesNotExist:
        return None
    return field if field.concrete else None  # what points here has no label


def _name(model: type[Model], name: str) -> str:
    field = _field(model, name)
    return str(field.verbose_name) if field is not None else name


def _shown(model: type[Model], name: str, value: Any) -> str:
    """Write a value as people read it: moments in local time, codes by their label."""
    if value is None or value == "":
        return "–"
    choices = dict(getattr(_field(model, name), "flatchoices", ()))
    if isinstance(value, str) and value in choices:
        return str(choices[value])
    if name == "because":
        return _because(value)
    if isinstance(value, str) and len(value) > 15 and value[4:5] == "-" and (moment := parse_datetime(value)):
        return f"{local(moment):%Y-%m-%d %H:%M}" if moment.tzinfo else value
    return str(value)
