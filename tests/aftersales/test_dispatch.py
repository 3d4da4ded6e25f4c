"""AS-2, CH-6: who gets an offer, and why nobody else does."""

from datetime import timedelta

import pytest

from aftersales.models import Job, Offer
from aftersales.operations import dispatch
from aftersales.rules.dispatch import choose
from channels.models import Territory
from channels.rules.territory import Cover, claims
from channels.states import PartnerKind
from opsdesk.actor import SYSTEM
from tests import make
from tests.make import AT


def cover(partner: int, region: str, *, rank: int = 0, territory: int = 0) -> Cover:
    return Cover(territory or partner, partner, f"p{partner}", region, rank)


@pytest.mark.parametrize(
    ("_case", "covers", "winners"),
    [
        ("county beats city beats province", [cover(1, "44"), cover(2, "4401"), cover(3, "440106")], [3, 2, 1]),
        ("a town beats its county", [cover(1, "440106"), cover(2, "440106001")], [2, 1]),
        ("elsewhere does not count", [cover(1, "33"), cover(2, "4403")], []),
        ("the older row of equals", [cover(2, "4401", territory=9), cover(1, "4401", territory=5)], [1, 2]),
        ("a partner with two territories once", [cover(1, "44", territory=1), cover(1, "4401", territory=2)], [1]),
    ],
)
def test_ch_6_the_most_specific_territory_wins(_case, covers, winners):
    assert [claim.partner for claim in claims("440106001", covers)] == winners


def test_as_3_a_third_party_installer_comes_after_the_agents_however_near():
    found = claims("440106", [cover(1, "440106", rank=2), cover(2, "44")])
    assert [claim.partner for claim in found] == [2, 1]


def test_ch_6_an_overlap_is_said():
    found = claims("440106", [cover(1, "4401"), cover(2, "4401"), cover(3, "44")])
    assert found[0].because == ("territory:city:4401", "overlap:1")


@pytest.mark.parametrize(
    ("_case", "region", "tried", "partner", "because"),
    [
        ("the first claim", "440106", {}, 2, ("territory:city:4401",)),
        ("the next one after a decline", "440106", {2: "declined"}, 1, ("territory:province:44",)),
        ("nobody left", "440106", {1: "silent", 2: "declined"}, None, ("all_tried",)),
        ("no territory", "330102", {}, None, ("no_territory",)),
        ("no region", "", {}, None, ("region_unknown",)),
    ],
)
def test_as_2_the_offer_goes_to_the_first_who_was_not_asked(_case, region, tried, partner, because):
    choice = choose(region, claims(region, [cover(1, "44"), cover(2, "4401")]), tried)
    assert (choice.partner, choice.because) == (partner, because)


def test_as_2_every_candidate_keeps_its_reason():
    choice = choose("440106", claims("440106", [cover(1, "44"), cover(2, "4401"), cover(3, "440106")]), {3: "silent"})
    assert [(c.partner, c.chosen, c.because[-1]) for c in choice.candidates] == [
        (3, False, "tried:silent"),
        (2, True, "territory:city:4401"),
        (1, False, "after_another"),
    ]


@pytest.fixture
def _policies(db):
    make.policies()


@pytest.mark.usefixtures("_policies")
def test_as_2_dispatch_offers_each_job_to_the_agent_of_its_region():
    south, east = make.partner("south"), make.partner("east")
    make.territory(south, "44")
    make.territory(east, "3301")
    make.job("1", in_region="440106")
    make.job("2", in_region="330102")
    make.job("3", in_region="110105")
    assert dispatch.dispatch_all_due(by=SYSTEM, at=AT) == 3
    assert [(job.order.number, job.state, job.owner) for job in Job.objects.order_by("pk")] == [
        ("1", "offered", south),
        ("2", "offered", east),
        ("3", "open", None),
    ]
    assert Offer.objects.get(job__order__number="3").because == "no_territory"


@pytest.mark.usefixtures("_policies")
def test_ch_6_a_territory_counts_on_its_days_only():
    agent = make.partner("south")
    Territory.objects.filter(pk=make.territory(agent, "44").pk).update(valid_to=AT.date())
    make.job("1")
    dispatch.dispatch_all_due(by=SYSTEM, at=AT - timedelta(days=1))
    make.job("2")
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    assert [job.state for job in Job.objects.order_by("pk")] == ["offered", "open"]


@pytest.mark.usefixtures("_policies")
def test_as_2_an_inactive_partner_gets_nothing():
    make.territory(make.partner("south", active=False), "44")
    make.job("1")
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    assert Job.objects.get().owner is None


@pytest.mark.usefixtures("_policies")
def test_as_2_a_person_may_offer_it_to_somebody_else_and_says_why():
    make.territory(make.partner("south"), "44")
    other = make.partner("other", kind=PartnerKind.INSTALLER)
    job = make.job("1")
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    dispatch.assign(job.pk, partner_id=other.pk, reason="南区人手不足", by=SYSTEM, at=AT)
    job.refresh_from_db()
    assert job.owner == other
    assert [(offer.answer, offer.because) for offer in Offer.objects.order_by("round")] == [
        ("withdrawn", "territory:province:44"),
        ("waiting", "by_hand:南区人手不足"),
    ]


@pytest.mark.usefixtures("_policies")
def test_as_2_a_batch_is_dispatched_in_a_fixed_number_of_queries(django_assert_max_num_queries):
    make.territory(make.partner("south"), "44")
    for n in range(40):
        make.job(str(n))
    with django_assert_max_num_queries(30):
        assert dispatch.dispatch_all_due(by=SYSTEM, at=AT) == 40
