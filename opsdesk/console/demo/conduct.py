"""How installers behave: when they answer, when they come, and who is known for being slow."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from opsdesk.console.demo.catalogue import data
from opsdesk.days import midnight

_OPENS, _CLOSES = time(8, 30), time(18, 30)
_MARGIN, _VISIT = timedelta(minutes=90), timedelta(hours=1)
WHY_DECLINED = ("近期人手不足，排不开", "该地址超出服务半径", "师傅休假，三天内无法上门")
WHY_FAILED = ("用户家电线线径不够，需先改造", "安装墙体不承重", "多次上门用户不在家", "缺少专用支架，需补发")
WHY_LATER = ("用户装修未完工，要求改期", "用户出差，约定回来后安装", "用户要求周末安装")
WHY_CANCELLED = "用户已退货退款"


@dataclass(frozen=True)
class Habit:
    """How likely a partner is to keep silent, to decline, to come late, to fail; and how fast it answers."""

    silent: float
    declines: float
    late: float
    fails: float
    answers: float  # working hours


_USUAL = Habit(silent=0.01, declines=0.02, late=0.045, fails=0.015, answers=1.6)
_SLOW = Habit(silent=0.10, declines=0.05, late=0.3, fails=0.04, answers=3.2)


def habit_of(partner: str) -> Habit:
    """Return how a partner usually behaves."""
    return _SLOW if partner in data()["slow"] else _USUAL


def answer_after(rng: Random, offered_at: datetime, habit: Habit) -> datetime:
    """Return when a partner answers an offer."""
    return after_work(offered_at, rng.uniform(0.1, habit.answers))


def visit_at(rng: Random, known_at: datetime, due_at: datetime, *, late: bool) -> datetime:
    """Return when the work will be done: in time wherever that is still possible, or late."""
    if late:
        return open_hour(due_at + timedelta(hours=rng.uniform(3, 70)))
    soonest = after_work(known_at, rng.uniform(1.5, 4))
    room = due_at - _MARGIN - soonest
    if room <= timedelta(0):
        return soonest
    wished = open_hour(soonest + room * min(rng.random(), rng.random()))
    return wished if wished < due_at - _MARGIN else soonest


def open_hour(moment: datetime) -> datetime:
    """Return the moment, or the next morning if nobody is at work."""
    opens, closes = (midnight(moment.date()).replace(hour=at.hour, minute=at.minute) for at in (_OPENS, _CLOSES))
    if moment < opens:
        return opens + timedelta(minutes=moment.minute)
    return moment if moment < closes else opens + timedelta(days=1, minutes=moment.minute)


def after_work(moment: datetime, hours: float) -> datetime:
    """Return when so many hours of people's day have passed."""
    now, left = open_hour(moment), timedelta(hours=hours)
    closes = midnight(now.date()).replace(hour=_CLOSES.hour, minute=_CLOSES.minute)
    if now + left <= closes:
        return now + left
    morning = midnight(now.date() + timedelta(days=1)).replace(hour=_OPENS.hour, minute=_OPENS.minute)
    return morning + (left - (closes - now))
