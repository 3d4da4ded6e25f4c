"""DS-11, DS-12: the rulebook: what is refused when it is entered, how a rule is replaced, what the rows answer."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from channels.models import ListPrice, Platform
from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed
from opsdesk.people.operations import ensure_roles
from opsdesk.people.queries import actor_of
from promotions.models import CampaignWindow, LegalReview, PriceRule, ProductTag
from promotions.operations import campaigns, price_rules
from promotions.operations.price_rules import RuleRefused
from promotions.queries import floors
from promotions.rules.facts import EVERYBODY
from promotions.states.price_rule import OBJECTIONS
from tests import make
from tests.make import AT, at

pytestmark = pytest.mark.django_db
D = Decimal


def rule(code: str = "seven", figure: str = "0.70", **fields: object) -> PriceRule:
    """A rule that is not entered yet: 70 % of list for everybody, unless said otherwise."""
    values = {"kind": "share_of_list", "binds": sorted(EVERYBODY), "valid_from": make.LONG_AGO} | fields
    return PriceRule(code=code, name=code, figure=D(figure), **values)


def entered(*args: str, **fields: object) -> PriceRule:
    return price_rules.enter(rule(*args, **fields), by=SYSTEM, at=AT)


def listed(code: str = "M1", yuan: str = "2000.00", **fields: object):
    product = make.product(code, **fields)
    ListPrice.objects.create(product=product, price_yuan=D(yuan), valid_from=make.LONG_AGO)
    return product


def test_ds_11_an_entered_rule_makes_the_floor_of_any_moment_after_it():
    product = listed()
    entered(valid_from=date(2026, 3, 1))
    shop = make.shop()
    assert floors.price_floor(shop.pk, product.pk, at("2026-03-01 00:00")).yuan == D("1400.00")
    assert floors.price_floor(shop.pk, product.pk, at("2026-02-28 23:59:59")).yuan is None
    assert floors.price_floor(shop.pk, product.pk, at("2030-01-01 00:00")).yuan == D("1400.00")


def test_ds_11_replaced_it_still_answers_for_the_past():
    product, shop = listed(), make.shop()
    old = entered()
    new = price_rules.replace(old.pk, figure=D("0.80"), valid_from=date(2026, 3, 10), by=SYSTEM, at=AT)
    assert floors.price_floor(shop.pk, product.pk, at("2026-03-09 23:59:59")).yuan == D("1400.00")
    assert floors.price_floor(shop.pk, product.pk, at("2026-03-10 00:00")).yuan == D("1600.00")
    assert list(PriceRule.objects.order_by("pk").values_list("pk", "valid_to")) == [
        (old.pk, date(2026, 3, 10)),
        (new.pk, None),
    ]
    assert Event.objects.get(action="pricerule.replace").facts["new"] == "0.80"


def test_ds_11_a_rule_cannot_be_replaced_from_before_it_began_and_nothing_changes():
    old = entered(valid_from=date(2026, 4, 1))
    with pytest.raises(RuleRefused):
        price_rules.replace(old.pk, figure=D("0.80"), valid_from=date(2026, 4, 1), by=SYSTEM, at=AT)
    assert list(PriceRule.objects.values_list("figure", "valid_to")) == [(D("0.7000"), None)]


def test_ds_11_what_was_allowed_before_today_is_not_changed_by_a_replacement():
    old = entered()
    with pytest.raises(price_rules.AlreadyPast):
        price_rules.replace(old.pk, figure=D("0.80"), valid_from=date(2026, 3, 3), by=SYSTEM, at=AT)
    assert list(PriceRule.objects.values_list("figure", "valid_to")) == [(D("0.7000"), None)]


def test_ds_11_two_rows_of_a_rule_at_the_same_time_are_refused_by_the_database():
    entered()
    with pytest.raises(IntegrityError), transaction.atomic():
        rule(figure="0.80").save()


REFUSED = [
    pytest.param({"figure": "0"}, "share_out_of_range", id="a share of nothing"),
    pytest.param({"figure": "1.01"}, "share_out_of_range", id="more than the list price"),
    pytest.param({"figure": "0", "kind": "yuan"}, "amount_out_of_range", id="nothing in yuan"),
    pytest.param({"kind": "share_of_platform"}, "platform_missing", id="a share of no platform"),
    pytest.param({"of_platform": "tmall"}, "platform_not_asked", id="a platform that is not asked for"),
    pytest.param(
        {"kind": "share_of_platform", "of_platform": "tmall", "platform": "tmall"}, "share_of_itself", id="of itself"
    ),
    pytest.param({"shop": True, "platform": "jd"}, "never_platform", id="a shop on another platform"),
    pytest.param({"shop": True, "mode": "outlet"}, "never_mode", id="a shop of another kind"),
    pytest.param({"tag": "hero", "without_tags": ["hero"]}, "never_tag", id="hero and not hero"),
    pytest.param({"figure": "0.75"}, "contradicts", id="two figures for the same question"),
    pytest.param({"consequence": "fine"}, "legal_review_missing", id="ds-12: a fine for independent resellers"),
]


@pytest.mark.parametrize(("fields", "why"), REFUSED)
def test_ds_11_ds_12_a_rule_that_cannot_be_right_is_refused_when_it_is_saved(fields, why):
    entered("first")
    named = {key: make.platform(fields[key]) for key in ("of_platform", "platform") if key in fields}
    shop = {"shop": make.shop()} if fields.get("shop") else {}
    asked = rule("second", **({"figure": "0.70"} | fields | named | shop))
    with pytest.raises(RuleRefused) as refused:
        price_rules.enter(asked, by=SYSTEM, at=AT)
    assert str(OBJECTIONS[why]) in str(refused.value)
    assert PriceRule.objects.count() == 1
    with pytest.raises(ValidationError):  # and by the form of the admin, which asks the same
        asked.full_clean()


def test_ds_11_the_same_figure_twice_or_another_time_is_no_contradiction():
    entered("first", valid_to=date(2026, 1, 1))
    entered("later", "0.75", valid_from=date(2026, 1, 1))
    entered("same", "0.75", valid_from=date(2026, 1, 1))
    entered("other", "0.80", when="campaign")
    entered("own", "0.90", binds=["own_shop"], mode="flagship")
    assert PriceRule.objects.count() == 5


def test_ds_12_with_the_gm_offices_review_a_fine_may_be_entered():
    ensure_roles()
    office = actor_of(make.in_role("zhao", "gm_office", company=True), door="test")
    review = price_rules.review("fined", opinion="仅限代销", allows_fine=True, by=office, at=AT)
    assert entered("fined", consequence="fine", legal_review=review).consequence == "fine"
    assert (review.reviewed_by, review.reviewed_at) == ("zhao", AT)


@pytest.mark.parametrize(("code", "allows"), [("fined", False), ("another", True)])
def test_ds_12_a_review_that_does_not_allow_it_or_is_of_another_rule_helps_nothing(code, allows):
    review = price_rules.review(code, opinion="不同意", allows_fine=allows, by=SYSTEM, at=AT)
    with pytest.raises(RuleRefused):
        entered("fined", consequence="fine", legal_review=review)
    assert not PriceRule.objects.exists()


def test_ds_12_the_database_itself_refuses_an_unreviewed_fine():
    with pytest.raises(IntegrityError), transaction.atomic():
        rule("fined", consequence="fine").save()
    rule("own", consequence="fine", binds=["own_shop"]).save()


def test_ds_12_a_review_is_neither_changed_nor_removed():
    price_rules.review("fined", opinion="不同意", allows_fine=False, by=SYSTEM, at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        LegalReview.objects.update(allows_fine=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        LegalReview.objects.all().delete()
    assert LegalReview.objects.get().allows_fine is False


@pytest.mark.parametrize("role", ["promotion_planner", "ecommerce_head", "sales_director"])
def test_ds_12_only_the_gm_office_reviews(role):
    ensure_roles()
    other = actor_of(make.in_role("li", role, company=True), door="test")
    with pytest.raises(NotAllowed):
        price_rules.review("fined", opinion="可以", allows_fine=True, by=other, at=AT)
    assert not LegalReview.objects.exists()


def test_ds_12_an_independent_reseller_is_bound_only_by_rules_that_say_so():
    product = listed()
    entered(binds=["own_shop"])
    reseller = make.shop("dist", operator=make.partner("d1"))
    assert floors.price_floor(reseller.pk, product.pk, AT).yuan is None
    assert floors.price_floor(reseller.pk, product.pk, AT).seller == "independent"
    assert floors.price_floor(make.shop().pk, product.pk, AT).yuan == D("1400.00")


def test_pr_4_in_a_campaign_of_one_shop_the_campaigns_rule_holds_there_alone():
    product, one, other = listed(), make.shop("one"), make.shop("other")
    entered("outside", when="outside")
    entered("inside", "0.90", when="campaign")
    window = campaigns.Window("店庆", at("2026-03-09 00:00"), at("2026-03-12 00:00"), ("promotions.event", 1))
    campaigns.announce(window, shop_ids=[one.pk], by=SYSTEM, at=AT)
    campaigns.announce(window, shop_ids=[one.pk], by=SYSTEM, at=AT)
    assert CampaignWindow.objects.count() == 1
    assert floors.price_floor(one.pk, product.pk, at("2026-03-10 12:00")).yuan == D("1800.00")
    assert floors.price_floor(other.pk, product.pk, at("2026-03-10 12:00")).yuan == D("1400.00")


def test_pr_4_pr_13_the_handbooks_rules_are_there_once_and_answer():
    from opsdesk.console import reference

    reference.load()
    reference.load()
    assert list(PriceRule.objects.order_by("code").values_list("code", "figure")) == [
        ("campaign-hero", D("0.8500")),
        ("campaign-others", D("0.9000")),
        ("end-of-line", D("999.0000")),
        ("outside-campaigns", D("0.7000")),
        ("taobao-below-tmall", D("0.9500")),
    ]
    product, shop = listed("H1"), make.shop()
    ProductTag.objects.create(product=product, tag="hero", valid_from=date(2026, 3, 10))
    assert floors.price_floor(shop.pk, product.pk, at("2026-03-08 12:00")).yuan == D("1400.00")
    assert floors.price_floor(shop.pk, product.pk, at("2026-03-09 12:00")).yuan == D("1800.00")
    assert floors.price_floor(shop.pk, product.pk, at("2026-03-10 12:00")).yuan == D("1700.00")
    assert Platform.objects.get(code="tmall").name == "天猫"


def test_pr_16_a_rule_that_people_replaced_is_not_loaded_again():
    from opsdesk.console import reference

    reference.load()
    row = PriceRule.objects.get(code="outside-campaigns")
    price_rules.replace(row.pk, figure=D("0.75"), valid_from=date(2026, 3, 10), by=SYSTEM, at=AT)
    reference.load()
    rows = PriceRule.objects.filter(code="outside-campaigns").order_by("pk")
    assert list(rows.values_list("figure", flat=True)) == [D("0.7000"), D("0.7500")]
