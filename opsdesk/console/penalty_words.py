"""CF-5 … CF-7, CF-12: penalty rows as people read them."""

from collections.abc import Collection
from decimal import Decimal

from django.utils.translation import gettext as _

from conflicts.rules.penalties import Penalty, Row
from conflicts.states.rulebook import Measure


def yuan(amount: Decimal) -> str:
    """Write whole yuan without the fen: ¥5,000; others with them."""
    return f"¥{amount:,.0f}" if amount == amount.to_integral_value() else f"¥{amount:,.2f}"


def measures(codes: Collection[str]) -> str:
    """Name measures in the order of the rulebook."""
    return "、".join(str(measure.label) for measure in Measure if measure in codes)


def money(row: Row | Penalty) -> str:
    """Say the money of a row: exactly, at most, at least, or between; empty: none at all."""
    facts = {"least": yuan(row.least), "usual": yuan(row.usual), "most": yuan(row.most or row.least)}
    if row.most is None:
        return _("%(least)s or more, usually %(usual)s") % facts
    if row.least == row.most:
        return "" if not row.most else facts["most"]
    if not row.least:
        return _("up to %(most)s, usually %(usual)s") % facts
    return _("%(least)s to %(most)s, usually %(usual)s") % facts


def whole(row: Row | Penalty) -> str:
    """Say a whole row: money, what comes besides, what may stand instead."""
    both = [part for part in (money(row), measures(row.measures)) if part]
    said = _(" and ").join(both) or _("nothing")
    if row.instead:
        said = _("%(this)s; or instead: %(that)s") % {"this": said, "that": measures(row.instead)}
    return said
