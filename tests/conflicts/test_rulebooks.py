"""CF-11, CF-12, DS-12: rulebooks are changed by new versions only: drafted, edited, proposed, signed, adopted."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from itertools import product
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction

from conflicts.models import Act, Clause, PenaltyRow, Rulebook, RulebookVersion, SeatRule
from conflicts.operations import rulebooks
from conflicts.queries import rulebooks as queries
from conflicts.queries import versions
from conflicts.states.rulebook import FAULTS, VERSION, Punished, VersionState
from opsdesk.actor import SYSTEM
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.audit.models import Event
from opsdesk.errors import DeskError, NotAllowed, NotFound, WrongState
from tests import make, make_conflicts, make_rulebooks
from tests.make import AT
from tests.make_rulebooks import adopted, change, dearer, drafted, proposed, somebody

pytestmark = pytest.mark.django_db
TODAY, TOMORROW = date(2026, 3, 4), date(2026, 3, 5)
LATER = AT + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _office(request) -> None:
    if "transactional_db" not in request.fixturenames:
        make_rulebooks.office()


def test_cf_12_loading_again_changes_nothing_that_people_have_made():
    adopted_version = _second_version()
    make_conflicts.rulebooks()
    assert list(RulebookVersion.objects.values_list("rulebook__code", "number").order_by("pk")) == [
        ("online-offline", 1),
        ("dealers", 1),
        ("dealers", 2),
    ]
    assert adopted_version.valid_from == TOMORROW


def _second_version(yuan: int = 120000, *, since: date = TOMORROW) -> RulebookVersion:
    version = drafted()
    dearer(version, "C1", yuan)
    return adopted(version, since=since)


def test_cf_11_a_draft_is_a_full_copy_of_what_is_in_force():
    version = drafted("online-offline")
    base = make_conflicts.version("online-offline")
    assert (version.number, version.based_on, version.state) == (2, base, "draft")
    assert version.preamble == base.preamble
    assert not versions.diff_of(base, version)
    counts = [version.clauses.count(), version.acts.count(), version.seats.count()]
    assert counts == [19, 6, 16]
    assert PenaltyRow.objects.filter(act__version=version).count() == 12
    assert {act.clause.version_id for act in version.acts.all()} == {version.pk}
    [event] = Event.objects.about(version)
    assert (event.action, event.actor) == ("rulebookversion.draft", "gm_office")
    assert event.facts == {"number": 2, "source": "线上线下销售管理规定 V1", "reason": "加重窜货处罚"}


def test_cf_11_what_was_changed_stands_in_the_timeline_of_the_draft():
    version = drafted()
    dearer(version, "C1", 120000, when=LATER)
    event = Event.objects.about(version).latest("pk")
    assert (event.action, event.facts["what"]) == ("rulebookversion.edit", f"C1 {Punished.PARTNER.label} ×1")
    version.refresh_from_db()
    assert version.edited_at == LATER


def test_cf_11_articles_may_be_shifted_on_by_one():
    version = drafted()
    clauses = list(version.clauses.order_by("position"))
    numbers = [*(clause.number for clause in clauses[1:]), "第十一条"]
    for clause, number in zip(clauses, numbers, strict=True):
        clause.number, clause.position = number, clause.position + 1
    change(version, saved=clauses)
    added = Clause(
        version=version, position=1, number="第一条", title="定义", text="本规定所称经销商，指分销商和代理商。"
    )
    change(version, saved=[added])
    found = list(version.clauses.order_by("position").values_list("number", "title"))
    assert found[:2] == [("第一条", "定义"), ("第二条", "目的和适用范围")]
    assert len(found) == 11


def test_cf_11_an_article_named_twice_is_refused():
    version = drafted()
    twice = Clause(version=version, position=99, number="第一条", title="又一个第一条", text="…")
    with pytest.raises(rulebooks.Twice):
        change(version, saved=[twice])
    assert version.clauses.count() == 10


def test_cf_11_a_row_of_another_version_is_not_changed_through_a_draft():
    version = drafted()
    foreign = PenaltyRow.objects.get(act=make_conflicts.act("C2"))
    foreign.usual_yuan = D(1)
    clause = make_conflicts.act("C2").clause
    clause.version = version
    moved = Act.objects.get(version=version, code="C2")
    moved.clause = make_conflicts.act("C2").clause
    for row in (foreign, clause, moved):
        with pytest.raises(rulebooks.NotOfThisDraft):
            change(version, saved=[row])
    with pytest.raises(rulebooks.NotOfThisDraft):
        change(version, removed=[SeatRule.objects.filter(version=make_conflicts.version("dealers")).first()])


def test_cf_11_two_editors_of_one_draft_do_not_overwrite_each_other():
    version = drafted()
    seen = version.edited_at
    gm_office = somebody("gm_office")
    first = rulebooks.Change(seen=seen, values={"repeat_days": 730})
    rulebooks.edit(version.pk, first, by=gm_office, at=LATER)
    with pytest.raises(rulebooks.EditedMeanwhile):
        rulebooks.edit(version.pk, replace(first, values={"repeat_days": 365}), by=gm_office, at=LATER)
    version.refresh_from_db()
    assert version.repeat_days == 730


def test_cf_11_the_database_refuses_every_change_of_what_is_adopted():
    version = make_conflicts.version()
    act = version.acts.first()
    attempts = [
        lambda: PenaltyRow.objects.filter(act=act).update(usual_yuan=1, least_yuan=0),
        lambda: PenaltyRow.objects.filter(act=act).delete(),
        lambda: PenaltyRow.objects.create(act=act, punished="partner", times=2),
        lambda: Clause.objects.filter(version=version).update(text="改了"),
        lambda: Clause.objects.create(version=version, number="第九十九条", title="…", text="…"),
        lambda: Act.objects.filter(version=version).update(clazz="general"),
        lambda: SeatRule.objects.filter(version=version).delete(),
        lambda: RulebookVersion.objects.filter(pk=version.pk).update(repeat_days=1),
        lambda: RulebookVersion.objects.filter(pk=version.pk).update(state="draft"),
        lambda: RulebookVersion.objects.filter(pk=version.pk).update(valid_from=date(2013, 1, 1)),
    ]
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_cf_11_a_proposed_version_is_not_edited_any_more():
    version = drafted()
    dearer(version, "C1", 120000)
    proposed(version, since=TOMORROW)
    with pytest.raises(WrongState):
        dearer(version, "C1", 130000)
    with pytest.raises(IntegrityError), transaction.atomic():
        PenaltyRow.objects.filter(act__version=version).update(times=7)


def test_cf_11_adopted_with_the_general_managers_signature_it_ends_the_one_before():
    version = drafted()
    dearer(version, "C1", 120000)
    approval = proposed(version, since=TOMORROW)
    assert (approval.amount_yuan, approval.signatures_needed) == (D(150000), 1)
    assert RulebookVersion.objects.get(pk=version.pk).state == "proposed"
    approvals.sign(approval.pk, by=somebody("general_manager"), at=LATER)
    before, now = make_conflicts.version("dealers"), make_conflicts.version("dealers", 2)
    assert (before.valid_from, before.valid_to, before.state) == (date(2014, 7, 1), TOMORROW, "adopted")
    assert (now.valid_from, now.valid_to, now.state) == (TOMORROW, None, "adopted")
    assert queries.version_on("dealers", TODAY) == before
    assert queries.version_on("dealers", TOMORROW) == now
    assert [event.action for event in Event.objects.about(before).order_by("pk")][-1] == "rulebookversion.end"
    assert [event.action for event in Event.objects.about(now).order_by("pk")] == [
        f"rulebookversion.{action}" for action in ("draft", "edit", "propose", "adopt")
    ]


def test_cf_11_acts_of_the_old_days_are_judged_under_the_old_version():
    _second_version()
    codes = {act.code: act.version.number for act in queries.acts_on(TODAY)}
    assert codes["C1"] == 1
    old, new = (make_conflicts.act("C1", number) for number in (1, 2))
    assert queries.penalty_for(old, "partner").usual == D(100000)
    assert queries.penalty_for(new, "partner").usual == D(120000)


def test_au_4_nobody_adopts_what_he_proposed_himself():
    version = drafted()
    dearer(version, "C1", 120000)
    make.in_role("both", "gm_office", company=True).groups.add(Group.objects.get(name="general_manager"))
    both = somebody("gm_office", "both")
    rulebooks.propose(version.pk, valid_from=TOMORROW, reason="修订", by=both, at=AT)
    approval = Approval.objects.waiting().get()
    for person in (both, somebody("gm_office"), somebody("ecommerce_head")):
        with pytest.raises(NotAllowed):
            approvals.sign(approval.pk, by=person, at=AT)
    assert RulebookVersion.objects.get(pk=version.pk).state == "proposed"


def test_cf_11_refused_it_goes_back_to_be_changed_and_may_be_proposed_again():
    version = drafted()
    dearer(version, "C1", 900000)
    approval = proposed(version, since=TOMORROW)
    approvals.refuse(approval.pk, reason="过重", by=somebody("general_manager"), at=LATER)
    assert RulebookVersion.objects.get(pk=version.pk).state == "draft"
    assert Event.objects.about(version).latest("pk").facts["reason"] == "过重"
    dearer(version, "C1", 120000, when=LATER)
    assert adopted(version, since=TOMORROW, when=LATER).state == "adopted"


def test_cf_11_no_version_is_put_in_force_for_a_day_that_is_over():
    version = drafted()
    dearer(version, "C1", 120000)
    with pytest.raises(rulebooks.DayPast):
        proposed(version, since=TODAY - timedelta(days=1))
    approval = proposed(version, since=TODAY)
    with pytest.raises(rulebooks.DayPast):
        approvals.sign(approval.pk, by=somebody("general_manager"), at=AT + timedelta(days=1))
    assert Approval.objects.get(pk=approval.pk).state == "waiting"
    approvals.sign(approval.pk, by=somebody("general_manager"), at=LATER)
    assert queries.version_on("dealers", TODAY).number == 2


def test_cf_11_a_draft_that_another_version_has_overtaken_is_not_proposed():
    slow = drafted(reason="另一份草案")
    dearer(slow, "C2", 6000)
    _second_version()
    with pytest.raises(rulebooks.Overtaken) as why:
        proposed(slow, since=TOMORROW + timedelta(days=9))
    assert why.value.facts["newest"] == make_conflicts.version("dealers", 3)
    anew = drafted(reason="另一份草案")
    assert (anew.number, anew.based_on.number) == (4, 3)


def test_cf_11_a_version_follows_the_newest_one_even_before_that_begins():
    _second_version(since=TODAY + timedelta(days=30))
    third = drafted()
    dearer(third, "C1", 130000)
    with pytest.raises(rulebooks.DayTooEarly):
        proposed(third, since=TODAY + timedelta(days=30))
    adopted(third, since=TODAY + timedelta(days=60))
    spans = RulebookVersion.objects.filter(rulebook__code="dealers").order_by("number")
    assert [(row.valid_from, row.valid_to) for row in spans] == [
        (date(2014, 7, 1), TODAY + timedelta(days=30)),
        (TODAY + timedelta(days=30), TODAY + timedelta(days=60)),
        (TODAY + timedelta(days=60), None),
    ]


def test_cf_11_a_draft_that_changes_nothing_is_not_proposed():
    with pytest.raises(rulebooks.Faulty, match=str(FAULTS["nothing_changed"])):
        proposed(drafted(), since=TOMORROW)


def test_cf_11_a_draft_without_somebody_to_accept_or_a_first_time_is_not_proposed():
    version = drafted("online-offline")
    seats = SeatRule.objects.filter(version=version, clazz="severe", stage="appeal")
    row = PenaltyRow.objects.get(act__version=version, act__code="G1", punished="employee")
    row.times = 2
    change(version, saved=[row], removed=list(seats))
    with pytest.raises(rulebooks.Faulty) as why:
        proposed(version, since=TOMORROW)
    faults = versions.rulebook.faults(versions.facts_of(version))
    assert [(one.code, one.where) for one in faults] == [
        ("no_first_time", "G1:employee"),
        ("no_seat", "severe:appeal:office"),
    ]
    assert "G1" in why.value.facts["why"]


def test_au_1_drafts_are_the_gm_offices_and_what_is_adopted_is_everybodys():
    version = drafted()
    row = Rulebook.objects.get(code="dealers")
    for role in ("ecommerce_head", "general_manager", "shop_operations", "system_admin"):
        with pytest.raises(NotAllowed):
            rulebooks.draft(row.pk, reason="…", by=somebody(role), at=AT)
        with pytest.raises(NotAllowed):
            rulebooks.propose(version.pk, valid_from=TOMORROW, reason="…", by=somebody(role), at=AT)
    make.partner("gz")
    agent = somebody("partner_office", "agent", partner="gz")
    assert [found.number for found in RulebookVersion.objects.visible_to(agent)] == [1, 1]
    outside = make.actor("spy", "conflicts.draft_rulebook", partner="gz")
    with pytest.raises(NotFound):
        rulebooks.drop(version.pk, reason="…", by=outside, at=AT)


def test_cf_11_a_draft_is_given_up_with_a_reason():
    version = drafted()
    with pytest.raises(rulebooks.ReasonMissing):
        rulebooks.drop(version.pk, reason=" ", by=somebody("gm_office"), at=AT)
    rulebooks.drop(version.pk, reason="不再需要", by=somebody("gm_office"), at=AT)
    assert RulebookVersion.objects.get(pk=version.pk).state == "dropped"
    with pytest.raises(WrongState):
        dearer(version, "C1", 1)


PAIRS = list(product(VersionState.values, VERSION.moves))
POSSIBLE = {("draft", "propose"), ("draft", "drop"), ("proposed", "adopt"), ("proposed", "send_back")}


@pytest.mark.parametrize(("state", "action"), PAIRS)
def test_cf_11_each_state_has_its_moves_and_no_other(state, action):
    rulebook = Rulebook.objects.create(code="third", name="第三份规定")
    row = RulebookVersion.objects.create(rulebook=rulebook, number=1, state=state, valid_from=TODAY)
    version = RulebookVersion.objects.for_change(row.pk)
    if (state, action) in POSSIBLE:
        VERSION.move(version, action, by=SYSTEM, at=AT)
        assert RulebookVersion.objects.get(pk=row.pk).state == VERSION.moves[action][1]
        return
    with pytest.raises(WrongState):
        VERSION.move(version, action, by=SYSTEM, at=AT)


@pytest.mark.django_db(transaction=True)
def test_cf_11_of_two_adoptions_at_once_one_wins(transactional_db):
    with transaction.atomic():
        make_rulebooks.office()
    waiting = []
    for reason, yuan in (("甲", 120000), ("乙", 130000)):
        version = drafted(reason=reason)
        dearer(version, "C1", yuan)
        waiting.append(proposed(version, since=TOMORROW).pk)
    signer, start, ends = somebody("general_manager"), Barrier(2), []

    def sign(pk: int) -> None:
        start.wait()
        try:
            approvals.sign(pk, by=signer, at=AT)
            ends.append("adopted")
        except DeskError as why:
            ends.append(why.code)
        finally:
            connection.close()

    threads = [Thread(target=sign, args=(pk,)) for pk in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["adopted", "rulebook_overtaken"]
    assert RulebookVersion.objects.adopted().filter(rulebook__code="dealers").count() == 2
    assert RulebookVersion.objects.newest().filter(rulebook__code="dealers").count() == 1
