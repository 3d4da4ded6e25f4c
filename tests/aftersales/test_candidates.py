"""AS-2, AS-3: who can make it before the deadline, and the reason against everybody who cannot."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from aftersales.models import Installer, Job, Offer
from aftersales.operations import dispatch, jobs
from aftersales.queries import candidates, scores
from aftersales.rules.dispatch import Network, Wanted, choose, take_over
from channels.rules.territory import Claim
from opsdesk.actor import SYSTEM
from opsdesk.console import reasons
from opsdesk.errors import NotFound
from tests import make
from tests import make_dispatch as field
from tests.make import AT, at

FRIDAY = date(2026, 3, 6)
DAYS = (date(2026, 3, 4), date(2026, 3, 5), FRIDAY)
WANTED = Wanted(frozenset(), FRIDAY, DAYS)


def claim(partner: int, region: str = "4401", *, rank: int = 0) -> Claim:
    return Claim(partner, f"p{partner}", partner, region, (f"territory:{region}",), rank)


def busy(**jobs_due: int) -> dict[int, list[date]]:
    return {int(partner[1:]): [FRIDAY] * jobs for partner, jobs in jobs_due.items()}


@pytest.mark.parametrize(
    ("_case", "claims", "network", "partner", "against"),
    [
        ("unknown capacity is not refused", [claim(1), claim(2)], Network(), 1, {}),
        ("a free agent", [claim(1)], Network({1: 2}, busy(p1=5)), 1, {}),
        ("full: passed over", [claim(1), claim(2)], Network({1: 2}, busy(p1=6)), 2, {1: "full_until:2026-03-06"}),
        ("later jobs take no room", [claim(1)], Network({1: 1}, {1: [date(2026, 3, 9)] * 9}), 1, {}),
        (
            "all full: the least late gets it",
            [claim(1), claim(2)],
            Network({1: 1, 2: 1}, busy(p1=9, p2=4)),
            2,
            {1: "full_until:2026-03-06", 2: "full_until:2026-03-06"},
        ),
        (
            "a third party comes after the agents, however good",
            [claim(1), claim(2, rank=2)],
            Network(scores={2: Decimal(99)}),
            1,
            {},
        ),
        (
            "third parties by score",
            [claim(1, rank=2), claim(2, rank=2)],
            Network(scores={1: Decimal(70), 2: Decimal(80)}),
            2,
            {},
        ),
        (
            "third parties of one score by nearness",
            [claim(1, "44", rank=2), claim(2, "440106", rank=2)],
            Network(scores={1: Decimal(70), 2: Decimal(70)}),
            2,
            {},
        ),
        (
            "one without a score comes last",
            [claim(1, "440106", rank=2), claim(2, "44", rank=2)],
            Network(scores={2: Decimal("0.50")}),
            2,
            {},
        ),
    ],
)  # fmt: skip
def test_as_2_the_first_who_can_make_it_is_asked(_case, claims, network, partner, against):
    choice = choose("440106", claims, {}, WANTED, network)
    assert choice.partner == partner
    for row in choice.candidates:
        full = next((why for why in row.because if why.startswith("full_until")), None)
        assert full == against.get(row.partner)


@pytest.mark.parametrize(
    ("_case", "skills", "certified", "partner", "because"),
    [
        ("no skill asked for", [], [], 1, ()),
        ("the first has none", ["instant"], [(2, "instant")], 2, ("no_certificate:instant",)),
        ("of another skill", ["instant"], [(1, "storage"), (2, "instant")], 2, ("no_certificate:instant",)),
        ("two skills, one missing", ["instant", "storage"], [(1, "instant")], None, ("no_certificate:storage",)),
    ],
)
def test_as_2_a_skill_needs_a_certificate(_case, skills, certified, partner, because):
    wanted = Wanted(frozenset(skills), FRIDAY, DAYS)
    choice = choose("440106", [claim(1), claim(2)], {}, wanted, Network(certified=frozenset(certified)))
    assert choice.partner == partner
    assert tuple(why for why in choice.candidates[0].because if why.startswith("no_cert")) == because


def test_as_2_where_nobody_may_the_reason_says_so():
    wanted = Wanted(frozenset({"instant"}), FRIDAY, DAYS)
    assert choose("440106", [claim(1)], {}, wanted, Network()).because == ("nobody_can",)
    assert choose("440106", [claim(1)], {1: "silent"}, wanted, Network()).because == ("all_tried",)


def test_as_3_a_full_third_party_takes_nothing_over_and_neither_does_who_has_it():
    network = Network({2: 1, 3: 1}, busy(p2=3, p3=2), scores={2: Decimal(90), 3: Decimal(80)})
    claims = [claim(1), claim(2, rank=2), claim(3, rank=2)]
    found = take_over(claims, 1, {}, WANTED, network)
    assert (found.partner, found.because) == (3, ("territory:4401", "score:80", "free:1"))
    assert take_over(claims, 3, {}, WANTED, network).because == ("nobody_can",)
    assert take_over(claims, 1, {3: "declined"}, WANTED, network).because == ("nobody_can",)
    assert take_over([claim(1)], 1, {}, WANTED, network).because == ("no_third_party",)


@pytest.fixture
def _south(db):
    make.policies()


@pytest.mark.usefixtures("_south")
def test_as_2_a_batch_fills_the_agent_and_goes_on_with_the_next():
    near, far = make.partner("near"), make.partner("far")
    make.territory(near, "440106")
    make.territory(far, "44")
    field.capacity(near, 1)
    for n in range(6):
        make.job(str(n))
    assert dispatch.dispatch_all_due(by=SYSTEM, at=AT) == 6
    # due on Saturday 10:00: four days, each with some working time
    assert [job.owner.code for job in Job.objects.order_by("pk")] == ["near"] * 4 + ["far"] * 2
    offer = Offer.objects.order_by("pk").last()
    assert [(row["name"], row["because"][1:]) for row in offer.candidates] == [
        ("伙伴near", ["full_until:2026-03-07"]),
        ("伙伴far", []),
    ]


@pytest.mark.usefixtures("_south")
def test_as_2_what_the_agent_has_already_counts_and_frozen_jobs_do_not():
    near, far = make.partner("near"), make.partner("far")
    make.territory(near, "440106")
    make.territory(far, "44")
    field.capacity(near, 1)
    for n in range(4):
        make.job(str(n))
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    last = make.job("last")
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    assert Job.objects.get(pk=last.pk).owner == far
    Job.objects.filter(order__number="0").update(frozen_at=AT)
    another = make.job("another")
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    assert Job.objects.get(pk=another.pk).owner == near


@pytest.mark.usefixtures("_south")
def test_as_2_a_job_already_late_goes_to_the_first_however_full():
    near = make.partner("near")
    make.territory(near, "440106")
    field.capacity(near, 0)
    job = make.job(signed_at=AT - timedelta(days=5))
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    job.refresh_from_db()
    assert (job.owner, Offer.objects.get().because) == (near, "territory:county:440106")


@pytest.mark.usefixtures("_south")
@pytest.mark.parametrize(
    ("_case", "since", "until", "active", "owner"),
    [
        ("in force", date(2026, 1, 1), None, True, "near"),
        ("not yet", date(2026, 3, 5), None, True, "far"),
        ("over", date(2025, 1, 1), date(2026, 3, 4), True, "far"),
        ("its installer has left", date(2026, 1, 1), None, False, "far"),
    ],
)
def test_as_11_a_certificate_counts_on_its_days_and_while_its_installer_works(_case, since, until, active, owner):
    near, far = make.partner("near"), make.partner("far")
    make.territory(near, "440106")
    make.territory(far, "44")
    field.certificate(field.installer(far))
    field.certificate(field.installer(near, active=active), since=since, until=until)
    job = field.needing("1", "instant")
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    assert Job.objects.get(pk=job.pk).owner.code == owner


@pytest.mark.usefixtures("_south")
def test_as_2_nobody_certified_leaves_the_job_to_the_dispatcher_with_the_reason_in_words():
    make.territory(make.partner("near"), "440106")
    job = field.needing("1", "instant")
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    assert Job.objects.without_agent().get() == job
    [(name, chosen, because)] = reasons.explained(Offer.objects.get()).candidates
    assert (name, chosen) == ("伙伴near", False)
    assert because == "地址在其负责区域“440106”内；没有持证的安装工：即热式热水器（大功率布线）"


@pytest.mark.usefixtures("_south")
def test_as_11_the_latest_score_of_each_partner_counts():
    one, two = make.partner("one"), make.partner("two")
    field.score(one, "70", date(2026, 1, 1))
    field.score(one, "90", date(2026, 2, 1))
    field.score(one, "10", date(2026, 4, 1))
    field.score(two, "55.5")
    found = scores.latest_of([one.pk, two.pk, 999_999], on=AT.date())
    assert found == {one.pk: Decimal("90.00"), two.pk: Decimal("55.50")}
    assert scores.latest_of([], on=AT.date()) == {}


@pytest.mark.usefixtures("_south")
def test_as_2_facts_cost_the_same_number_of_queries_for_one_job_and_for_many(django_assert_max_num_queries):
    make.territory(make.partner("near"), "440106")
    field.capacity(Installer.objects.create(partner=make.partner("far"), name="王").partner, 3)
    make.territory(make.partner("p44"), "44")
    few = [field.needing("1", "instant")]
    many = few + [make.job(str(n)) for n in range(10, 60)]
    counted = []
    for rows in (few, many):
        with django_assert_max_num_queries(12) as seen:
            candidates.gathered(rows, at=AT)
        counted.append(len(seen))
    assert counted[0] == counted[1] <= 12


@pytest.mark.usefixtures("_south")
def test_as_2_a_whole_batch_is_dispatched_in_the_same_number_of_queries_as_a_few(django_assert_max_num_queries):
    near = make.partner("near")
    make.territory(near, "440106")
    field.capacity(near, 1000)
    counted = []
    for first, how_many in ((0, 3), (100, 150)):
        for n in range(first, first + how_many):
            make.job(str(n))
        with django_assert_max_num_queries(40) as seen:
            assert dispatch.dispatch_all_due(by=SYSTEM, at=AT) == how_many
        counted.append(len(seen))
    assert counted[0] == counted[1]


@pytest.mark.usefixtures("_south")
def test_as_11_a_job_is_given_to_a_person_of_its_partner_only():
    near = make.partner("near")
    make.territory(near, "440106")
    job, office = field.accepted(), field.office(near, "aftersales.assign_installer")
    mine, other = field.installer(near), field.installer(make.partner("other"), "王师傅")
    left = field.installer(near, "赵师傅", active=False)
    jobs.appoint(job.pk, appointed_at=at("2026-03-05 09:00"), by=office, at=AT)
    for stranger in (other, left):
        with pytest.raises(NotFound):
            jobs.assign_installer(job.pk, installer_id=stranger.pk, by=office, at=AT)
    with pytest.raises(jobs.NotYours):
        jobs.assign_installer(job.pk, installer_id=other.pk, by=SYSTEM, at=AT)
    jobs.assign_installer(job.pk, installer_id=mine.pk, by=office, at=AT)
    job.refresh_from_db()
    assert (job.installer, job.visits.get().installer) == (mine, mine)
