"""DS-11: sixty prices worked by hand from the handbook (sections 6 and 7), before there was code to compute them.

Unless a case says otherwise: list price 2,000 yuan since ever; a brand day from the 9th to the 11th of March 2026;
the company's own Tmall flagship; an ordinary model; Wednesday, 4 March 2026, 10:00; no grants. By hand, of 2,000:
0.70 is 1,400, 0.85 is 1,700, 0.90 is 1,800.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from promotions.rules.facts import (
    CampaignRow,
    Conditions,
    FloorFacts,
    GrantRow,
    ListPriceRow,
    PlatformPriceRow,
    ProductFacts,
    RuleRow,
    ShopFacts,
    StandingRow,
    TagRow,
)
from tests.make import at

D = Decimal
OUTSIDE = RuleRow(1, "outside", "活动外不低于标价七折", "share_of_list", D("0.70"), only=Conditions(when="outside"))
HERO = RuleRow(
    2, "campaign_hero", "爆款八五折", "share_of_list", D("0.85"), only=Conditions(when="campaign", tag="hero")
)
OTHERS = RuleRow(
    3,
    "campaign_other",
    "其他九折",
    "share_of_list",
    D("0.90"),
    only=Conditions(when="campaign", without_tags=("hero", "tail")),
)
TAIL = RuleRow(4, "tail", "尾货不低于999元", "yuan", D("999"), only=Conditions(tag="tail"))
TAOBAO = RuleRow(
    5,
    "taobao_below_tmall",
    "淘宝分销可低于天猫5%",
    "share_of_platform",
    D("0.95"),
    of_platform="tmall",
    only=Conditions(platform="taobao", mode="distribution"),
)
RULEBOOK = (OUTSIDE, HERO, OTHERS, TAIL, TAOBAO)
FLAGSHIP = ShopFacts(1, "flagship", "tmall", "flagship")
JD = ShopFacts(2, "jd-pop", "jd", "pop")
DISTRIBUTION = ShopFacts(3, "taobao-dist", "taobao", "distribution", partner=7, seller="independent")
TAOBAO_SPECIALITY = ShopFacts(4, "taobao-spec", "taobao", "speciality", partner=8, seller="independent")
OUTLET = ShopFacts(5, "outlet", "outlet", "outlet", partner=9, seller="independent", online=False)
BRAND_DAY = CampaignRow("品牌日", starts_at=at("2026-03-09 00:00"), ends_at=at("2026-03-12 00:00"))
IN, OUT = "2026-03-10 12:00", "2026-03-04 10:00"


def grant(kind: str, yuan: str, start: str, end: str, **where: Any) -> GrantRow:
    """A grant of our model for the shop that asks, unless `shop` or `product` say otherwise."""
    row = {"pk": 1, "shop": None, "product": 1} | where
    return GrantRow(kind=kind, yuan=D(yuan), starts_at=at(start), ends_at=at(end), **row)


def only(rule: RuleRow, **conditions: Any) -> RuleRow:
    return replace(rule, only=replace(rule.only, **conditions))


def flat(pk: int, code: str, yuan: str, **conditions: Any) -> RuleRow:
    return RuleRow(pk, code, code, "yuan", D(yuan), only=Conditions(**conditions))


def facts(
    shop: ShopFacts = FLAGSHIP,
    *,
    when: str = OUT,
    lists: str | tuple[ListPriceRow, ...] = "2000",
    tags: tuple[str | TagRow, ...] = (),
    tmall: str | tuple[PlatformPriceRow, ...] = "",
    series: str = "",
    **rest: Any,
) -> FloorFacts:
    """The facts of a case, from what it says differently."""
    prices = (ListPriceRow(D(lists)),) if isinstance(lists, str) and lists else lists or ()
    platform = (PlatformPriceRow("tmall", D(tmall)),) if isinstance(tmall, str) and tmall else tmall or ()
    marks = tuple(TagRow(tag) if isinstance(tag, str) else tag for tag in tags)
    product = ProductFacts(
        1, "DSF310-85", series=series, tags=marks, list_prices=tuple(prices), platform_prices=tuple(platform)
    )
    given = {"campaigns": (BRAND_DAY,), "rules": RULEBOOK} | rest
    return FloorFacts(at=at(when), shop=shop, product=product, **given)


def _case(sentence: str, floor: str | None, winner: str | None, *shop: ShopFacts, **said: Any) -> Any:
    return pytest.param(facts(*shop, **said), floor and D(floor), winner, id=sentence)


OLD_NEW = (
    ListPriceRow(D("2000"), ends_at=at("2026-03-05 00:00")),
    ListPriceRow(D("2400"), starts_at=at("2026-03-05 00:00")),
)
EXTENDED = replace(BRAND_DAY, ends_at=at("2026-03-14 00:00"))
CAMPAIGN = grant("campaign", "1600", "2026-03-09 00:00", "2026-03-12 00:00", shop=1)
FLASH = grant("flash", "1000", "2026-03-10 10:00", "2026-03-10 11:00", shop=1, pk=2)
OPENING = grant("opening", "1260", "2026-03-01 00:00", "2026-03-11 00:00", shop=3)
HERO_GRANT = grant("hero", "1805", "2026-03-01 00:00", "2026-06-01 00:00", shop=3)
HERO_OVER = TagRow("hero", ends_at=at("2026-03-10 00:00"))
OWN_ONLY = replace(OUTSIDE, binds=frozenset({"own_shop"}))
SUBSIDY = replace(OUTSIDE, binds=frozenset({"subsidy"}))
SUBSIDISED = replace(DISTRIBUTION, standings=(StandingRow("subsidy", starts_at=at("2026-03-03 00:00")),))
STRICTER = RuleRow(6, "jd_strict", "京东八折", "share_of_list", D("0.80"), only=Conditions(platform="jd"))
SAME = RuleRow(7, "same", "同为七折", "share_of_list", D("0.70"), only=Conditions(platform="tmall"))
LATER = replace(STRICTER, pk=8, code="later", only=Conditions(), starts_at=at("2026-04-01 00:00"))
ENDED = replace(STRICTER, pk=9, code="ended", only=Conditions(), ends_at=at("2026-03-04 00:00"))

OUTSIDE_CAMPAIGNS = (
    _case("pr-16: outside campaigns 70 % of list", "1400.00", "outside"),
    _case("pr-16: for a hero model, too", "1400.00", "outside", tags=("hero",)),
    _case("pr-16: in a JD POP shop as well", "1400.00", "outside", JD),
    _case("pr-16: and in an outlet", "1400.00", "outside", OUTLET),
    _case("pr-16: 70 % of 1,499 is 1,049.30", "1049.30", "outside", lists="1499"),
    _case("pr-16: 700.035 is rounded half up to 700.04", "700.04", "outside", lists="1000.05"),
    _case("pr-16: 699.993 is rounded to 699.99", "699.99", "outside", lists="999.99"),
    _case(
        "pr-16: the last second of the old list price", "1400.00", "outside", when="2026-03-04 23:59:59", lists=OLD_NEW
    ),
    _case("pr-16: the new list price from midnight", "1680.00", "outside", when="2026-03-05 00:00", lists=OLD_NEW),
    _case("pr-16: without a list price there is no share of it, so no floor", None, None, lists=""),
)
IN_CAMPAIGNS = (
    _case("pr-4: on the brand day 90 % for an ordinary model", "1800.00", "campaign_other", when=IN),
    _case("pr-4: 85 % for a hero model", "1700.00", "campaign_hero", when=IN, tags=("hero",)),
    _case("pr-4: JD goes along", "1800.00", "campaign_other", JD, when=IN),
    _case("pr-4: the second before it is outside", "1400.00", "outside", when="2026-03-08 23:59:59"),
    _case("pr-4: the first moment is inside", "1800.00", "campaign_other", when="2026-03-09 00:00"),
    _case("pr-4: the last second is inside", "1800.00", "campaign_other", when="2026-03-11 23:59:59"),
    _case("pr-4: the midnight after it is outside", "1400.00", "outside", when="2026-03-12 00:00"),
    _case(
        "pr-1: extended by two days it is still inside on the 13th",
        "1800.00",
        "campaign_other",
        when="2026-03-13 12:00",
        campaigns=(EXTENDED,),
    ),
    _case("pr-4: 85 % of 2,999 is 2,549.15", "2549.15", "campaign_hero", when=IN, tags=("hero",), lists="2999"),
    _case("pr-4: 90 % of 2,999 is 2,699.10", "2699.10", "campaign_other", when=IN, lists="2999"),
    _case("pr-4: 900.045 is rounded half up to 900.05", "900.05", "campaign_other", when=IN, lists="1000.05"),
    _case(
        "pr-4: a mark that ended on the second day no longer counts",
        "1800.00",
        "campaign_other",
        when=IN,
        tags=(HERO_OVER,),
    ),
    _case(
        "pr-4: and still counted on the first day",
        "1700.00",
        "campaign_hero",
        when="2026-03-09 12:00",
        tags=(HERO_OVER,),
    ),
    _case("pr-4: without campaign it is an ordinary day", "1400.00", "outside", when=IN, campaigns=()),
)
END_OF_LINE = (
    _case("pr-13: on the brand day end of line goes down to 999", "999.00", "tail", when=IN, tags=("tail",)),
    _case("pr-13, pr-16: outside, 70 % of 2,000 is more than 999 and holds", "1400.00", "outside", tags=("tail",)),
    _case(
        "pr-13, pr-16: outside, 70 % of 1,399 is 979.30, so 999 holds", "999.00", "tail", tags=("tail",), lists="1399"
    ),
    _case("pr-13: 999 holds without a list price, too", "999.00", "tail", tags=("tail",), lists=""),
    _case(
        "pr-13, pr-4: a hero that is end of line keeps 85 %", "1700.00", "campaign_hero", when=IN, tags=("hero", "tail")
    ),
    _case(
        "pr-13, pr-4: 85 % of 1,100 is 935, so 999 holds",
        "999.00",
        "tail",
        when=IN,
        tags=("hero", "tail"),
        lists="1100",
    ),
)
BELOW_TMALL = (
    _case(
        "ds-8: Taobao distribution 5 % below Tmall's 1,900", "1805.00", "taobao_below_tmall", DISTRIBUTION, tmall="1900"
    ),
    _case(
        "ds-8, pr-16: 95 % of 1,400 is 1,330, so 70 % of list holds", "1400.00", "outside", DISTRIBUTION, tmall="1400"
    ),
    _case(
        "ds-8, pr-4: on the brand day 90 % of list is more than 95 % of 1,800",
        "1800.00",
        "campaign_other",
        DISTRIBUTION,
        when=IN,
        tmall="1800",
    ),
    _case(
        "ds-8, pr-4: 95 % of Tmall's 1,950 is more than 90 % of list",
        "1852.50",
        "taobao_below_tmall",
        DISTRIBUTION,
        when=IN,
        tmall="1950",
    ),
    _case(
        "ds-8, pr-4: a hero at 1,750 on Tmall: 85 % of list holds",
        "1700.00",
        "campaign_hero",
        DISTRIBUTION,
        when=IN,
        tmall="1750",
        tags=("hero",),
    ),
    _case("ds-8: while Tmall's price is not known the rule says nothing", "1400.00", "outside", DISTRIBUTION),
    _case("ds-8: not for another kind of shop on Taobao", "1400.00", "outside", TAOBAO_SPECIALITY, tmall="1900"),
    _case("ds-8: not for Tmall itself", "1400.00", "outside", FLAGSHIP, tmall="1900"),
    _case(
        "ds-8: Tmall's price at that moment counts, not a later one",
        "1805.00",
        "taobao_below_tmall",
        DISTRIBUTION,
        tmall=(
            PlatformPriceRow("tmall", D("1900"), ends_at=at("2026-03-05 00:00")),
            PlatformPriceRow("tmall", D("1980"), starts_at=at("2026-03-05 00:00")),
        ),
    ),
    _case("ds-8: 95 % of 1,899 is 1,804.05", "1804.05", "taobao_below_tmall", DISTRIBUTION, tmall="1899"),
)
WITH_GRANTS = (
    _case(
        "ds-11: a campaign price opens the floor on the brand day",
        "1600.00",
        "grant:campaign:1",
        when=IN,
        grants=(CAMPAIGN,),
    ),
    _case("ds-11: and not a second after it", "1400.00", "outside", when="2026-03-12 00:00", grants=(CAMPAIGN,)),
    _case("ds-11: and not the second before it", "1400.00", "outside", when="2026-03-08 23:59:59", grants=(CAMPAIGN,)),
    _case("ds-11: not in another shop", "1800.00", "campaign_other", JD, when=IN, grants=(CAMPAIGN,)),
    _case("ds-11: not for another model", "1800.00", "campaign_other", when=IN, grants=(replace(CAMPAIGN, product=2),)),
    _case(
        "ds-11: one for all shops opens it in JD",
        "1600.00",
        "grant:campaign:1",
        JD,
        when=IN,
        grants=(replace(CAMPAIGN, shop=None),),
    ),
    _case(
        "pr-5: half price for an hour", "1000.00", "grant:flash:2", when="2026-03-10 10:30", grants=(CAMPAIGN, FLASH)
    ),
    _case(
        "pr-5: the hour over, the campaign price holds again",
        "1600.00",
        "grant:campaign:1",
        when="2026-03-10 11:00",
        grants=(CAMPAIGN, FLASH),
    ),
    _case(
        "ds-11: a grant above the floor raises nothing",
        "1400.00",
        "outside",
        grants=(grant("own_plan", "1900", "2026-03-01 00:00", "2026-04-01 00:00"),),
    ),
    _case("ds-1: ten days of opening: 10 % below 1,400", "1260.00", "grant:opening:1", DISTRIBUTION, grants=(OPENING,)),
    _case(
        "ds-1: on the eleventh day the brand day's 90 % again",
        "1800.00",
        "campaign_other",
        DISTRIBUTION,
        when="2026-03-11 00:00",
        grants=(OPENING,),
    ),
    _case(
        "ds-6: a hero of a distribution shop 5 % below its 1,900",
        "1805.00",
        "grant:hero:1",
        DISTRIBUTION,
        tmall="2000",
        grants=(HERO_GRANT,),
    ),
    _case(
        "ds-6: after three months 1,900 again",
        "1900.00",
        "taobao_below_tmall",
        DISTRIBUTION,
        when="2026-06-01 00:00",
        tmall="2000",
        grants=(HERO_GRANT,),
    ),
    _case(
        "ds-11: a grant opens nothing where no rule holds",
        None,
        None,
        lists="",
        grants=(grant("own_plan", "500", "2026-03-01 00:00", "2026-04-01 00:00"),),
    ),
    _case(
        "pr-13: a grant for end of line goes below 999",
        "899.00",
        "grant:tail:1",
        when=IN,
        tags=("tail",),
        grants=(grant("tail", "899", "2026-03-09 00:00", "2026-03-12 00:00"),),
    ),
)
WHOM_AND_WHICH = (
    _case(
        "ds-12: a rule for own shops does not bind an independent reseller", None, None, DISTRIBUTION, rules=(OWN_ONLY,)
    ),
    _case("ds-12: and binds the own shop", "1400.00", "outside", rules=(OWN_ONLY,)),
    _case("ds-12: a condition of a subsidy binds who gets one", "1400.00", "outside", SUBSIDISED, rules=(SUBSIDY,)),
    _case("ds-12: and not before he gets it", None, None, SUBSIDISED, when="2026-03-02 12:00", rules=(SUBSIDY,)),
    _case("ds-11: of two rules the higher floor wins", "1600.00", "jd_strict", JD, rules=(*RULEBOOK, STRICTER)),
    _case("ds-11: at the same floor the more special rule is named", "1400.00", "same", rules=(*RULEBOOK, SAME)),
    _case("ds-11: a rule that begins in April says nothing in March", "1400.00", "outside", rules=(*RULEBOOK, LATER)),
    _case(
        "ds-11: a planned moment in April has it", "1600.00", "later", when="2026-04-01 00:00", rules=(*RULEBOOK, LATER)
    ),
    _case("ds-11: a rule that ended today says nothing", "1400.00", "outside", rules=(*RULEBOOK, ENDED)),
    _case("ds-11: yesterday it held", "1600.00", "ended", when="2026-03-03 23:59:59", rules=(*RULEBOOK, ENDED)),
    _case("ds-11: a rule for this shop", "1500.00", "this", rules=(*RULEBOOK, flat(10, "this", "1500", shop=1))),
    _case(
        "ds-11: a rule for another partner's shops",
        "1400.00",
        "outside",
        DISTRIBUTION,
        rules=(*RULEBOOK, flat(10, "p", "1500", partner=9)),
    ),
    _case(
        "ds-11: a rule for a series",
        "1550.00",
        "series",
        series="多模",
        rules=(*RULEBOOK, flat(10, "series", "1550", series="多模")),
    ),
    _case("ds-11: a rule for another model", "1400.00", "outside", rules=(*RULEBOOK, flat(10, "m", "1500", product=2))),
)
CASES = (*OUTSIDE_CAMPAIGNS, *IN_CAMPAIGNS, *END_OF_LINE, *BELOW_TMALL, *WITH_GRANTS, *WHOM_AND_WHICH)
