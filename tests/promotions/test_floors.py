"""DS-11: what the floor is, which rules made it, and what holds whatever the rows are."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from promotions.rules.floors import change_points, floor, history
from tests.make import at
from tests.promotions.price_cases import (
    BRAND_DAY,
    CAMPAIGN,
    CASES,
    DISTRIBUTION,
    FLAGSHIP,
    FLASH,
    IN,
    JD,
    LATER,
    OLD_NEW,
    OPENING,
    RULEBOOK,
    SAME,
    STRICTER,
    facts,
    grant,
)

D = Decimal


@pytest.mark.parametrize(("known", "yuan", "winner"), CASES)
def test_ds_11_pr_4_pr_13_pr_16_ds_8_a_floor_worked_by_hand(known, yuan, winner):
    answer = floor(known)
    assert answer.yuan == yuan
    assert (answer.winner and answer.winner.code) == winner


def test_ds_11_there_are_sixty_cases_and_more():
    assert len(CASES) >= 60


def test_ds_11_the_answer_names_every_rule_and_why_it_won_or_not():
    answer = floor(facts(DISTRIBUTION, tmall="1900", grants=(replace(OPENING, yuan=D("1700")),)))
    assert [(j.code, j.yuan, j.outcome, j.why) for j in answer.judgements] == [
        ("grant:opening:1", D("1700.00"), "won", "lowest_grant"),
        ("taobao_below_tmall", D("1805.00"), "opened", "opened_by_grant"),
        ("outside", D("1400.00"), "lost", "lower"),
        ("campaign_hero", None, "idle", "outside_campaign"),
        ("campaign_other", None, "idle", "outside_campaign"),
        ("tail", None, "idle", "tag_missing"),
    ]


def test_ds_11_the_answer_says_what_it_would_be_without_each():
    answer = floor(facts(DISTRIBUTION, tmall="1900", grants=(replace(OPENING, yuan=D("1700")),)))
    assert dict(answer.without) == {
        "grant:opening:1": D("1805.00"),
        "taobao_below_tmall": D("1400.00"),
        "outside": D("1700.00"),
    }


def test_ds_11_without_the_only_rule_there_is_no_floor():
    assert floor(facts()).without == (("outside", None),)


def test_ds_11_the_floor_changes_only_at_change_points():
    known = facts(grants=(CAMPAIGN, FLASH), lists=OLD_NEW)
    assert change_points(known, at("2026-03-01 00:00"), at("2026-04-01 00:00")) == (
        at("2026-03-05 00:00"),
        at("2026-03-09 00:00"),
        at("2026-03-10 10:00"),
        at("2026-03-10 11:00"),
        at("2026-03-12 00:00"),
    )
    told = history(known, at("2026-03-01 00:00"), at("2026-04-01 00:00"))
    assert [(stretch.starts_at, stretch.floor.yuan) for stretch in told] == [
        (at("2026-03-01 00:00"), D("1400.00")),
        (at("2026-03-05 00:00"), D("1680.00")),
        (at("2026-03-09 00:00"), D("1600.00")),
        (at("2026-03-10 10:00"), D("1000.00")),
        (at("2026-03-10 11:00"), D("1600.00")),
        (at("2026-03-12 00:00"), D("1680.00")),
    ]


FIRST, LAST = at("2026-03-01 00:00"), at("2026-05-01 00:00")


def _drawn(rng: Random):
    """Random facts: shop, model, rules, campaigns and grants, all within two months."""

    def moment():
        return FIRST + timedelta(hours=rng.randrange(61 * 24))

    def span():
        start = moment()
        return {"starts_at": start, "ends_at": start + timedelta(hours=rng.randrange(1, 400))}

    grants = tuple(
        replace(CAMPAIGN, pk=n, yuan=D(rng.randrange(500, 2500)), shop=rng.choice((None, 1, 2, 3)), **span())
        for n in range(rng.randrange(5))
    )
    extra = [replace(rule, pk=20 + n, code=f"r{n}", **span()) for n, rule in enumerate((STRICTER, SAME, LATER))]
    return facts(
        rng.choice((FLAGSHIP, JD, DISTRIBUTION)),
        lists=rng.choice(("2000", "1399", "", OLD_NEW)),
        tags=tuple(rng.sample(("hero", "tail"), rng.randrange(3))),
        tmall=rng.choice(("", "1400", "1900")),
        rules=(*RULEBOOK, *rng.sample(extra, rng.randrange(4))),
        campaigns=tuple(replace(BRAND_DAY, **span()) for _ in range(rng.randrange(3))),
        grants=grants,
    ), moment


def _lower(one, other) -> bool:
    """Whether a floor is at most another; none at all is the lowest."""
    return one is None or (other is not None and one <= other)


@pytest.mark.parametrize("seed", range(60))
def test_ds_11_one_more_grant_never_raises_a_floor(seed):
    rng = Random(seed)
    known, moment = _drawn(rng)
    more = grant("own_plan", str(rng.randrange(1, 3000)), "2026-03-01 00:00", "2026-05-01 00:00", pk=99)
    for _ in range(20):
        now = replace(known, at=moment())
        assert _lower(floor(replace(now, grants=(*now.grants, more))).yuan, floor(now).yuan)


@pytest.mark.parametrize("seed", range(60))
def test_ds_11_a_row_that_did_not_win_may_go_and_the_floor_stays(seed):
    known, moment = _drawn(Random(seed))
    for _ in range(10):
        now = replace(known, at=moment())
        answer = floor(now)
        for row in answer.judgements:
            if row.outcome in ("lost", "idle"):
                rest = tuple(rule for rule in now.rules if rule.code != row.code)
                grants = tuple(one for one in now.grants if one.code != row.code)
                again = floor(replace(now, rules=rest, grants=grants))
                assert (again.yuan, again.winner) == (answer.yuan, answer.winner)
                assert row.outcome == "idle" or dict(answer.without)[row.code] == answer.yuan


@pytest.mark.parametrize("seed", range(60))
def test_ds_11_at_any_moment_the_floor_is_the_one_of_its_stretch(seed):
    known, moment = _drawn(Random(seed))
    told = history(known, FIRST, LAST)
    assert (told[0].starts_at, told[-1].ends_at) == (FIRST, LAST)
    for _ in range(20):
        now = moment()
        [stretch] = [one for one in told if one.starts_at <= now < one.ends_at]
        assert stretch.floor.yuan == floor(replace(known, at=now)).yuan


def test_ds_11_a_brand_day_price_is_right_in_its_window_and_wrong_a_minute_after():
    known = facts(grants=(CAMPAIGN,), when=IN)
    assert floor(known).allows(D("1600.00"))
    assert not floor(replace(known, at=at("2026-03-12 00:01"))).allows(D("1399.99"))
    assert floor(replace(known, at=at("2026-03-12 00:01"))).allows(D("1400.00"))
