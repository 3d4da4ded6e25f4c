"""What becomes of an order: paid, shipped, signed for, completed; or not."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from opsdesk.console.demo.rhythm import BRAND_DAYS
from opsdesk.console.demo.sales import Life, Sale
from opsdesk.days import midnight

_UNPAID, _PAID_LATE = 0.05, 0.04
_BEFORE_SHIPPING, _BEFORE_INSTALLATION, _AFTER, _IN_PART = 0.015, 0.028, 0.036, 0.05  # up to
_TRANSIT = {"44": (1, 2), "45": (1, 3), "43": (1, 3), "35": (1, 3), "36": (1, 3), "46": (2, 4)}
_FAR, _NEAR = {"15": (3, 5), "22": (3, 5), "23": (3, 6), "54": (4, 7), "63": (4, 6), "65": (4, 7)}, (2, 4)
_CONFIRMED = {"jd": (0, 0), "taobao": (1, 9), "douyin": (5, 8), "pdd": (6, 12)}  # days after the signature


def of_chance(rng: Random, *, ordered_at: datetime, layout: str, province: str) -> Life:
    """Return the life of an order that nobody regrets; a few are never paid."""
    if layout != "plain" and rng.random() < _UNPAID:
        return Life(ordered_at, closed_at=ordered_at + timedelta(days=1))
    late = rng.random() < _PAID_LATE
    paid_at = ordered_at + timedelta(seconds=rng.randint(1800, 30_000) if late else rng.randint(15, 900))
    shipped_at = _shipped(rng, paid_at)
    days = rng.randint(*(_FAR | _TRANSIT).get(province, _NEAR))
    signed_at = midnight(shipped_at.date() + timedelta(days=days)) + timedelta(seconds=rng.randint(32_400, 70_000))
    return Life(ordered_at, paid_at, shipped_at, signed_at, confirmed(rng, layout, signed_at))


def confirmed(rng: Random, layout: str, signed_at: datetime) -> datetime | None:
    """Return when the platform calls the order completed; JD does with the courier's signature."""
    if layout not in _CONFIRMED:
        return None
    low, high = _CONFIRMED[layout]
    return signed_at + (timedelta(seconds=rng.randint(low * 86_400, high * 86_400)) if high else timedelta(minutes=5))


def _shipped(rng: Random, paid_at: datetime) -> datetime:
    waits = 0 if paid_at.hour < 15 else 1
    waits += rng.randint(0, 2) if paid_at.day in BRAND_DAYS else 0
    day = midnight(paid_at.date() + timedelta(days=waits))
    return max(day + timedelta(seconds=rng.randint(55_000, 68_000)), paid_at + timedelta(minutes=40))


def mishap(rng: Random, sale: Sale) -> Sale:
    """Return the sale, now and then with its money given back, at one stage or another."""
    life, luck = sale.life, rng.random()
    if life.paid_at is None or life.shipped_at is None or life.signed_at is None or sale.stall.offline:
        return sale
    if luck < _BEFORE_SHIPPING:
        closed_at = life.paid_at + (life.shipped_at - life.paid_at) * rng.uniform(0.2, 0.9)
        gone = Life(life.ordered_at, life.paid_at, closed_at=closed_at, refunded_at=closed_at)
        return replace(sale, life=gone, refunded_yuan=sale.total_yuan)
    if luck < _BEFORE_INSTALLATION:
        return returned(sale, life.signed_at + timedelta(hours=rng.uniform(14, 44)))
    if luck < _AFTER:
        return replace(returned(sale, life.signed_at + timedelta(days=rng.uniform(4, 9))), fate="")
    if luck < _IN_PART:
        part = life.signed_at + timedelta(days=rng.uniform(1, 6))
        return replace(sale, life=replace(life, refunded_at=part), refunded_yuan=Decimal(rng.choice((20, 30, 50))))
    return sale


def returned(sale: Sale, closed_at: datetime) -> Sale:
    """Return the sale with its goods sent back before anybody installed them."""
    completed_at = sale.life.completed_at
    kept = completed_at if completed_at and completed_at < closed_at else None
    life = replace(sale.life, completed_at=kept, closed_at=closed_at, refunded_at=closed_at)
    return replace(sale, life=life, refunded_yuan=sale.total_yuan, fate="returned")
