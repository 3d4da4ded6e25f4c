"""The last days' orders that the story needs: one for every state that a job can be in, whatever chance brings."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from opsdesk.console.demo import lives
from opsdesk.console.demo.catalogue import Stall, stalls
from opsdesk.console.demo.plan import Plan
from opsdesk.console.demo.sales import Life, Sale
from opsdesk.console.demo.trade import Market
from opsdesk.days import midnight

_FATES = (  # fate, hours since the goods were signed for, where
    ("overdue", 104, ("23", "53", "4206")),
    ("overdue", 80, ("65", "4405")),
    ("failed", 70, ("42", "4404")),
    ("returned", 44, ("36", "4412")),
    ("declined", 30, ("4413", "35")),
    ("nobody", 28, ("5425", "6327")),
    ("unanswered", 2, ("4401", "4401", "4403", "37", "41")),
)
_TODAY = ("4401", "4406", "33", "32", "51")
_FIRST = 200_000
_MORNING, _EVENING = 9, 19
_TERM, _SENT_BACK = timedelta(days=3), timedelta(hours=30)
_LATELY, _AT_LEAST = 6, timedelta(hours=38)


def special(plan: Plan) -> list[Sale]:
    """Return the orders with a fate, and a fresh one for every shop."""
    market = Market(plan, Random(plan.seed + 1), first=_FIRST)
    return [*_fated(market), *_due_today(market), _nowhere(market), *_fresh(market)]


def _fated(market: Market) -> Iterator[Sale]:
    for fate, hours, regions in _FATES:
        for place, region in enumerate(regions):
            signed_at = _by_day(market.plan.at - timedelta(hours=hours, minutes=7 * place))
            yield _sale(market, "jd-pop", signed_at, fate, region)


def _due_today(market: Market) -> Iterator[Sale]:
    """Three days after the signature end in the rest of today, if possible while people are up."""
    today = midnight(market.plan.today)
    evening, end = today + timedelta(hours=_EVENING), today + timedelta(days=1)
    start = max(market.plan.at + (end - market.plan.at) / 9, today + timedelta(hours=_MORNING))
    end = evening if start < evening else end
    for place, region in enumerate(_TODAY):
        yield _sale(market, "jd-pop", start + (end - start) * place / len(_TODAY) - _TERM, "today", region)


def _nowhere(market: Market) -> Sale:
    """Return an order whose address the platform keeps to itself."""
    return _sale(market, "pdd-landuo", _by_day(market.plan.at - timedelta(hours=20)), "nowhere", "31")


def _fresh(market: Market) -> Iterator[Sale]:
    """In the last days no shop is without an order for long, or the figures would be called stale."""
    for place, stall in enumerate(stall for stall in stalls() if stall.share):
        last = market.plan.at - timedelta(hours=3 + place * 7 % 34, minutes=11)
        for back in range(_LATELY):
            yield market.sale(stall, last - back * _AT_LEAST)


def _sale(market: Market, shop: str, signed_at: datetime, fate: str, region: str) -> Sale:
    [stall] = [stall for stall in stalls() if stall.code == shop]
    ordered_at = signed_at - timedelta(days=3, hours=1)
    sale = _installed(market, stall, ordered_at, region)
    completed_at = lives.confirmed(market.rng, stall.layout, signed_at)
    life = Life(ordered_at, ordered_at + timedelta(minutes=2), ordered_at + timedelta(hours=7), signed_at, completed_at)
    sale = replace(sale, life=life, refunded_yuan=Decimal(0), fate=fate)
    return lives.returned(sale, signed_at + _SENT_BACK) if fate == "returned" else sale


def _installed(market: Market, stall: Stall, moment: datetime, region: str) -> Sale:
    """Return an order of something that must be installed."""
    while True:
        sale = market.sale(stall, moment, region=region)
        if sale.bought[0].item.model.installed:
            return sale


def _by_day(moment: datetime) -> datetime:
    """Return the moment, or the evening before a night."""
    if moment.hour < _MORNING:
        return midnight(moment.date()) - timedelta(hours=24 - _EVENING, minutes=moment.minute + 1)
    return moment if moment.hour < _EVENING else moment.replace(hour=_EVENING - 1)
