from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def yuan(value: Decimal | None) -> str:
    """Write an amount as a person reads it: ¥1,234.50, -¥60.00; a dash for nothing said."""
    if value is None or value == "":
        return "–"
    return f"{'-' if value < 0 else ''}¥{abs(value):,.2f}"
