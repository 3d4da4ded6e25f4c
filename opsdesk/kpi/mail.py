"""KP-1: the morning mail: rendered from a report, put into the outbox once per manager and day."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from opsdesk.actor import SYSTEM, Actor
from opsdesk.kpi import charts, figures, health, report
from opsdesk.kpi.definitions import DEFINITIONS, GROUPS
from opsdesk.kpi.models import Period, scope_of
from opsdesk.kpi.report import Daily
from opsdesk.notify import outbox
from opsdesk.notify.models import Mail
from opsdesk.people.models import User
from opsdesk.people.queries import actor_of

CHART_DAYS = 30


@dataclass(frozen=True)
class Row:
    """One line of the mail's table: a figure's day, month and year."""

    label: str
    unit: str
    day: figures.Figure
    month: figures.Figure
    year: figures.Figure


@dataclass(frozen=True)
class Section:
    """A titled part of the table."""

    title: str
    rows: tuple[Row, ...]


def sections(daily: Daily) -> tuple[Section, ...]:
    """Return the figures as the mail and the start page show them."""
    return tuple(
        Section(
            str(title),
            tuple(
                Row(str(d.label), d.unit, *(daily.figure(d.key, period) for period in Period.values))
                for d in DEFINITIONS
                if d.group == group
            ),
        )
        for group, title in GROUPS.items()
        if any(d.group == group for d in DEFINITIONS)
    )


def red(daily: Daily) -> tuple[figures.Figure, ...]:
    """Return the day's figures that miss their target, for the top of the mail."""
    return tuple(figure for figure in daily.figures if figure.period == Period.DAY and figure.good is False)


def letter(by: Actor, daily: Daily, *, to: str, key: str) -> outbox.Letter:
    """Render the mail of a report: HTML for Outlook, QQ mail and phones, plain text, charts inside."""
    days = [daily.day - timedelta(days=back) for back in range(CHART_DAYS - 1, -1, -1)]
    images = (
        (
            "sales",
            charts.bars(
                _("Paid amount per day (yuan, by day of payment)"),
                figures.daily("sales_by_payment", by, days),
            ),
        ),
        ("orders", charts.bars(_("Orders per day"), figures.daily("orders_created", by, days))),
    )
    context: dict[str, Any] = {
        "daily": daily,
        "sections": sections(daily),
        "red": red(daily),
        "site": settings.SITE_URL,
        "images": images,
    }
    return outbox.Letter(
        key=key,
        to=to,
        subject=_("Daily figures %(day)s") % {"day": daily.day} + (_(" – data incomplete") if daily.doubts else ""),
        text=render_to_string("kpi/mail.txt", context),
        html=render_to_string("kpi/mail.html", context),
        images=images,
    )


def due(*, at: datetime) -> list[int]:
    """KP-1: return the managers who have not got yesterday's mail yet; nobody before the morning."""
    now = timezone.localtime(at)
    if now.hour < report.NOT_BEFORE:
        return []
    day = now.date() - timedelta(days=1)
    sent = set(Mail.objects.filter(key__startswith="kpi:", key__endswith=f":{day}").values_list("key", flat=True))
    return [reader.pk for reader in _readers() if _key(reader, day) not in sent]


def catch_up(*, at: datetime) -> int:
    """KP-3: freeze the last days for the company and for every manager's scope, whatever became of the mail."""
    scopes = {scope_of(by): by for by in (SYSTEM, *(actor_of(reader, door="mail") for reader in _readers()))}
    return report.catch_up(scopes.values(), at=at)


def _readers() -> Sequence[User]:
    """Return who receives the mail; a superuser only if a role says so, too."""
    return list(
        User.objects.with_perm("kpi.receive_report", include_superusers=False).filter(email__gt="").order_by("pk")
    )


@transaction.atomic
def send(reader_id: int, *, at: datetime) -> int:
    """Put yesterday's mail into a manager's outbox, once; return how many are new."""
    reader, day = User.objects.get(pk=reader_id), timezone.localdate(at) - timedelta(days=1)
    by = actor_of(reader, door="mail")
    daily = replace(report.freeze(by, day, at=at), doubts=health.doubts(by, day, at=at))
    return outbox.put_many([letter(by, daily, to=reader.email, key=_key(reader, day))], at=at)


def _key(reader: User, day: date) -> str:
    return f"kpi:{reader.pk}:{day}"


def as_file(composed: outbox.Letter, suffix: str, *, at: datetime) -> bytes:
    """Return a mail for a file: a page with its pictures inside for .html, else the message itself."""
    if suffix != ".html":
        return bytes(outbox.compose(composed, at=at))
    page = composed.html
    for name, png in composed.images:
        page = page.replace(f"cid:{name}", "data:image/png;base64," + base64.b64encode(png).decode())
    return page.encode()
