"""AS-8: what applies to a return: our policy, or the customer's stronger right, and the screen says which."""

from datetime import date

import pytest

from aftersales.rules.returns import Case, Policy, Right, decide, last_day

SIGNED = date(2026, 3, 1)
FAULT = Policy(True, "company", ("exchange", "refund"))
MIND = Policy(False, "customer", ("refund", "exchange"), contact_hours=24, post_hours=48, resellable_needed=True)
LAW = Right("七天无理由", "law", frozenset(), 7, True, ("refund",), "customer", True, "消法25", "转述")
REPAIR = Right(
    "三包15日", "law", frozenset({"quality"}), 15, True, ("exchange", "repair"), "company", False, "三包", "转述"
)
SHOP = Right("三十天无忧退", "platform", frozenset(), 30, True, ("refund",), "company", False, "平台规则", "官方")


def case(reason: str = "dislike", *, day: int = 2, hours: float | None = 20, installed: bool = False, signed=SIGNED):
    return Case(reason, date(2026, 3, day), signed, hours, installed)


def shown(decision) -> dict[str, tuple[str, str, str]]:
    return {o.remedy: (o.freight_payer, o.condition, o.right) for o in decision.options}


@pytest.mark.parametrize(
    ("_case", "facts", "policy", "rights", "expected"),
    [
        (
            "a fault: freight on us, by our policy",
            case("quality"),
            FAULT,
            [LAW, REPAIR],
            {
                "exchange": ("company", "", ""),
                "refund": ("company", "", ""),
                "repair": ("company", "", "三包15日"),
            },
        ),
        (
            "a change of mind in time: law asks less of the goods than we do",
            case(),
            MIND,
            [LAW],
            {"refund": ("customer", "intact", "七天无理由"), "exchange": ("customer", "resellable", "")},
        ),
        (
            "a change of mind after our 24 hours: the law still gives the refund",
            case(hours=30),
            MIND,
            [LAW],
            {"refund": ("customer", "intact", "七天无理由")},
        ),
        (
            "on the seventh day after the signature",
            case(day=8, hours=170),
            MIND,
            [LAW],
            {"refund": ("customer", "intact", "七天无理由")},
        ),
        ("on the eighth day nothing is left", case(day=9, hours=190), MIND, [LAW], {}),
        (
            "before the goods came every right holds",
            case(signed=None, hours=None),
            MIND,
            [LAW],
            {"refund": ("customer", "intact", "七天无理由"), "exchange": ("customer", "resellable", "")},
        ),
        (
            "a marketplace that pays the freight beats law and policy",
            case(hours=30),
            MIND,
            [LAW, SHOP],
            {"refund": ("company", "", "三十天无忧退")},
        ),
        (
            "a fault on day 16: only our own policy",
            case("quality", day=17, hours=390),
            FAULT,
            [REPAIR],
            {"exchange": ("company", "", ""), "refund": ("company", "", "")},
        ),
        ("no policy for the reason", case("other"), None, [], {}),
    ],
)
def test_as_8_the_stronger_of_policy_and_right_wins(_case, facts, policy, rights, expected):
    assert shown(decide(facts, policy, rights)) == expected


def test_as_8_the_decision_says_whose_rule_it_was_and_why():
    found = decide(case(hours=30), MIND, [LAW])
    assert found.because == (
        "超过签收后 24 小时才联系，我们的规定不再适用",
        "退款：依据“七天无理由”，我们的规定不给，但顾客有此权利（消法25）",
    )
    assert (found.a_person_decides, found.evidence_needed, found.post_hours) == (False, False, None)
    assert decide(case(), MIND, [LAW]).post_hours == 48
    assert decide(case(), MIND, [LAW]).because[-1] == "退款：依据“七天无理由”，比我们的规定对顾客更有利（消法25）"


def test_as_8_an_installed_heater_is_a_case_for_a_person_where_its_state_matters():
    assert decide(case(installed=True), MIND, [LAW]).a_person_decides
    assert not decide(case("quality", installed=True), FAULT, []).a_person_decides
    assert decide(case(day=9, hours=190), MIND, [LAW]).a_person_decides, "nothing supports it"


def test_as_8_a_fault_needs_proof_a_change_of_mind_does_not():
    assert decide(case("quality"), FAULT, [REPAIR]).evidence_needed
    assert not decide(case("quality"), FAULT, [LAW, SHOP]).evidence_needed
    assert not decide(case(), MIND, []).evidence_needed


def test_as_8_days_count_from_the_day_after_the_signature_where_the_law_says_so():
    assert last_day(SIGNED, LAW) == date(2026, 3, 8)
    from dataclasses import replace

    assert last_day(SIGNED, replace(LAW, day_after=False)) == date(2026, 3, 7)
