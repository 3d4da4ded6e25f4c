"""FI-1: amounts in Chinese capital numerals, as banks want them."""

from decimal import Decimal

import pytest

from opsdesk.money import capital

CASES = (
    ("0", "零元整"),
    ("0.05", "伍分"),
    ("0.50", "伍角整"),
    ("1.00", "壹元整"),
    ("10.00", "壹拾元整"),
    ("60.00", "陆拾元整"),
    ("105.00", "壹佰零伍元整"),
    ("1005.00", "壹仟零伍元整"),
    ("10005.00", "壹万零伍元整"),
    ("100010.00", "壹拾万零壹拾元整"),
    ("20000.50", "贰万元伍角整"),
    ("12345.06", "壹万贰仟叁佰肆拾伍元零陆分"),
    ("1234567.89", "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"),
    ("100000001.00", "壹亿零壹元整"),
    ("10010000.01", "壹仟零壹万元零壹分"),
    ("-5000.00", "负伍仟元整"),
)


@pytest.mark.parametrize(("amount", "said"), CASES)
def test_fi_1_an_amount_in_capital_numerals(amount, said):
    assert capital(Decimal(amount)) == said
