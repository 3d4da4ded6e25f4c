"""A deadline in words, the same in mail, page and API."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

from opsdesk.sla.calendar import DayKind
from opsdesk.sla.deadlines import Counted, Counting, Deadline, Paused

_WEEKDAYS = "一二三四五六日"
_KINDS = {
    DayKind.WORKING: "工作日",
    DayKind.REST: "周休",
    DayKind.HOLIDAY: "节假日",
    DayKind.MAKEUP: "调休上班",
    DayKind.SPECIAL: "特别营业时间",
}


def explain_zh(deadline: Deadline) -> str:
    """Say when it is due, from when it was counted, which dates gave how much, and what was paused."""
    year = deadline.due.year
    sentence = f"截止 {_moment(deadline.due, None)} = 自 {_moment(deadline.start, year)} 起满 {_amount_zh(deadline)}"
    parts = [sentence]
    if deadline.counting == Counting.WORKING_TIME:
        parts.append("计入：" + "、".join(_days_zh(deadline.counted, year)))
    if deadline.paused:
        parts.append("暂停：" + "、".join(_pause_zh(pause, year) for pause in deadline.paused))
    if deadline.provisional:
        parts.append("暂定：其中有日期的放假安排尚未公布，公布后可能变动")
    return "；".join(parts) + "。"


def kind_zh(day: Counted) -> str:
    """Say why a date has its hours: 国庆节, 国庆节调休上班, 周末."""
    if day.kind == DayKind.REST and day.on.weekday() >= 5:
        return "周末"
    if day.kind == DayKind.HOLIDAY and day.name:
        return day.name
    return day.name + _KINDS[day.kind]


def span_zh(span: timedelta) -> str:
    """Say how long: 8小时, 1小时20分, 45分, 30秒, 0."""
    seconds = round(span.total_seconds())
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts = ((hours, "小时"), (minutes, "分"), (seconds, "秒"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0"


def _amount_zh(deadline: Deadline) -> str:
    if deadline.counting == Counting.WORKING_TIME:
        return f"{span_zh(deadline.amount)}工作时间"
    days, rest = divmod(deadline.amount, timedelta(days=1))
    return f"{days}个自然日{span_zh(rest) if rest else ''}（周末、节假日照计）"


def _days_zh(counted: Iterable[Counted], year: int) -> Iterator[str]:
    """Say what each date gave; a run of equal dates is said once."""
    for (worked, kind), run in groupby(counted, key=lambda day: (day.worked, kind_zh(day))):
        days = list(run)
        first, last = days[0].on, days[-1].on
        until = "" if first == last else f"至{_date(last, year)}"
        each = "各" if until and worked else ""
        why = "" if days[0].kind == DayKind.WORKING else f"（{kind}）"
        yield f"{_date(first, year)}{until} {each}{span_zh(worked)}{why}"


def _pause_zh(pause: Paused, year: int) -> str:
    reason = pause.reason or "未写原因"
    return f"{span_zh(pause.worked)}（{reason}，{_moment(pause.start, year)} 至 {_moment(pause.end, year)}）"


def _moment(at: datetime, year: int | None) -> str:
    return f"{_date(at.date(), year)} {at:%H:%M}"


def _date(on: date, year: int | None) -> str:
    """Say the date with its day of the week, the year only where it is another one than said before."""
    said = "" if on.year == year else f"{on.year}年"
    return f"{said}{on.month}月{on.day}日 周{_WEEKDAYS[on.weekday()]}"
