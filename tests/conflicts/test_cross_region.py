"""CH-6, CF-12, CF-13: sales outside the seller's territory, and machines installed elsewhere than sold."""

import pytest

from channels.models import Authorisation
from orders.models import Line
from tests import make, make_signals
from tests.make import AT
from tests.make_signals import DAY, bought, codes, dealer, found, given_back, look, outlet


@pytest.fixture(autouse=True)
def rules(db):
    make_signals.figures()


def agent(*territories: str):
    shop = outlet()
    for code in territories:
        make.territory(shop.operator, code, "sales")
    return shop


CASES = (
    ("inside its county", ("440106",), "440106", None),
    ("inside its city", ("4401",), "440106", None),
    ("another county of the city: next door", ("440106",), "440103", ("C1", "0.500")),
    ("another city of the province", ("4401",), "440305", ("C1", "0.700")),
    ("another province", ("4401",), "330106", ("C1", "0.800")),
)


@pytest.mark.parametrize(("territories", "region", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_ch_6_cf_12_cf_13_a_sale_outside_the_territory(territories, region, expected):
    order = bought("1", agent(*territories), region=region)
    assert look("sales", order.pk).looked == 1
    got = [(signal.act, f"{signal.confidence}", signal.order, signal.partner.code) for signal in found("cross_region")]
    assert got == ([] if expected is None else [(*expected, order, "agent")])


def test_ch_6_cf_13_somebody_elses_territory_counts_more():
    make.territory(make.partner("hz"), "3301", "sales")
    look("sales", bought("1", agent("4401"), region="330106").pk)
    [signal] = found("cross_region")
    assert (f"{signal.confidence}", signal.facts["others"]) == ("0.900", ["伙伴hz"])


def test_ch_5_ch_6_cf_13_a_place_of_the_partner_above_is_a_matter_within_the_house():
    city = make.partner("city")
    make.partner("agent", above=city)
    make.territory(city, "4401", "sales")
    look("sales", bought("1", agent("440106"), region="440103").pk)
    assert found("cross_region") == []


def test_ch_6_cf_13_a_customer_who_lives_inside_speaks_against_it():
    shop = agent("4401")
    bought("0", make.shop(), region="440106")
    look("sales", bought("1", shop, region="330106").pk)
    assert found("cross_region") == []


def test_ch_4_cf_13_an_online_shop_with_a_certificate_sells_everywhere():
    online = dealer("agent")
    make.territory(online.operator, "4401", "sales")
    order = bought("1", online, region="330106")
    assert (look("sales", order.pk).looked, found("cross_region")) == (1, [])
    Authorisation.objects.update(valid_to=AT.date())
    look("sales", order.pk)
    assert [signal.order for signal in found("cross_region")] == [order]


def test_ch_4_cf_13_a_certificate_for_a_region_lets_an_outlet_sell_there():
    shop = agent("4401")
    make.region("3301", "杭州市", "浙江省 杭州市")
    Authorisation.objects.create(number="C9", partner=shop.operator, region_id="3301", valid_from=make.LONG_AGO)
    look("sales", bought("1", shop, region="330106").pk)
    assert found("cross_region") == []


@pytest.mark.parametrize(
    ("territories", "region", "why"),
    [
        ((), "330106", "no_territory"),
        (("4401",), "", "region_unknown"),
        (("440106",), "4401", "region_too_coarse"),
    ],
)
def test_ch_6_cf_13_where_nobody_can_say_it_is_said_so(territories, region, why):
    order = bought("1", agent(*territories), region=region)
    tally = look("sales", order.pk)
    assert (tally.looked, tally.unlooked, found("cross_region")) == (0, {why: [order.pk]}, [])


def machine(*, sold_in: str = "440106", installed_in: str = "330106", phone: str = "13900002222"):
    """A machine that an agent of Guangzhou sold with order 1, installed for order 2."""
    first = bought("1", agent("4401"), region=sold_in)
    Line.objects.filter(order=first).update(serial_number="SN1")
    second = bought("2", dealer("hz"), region=installed_in, receiver_phone=phone, receiver_name="李雷")
    done = {"state": "done", "done_at": AT + 5 * DAY, "serial_number": "SN1"}
    return first, make_signals.job(second, second.shop.operator, **done)


def test_cf_12_cf_13_a_machine_installed_elsewhere_than_sold():
    first, job = machine()
    look("machines", job.pk)
    [signal] = found("cross_region")
    assert (signal.act, signal.job, signal.first_order, signal.partner.code) == ("C1", job, first, "agent")
    assert (f"{signal.confidence}", codes(signal.parts)) == (
        "0.900",
        ["serial_elsewhere", "serial_other_partner", "other_province"],
    )


def test_cf_13_a_machine_of_an_exchange_or_of_the_same_customer_is_none():
    first, job = machine()
    given_back(first, kind="exchange")
    look("machines", job.pk)
    [signal] = found("cross_region")
    assert codes(signal.against) == ["exchanged"]  # 0.50: just enough to be looked at
    type(first).objects.update(customer=first.customer)
    look("machines", job.pk)
    assert found("cross_region") == []


def test_cf_13_a_machine_installed_where_it_was_sold_is_none():
    _first, job = machine(installed_in="440103")
    look("machines", job.pk)
    assert found("cross_region") == []


def test_cf_13_an_unknown_serial_number_cannot_be_looked_at():
    order = bought("1")
    done = {"state": "done", "done_at": AT + DAY, "serial_number": "SN9"}
    job = make_signals.job(order, make.partner("gz"), **done)
    assert look("machines", job.pk).unlooked == {"serial_unknown": [job.pk]}
