"""Why an amount is what it is, as a person would explain it: fees, deductions, bookings."""

from collections.abc import Callable
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from opsdesk.days import local


def word(kind: str, rest: str) -> str | None:
    """Say one machine-stable reason of an amount in words; None where it is not one of ours."""
    say = _WORDS.get(kind)
    return say(rest) if say else None


def _moment(text: str) -> str:
    found: datetime | None = parse_datetime(text)
    return f"{local(found):%Y-%m-%d %H:%M}" if found else text


def _rate(rest: str) -> str:
    row, since, amount = rest.split(":")
    return _("rate no. %(row)s of %(since)s: ¥%(amount)s") % {"row": row, "since": since, "amount": amount}


def _lost(rest: str) -> str:
    row, amount, by = rest.split(":")
    said = {
        "partner": _("the installer's own rate comes first"),
        "region": _("the smaller region comes first"),
        "model": _("the model comes before its series, the series before all"),
        "channel": _("the order channel comes before both"),
    }.get(by, by)
    return _("not rate no. %(row)s (¥%(amount)s): %(why)s") % {"row": row, "amount": amount, "why": said}


_WORDS: dict[str, Callable[[str], str]] = {
    "rate": _rate,
    "less_specific": _lost,
    "no_rate": lambda rest: _("no rate is in force on %(day)s") % {"day": rest},
    "accepted_at": lambda rest: _("accepted %(when)s") % {"when": _moment(rest)},
    "due_at": lambda rest: _("due %(when)s") % {"when": _moment(rest)},
    "done_at": lambda rest: _("done %(when)s") % {"when": _moment(rest)},
    "ended_at": lambda rest: _("visit ended %(when)s") % {"when": _moment(rest)},
    "not_done": lambda rest: _("not done when it was proposed"),
    "visit": lambda rest: _("visit no. %(number)s failed by the installer's own fault") % {"number": rest},
    "cause": lambda rest: _("cause: %(cause)s") % {"cause": rest},
    "said": lambda rest: _("said: %(what)s") % {"what": rest},
    "confirmed_by": lambda rest: _("facts confirmed by %(who)s") % {"who": rest},
    "approval": lambda rest: _("approval no. %(row)s") % {"row": rest},
    "statement": lambda rest: _("statement no. %(row)s") % {"row": rest},
    "reverses": lambda rest: _("reverses booking no. %(row)s") % {"row": rest},
    "alone": lambda rest: _("within the proposer's own authority"),
    "one_signature": lambda rest: _("one signature"),
    "two_above": lambda rest: _("two signatures above ¥%(amount)s") % {"amount": rest},
}
