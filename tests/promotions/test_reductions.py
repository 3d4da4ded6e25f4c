"""PR-10, PR-11, PR-12, FI-3: what an approved brand day takes off, from when until when; what staff ask for by hand."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from channels.models import Product, Shop
from opsdesk.actor import SYSTEM
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed
from promotions.models import EventOffer, OfferShop, PriceCut
from promotions.operations import events, live, reductions
from promotions.queries.cuts import Cuts, around
from tests import make
from tests.make import at
from tests.promotions.test_plans import approved, of_month, office, run, somebody, submitted

pytestmark = pytest.mark.django_db


def net(shop: str, model: str, yuan: int, when: str) -> D:
    """What a customer pays in a shop for a model shown at a price."""
    moment = at(when)
    cuts = Cuts.over(moment, moment)
    return cuts.net(Shop.objects.get(code=shop).pk, Product.objects.get(code=model).pk, D(yuan), moment).yuan


def why(shop: str, model: str, yuan: int, when: str) -> list[tuple[str, D, str]]:
    """What was considered of April's brand day."""
    found = around(Shop.objects.get(code=shop).pk, Product.objects.get(code=model).pk, D(yuan), at(when))
    april = [one for one in found.considered if one.cut.starts_at == at("2027-04-09 00:00")]
    return sorted((one.cut.kind, one.yuan, one.why) for one in april)


def test_pr_10_pr_11_pr_12_approval_makes_the_reductions_of_the_event_for_its_days_in_its_shops():
    approved()
    event = of_month(4)
    rows = PriceCut.objects.filter(starts_at=at("2027-04-09 00:00")).order_by("pk")
    assert {(row.kind, row.amount_yuan, row.state, row.ends_at) for row in rows} == {
        ("coupon", D(30), "agreed", at("2027-04-12 00:00")),
        ("phone", D(10), "agreed", at("2027-04-12 00:00")),
        ("gift", D(30), "agreed", at("2027-04-12 00:00")),
    }
    assert rows.count() == 3 * 6, "a row per offer and shop"
    assert set(rows.filter(kind="coupon").values_list("handed_out_at", flat=True)) == {at("2027-04-06 00:00")}
    assert {row.source for row in rows.filter(kind="phone")} == {
        f"promotions.eventoffer:{event.offers.get(kind='phone').pk}"
    }
    assert not PriceCut.objects.filter(starts_at__gte=at("2027-09-01 00:00")).exists(), "no festival yet"


def test_pr_10_a_coupon_handed_out_before_the_event_is_taken_off_inside_it_only():
    approved()
    assert net("jd-pop", "C1", 1919, "2027-04-08 23:59:59") == D("1919.00")
    assert net("jd-pop", "C1", 1919, "2027-04-09 00:00") == D("1849.00")
    assert net("jd-pop", "C1", 1919, "2027-04-11 23:59:59") == D("1849.00")
    assert net("jd-pop", "C1", 1919, "2027-04-12 00:00") == D("1919.00")
    assert net("tmall-flagship", "H1", 2619, "2027-04-10 12:00") == D("2579.00"), "the coupon is another model's"
    assert why("jd-pop", "C1", 1919, "2027-04-07 12:00") == [
        ("coupon", D("30.00"), "handed_out"),
        ("gift", D("30.00"), "not_yet"),
        ("phone", D("10.00"), "not_yet"),
    ]


def test_pr_5_pr_13_nothing_comes_on_top_of_half_price_and_end_of_line():
    approved()
    assert net("jd-pop", "F1", 1050, "2027-04-10 12:00") == D("1050.00")
    assert net("jd-pop", "T1", 999, "2027-04-10 12:00") == D("999.00")
    assert net("tmall-flagship", "F1", 2100, "2027-04-10 12:00") == D("2060.00"), "not at half price there"
    assert [row[2] for row in why("jd-pop", "F1", 1050, "2027-04-10 12:00")] == ["not_combined", "not_combined"]


def test_pr_19_stopped_the_reductions_hold_no_longer_and_what_was_sold_before_keeps_them():
    approved()
    run("2027-04-09 00:00")
    stopped_at = at("2027-04-10 10:30")
    events.stop(of_month(4).pk, reason="价格录错", by=somebody("ecommerce_head"), at=stopped_at)
    assert net("jd-pop", "C1", 1919, "2027-04-10 10:29:59") == D("1849.00")
    assert net("jd-pop", "C1", 1919, "2027-04-10 10:30") == D("1919.00")
    told = Event.objects.filter(action="pricecut.end")
    assert (told.count(), {event.facts["reason"] for event in told}) == (18, {"价格录错"})
    assert net("jd-pop", "C1", 1919, "2027-05-10 12:00") == D("1849.00"), "the next brand day is not touched"


def test_pr_19_stopped_before_it_began_its_coupons_never_hold():
    approved()
    events.stop(of_month(4).pk, reason="取消", by=somebody("ecommerce_head"), at=at("2027-04-07 09:00"))
    assert net("jd-pop", "C1", 1919, "2027-04-09 00:00") == D("1919.00")
    assert {row[2] for row in why("jd-pop", "C1", 1919, "2027-04-09 00:00")} == {"over"}


def test_pr_1_extended_the_reductions_hold_on():
    approved()
    run("2027-04-09 00:00")
    moment = at("2027-04-11 12:00")
    events.extend(of_month(4).pk, days=2, reason="物流延误", by=somebody("promotion_planner"), at=moment)
    assert net("jd-pop", "C1", 1919, "2027-04-13 23:59:59") == D("1849.00")
    assert net("jd-pop", "C1", 1919, "2027-04-14 00:00") == D("1919.00")
    assert PriceCut.objects.filter(source_id=of_month(4).offers.get(kind="coupon").pk).count() == 6


def test_pr_10_announced_again_nothing_is_doubled_and_a_start_makes_up_for_what_is_missing():
    approved()
    april = PriceCut.objects.filter(starts_at=at("2027-04-09 00:00"))
    told = Event.objects.filter(action__startswith="pricecut.").count()
    live.reduce_many([of_month(4)], by=SYSTEM, at=at("2027-04-08 12:00"))
    assert (april.count(), Event.objects.filter(action__startswith="pricecut.").count()) == (18, told)
    april.delete()  # approved before reductions were kept
    run("2027-04-09 00:00")
    assert april.count() == 18


def test_ds_11_a_cross_shop_reduction_counts_from_the_price_shown():
    plan = submitted()
    offer = EventOffer.objects.create(
        event=of_month(4), kind="cross_shop", amount_yuan=D(20), per_yuan=D(300), quota=10, budget_yuan=D(200)
    )
    OfferShop.objects.create(offer=offer, shop=Shop.objects.get(code="jd-pop"))
    for role in ("ecommerce_head", "general_manager"):
        approvals.sign(Approval.objects.get(subject_id=plan.pk).pk, by=somebody(role), at=at("2027-01-20 10:00"))
    assert net("jd-pop", "C1", 1919, "2027-04-10 12:00") == D("1729.00"), "six times 20, and 70"
    assert net("tmall-flagship", "C1", 1919, "2027-04-10 12:00") == D("1849.00")
    assert ("cross_shop", D("20.00"), "other_shop") in why("tmall-flagship", "C1", 1919, "2027-04-10 12:00")


def drawn_up(yuan: str, **fields: object) -> PriceCut:
    span = {"starts_at": at("2027-03-01 00:00"), "ends_at": at("2027-03-08 00:00")}
    return PriceCut(**({"kind": "coupon", "name": "店铺券", "amount_yuan": D(yuan)} | span | fields))


def desk() -> None:
    """Roles, limits as the product is delivered with them, a shop and a model."""
    import json

    from opsdesk.console import reference

    office()
    data = json.loads(reference._FOLDER.joinpath("promotions.json").read_text(encoding="utf-8"))
    reference._limits({name: data[name] for name in ("limits", "second_signatures")})
    make.shop()
    make.product("M1")


def test_fi_3_within_the_own_limit_a_reduction_or_gift_holds_at_once():
    desk()
    planner, moment = somebody("promotion_planner"), at("2027-02-20 10:00")
    cut = reductions.ask(drawn_up("50"), reason="清仓", by=planner, at=moment)
    gift = reductions.ask(drawn_up("30", kind="gift", name="花洒"), reason="抢购送礼", by=planner, at=moment)
    assert (cut.state, gift.state) == ("agreed", "agreed")
    assert net("flagship", "M1", 1999, "2027-03-01 00:00") == D("1919.00")
    assert set(Approval.objects.values_list("kind", "state")) == {("reduction", "granted"), ("gift", "granted")}


def test_fi_3_above_it_the_next_level_signs_and_until_then_it_takes_nothing_off():
    desk()
    planner, head, moment = somebody("promotion_planner"), somebody("ecommerce_head"), at("2027-02-20 10:00")
    cut = reductions.ask(drawn_up("50.01"), reason="清仓", by=planner, at=moment)
    assert cut.state == "asked"
    assert net("flagship", "M1", 1999, "2027-03-02 00:00") == D("1999.00")
    with pytest.raises(NotAllowed):
        approvals.sign(Approval.objects.get().pk, by=planner, at=moment)
    approvals.sign(Approval.objects.get().pk, by=head, at=moment)
    assert PriceCut.objects.get().state == "agreed"
    assert net("flagship", "M1", 1999, "2027-03-02 00:00") == D("1948.99")


def test_fi_3_refused_it_never_holds_and_without_right_or_sense_it_is_not_asked_for():
    desk()
    planner, moment = somebody("promotion_planner"), at("2027-02-20 10:00")
    cut = reductions.ask(drawn_up("400"), reason="清仓", by=planner, at=moment)
    approvals.refuse(Approval.objects.get().pk, reason="低于限价", by=somebody("ecommerce_head"), at=moment)
    assert PriceCut.objects.get().state == "refused"
    assert net("flagship", "M1", 1999, "2027-03-02 00:00") == D("1999.00")
    with pytest.raises(NotAllowed):
        reductions.ask(drawn_up("10"), reason="清仓", by=somebody("warehouse"), at=moment)
    with pytest.raises(reductions.CutSpan):
        reductions.ask(drawn_up("10", ends_at=at("2027-03-01 00:00")), reason="清仓", by=planner, at=moment)
    with pytest.raises(reductions.CutRefused):
        reductions.ask(drawn_up("-1"), reason="清仓", by=planner, at=moment)
    assert list(PriceCut.objects.values_list("pk", flat=True)) == [cut.pk]


def test_pr_10_a_reduction_entered_by_hand_is_ended_early_with_the_reason_one_of_a_brand_day_is_not():
    desk()
    planner, moment = somebody("promotion_planner"), at("2027-03-03 10:00")
    cut = reductions.ask(drawn_up("50"), reason="清仓", by=planner, at=at("2027-02-20 10:00"))
    with pytest.raises(reductions.ReasonMissing):
        reductions.end(cut.pk, reason=" ", by=planner, at=moment)
    reductions.end(cut.pk, reason="库存已清", by=planner, at=moment)
    assert net("flagship", "M1", 1999, "2027-03-03 09:59:59") == D("1949.00")
    assert net("flagship", "M1", 1999, "2027-03-03 10:00") == D("1999.00")
    with pytest.raises(reductions.CutOver):
        reductions.end(cut.pk, reason="再次", by=planner, at=moment)
    PriceCut.objects.filter(pk=cut.pk).update(
        source_type="promotions.eventoffer", source_id=1, ends_at=moment + timedelta(days=1)
    )
    with pytest.raises(reductions.EndsWithEvent):
        reductions.end(cut.pk, reason="停", by=planner, at=moment)
