from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def shown(value: int | Decimal | None, unit: str) -> str:
    """Write a figure as people read it: 12,345.60 yuan with fen, a rate in per cent, a dash for a rate of nothing."""
    if value is None:
        return "–"
    if unit == "rate":
        return f"{value * 100:.1f}%"
    if unit == "yuan":
        return f"{'-' if value < 0 else ''}¥{abs(value):,.2f}"
    return f"{value:,}"


@register.filter
def target(value: Decimal | None, unit: str) -> str:
    """Write a target without needless decimals."""
    if value is None:
        return ""
    if unit == "rate":
        return f"{value * 100:.3g}%"
    return f"{value:,.0f}"
