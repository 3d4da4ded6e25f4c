"""DS-11, DS-12, CF-13: prices below their floor as the price policy found them."""

from decimal import Decimal

import pytest

from conflicts.models import Signal
from conflicts.operations import following
from opsdesk.actor import SYSTEM
from promotions.models import PriceSignal, SellerStanding
from tests import make, make_signals
from tests.make import AT
from tests.make_signals import bought, codes, dealer, found, look

D = Decimal


@pytest.fixture(autouse=True)
def rules(db):
    make_signals.figures()


def price(shop=None, *, net="1200", floor="1300", sold=False, kind="price_below_floor", state="open"):
    shop, product = shop or make.shop(), make_signals.model()
    line = bought("1", shop, paid=net).lines.get() if sold else None
    item = line.listing if line else make.listing(f"i{PriceSignal.objects.count()}", of=product, where=shop)
    return PriceSignal.objects.create(
        kind=kind, state=state, shop=shop, product=product, listing=item, line=line, price_yuan=D(net), net_yuan=D(net),
        floor_yuan=D(floor), gap_yuan=D(floor) - D(net), moment=AT, found_at=AT,
    )  # fmt: skip


CASES = (
    ("offered", {}, ["0.650", "100.00"]),
    ("really sold", {"sold": True}, ["0.800", "100.00"]),
    ("far below", {"net": "1000", "sold": True}, ["0.950", "300.00"]),
    ("a few yuan below", {"net": "1295"}, None),
    ("sold where it may not be", {"kind": "sold_where_not_allowed"}, None),
    ("put right", {"state": "gone"}, None),
    ("dismissed there", {"state": "dismissed"}, None),
)


@pytest.mark.parametrize(("fields", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_ds_11_cf_13_a_price_below_its_floor(fields, expected):
    row = price(**fields)
    look("prices", row.pk)
    got = [[f"{one.confidence}", f"{one.money_yuan}"] for one in found("below_floor")]
    assert got == ([] if expected is None else [expected])
    assert all((one.act, one.price_signal, one.shop) == ("P1", row, row.shop) for one in found("below_floor"))


def test_ds_12_cf_13_an_independent_reseller_is_never_to_be_fined():
    row = price(dealer(), sold=True)
    look("prices", row.pk)
    [signal] = found("below_floor")
    assert (signal.facts["seller"], codes(signal.against)) == ("independent", ["independent"])
    SellerStanding.objects.create(shop=row.shop, seller="agency", reason="代销", valid_from=make.LONG_AGO)
    look("prices", row.pk)
    [signal] = found("below_floor")
    assert (signal.facts["seller"], signal.against) == ("agency", [])


def test_cf_13_the_sweep_finds_prices_that_no_event_told_of_and_closes_what_was_put_right():
    row = price()
    following.follow_all_due(by=SYSTEM, at=AT)
    assert [one.price_signal for one in found("below_floor")] == [row]
    PriceSignal.objects.update(state="gone")
    following.follow_all_due(by=SYSTEM, at=AT)
    assert Signal.objects.get().state == "gone"
    PriceSignal.objects.update(state="open")
    following.follow_all_due(by=SYSTEM, at=AT)
    assert Signal.objects.get().state == "open"
