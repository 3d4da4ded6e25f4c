from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from channels.connectors import cells
from channels.connectors.base import Progress

state = cells.states({"买家已付款，等待卖家发货": Progress.PAID, "已发货(部分)": Progress.PART_SHIPPED})


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=cells.SHANGHAI)


@pytest.mark.parametrize(
    ("_case", "cell", "said"),
    [
        ("words stay as they are", "示例旗舰店", "示例旗舰店"),
        ("blanks and tabs at the ends go, those inside stay", "\t张 三 \n", "张 三"),
        ("Excel's text formula is taken off", '="1930679858170647"', "1930679858170647"),
        ("an empty text formula is empty", '=""', ""),
        ("a leading apostrophe is taken off", "'186****6065", "186****6065"),
        ("an apostrophe alone is empty", "'", ""),
        ("a tab glued under the guard goes, too", '="\t6917926768823643751"', "6917926768823643751"),
        ("NULL is empty", "NULL", ""),
        ("null is empty", "null", ""),
        ("a dash is empty", "-", ""),
        ("two dashes are empty", " -- ", ""),
        ("a word that begins like a mark is none", "nullable", "nullable"),
        ("an equals sign of the buyer's own stays", "=好的=", "=好的="),
    ],
)
def test_text(_case: str, cell: str, said: str) -> None:
    assert cells.text(cell) == said


@pytest.mark.parametrize(
    ("_case", "cell", "said"),
    [
        ("digits", "6917926768823643751", "6917926768823643751"),
        ("a leading tab inside the quotes", "\t6917926768823643751", "6917926768823643751"),
        ("a mark of direction from a web page", "\u202d\u202a13800000001", "13800000001"),
        ("a zero-width blank from a web page", "\u200b13800000001", "13800000001"),
        ("pandas made a float of it, and no digit is lost", "1953814331.0", "1953814331"),
        ("16 digits that only a program can have written", "1930679858170647.0", "1930679858170647"),
        ("a merchant code with a dot", "ZDF60.A+B", "ZDF60.A+B"),
        ("a masked phone", "1******6198", "1******6198"),
        ("a virtual number", "18877771111-123", "18877771111-123"),
        ("empty", "", ""),
    ],
)
def test_ident(_case: str, cell: str, said: str) -> None:
    assert cells.ident(cell) == said


@pytest.mark.parametrize(
    ("_case", "cell"),
    [
        ("Excel's scientific notation", "3.55E+17"),
        ("Python's", "3.55e+17"),
        ("without a fraction", "4E+18"),
        ("a phone number in it", "1.38E+10"),
        ("under a guard", '="3.55E+17"'),
        ("16 digits ending in Excel's zero", "1930679858170640.0"),
        ("beyond what a float holds", "9107199254740993.0"),
        ("18 digits of a float", "355000000000000000.0"),
    ],
)
def test_an_id_that_lost_digits_is_refused(_case: str, cell: str) -> None:
    with pytest.raises(cells.Bad) as bad:
        cells.ident(cell)
    assert bad.value.code == "lost_digits"


@pytest.mark.parametrize(
    ("_case", "cell", "said"),
    [
        ("guarded", '="30000000000000001"', "30000000000000001"),
        ("Pinduoduo's", "260517-607198974342268", "260517-607198974342268"),
        ("a mark for empty is no number", "null", ""),
        ("empty", '=""', ""),
    ],
)
def test_number(_case: str, cell: str, said: str) -> None:
    assert cells.number(cell) == said


@pytest.mark.parametrize("cell", ["合计", "共 12 单", "12;13", "１２３", '="12', "#REF!"])
def test_a_word_is_no_order_number(cell: str) -> None:
    with pytest.raises(cells.Bad) as bad:
        cells.number(cell)
    assert bad.value.code == "bad_number"


@pytest.mark.parametrize(
    ("_case", "cell", "said"),
    [
        ("with Taobao's prefix", "No:YT0000000001", "YT0000000001"),
        ("without", "YT0000000001", "YT0000000001"),
        ("several, one of them twice", "No:SF1;No:SF2，SF1", "SF1,SF2"),
        ("none", "No:", ""),
        ("empty", "", ""),
    ],
)
def test_waybill(_case: str, cell: str, said: str) -> None:
    assert cells.waybill(cell) == said


@pytest.mark.parametrize(
    ("_case", "cell", "said"),
    [
        ("as platforms print it", "2020-02-17 23:59:53", at(2020, 2, 17, 23, 59, 53)),
        ("after a round trip through Excel", "2016/5/23 22:02", at(2016, 5, 23, 22, 2)),
        ("a day alone", "2016/5/23", at(2016, 5, 23)),
        ("with a fraction of a second", "2020-02-17 23:59:53.0", at(2020, 2, 17, 23, 59, 53)),
        ("in Chinese", "2016年5月23日 22:02", at(2016, 5, 23, 22, 2)),
        ("Excel's serial number", "43878.99991898148", at(2020, 2, 17, 23, 59, 53)),
        ("a serial day", "43878", at(2020, 2, 17)),
        ("with another zone's offset", "2020-02-17T15:59:53+00:00", at(2020, 2, 17, 23, 59, 53)),
        ("guarded, with a tab", "'\t2020-02-17 23:59:53", at(2020, 2, 17, 23, 59, 53)),
        ("MySQL's zero date", "0000-00-00", None),
        ("with a time", "0000-00-00 00:00:00", None),
        ("Java's zero date", "0001-01-01 00:00:00", None),
        ("Unix's zero", "1970-01-01 08:00:00", None),
        ("a dash", "-", None),
        ("empty", "", None),
    ],
)
def test_moment(_case: str, cell: str, said: datetime | None) -> None:
    assert cells.moment(cell) == said
    assert said is None or cells.moment(cell).tzinfo is cells.SHANGHAI  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("_case", "cell", "said"),
    [
        ("yuan and fen", "201.12", "201.12"),
        ("one decimal is two", "58.7", "58.70"),
        ("with the unit", "598.00元", "598.00"),
        ("nothing, with the unit", "0元", "0.00"),
        ("with a sign for yuan", "¥1299", "1299.00"),
        ("with thousands", "1,234,567.80", "1234567.80"),
        ("a refund is negative", "-20.5", "-20.50"),
        ("a float written out", "58.680000000000007", "58.68"),
        ("half a fen is a fen", "201.125", "201.13"),
        ("less than half is none", "201.1249", "201.12"),
    ],
)
def test_amount(_case: str, cell: str, said: str) -> None:
    assert str(cells.amount(cell)) == str(Decimal(said))


@pytest.mark.parametrize("cell", ["", "NULL", "--", '=""'])
def test_an_empty_amount_or_quantity_is_not_said(cell: str) -> None:
    assert cells.amount(cell) is None
    assert cells.quantity(cell) is None


@pytest.mark.parametrize(
    ("_case", "cell", "said"),
    [("digits", "12", 12), ("as a float", "2.0", 2), ("with a unit", "3 件", 3), ("none", "0", 0)],
)
def test_quantity(_case: str, cell: str, said: int) -> None:
    assert cells.quantity(cell) == said


@pytest.mark.parametrize(
    ("_case", "read", "cell", "code"),
    [
        ("a thirteenth month", cells.moment, "2020-13-01 00:00:00", "bad_date"),
        ("an American date", cells.moment, "5/23/2016 22:02", "bad_date"),
        ("a year nobody means", cells.moment, "2220-01-01", "bad_date"),
        ("words", cells.moment, "昨天", "bad_date"),
        ("words for yuan", cells.amount, "免费", "bad_amount"),
        ("a comma that separates no thousands", cells.amount, "1,5", "bad_amount"),
        ("not a number", cells.amount, "Infinity", "bad_amount"),
        ("in scientific notation", cells.amount, "1.2E+03", "bad_amount"),
        ("more than a database column holds", cells.amount, "99999999999", "bad_amount"),
        ("more than it holds once it is rounded", cells.amount, "9999999999.999", "bad_amount"),
        ("half a piece", cells.quantity, "1.5", "bad_quantity"),
        ("a negative number of pieces", cells.quantity, "-1", "bad_quantity"),
        ("a state of some other platform", state, "待发货", "unknown_state"),
    ],
)
def test_what_cannot_be_read_is_refused(_case: str, read: Callable[[str], Any], cell: str, code: str) -> None:
    with pytest.raises(cells.Bad) as bad:
        read(cell)
    assert bad.value.code == code


@pytest.mark.parametrize("cell", ["买家已付款，等待卖家发货", "买家已付款,等待卖家发货 ", "'买家已付款 等待卖家发货"])
def test_a_state_is_known_however_it_is_punctuated(cell: str) -> None:
    assert state(cell) is Progress.PAID


def test_brackets_of_a_state_may_be_of_either_width() -> None:
    assert state("已发货（部分）") is Progress.PART_SHIPPED


def test_an_empty_state_says_nothing() -> None:
    assert state(" -") is None
