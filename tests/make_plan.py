"""The handbook's own year, April to December, drawn up through the operations: two ways, standing plan and by hand."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from channels.models import ListPrice, Product, Shop
from channels.states import Mode
from opsdesk.actor import SYSTEM
from opsdesk.console import reference_claims, reference_plans, reference_promotions
from promotions.models import BrandEvent, ProductTag, StandingOffer, StandingTarget, YearPlan
from promotions.operations import drafting, plans, templates
from promotions.operations.drafting import EventDraft, OfferDraft
from tests import make

FOLDER = Path(reference_plans.__file__).with_name("data")
DATA = FOLDER / "promotions_plan.json"
AT = make.at("2027-01-20 10:00")
LONG_AGO = make.LONG_AGO
THEMES = {
    4: "春暖花开，焕新热水生活",
    5: "五月感恩，给爸妈换台好热水器",
    6: "夏日速热，即开即洗",
    7: "暑期安心洗，孩子放假我放心",
    8: "清凉八月，节能正当时",
    9: "店庆九周年，谢谢一路有您",
    10: "金秋国庆，全家暖一夏不如暖一冬",
    11: "双11不等抢，三天到家装好",
    12: "双12年终答谢，暖冬到家",
}
FESTIVALS = {9: "anniversary", 10: "national_day", 11: "double_11", 12: "double_12"}
ORDINARY = {"tmall-flagship": 800, "tmall-spec": 500, "jd-pop": 800, "suning-pop": 150, "gome-pop": 100, "tb-dis": 50}
FESTIVE = {"tmall-flagship": 1600, "tmall-spec": 900, "jd-pop": 1500, "suning-pop": 250, "gome-pop": 150, "tb-dis": 100}
D = Decimal


def rules() -> None:
    """The figures of the handbook, as the product is delivered with them."""
    reference_plans.load(json.loads(DATA.read_text(encoding="utf-8")))
    for code in ("tmall", "taobao"):
        make.platform(code)
    reference_claims.load(json.loads((FOLDER / "claims.json").read_text(encoding="utf-8")))
    reference_promotions.load(json.loads((FOLDER / "promotions.json").read_text(encoding="utf-8")))


def shops() -> dict[str, Shop]:
    return {
        shop.code: shop
        for shop in (
            make.shop("tmall-flagship", on="tmall"),
            make.shop("tmall-spec", on="tmall", mode=Mode.SPECIALITY),
            make.shop("jd-pop", on="jd", mode=Mode.POP),
            make.shop("suning-pop", on="suning", mode=Mode.POP),
            make.shop("gome-pop", on="gome", mode=Mode.POP),
            make.shop("tb-dis", on="taobao", mode=Mode.DISTRIBUTION),
        )
    }


def model(code: str, list_yuan: int, *, tag: str = "", **fields: object) -> Product:
    row = make.product(code, **fields)
    ListPrice.objects.create(product=row, price_yuan=D(list_yuan), valid_from=LONG_AGO)
    if tag:
        ProductTag.objects.create(product=row, tag=tag, valid_from=LONG_AGO)
    return row


def models() -> dict[str, Product]:
    made = [model("H1", 2999, tag="hero"), model("C1", 1999), model("T1", 1599, tag="tail")]
    made += [model(f"F{n}", 2000 + 100 * n) for n in range(1, 5)]
    made.append(model("N1", 3999, launched_on=date(2027, 6, 9)))
    return {row.code: row for row in made}


def offers(month: int, held: dict[str, Product], where: dict[str, Shop]) -> list[OfferDraft]:
    """What a brand day of the handbook offers; festivals offer more."""
    big = month in FESTIVALS
    every = tuple(shop.pk for shop in where.values())
    jd, flash = where["jd-pop"].pk, tuple(where[code].pk for code in ("tmall-spec", "jd-pop", "suning-pop", "gome-pop"))
    cash = 500 if big else 200
    day = date(2027, month, 9)
    rows = [
        OfferDraft("hero", every, held["H1"].pk, price_yuan=D(2619), quota=300, stock_need=300),
        OfferDraft("cut", every, held["C1"].pk, price_yuan=D(1919), quota=200, stock_need=200),
        OfferDraft("tail", every, held["T1"].pk, price_yuan=D(999), quota=30, stock_need=30),
        OfferDraft("trial", (jd,), held["H1"].pk, price_yuan=D(0), quota=2, stock_need=2),
        OfferDraft("cashback", every, amount_yuan=D(20), quota=cash, budget_yuan=D(20 * cash)),
        OfferDraft("show_order", (jd,), amount_yuan=D(20), quota=100, budget_yuan=D(2000)),
        OfferDraft(
            "coupon", every, held["C1"].pk, amount_yuan=D(30), quota=100, budget_yuan=D(3000),
            given_out_on=day - timedelta(days=3),
        ),
        OfferDraft("phone", every, amount_yuan=D(10), quota=100, budget_yuan=D(1000)),
        OfferDraft("draw", every, amount_yuan=D(100), quota=10, budget_yuan=D(1000)),
        OfferDraft("quick_gift", every, amount_yuan=D(30), quota=50, budget_yuan=D(1500)),
        OfferDraft("auction", (jd,), amount_yuan=D(100), quota=4, budget_yuan=D(400)),
    ]  # fmt: skip
    rows[0] = replace(rows[0], shop_ids=tuple(pk for pk in every if pk != jd))  # at JD it is tried for free
    for n in range(1, 5 if big else 3):
        price = D(1000 + 50 * n)
        rows.append(OfferDraft("flash", flash, held[f"F{n}"].pk, price_yuan=price, quota=20, stock_need=20))
    if month == 6:
        rows.append(OfferDraft("launch", every, held["N1"].pk, price_yuan=D(3699), quota=50, stock_need=60))
    return rows


def event_draft(month: int, *, year: int = 2027) -> EventDraft:
    festival = FESTIVALS.get(month, "")
    return EventDraft(
        name=f"{month}月品牌日",
        theme=THEMES[month],
        starts_on=date(year, month, 9),
        extra_days=1 if month == 12 else 0,
        extended_because="覆盖12月12日双12" if month == 12 else "",
        festival=festival,
        own_application=bool(festival),
        application="四大节点单独申请：会场报名、主推机型和加备货" if festival else "",
        budget_yuan=D(40000) if festival else D(26000),
    )


def year(*, by=SYSTEM, at: datetime = AT, months: range = range(4, 13)) -> YearPlan:
    """The whole year as a draft: the ordinary months and the festivals, one by one."""
    rules()
    where, held = shops(), models()
    plan = plans.begin(plans.Draft(2027, D(60000000), D(30000000), D(600000), D(300000)), by=by, at=at)
    for month in months:
        event = drafting.add_event(plan.pk, event_draft(month), by=by, at=at)
        drafting.write_offers(event, offers(month, held, where))
        targets = FESTIVE if month in FESTIVALS else ORDINARY
        drafting.set_targets(event.pk, {where[code].pk: D(t * 1000) for code, t in targets.items()}, by=by, at=at)
    return plan


def standing() -> None:
    """The standing plan: what every ordinary brand day offers."""
    where, held = shops(), models()
    for code, target in ORDINARY.items():
        StandingTarget.objects.create(shop=where[code], target_yuan=D(target * 1000), valid_from=LONG_AGO)
    rows = [
        ("hero", "H1", "0.86", None, 300, 0, 300, None), ("cut", "C1", "0.92", None, 200, 0, 200, None),
        ("flash", "F1", "0.50", None, 20, 0, 20, None), ("flash", "F2", "0.50", None, 20, 0, 20, None),
        ("cashback", None, None, 20, 200, 4000, 0, None), ("coupon", "C1", None, 30, 100, 3000, 0, None),
        ("draw", None, None, 100, 10, 1000, 0, None), ("quick_gift", None, None, 30, 50, 1500, 0, None),
        ("auction", None, None, 100, 4, 400, 0, 1), ("show_order", None, None, 20, 100, 2000, 0, 1),
    ]  # fmt: skip
    for kind, code, share, amount, quota, budget, stock, most in rows:
        StandingOffer.objects.create(
            kind=kind, product=held[code] if code else None, list_share=D(share) if share else None,
            amount_yuan=amount, quota=quota, budget_yuan=budget, stock_need=stock, most_shops=most,
            valid_from=LONG_AGO,
        )  # fmt: skip


def generated(*, by=SYSTEM, at: datetime = AT) -> list[BrandEvent]:
    rules()
    standing()
    plan = plans.begin(plans.Draft(2027, D(60000000), D(30000000), D(600000), D(300000)), by=by, at=at)
    return templates.generate(plan.pk, by=by, at=at)
