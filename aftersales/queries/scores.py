from collections.abc import Collection
from datetime import date
from decimal import Decimal

from aftersales.models import Score


def latest_of(partner_ids: Collection[int], *, on: date) -> dict[int, Decimal]:
    """AS-11: return each partner's score of the last month that has one by this day. One query."""
    rows = Score.objects.filter(partner__among=partner_ids, month__lte=on).order_by("partner", "-month")
    return dict(rows.distinct("partner").values_list("partner_id", "value"))
