"""Calendars for the tests of this folder."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from opsdesk.sla import opening, workdays
from opsdesk.sla.calendar import Calendar
from opsdesk.sla.opening import Hours

SHANGHAI = ZoneInfo("Asia/Shanghai")
SHARED = Path(__file__).parents[3] / "shared" / "data"


def hours(text: str) -> Hours:
    """Read "09:00-12:00 13:00-18:00"."""
    return opening.read(pair.split("-") for pair in text.split())


EIGHT_HOURS = hours("09:00-12:00 13:00-18:00")


def week(*days: str) -> tuple[Hours, ...]:
    """Hours from Monday on; the days not given are closed."""
    return tuple(hours(day) for day in (*days, *[""] * (7 - len(days))))


def office(**changes) -> Calendar:
    """Eight hours from Monday to Friday and on make-up days, closed on China's holidays."""
    announced = workdays.announced()
    facts = {
        "zone": SHANGHAI,
        "weekly": (EIGHT_HOURS,) * 5 + ((), ()),
        "days": workdays.hours_by_date(announced, EIGHT_HOURS),
        "names": workdays.names_by_date(announced),
        "known_until": workdays.known_until(),
    }
    return Calendar(**facts | changes)


def plain(zone: str = "Asia/Shanghai", *days: str) -> Calendar:
    """The given days of the week, no holidays; without days, 09:00 to 17:00 from Monday to Friday."""
    return Calendar(ZoneInfo(zone), week(*(days or ["09:00-17:00"] * 5)))


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """Read "2026-01-04 10:00" as the wall clock of the zone."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def on(text: str) -> date:
    """Read "2026-01-04"."""
    return date.fromisoformat(text)
