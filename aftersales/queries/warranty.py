"""AS-7: what is known of a serial number, for the warranty rule."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Max, Min
from django.utils import timezone

from aftersales.models import ExchangeRule, Job, Repair, WarrantyTerm
from aftersales.rules import warranty as rule
from aftersales.states.job import JobState
from aftersales.states.repair import Covered, PartState, Place, Result
from channels.models import Product
from opsdesk.sla.models import Pause


def spelled(serial_number: str) -> str:
    """Return a serial number as it is compared: without blanks, in capitals."""
    return "".join(serial_number.split()).upper()


def job_of(serial_number: str) -> Job | None:
    """Return the first installation reported with this serial number. One query."""
    done = Job.objects.filter(serial_number__in=_ways(serial_number), state=JobState.DONE)
    return done.select_related("order").order_by("done_at", "pk").first()


def product_of(order_id: int | None) -> Product | None:
    """Return the model of an order that holds exactly one kind of machine. One query."""
    found = Product.objects.filter(listings__lines__order=order_id, installed=True).distinct()[:2]
    return found[0] if order_id and len(found) == 1 else None


def answer(repair: Repair, *, component: str = "") -> rule.Warranty:
    """AS-7: return whether the machine, or one component of it, was covered on the day it was reported."""
    facts = facts_of(repair, component=component)
    return rule.judge(facts, timezone.localdate(repair.registered_at))


def answer_for(repair: Repair, components: Iterable[str]) -> rule.Warranty:
    """AS-7: return the answer for faults of several components at once."""
    return rule.together([answer(repair, component=one) for one in sorted(set(components))])


def facts_of(repair: Repair, *, component: str = "") -> rule.Facts:
    """Return what the rule looks at: installations, exchange, order, earlier repairs, months. Six queries at most."""
    serial, order = repair.serial_number, repair.order
    done = Job.objects.filter(serial_number__in=_ways(serial), state=JobState.DONE)
    installed = dict(done.values_list("order_id").annotate(Min("done_at")).order_by("order_id"))
    known = rule.Facts(
        months=None,
        exchanged_on=_exchanged_on(serial),
        installed=tuple(_day(moment) for moment in installed.values()),
        signed_on=_day(order.signed_at) if order and order.signed_at else None,
        bought_on=_bought_on(repair),
        repairs=_spans(repair),
        other_order=bool(order and installed and order.pk not in installed),
    )
    start, _why = rule.start_of(known)
    months = _months(repair.product, component, start) if repair.product else None
    return rule.Facts(
        months, known.exchanged_on, known.installed, known.signed_on, known.bought_on, known.repairs, known.other_order
    )


def _ways(serial_number: str) -> set[str]:
    """How it may have been typed when it was installed."""
    return {serial_number.strip(), spelled(serial_number), spelled(serial_number).lower()}


def _day(moment: datetime) -> date:
    return timezone.localdate(moment)


def _bought_on(repair: Repair) -> date | None:
    moment = repair.order and (repair.order.paid_at or repair.order.ordered_at)
    return _day(moment) if moment else None


def _exchanged_on(serial_number: str) -> date | None:
    given = Repair.objects.filter(new_serial_number=serial_number, result=Result.REPLACED)
    when = given.aggregate(when=Max("ready_at"))["when"]
    return _day(when) if when else None


def _spans(repair: Repair) -> tuple[rule.Span, ...]:
    earlier = Repair.objects.filter(
        serial_number=repair.serial_number, place=Place.SENT_IN, received_at__isnull=False, ended_at__isnull=False
    )
    earlier = earlier.filter(result__in=(Result.REPAIRED, Result.UNREPAIRED)).exclude(pk=repair.pk)
    days = earlier.order_by("received_at").values_list("received_at", "ended_at")
    return tuple(rule.Span(_day(start), _day(end)) for start, end in days)


def _months(product: Product, component: str, start: date | None) -> int | None:
    if start:
        terms = WarrantyTerm.objects.in_force(start).filter(product=product, component__in={component, ""})
        if found := terms.order_by("-component").values_list("months", flat=True).first():
            return int(found)
    return product.warranty_months


def rights_of(repair: Repair, *, at: datetime) -> tuple[str, ...]:
    """AS-7: return what gives the customer a right to another machine now. Five queries."""
    rows = ExchangeRule.objects.in_force(timezone.localdate(at)).order_by("code").values_list("code", "figure")
    return rule.exchange_rights(course_of(repair, at=at), rule.Limits(dict(rows)))


def course_of(repair: Repair, *, at: datetime) -> rule.Course:
    """Return how the repair has gone: earlier repairs, failed retests, days by our own fault, days of a part."""
    earlier = Repair.objects.filter(
        serial_number=repair.serial_number, result=Result.REPAIRED, warranty=Covered.IN, registered_at__lt=at
    )
    until = repair.ready_at or at
    asked = repair.parts.filter(state__in=(PartState.WAITING, PartState.GRANTED)).aggregate(first=Min("asked_at"))
    return rule.Course(
        covered=repair.warranty == Covered.IN and repair.fault in ("", "product"),
        repairs=earlier.exclude(pk=repair.pk).count(),
        retests=repair.retests.filter(passed=False).count(),
        days=max((until - repair.received_at).days - _waited(repair, until=until), 0) if repair.received_at else 0,
        parts_days=(until - asked["first"]).days if asked["first"] else 0,
    )


def _waited(repair: Repair, *, until: datetime) -> int:
    """Days that the customer took to answer: they are not our fault."""
    pauses = Pause.objects.filter(timer__in=repair.timers()).values_list("started_at", "ended_at")
    return int(sum(((end or until) - start).total_seconds() for start, end in pauses) // 86400)
