"""CH-6, CF-13: sales and where they went; machines and where they were installed. Fixed numbers of statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from aftersales.models import Job, Refund
from aftersales.states.job import JobState
from channels.models import Authorisation, Territory
from channels.queries import certificates
from channels.states import Duty, PlatformKind
from conflicts.queries import facts, figures
from conflicts.queries.facts import Certificates
from conflicts.rules import regions as rule
from conflicts.rules.sales import related
from conflicts.rules.weighing import Outcome
from opsdesk.days import local, midnight
from opsdesk.money import ZERO
from orders.models import Line, Order

_DAY = timedelta(days=1)
_PREFIXES = (2, 4, 6, 9)


class Grounds:
    """Where partners may sell, on any day: their territories for sales and the regions of their certificates."""

    def __init__(self, partners: Iterable[int | None], regions: Iterable[str]) -> None:
        wanted = {pk for pk in partners if pk}
        places = {code[:size] for code in regions for size in _PREFIXES if size <= len(code)}
        which = Q(partner__in=wanted) | Q(region__in=places)
        self._rows: dict[int, list[tuple[str, date, date | None]]] = defaultdict(list)
        self._by_place: dict[str, list[tuple[str, str, date, date | None]]] = defaultdict(list)
        rows = Territory.objects.filter(which, duty=Duty.SALES, partner__active=True).order_by("pk")
        for pk, path, name, region, since, until in rows.values_list(
            "partner_id", "partner__path", "partner__name", "region_id", "valid_from", "valid_to"
        ):
            self._rows[pk].append((region, since, until))
            self._by_place[region].append((path, name, since, until))
        held = Authorisation.objects.filter(partner__in=wanted, region__isnull=False).order_by("pk")
        for row in certificates.with_revocations(held):
            for since, until in certificates.spans_of(row):
                self._rows[row.partner_id].append((row.region_id or "", since, until))

    def of(self, partner: int | None, day: date) -> tuple[str, ...]:
        """Return the regions that a partner may sell in on a day."""
        return tuple(sorted({code for code, since, until in self._rows[partner or 0] if _holds(since, until, day)}))

    def holders(self, region: str, path: str, day: date) -> tuple[tuple[str, ...], str]:
        """Return who else covers a place for sales, and which partner above this one does (CH-5)."""
        rows = [row for size in _PREFIXES if size <= len(region) for row in self._by_place[region[:size]]]
        held = [(other, name) for other, name, since, until in rows if other != path and _holds(since, until, day)]
        above = next((name for other, name in held if path.startswith(other)), "")
        return tuple(sorted({name for other, name in held if not related(other, path)})), above


def _holds(since: date, until: date | None, day: date) -> bool:
    return since <= day and (until is None or day < until)


def look_at_sales(order_ids: Sequence[int]) -> Outcome:
    """CF-13: look at where these orders of partners' shops went. Eight queries."""
    book, outcome = figures.book(), Outcome()
    rows = list(_sold(Q(pk__among=list(order_ids))).values(*_SALE))
    allowed = Certificates(row["shop_id"] for row in rows)
    grounds = Grounds((row["shop__operator_id"] for row in rows), (row["region_id"] or "" for row in rows))
    products = _products([row["pk"] for row in rows])
    homes = _homes(rows)
    for row in rows:
        day = local(row["ordered_at"]).date()
        weights = book.on("cross_region", day)
        if weights is None:
            outcome.note(row["pk"], "no_figures")
            continue
        everywhere = row["shop__platform__kind"] != PlatformKind.OFFLINE and allowed.hold(row["shop_id"], day)
        partner, region = row["shop__operator_id"], row["region_id"] or ""
        sale = rule.Sold(
            row["pk"], row["shop_id"], partner, row["ordered_at"], row["paid_yuan"] or ZERO, region, everywhere,
            grounds.of(partner, day), *grounds.holders(region, row["shop__operator__path"], day),
            tuple(sorted(homes.get(row["customer_id"], set()) - {region})), row["customer_id"], products.get(row["pk"]),
        )  # fmt: skip
        outcome.note(row["pk"], rule.sold_outside(sale, weights))
    return outcome


_SALE = (
    "pk", "shop_id", "shop__operator_id", "shop__operator__path", "shop__platform__kind", "ordered_at", "paid_yuan",
    "region_id", "customer_id",
)  # fmt: skip


def _sold(which: Q) -> Any:
    """Paid orders of shops that a partner operates."""
    return (
        Order.objects.counted()
        .paid_ever()
        .filter(which, shop__operator__isnull=False, ordered_at__isnull=False)
        .order_by("pk")
    )


def _products(order_ids: Sequence[int]) -> dict[int, int]:
    lines = Line.objects.filter(order__among=list(order_ids), listing__product__installed=True).order_by("-pk")
    return dict(lines.values_list("order_id", "listing__product_id"))


def _homes(rows: Sequence[Mapping[str, Any]]) -> dict[int, set[str]]:
    """Return the regions that these customers' other orders went to."""
    found: dict[int, set[str]] = defaultdict(set)
    customers = {row["customer_id"] for row in rows if row["customer_id"]}
    if not customers:
        return found
    known = Order.objects.filter(customer__among=list(customers), region__isnull=False)
    for customer, region in known.values_list("customer_id", "region_id"):
        found[customer].add(region)
    return found


def look_at_machines(job_ids: Sequence[int]) -> Outcome:
    """CF-13: look whether the machines of these jobs were sold with the orders they were installed for. Six queries."""
    book, outcome = figures.book(), Outcome()
    jobs = {
        job.pk: job
        for job in Job.objects.filter(pk__in=job_ids, state=JobState.DONE).select_related("order__shop").order_by("pk")
    }
    sold = _sold_with({job.serial_number for job in jobs.values()})
    known = facts.sales({line.order_id for lines in sold.values() for line in lines})
    partners = [sale.seller.operator for sale in known.values()]
    grounds = Grounds(partners, ())
    times = _installed_times(sold)
    exchanged = _exchanged(known)
    for pk, job in jobs.items():
        day = local(job.done_at or job.opened_at).date()
        weights = book.on("cross_region", day)
        lines = sold.get(job.serial_number, [])
        if weights is None:
            outcome.note(pk, "no_figures")
        elif not lines or any(line.order_id == job.order_id for line in lines):
            outcome.note(pk, None if lines else "serial_unknown")
        else:
            first = known[lines[0].order_id]
            machine = _machine(job, lines[0], first, grounds.of(first.seller.operator, day))
            seen = replace(machine, jobs=times[job.serial_number], exchanged=first.pk in exchanged)
            outcome.note(pk, rule.installed_elsewhere(seen, weights))
    return outcome


def _sold_with(serials: set[str]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = defaultdict(list)
    if serials:
        lines = Line.objects.filter(serial_number__among=list(serials)).exclude(serial_number="")
        for line in lines.select_related("order").order_by("pk"):
            found[line.serial_number].append(line)
    return found


def _installed_times(sold: Mapping[str, Any]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for serial in Job.objects.filter(serial_number__in=list(sold)).values_list("serial_number", flat=True):
        found[serial] += 1
    return found


def _exchanged(order_ids: Iterable[int]) -> set[int]:
    """Orders of which a machine was exchanged: it may well stand elsewhere."""
    rows = Refund.objects.filter(order__in=list(order_ids), kind__in=("exchange", "resend"))
    return set(rows.values_list("order_id", flat=True))


def _machine(job: Job, line: Line, first: Any, territories: tuple[str, ...]) -> rule.Machine:
    shop, other = first.seller, job.order.shop
    return rule.Machine(
        serial=job.serial_number,
        job=job.pk,
        done_at=job.done_at or job.opened_at,
        installed_for=job.order_id,
        installed_in=job.region_id or "",
        sold_with=first.pk,
        sold_in=line.order.region_id or "",
        shop=shop.shop if shop.operator else other.pk,
        partner=shop.operator or other.operator_id,
        other_partner=other.operator_id,
        territories=territories,
        yuan=line.paid_yuan or first.paid_yuan or ZERO,
        same_customer=first.customer is not None and first.customer == job.order.customer_id,
    )


def sales_of_day(day: date) -> list[int]:
    """Return the orders of partners' shops of a day."""
    span = Q(ordered_at__gte=midnight(day), ordered_at__lt=midnight(day + _DAY))
    return list(_sold(span).values_list("pk", flat=True))


def sales_among(order_ids: Sequence[int]) -> list[int]:
    """Return which of these orders are partners' sales."""
    return list(_sold(Q(pk__among=list(order_ids))).values_list("pk", flat=True)) if order_ids else []


def machines_of_day(day: date) -> list[int]:
    """Return the jobs done on a day."""
    done = Job.objects.filter(state=JobState.DONE, done_at__gte=midnight(day), done_at__lt=midnight(day + _DAY))
    return list(done.order_by("pk").values_list("pk", flat=True))
