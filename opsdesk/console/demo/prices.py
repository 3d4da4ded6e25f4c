"""What a model costs on a day: near its list price, lower on brand days, never too low."""

from datetime import date
from decimal import ROUND_CEILING, Decimal
from random import Random

from opsdesk.console.demo.catalogue import Model, Stall, data
from opsdesk.console.demo.plan import Plan
from opsdesk.console.demo.rhythm import BRAND_DAYS

_HERO, _OTHER, _LAST = Decimal("0.85"), Decimal("0.90"), Decimal(999)
_USUAL = (Decimal("1"), Decimal("0.98"), Decimal("0.97"), Decimal("0.95"))
_DISTRIBUTION = Decimal("0.97")


def listed(model: Model, day: date, plan: Plan) -> Decimal:
    """Return the list price of a day; a few models were cheaper once."""
    before = dict(data()["raised"]).get(model.code)
    return Decimal(before if before and day < plan.raise_on else model.list_yuan)


def launched(model: Model, day: date, plan: Plan) -> bool:
    """Say whether a model was on sale on a day."""
    return model.mark != "new" or day >= plan.launch


def asked(rng: Random, stall: Stall, model: Model, day: date, plan: Plan) -> Decimal:
    """Return the price asked for a model, in whole yuan."""
    floor = _HERO if model.mark == "hero" else _OTHER
    brand_day = day.day in BRAND_DAYS and not stall.offline
    depth = rng.choice((floor, floor + Decimal("0.02"), floor + Decimal("0.04"))) if brand_day else rng.choice(_USUAL)
    if stall.mode == "distribution":
        depth = max(floor, depth * _DISTRIBUTION)
    price = (listed(model, day, plan) * depth).quantize(Decimal(1), ROUND_CEILING)
    return max(price, _LAST) if model.mark == "last" else price
