"""DS-11, PR-8 … PR-11: thirty-six net prices worked by hand from the handbook, before there was code to compute them.

Unless a case says otherwise: Tuesday, 10 March 2026, 12:00, the second of the three days of a brand day
(9 to 11 March), which offers by approval: a coupon of 50 yuan for the model, handed out from 6 March on; 15 yuan off
by phone; a gift that costs 30 yuan; 40 yuan off for each full 300 yuan across shops. Amounts are yuan.

A cut is (kind, amount, what it says differently); a claim is (kind, amount, state, at the platform's checkout or not);
a line is (quantity, price, paid). Plain values: how the code calls them is not known here.
"""

from decimal import Decimal
from typing import Any

import pytest

D = Decimal
DAYS = {"since": "2026-03-09 00:00", "until": "2026-03-12 00:00", "by_event": True}
HANDED_OUT = {"handed_out": "2026-03-06 00:00"}
COUPON = ("coupon", "50", DAYS | HANDED_OUT)
PHONE = ("phone", "15", DAYS)
GIFT = ("gift", "30", DAYS)
CROSS = ("cross_shop", "40", DAYS | {"per": "300"})
PLATFORM = ("coupon", "100", DAYS | {"by_event": False, "by_platform": True})
SHOP = ("coupon", "20", DAYS | {"by_event": False})
STOPPED = ("coupon", "50", DAYS | HANDED_OUT | {"until": "2026-03-10 12:00"})
EXTENDED = ("coupon", "50", DAYS | HANDED_OUT | {"until": "2026-03-14 00:00"})
NEVER = ("coupon", "50", DAYS | HANDED_OUT | {"until": "2026-03-09 00:00"})


def _shown(sentence: str, net: str, shown: str, *cuts: Any, when: str = "2026-03-10 12:00", **more: Any) -> Any:
    """`special`: the shop's own price of the brand day for the model; `idle`: why which cuts take nothing off."""
    return pytest.param(cuts, when, D(shown), more.get("special", ""), D(net), more.get("idle", ()), id=sentence)


LISTINGS = (
    _shown("pr-10: a coupon of 50 off 1,999", "1949.00", "1999", COUPON),
    _shown("pr-10, pr-11: coupon and phone", "1934.00", "1999", COUPON, PHONE),
    _shown("pr-10, pr-11, pr-12: coupon, phone and gift", "1904.00", "1999", COUPON, PHONE, GIFT),
    _shown("ds-11: and six times 40 across shops, 335 in all", "1664.00", "1999", COUPON, PHONE, GIFT, CROSS),
    _shown("ds-11: 1,820 holds 300 six times, whatever the coupon leaves", "1530.00", "1820", COUPON, CROSS),
    _shown("ds-11: 299 does not hold 300 once", "299.00", "299", CROSS, idle=("below_threshold",)),
    _shown(
        "pr-10: handed out on the 6th, not to be used on the 8th", "1999.00", "1999", COUPON,
        when="2026-03-08 23:59:59", idle=("handed_out",),
    ),
    _shown("pr-10: on the 5th nobody has it", "1999.00", "1999", COUPON, when="2026-03-05 23:59:59", idle=("not_yet",)),
    _shown("pr-10: handed out before, used in the first moment", "1949.00", "1999", COUPON, when="2026-03-09 00:00"),
    _shown("pr-10: in the last second it still holds", "1949.00", "1999", COUPON, when="2026-03-11 23:59:59"),
    _shown("pr-10: and at midnight no more", "1999.00", "1999", COUPON, when="2026-03-12 00:00", idle=("over",)),
    _shown("pr-19: the second before the stop", "1949.00", "1999", STOPPED, when="2026-03-10 11:59:59"),
    _shown("pr-19: stopped at noon, the coupon holds no longer", "1999.00", "1999", STOPPED, idle=("over",)),
    _shown(
        "pr-19: stopped before it began, it never held", "1999.00", "1999", NEVER, when="2026-03-09 00:00",
        idle=("over",),
    ),
    _shown("pr-1: extended by two days it holds on the 13th", "1949.00", "1999", EXTENDED, when="2026-03-13 10:00"),
    _shown(
        "pr-5: nothing of the brand day comes on top of half price", "999.50", "999.50", PHONE, GIFT, special="flash",
        idle=("not_combined", "not_combined"),
    ),
    _shown("pr-13: nor of 999 for end of line", "999.00", "999", PHONE, special="tail", idle=("not_combined",)),
    _shown(
        "pr-5: a shop's own coupon does, and 979.50 is below half price", "979.50", "999.50", PHONE, SHOP,
        special="flash", idle=("not_combined",),
    ),
    _shown("ds-11: what the platform pays, the shop does not give", "1999.00", "1999", PLATFORM, idle=("by_platform",)),
    _shown("ds-11: never below nothing", "0.00", "40", COUPON),
)  # fmt: skip


def _sold(sentence: str, nets: tuple[str | None, ...], *lines: Any, claims: Any = (), **bill: str) -> Any:
    """`nets` are of one piece of each line; None: what was paid for it cannot be told. A bill says total, sold …"""
    wanted = tuple(None if net is None else D(net) for net in nets)
    return pytest.param(lines, bill, claims, wanted, id=sentence)


ONE = (1, "1999", "1949")
"""One piece, shown at 1,999, for which the export says that 1,949 were paid: the coupon is off already."""
CASH_BACK = ("cash_back", "20", "paid", False)
GIFT = ("quick_gift", "20", "paid", False)
SALES = (
    _sold("pr-10: a coupon of the checkout is not taken off twice", ("1949.00",), ONE,
          claims=[("coupon", "50", "paid", True)]),
    _sold("pr-10: a coupon paid back by transfer is taken off", ("1949.00",), (1, "1999", "1999"),
          claims=[("coupon", "50", "paid", False)]),
    _sold("pr-8: cash-back for a review is earned later, the price stays", ("1949.00",), ONE, claims=[CASH_BACK]),
    _sold("pr-9, pr-12: a reward for showing it does not lower the price, a gift does", ("1929.00",), ONE,
          claims=[("show_order", "50", "approved", False), GIFT]),
    _sold("pr-11: a phone discount by transfer, agreed and not paid yet", ("1929.00",), ONE,
          claims=[("phone_order", "20", "approved", False)]),
    _sold("pr-18: what nobody has agreed to is not taken off", ("1949.00",), ONE,
          claims=[("quick_gift", "30", "claimed", False)]),
    _sold("pr-18: a claim given back is not taken off", ("1949.00",), ONE,
          claims=[("quick_gift", "30", "reversed", False)]),
    _sold("pr-12: a prize won by chance is no part of a price", ("1949.00",), ONE,
          claims=[("draw", "100", "paid", False)]),
    _sold("ds-11: coupon, phone and cross-shop at the checkout, then a gift of 30", ("1664.00",),
          (1, "1999", "1694"), claims=[("coupon", "50", "paid", True), ("quick_gift", "30", "approved", False)]),
    _sold("ds-11: two pieces for 3,898, and a gift of 20 once, not twice", ("1939.00",), (2, "1999", "3898"),
          claims=[GIFT]),
    _sold("ds-11: 10 over three equal lines is 3.34, 3.33 and 3.33", ("96.66", "96.67", "96.67"),
          *[(1, "100", "100")] * 3, claims=[("coupon", "10", "paid", False)]),
    _sold("ds-11: 2,900 for 1,999 and 999 is 1,933.66 and 966.34", ("1933.66", "966.34"),
          (1, "1999", None), (1, "999", None), total="2900"),
    _sold("ds-11: a gift at nothing has no share", ("2900.00", None), (1, "1999", None), (1, "0", None),
          total="2920", freight="20"),
    _sold("ds-11: 1,899 from the customer and 100 from the platform are 1,999", ("1999.00",), (1, None, None),
          total="1899", sold="1999"),
    _sold("ds-11: 100 of the platform over two of 950 are 1,000 each", ("1000.00", "1000.00"),
          (1, "1050", "950"), (1, "1050", "950"), total="1900", sold="2000"),
    _sold("ds-11: several without price or payment cannot be told", (None, None), (1, None, None), (1, None, None),
          total="2900"),
    _sold("ds-11: claims do not go below nothing", ("0.00",), (1, "10", "10"), claims=[GIFT]),
)  # fmt: skip
