"""CH-6, CF-12, CF-13: a sale outside the seller's territory, and a machine installed elsewhere. Plain Python."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from conflicts.rules.weighing import Figures, Finding, enough, weighed

_PROVINCE, _CITY, _COUNTY = 2, 4, 6
ACT, INSTALLATION_ACT = "C1", "C2"


@dataclass(frozen=True, slots=True)
class Sold:
    """An order of a partner's shop: where it goes, what the partner covers for sales, who else covers that place.

    `everywhere`: an online shop with a certificate of its own sells to the whole country. `above` names a partner above
    the seller who covers the place. `homes` are the regions that the same customer otherwise buys for.
    """

    pk: int
    shop: int
    partner: int
    ordered_at: datetime
    yuan: Decimal
    region: str
    everywhere: bool
    territories: tuple[str, ...]
    others: tuple[str, ...] = ()
    above: str = ""
    homes: tuple[str, ...] = ()
    customer: int | None = None
    product: int | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine by its serial number: sold with one order, installed for another."""

    serial: str
    job: int
    done_at: datetime
    installed_for: int
    installed_in: str
    sold_with: int
    sold_in: str
    shop: int
    partner: int | None
    other_partner: int | None
    territories: tuple[str, ...]
    yuan: Decimal
    jobs: int = 1
    same_customer: bool = False
    exchanged: bool = False


def sold_outside(sale: Sold, figures: Figures) -> Finding | str | None:
    """Return the signal of a sale outside the seller's territory, nothing, or why nobody can say."""
    if sale.everywhere:
        return None
    if not sale.territories:
        return "no_territory"
    if not sale.region:
        return "region_unknown"
    if inside(sale.region, sale.territories):
        return None
    if any(held.startswith(sale.region) for held in sale.territories):
        return "region_too_coarse"
    near = min(sale.territories, key=lambda held: (-_shared(sale.region, held), held))
    finding = Finding(
        "cross_region",
        f"order:{sale.pk}",
        ACT,
        weighed(figures, _for(sale, near)),
        weighed(figures, _against(sale, near)),
        sale.yuan,
        sale.ordered_at,
        {
            "shop_id": sale.shop,
            "partner_id": sale.partner,
            "order_id": sale.pk,
            "customer_id": sale.customer,
            "product_id": sale.product,
        },
        {"region": sale.region, "territories": list(sale.territories), "others": list(sale.others)},
    )
    return enough(finding, figures)


def inside(region: str, territories: Iterable[str]) -> bool:
    """Whether a region lies within one of these."""
    return any(region.startswith(held) for held in territories)


def _shared(one: str, other: str) -> int:
    return max((size for size in (_PROVINCE, _CITY, _COUNTY) if one[:size] == other[:size]), default=0)


def _for(sale: Sold, near: str) -> Iterator[tuple[str, str]]:
    yield "outside", f"{sale.region} / {', '.join(sale.territories[:5])}"
    if _shared(sale.region, near) < _PROVINCE:
        yield "other_province", sale.region[:_PROVINCE]
    elif _shared(sale.region, near) < _CITY:
        yield "other_city", sale.region[:_CITY]
    if sale.others:
        yield "anothers", ", ".join(sale.others[:3])


def _against(sale: Sold, near: str) -> Iterator[tuple[str, str]]:
    if _shared(sale.region, near) >= _CITY:
        yield "same_city", near
    if home := next((code for code in sale.homes if inside(code, sale.territories)), ""):
        yield "customer_inside", home
    if sale.above:
        yield "above_covers", sale.above


def installed_elsewhere(machine: Machine, figures: Figures) -> Finding | str | None:
    """Return the signal of a machine sold with one order and installed for another one elsewhere, or why not known."""
    if not machine.installed_in or not machine.sold_in:
        return "region_unknown"
    away = _shared(machine.installed_in, machine.sold_in) < _CITY
    if not away and (not machine.territories or inside(machine.installed_in, machine.territories)):
        return None
    finding = Finding(
        "cross_region",
        f"job:{machine.job}",
        ACT,
        weighed(figures, _serial_for(machine)),
        weighed(figures, _serial_against(machine)),
        machine.yuan,
        machine.done_at,
        {
            "shop_id": machine.shop,
            "partner_id": machine.partner,
            "first_order_id": machine.sold_with,
            "order_id": machine.installed_for,
            "job_id": machine.job,
        },
        {"serial": machine.serial, "sold_in": machine.sold_in, "installed_in": machine.installed_in},
    )
    return enough(finding, figures)


def _serial_for(machine: Machine) -> Iterator[tuple[str, str]]:
    yield "serial_elsewhere", f"{machine.sold_in} → {machine.installed_in}"
    if machine.other_partner != machine.partner:
        yield "serial_other_partner", ""
    if _shared(machine.installed_in, machine.sold_in) < _PROVINCE:
        yield "other_province", machine.installed_in[:_PROVINCE]


def _serial_against(machine: Machine) -> Iterator[tuple[str, str]]:
    if machine.jobs > 1:
        yield "serial_twice", str(machine.jobs)
    if machine.same_customer:
        yield "same_customer", ""
    if machine.exchanged:
        yield "exchanged", ""
