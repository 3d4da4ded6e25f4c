"""DS-9: a shop that lives mainly on multi-mode models gets more support: computed from its sales, shown, granted."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D

import pytest

from channels.connectors.base import PlatformLine
from channels.models import Listing
from opsdesk.console import reference, reference_supports
from promotions.models import MoreSupport, ProductTag, SupportApplication, SupportPolicy
from promotions.operations import supports
from promotions.queries import multimode
from promotions.queries import supports as queries
from promotions.rules import supports as rule
from tests import make
from tests.make import AT
from tests.promotions.test_supports import START, asked, distributor, invoice, office_of, somebody
from tests.promotions.test_supports import _terms as _terms  # the fixture of approvals and limits

pytestmark = pytest.mark.django_db
TODAY = AT.date()
TERMS = rule.Terms(
    id=5, kind="own_plan", share=D("0.300"), most_yuan=D(10000), price_share=None, days=31, at_once=1, in_all=None,
    opened_within_days=None, needs_trait="", platforms=frozenset(),
)  # fmt: skip
MORE = rule.More(7, 90, D("0.500"), D("0.100"), D(5000))


@pytest.mark.parametrize(
    ("_case", "mix", "expected"),
    [
        ("half of it", rule.Mix(D(500), D(1000), 0), (D("0.400"), D(15000), "multimode:50:50:90:0:7:10:5000")),
        ("a fen less", rule.Mix(D("499.99"), D(1000), 2), (D("0.300"), D(10000), "multimode_less:49.9:50:90:2")),
        ("nothing sold", rule.Mix(D(0), D(0), 3), (D("0.300"), D(10000), "multimode_unknown:90:3")),
        ("nothing but those", rule.Mix(D(9), D(9), 0), (D("0.400"), D(15000), "multimode:100:50:90:0:7:10:5000")),
    ],
)  # fmt: skip
def test_ds_9_the_terms_of_a_shop_follow_its_share_of_multi_mode_models(_case, mix, expected):
    terms, [because] = rule.with_more(TERMS, MORE, mix)
    assert (terms.share, terms.most_yuan, because) == expected


def test_ds_9_no_more_than_all_of_it_and_only_what_the_policy_limits():
    mix = rule.Mix(D(1), D(1), 0)
    assert rule.with_more(replace(TERMS, share=D("0.950")), MORE, mix)[0].share == 1
    priced = replace(TERMS, share=None, most_yuan=None, price_share=D("0.95"))
    assert rule.with_more(priced, MORE, mix)[0] == priced
    assert rule.with_more(TERMS, None, None) == (TERMS, ())


def models() -> None:
    """DM is a multi-mode model until yesterday, DSF is none, and somebody has mapped the items of both."""
    multi = make.product("DM510-40")
    ProductTag.objects.create(product=multi, tag="multimode", valid_from=make.LONG_AGO, valid_to=TODAY)
    Listing.objects.filter(title="DM").update(product=multi)
    Listing.objects.filter(title="DSF").update(product=make.product("DSF320-85"))


def sold(shop, number: str, title: str, yuan: str, ago: int, **fields: object) -> None:
    when = AT - timedelta(days=ago)
    line = PlatformLine(key=title, title=title, quantity=1, price_yuan=D(yuan), paid_yuan=D(yuan))
    amounts = {"paid_yuan": D(yuan), "total_yuan": D(yuan)}
    make.order(number, where=shop, ordered_at=when, paid_at=when, lines=(line,), **{**amounts, **fields})


def sales(shop) -> None:
    sold(shop, "1", "DM", "3000.00", 5)
    sold(shop, "2", "DSF", "2000.00", 10)
    sold(shop, "3", "DM", "4000.00", 90, refunded_yuan=D("1000.00"))
    sold(shop, "4", "DM", "9000.00", 91)
    sold(shop, "5", "DM", "9000.00", 0)
    sold(shop, "6", "DSF", "9000.00", 20, refunded_yuan=D("9000.00"))
    sold(shop, "7", "unknown", "9000.00", 20)
    sold(make.shop("other"), "8", "DSF", "9000.00", 5)
    models()


def test_ds_9_the_share_is_of_what_was_paid_and_kept_in_the_window_and_says_what_it_could_not_see():
    shop = distributor()
    sales(shop)
    mix = multimode.mix_of(shop, until=TODAY, days=90)
    assert (mix.multimode_yuan, mix.sales_yuan, mix.unlooked, mix.share) == (D(6000), D(8000), 1, D("0.750"))
    ProductTag.objects.update(valid_to=TODAY - timedelta(days=7))
    assert multimode.mix_of(shop, until=TODAY, days=90).multimode_yuan == D(3000), "marked on the day of the sale"
    assert multimode.mix_of(shop, until=make.LONG_AGO, days=90).share is None


def more(**fields: object) -> None:
    SupportPolicy.objects.create(
        kind="own_plan", share=D("0.300"), most_yuan=D("1000.00"), days=31, valid_from=make.LONG_AGO
    )
    usual = {"kind": "own_plan", "days": 90, "least_share": D("0.700"), "more_share": D("0.100")}
    MoreSupport.objects.create(**{**usual, "more_yuan": D("500.00"), "valid_from": make.LONG_AGO, **fields})


def granted(shop, cost: str) -> SupportApplication:
    wish = asked(kind="own_plan", days=7, cost_yuan=D(cost))
    application = supports.ask(shop.pk, wish, proofs=[invoice()], by=office_of(), at=AT)
    planner = somebody("sun", "promotion_planner")
    return supports.verify(application.pk, cost_yuan=D(cost), by=planner, at=AT + timedelta(days=3))


@pytest.mark.parametrize(
    ("_case", "cost", "fields", "expected"),
    [
        ("ten points more", "2000.00", {}, "800.00"),
        ("and a higher limit", "9000.00", {}, "1500.00"),
        ("not below the threshold", "2000.00", {"least_share": D("0.751")}, "600.00"),
        ("not before the row is in force", "2000.00", {"valid_from": START + timedelta(days=1)}, "600.00"),
    ],
)
def test_ds_9_a_multi_mode_shop_is_granted_more_and_the_application_says_why(_case, cost, fields, expected):
    shop = distributor()
    sales(shop)
    more(**fields)
    application = granted(shop, cost)
    assert application.granted_yuan == D(expected)
    told = [because.partition(":")[0] for because in application.because]
    assert told == {"800.00": ["policy", "multimode"], "1500.00": ["policy", "multimode"]}.get(
        expected, ["policy", "multimode_less"] if "least_share" in fields else ["policy"]
    )
    assert "75 %" in queries.why(application.because[-1]) or len(told) == 1


def test_ds_9_the_page_of_the_shop_shows_the_terms_that_hold_for_it(client):
    shop = distributor()
    sales(shop)
    more()
    [left] = [one for one in queries.left_of(shop, at=AT) if one.kind == "own_plan"]
    assert (left.terms.share, left.terms.most_yuan, left.answer.may) == (D("0.400"), D("1500.00"), True)
    assert "75 %" in left.reasons[1]
    client.force_login(make.in_role("office-d1", "partner_office", partner="d1"))
    assert "0.400" not in client.get(f"/desk/support/shop/{shop.pk}/").content.decode(), "today nothing is sold"


def test_ds_9_the_product_is_delivered_with_a_threshold_and_what_is_more():
    SupportPolicy.objects.all().delete()
    reference_supports.load(json.loads((reference._FOLDER / "supports.json").read_text(encoding="utf-8")))
    rows = MoreSupport.objects.order_by("kind").values_list("kind", "days", "least_share", "more_share", "more_yuan")
    assert list(rows) == [
        ("incubation", 90, D("0.500"), D("0.100"), D("2000.00")),
        ("own_plan", 90, D("0.500"), D("0.100"), D("5000.00")),
    ]
