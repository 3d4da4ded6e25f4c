"""Loads what the company starts with: platforms, regions, calendars, policies, targets, roles. Safe to repeat."""

import json
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from channels.models import Platform
from channels.operations import regions
from opsdesk.approvals.models import Limit, SecondSignature
from opsdesk.console import (
    reference_care,
    reference_claims,
    reference_conflict_signals,
    reference_conflicts,
    reference_dispatch,
    reference_money,
    reference_phone,
    reference_plans,
    reference_promotions,
    reference_refunds,
    reference_repairs,
    reference_scores,
    reference_supports,
)
from opsdesk.kpi.models import Target
from opsdesk.people.operations import ensure_roles
from opsdesk.sla import workdays
from opsdesk.sla.models import CalendarDay, Policy, Step, WorkCalendar

_FOLDER, _SINCE = Path(__file__).with_name("data"), date(2010, 1, 1)


@transaction.atomic
def load() -> None:
    """Enter what is missing; rows that people have changed or replaced since stay as they are."""
    data = _data()
    regions.load()
    ensure_roles()
    Platform.objects.bulk_create(
        [Platform(code=code, name=name, kind=kind) for code, name, kind in data["platforms"]],
        ignore_conflicts=True,
    )
    for row in data["calendars"]:
        _calendar(row)
    for row in data["policies"]:
        _policy(row)
    _limits(data)
    reference_repairs.load(data, _SINCE)
    reference_scores.load(data, _SINCE)
    reference_dispatch.load(data)
    reference_care.load(data)
    reference_refunds.load(data)
    reference_phone.load(data)
    reference_money.load(data)
    reference_claims.load(data)
    reference_conflict_signals.load(data)
    reference_supports.load(data)
    reference_promotions.load(data)
    reference_plans.load(data)
    reference_conflicts.load(data)
    for figure, period, value, since in data["targets"]:
        if not Target.objects.filter(figure=figure, period=period).exists():
            Target.objects.create(
                figure=figure, period=period, value=Decimal(value), valid_from=date.fromisoformat(since)
            )


def _data() -> dict[str, list[Any]]:
    """Return what the files of the folder say, each of its own subject, put together."""
    data: defaultdict[str, list[Any]] = defaultdict(list)
    for path in sorted(_FOLDER.glob("*.json")):
        for name, rows in json.loads(path.read_text(encoding="utf-8")).items():
            data[name] += rows
    return data


def _limits(data: dict[str, list[Any]]) -> None:
    """FI-3: enter the limits of a kind that has none yet."""
    known = set(Limit.objects.values_list("kind", flat=True))
    for kind, role, alone, sign in data["limits"]:
        if kind not in known:
            Limit.objects.create(
                kind=kind, role=role, alone_yuan=Decimal(alone), sign_yuan=Decimal(sign), valid_from=_SINCE
            )
    for kind, above in data["second_signatures"]:
        if kind not in known:
            SecondSignature.objects.create(kind=kind, above_yuan=Decimal(above), valid_from=_SINCE)


def _calendar(row: dict[str, Any]) -> None:
    holidays = row.pop("holidays")
    calendar, _new = WorkCalendar.objects.get_or_create(code=row["code"], defaults=row)
    if not holidays:
        return
    CalendarDay.objects.bulk_create(
        [
            CalendarDay(calendar=calendar, day=day.on, kind=day.kind.value, name=day.name)
            for day in workdays.announced()
        ],
        ignore_conflicts=True,
    )
    if calendar.known_until is None or calendar.known_until < workdays.known_until():
        calendar.known_until = workdays.known_until()
        calendar.save(update_fields=["known_until"])


def _policy(row: dict[str, Any]) -> None:
    if Policy.objects.filter(code=row["code"]).exists():
        return
    policy = Policy.objects.create(
        code=row["code"],
        name=row["name"],
        rule=row["rule"],
        counting=row["counting"],
        amount=timedelta(hours=row["hours"]),
        calendar=WorkCalendar.objects.get(code=row["calendar"]),
        valid_from=date.fromisoformat(row["valid_from"]),
    )
    for name, share, after in row["steps"]:
        Step.objects.create(
            policy=policy,
            name=name,
            share=None if share is None else Decimal(share),
            after=None if after is None else timedelta(hours=after),
        )
