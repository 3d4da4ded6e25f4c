"""AS-9: a complaint is a closed loop with one owner at every moment, and the head approves what another proposed."""

import random
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from aftersales.models import Complaint, Handover
from aftersales.operations import complaint_escalation, complaint_register, complaints
from aftersales.rules.complaints import Candidate, may_approve, owner_of
from aftersales.states.complaint import COMPLAINT, OPEN, STEPS, ComplaintState
from opsdesk.actor import SYSTEM
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.audit.models import Event
from opsdesk.console import timeline
from opsdesk.errors import DeskError, NotAllowed, NotFound, WrongState
from opsdesk.notify.models import Mail
from opsdesk.people.models import User
from opsdesk.privacy import unseal
from opsdesk.sla import timers
from opsdesk.sla.models import Timer
from tests import make, make_care
from tests.make import AT
from tests.make_care import brought_to, clerk, head

NONE = Decimal("0.00")


@pytest.fixture
def _care(db):
    make_care.care()


pytestmark = pytest.mark.usefixtures("_care")


def now(row: Complaint) -> Complaint:
    return Complaint.objects.get(pk=row.pk)


def test_as_9_a_complaint_has_its_words_sealed_a_class_an_owner_and_a_clock():
    job = make_care.done_job()
    row = make_care.complaint(job=job, refund_number=" R-1 ")
    assert (row.state, row.owner.username, row.kind.code) == ("registered", "lin", "attitude")
    assert (row.order, row.partner, row.region_id) == (job.order, job.owner, "440106")
    assert (row.excerpt, row.refund_number) == ("师傅态度恶劣，电话****也不接", "R-1")
    assert unseal(row.words_sealed).decode() == make_care.WORDS
    assert row.due_at == make.at("2026-03-05 10:00")  # nine working hours, of which eight are left today
    assert row.timers().get().policy.code == "complaint_judge"


def test_as_9_a_complaint_without_words_is_none():
    with pytest.raises(complaint_register.NothingSaid):
        make_care.complaint("  ")
    assert not Complaint.objects.exists()


def test_ch_5_nobody_registers_a_complaint_on_what_he_may_not_see():
    job = make_care.done_job()
    stranger = make_care.somebody("yu", "customer_service", region="31")
    for link in ({"job": job}, {"order": job.order}, {"partner": job.owner}):
        with pytest.raises(NotFound):
            make_care.complaint(by=stranger, **link)
    assert not Complaint.objects.exists()


def test_as_9_the_whole_loop_with_a_clock_for_each_step():
    row = brought_to("closed")
    assert (row.founded, row.responsible, row.department, row.head.username) == (True, "department", "service", "shen")
    assert (row.doer.username, row.result, row.summary, row.closed_at) == ("lin", "已道歉", "加强培训", AT)
    clocks = dict(row.timers().values_list("policy__code", "state"))
    assert clocks == dict.fromkeys(set(STEPS.values()) - {"complaint_answer"}, "met")
    told = [event.action.partition(".")[2] for event in Event.objects.about(row).order_by("pk")]
    assert told == [
        "register", "uphold", "investigate", "propose", "approve", "carry_out", "confirm", "close",
    ]  # fmt: skip


def test_as_9_an_unfounded_complaint_is_answered_kindly_and_closed():
    row = make_care.complaint()
    complaints.dismiss(row.pk, judgement="用户误解", by=clerk(), at=AT)
    assert (now(row).state, now(row).founded) == ("unfounded", False)
    with pytest.raises(complaints.SayMore):
        complaints.answer_kindly(row.pk, answer=" ", by=clerk(), at=AT)
    complaints.answer_kindly(row.pk, answer="已致电解释，用户理解", by=clerk(), at=AT)
    assert (now(row).state, now(row).answer) == ("closed", "已致电解释，用户理解")
    assert not row.timers().open().exists()


def test_as_9_a_customer_who_is_not_content_opens_it_again_and_the_clocks_have_a_second_round():
    row = brought_to("carried_out")
    complaints.reopen(row.pk, reason="又漏了", by=clerk(), at=AT)
    assert (now(row).state, now(row).reopened, now(row).founded) == ("investigating", 1, True)
    rounds = Timer.objects.of("aftersales.complaint", [row.pk], "complaint_investigate").order_by("round")
    assert list(rounds.values_list("round", "state")) == [(1, "met"), (2, "running")]


def test_as_9_each_step_is_said_in_words():
    row = make_care.complaint()
    for do in (
        lambda: complaints.uphold(row.pk, judgement="", by=clerk(), at=AT),
        lambda: complaints.dismiss(row.pk, judgement=" ", by=clerk(), at=AT),
        lambda: complaints.hand_over(row.pk, to_id=clerk("yu").user_id, reason="", by=clerk(), at=AT),
        lambda: complaints.show(row.pk, why="", by=clerk(), at=AT),
    ):
        with pytest.raises(complaints.SayMore):
            do()
    assert (now(row).state, now(row).owner.username) == ("registered", "lin")
    assert Event.objects.about(row).count() == 1


def test_as_9_exactly_one_is_responsible():
    row = brought_to("investigating")
    for blame in (complaints.Blame(), complaints.Blame("service", employee_id=clerk().user_id)):
        with pytest.raises(complaints.NobodyResponsible):
            complaints.investigate(row.pk, cause="x", blame=blame, by=clerk(), at=AT)
    assert now(row).state == "investigating"
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=row.pk).update(responsible="partner")


def test_au_4_the_proposer_never_approves_not_even_as_a_head():
    row, chief = brought_to("proposing"), head()
    complaints.propose(row.pk, measures="道歉", amount_yuan=NONE, by=chief, at=AT)
    for decide in (
        lambda: complaints.approve(row.pk, by=chief, at=AT),
        lambda: complaints.send_back(row.pk, reason="x", by=chief, at=AT),
        lambda: complaints.approve(row.pk, by=clerk(), at=AT),
        lambda: complaints.approve(row.pk, by=SYSTEM, at=AT),
    ):
        with pytest.raises(NotAllowed):
            decide()
    assert (now(row).state, now(row).head) == ("proposed", None)
    complaints.approve(row.pk, by=head("han"), at=AT)
    assert (now(row).state, now(row).head.username) == ("approved", "han")


def test_au_4_nobody_decides_on_what_he_is_responsible_for_himself():
    row, chief = brought_to("investigating"), head()
    complaints.investigate(row.pk, cause="x", blame=complaints.Blame(employee_id=chief.user_id), by=clerk(), at=AT)
    complaints.propose(row.pk, measures="道歉", amount_yuan=Decimal("800"), by=clerk(), at=AT)
    approvals.sign(Approval.objects.get().pk, by=chief, at=AT)
    with pytest.raises(complaints.MayNotApprove):
        complaints.approve(row.pk, by=chief, at=AT)
    assert now(row).state == "proposed"


def test_fi_3_money_above_the_own_limit_waits_for_a_signature_which_approves_the_proposal():
    row = brought_to("proposed", amount="800.00")
    approval = Approval.objects.get()
    assert (approval.kind, approval.amount_yuan, approval.state) == ("compensation", Decimal("800.00"), "waiting")
    with pytest.raises(complaints.MoneyUndecided):
        complaints.approve(row.pk, by=head("han"), at=AT)
    with pytest.raises(approvals.MayNotSign):
        approvals.sign(approval.pk, by=_also_head("lin"), at=AT)
    approvals.sign(approval.pk, by=head(), at=AT)
    assert (now(row).state, now(row).head.username, now(row).approved_at) == ("approved", "shen", AT)


def _also_head(name: str):
    person = User.objects.get(username=name)
    person.groups.add(make.Group.objects.get(name="ecommerce_head"))
    return make_care.actor_of(User.objects.get(pk=person.pk), door="test")


def test_fi_3_money_within_the_own_limit_is_granted_but_the_head_still_decides():
    row = brought_to("proposed", amount="50.00")
    assert (Approval.objects.get().state, now(row).state) == ("granted", "proposed")
    complaints.approve(row.pk, by=head(), at=AT)
    assert (now(row).state, now(row).head.username) == ("approved", "shen")


def test_fi_3_refused_or_lapsed_money_sends_the_proposal_back():
    row = brought_to("proposed", amount="800.00")
    approvals.refuse(Approval.objects.get().pk, reason="过高", by=head(), at=AT)
    assert (now(row).state, now(row).head) == ("proposing", None)
    complaints.propose(row.pk, measures="再议", amount_yuan=Decimal("700"), by=clerk(), at=AT)
    approvals.lapse(Approval.objects.get(state="waiting").pk, by=SYSTEM, at=AT)
    assert now(row).state == "proposing"
    assert Timer.objects.of("aftersales.complaint", [row.pk], "complaint_propose").count() == 3


def test_fi_3_a_proposal_sent_back_takes_its_money_with_it():
    row = brought_to("proposed", amount="800.00")
    complaints.send_back(row.pk, reason="先核实", by=head(), at=AT)
    assert (now(row).state, Approval.objects.get().state) == ("proposing", "withdrawn")
    complaints.propose(row.pk, measures="换新", amount_yuan=Decimal("900"), by=clerk(), at=AT)
    assert (now(row).state, Approval.objects.filter(state="waiting").count()) == ("proposed", 1)


def test_fi_3_a_compensation_of_something_else_moves_no_complaint():
    who = make.partner("zz")
    question = approvals.Question("compensation", who, Decimal("10"), "口碑维护")
    assert approvals.ask(question, by=clerk(), at=AT).state == "granted"
    assert not Event.objects.filter(action__startswith="complaint.").exists()


def test_as_9_handing_over_keeps_who_when_and_why():
    row, other = make_care.complaint(), clerk("yu")
    later = AT + timedelta(hours=1)
    complaints.hand_over(row.pk, to_id=other.user_id, reason="休假", by=clerk(), at=later)
    assert now(row).owner.username == "yu"
    kept = Handover.objects.get()
    assert (kept.was.username, kept.now.username, kept.reason, kept.done_by, kept.at) == (
        "lin", "yu", "休假", "lin", later,
    )  # fmt: skip
    with pytest.raises(complaints.NotOwner):
        complaints.uphold(row.pk, judgement="属实", by=clerk(), at=later)
    with pytest.raises(complaints.OwnerAlready):
        complaints.hand_over(row.pk, to_id=other.user_id, reason="x", by=other, at=later)
    complaints.hand_over(row.pk, to_id=clerk().user_id, reason="分派", by=head(), at=later)
    assert now(row).owner.username == "lin"


def test_as_9_only_who_may_work_on_it_can_own_it():
    row = make_care.complaint(job=make_care.done_job())
    gone = clerk("gone")
    User.objects.filter(pk=gone.user_id).update(is_active=False)
    elsewhere = make_care.somebody("east", "customer_service", region="31")
    for person in (make_care.caller().user_id, gone.user_id, elsewhere.user_id, 0):
        with pytest.raises(complaints.CannotOwn):
            complaints.hand_over(row.pk, to_id=person, reason="x", by=clerk(), at=AT)
    assert (now(row).owner.username, Handover.objects.count()) == ("lin", 0)


def test_as_9_the_database_refuses_a_complaint_without_an_owner():
    row = make_care.complaint()
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=row.pk).update(owner=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=row.pk).update(state="approved", founded=True, judged_at=AT)


@pytest.mark.parametrize("seed", range(12))
def test_as_9_whatever_happens_in_whatever_order_a_complaint_has_one_owner_and_one_clock(seed):
    """AS-9: random people try random moves; a refused move changes nothing, an open one has an owner and a clock."""
    rng = random.Random(seed)
    people = [clerk(), clerk("yu"), head(), head("han"), make_care.caller()]
    row, at = make_care.complaint(by=people[0]), AT
    for _step in range(60):
        by, at = rng.choice(people), at + timedelta(minutes=rng.randint(1, 300))
        before = Complaint.objects.filter(pk=row.pk).values().get()
        events = Event.objects.about(row).count()
        try:
            _random_move(rng, row.pk, people, by, at)
        except DeskError:
            assert Complaint.objects.filter(pk=row.pk).values().get() == before
            assert Event.objects.about(row).count() == events
        row = now(row)
        assert row.owner_id in {person.user_id for person in people[:2]}
        running = list(row.timers().open().values_list("policy__code", flat=True))
        assert running == ([STEPS[row.state]] if row.state in OPEN else [])
        assert row.head is None or row.head.username != row.proposed_by or row.state == "proposed"
    owners = [row.owner_id, *Handover.objects.order_by("-pk").values_list("was_id", flat=True)]
    chain = list(Handover.objects.order_by("pk").values_list("was_id", "now_id"))
    assert all(chain[place][1] == chain[place + 1][0] for place in range(len(chain) - 1))
    assert owners[-1] == people[0].user_id


def _random_move(rng, pk, people, by, at) -> None:
    amount = Decimal(rng.choice(["0", "30", "800"]))
    waiting = Approval.objects.waiting().filter(subject_id=pk).first()
    moves = [
        lambda: complaints.uphold(pk, judgement="属实", by=by, at=at),
        lambda: complaints.investigate(pk, cause="x", blame=complaints.Blame("service"), by=by, at=at),
        lambda: complaints.propose(pk, measures="道歉", amount_yuan=amount, by=by, at=at),
        lambda: complaints.approve(pk, by=by, at=at),
        lambda: complaints.send_back(pk, reason="再议", by=by, at=at),
        lambda: complaints.carry_out(pk, result="好", by=by, at=at),
        lambda: complaints.reopen(pk, reason="不满意", by=by, at=at),
        lambda: complaints.confirm(pk, words="满意", by=by, at=at),
        lambda: complaints.hand_over(pk, to_id=rng.choice(people).user_id, reason="x", by=by, at=at),
        lambda: waiting and approvals.sign(waiting.pk, by=by, at=at),
        lambda: waiting and approvals.refuse(waiting.pk, reason="x", by=by, at=at),
        lambda: rng.random() < 0.1 and complaints.close(pk, summary="x", by=by, at=at),
    ]
    rng.choice(moves)()


def test_as_9_a_step_that_stays_late_goes_to_the_heads_once():
    chief = head()
    row = make_care.complaint()
    assert chief.name == "shen"
    late = AT + timedelta(days=3)
    assert complaint_escalation.escalate_all_due(by=SYSTEM, at=AT) == 0
    timers.sweep(at=late)
    assert complaint_escalation.escalate_all_due(by=SYSTEM, at=late) == 1
    assert complaint_escalation.escalate_all_due(by=SYSTEM, at=late) == 0
    assert now(row).escalated_at == late
    [mail] = Mail.objects.all()
    assert mail.to == "shen@example.invalid"
    assert b"13800000001" not in bytes(mail.body)
    assert Complaint.objects.escalated().get() == row
    complaints.uphold(row.pk, judgement="属实", by=clerk(), at=late)
    assert not Complaint.objects.escalated().exists()


def test_as_9_who_gets_it_has_the_fewest_open_ones():
    assert owner_of([]) is None
    assert owner_of([Candidate(1, 2), Candidate(2, 0), Candidate(3, 0)]) == 2
    clerk()
    for number in range(2):
        make_care.complaint(f"漏水{number}")
    other = clerk("yu")
    row = complaint_register.begin(complaint_register.Said("x", "callback"), by=make_care.caller(), at=AT)
    assert row.owner_id == other.user_id


APPROVERS = [
    ("a head who has nothing to do with it", "han", "lin", 1, None, ""),
    ("who proposed it", "lin", "lin", 1, None, "own_proposal"),
    ("who is responsible for it", "han", "lin", 1, 1, "own_fault"),
    ("the system", "system", "lin", None, None, "no_person"),
]


@pytest.mark.parametrize(("_case", "name", "proposed_by", "user", "at_fault", "why"), APPROVERS)
def test_au_4_who_may_approve(_case, name, proposed_by, user, at_fault, why):
    assert may_approve(name=name, proposed_by=proposed_by, user=user, at_fault=at_fault) == why


def test_as_9_every_move_has_a_sentence_and_every_open_state_a_deadline():
    assert {f"complaint.{action}" for action in COMPLAINT.moves} <= timeline.SENTENCES.keys()
    assert set(STEPS) == set(ComplaintState.values) - {"closed"}


def test_ch_5_staff_see_their_region_a_partner_what_is_about_it_or_below():
    top = make.partner("gd")
    agent = make.partner("gz", above=top)
    make.partner("sz", above=top)
    row = make_care.complaint(job=make_care.done_job())
    assert row.partner == agent
    seen = {
        name: Complaint.objects.visible_to(make.actor(name, **scopes)).count()
        for name, scopes in {
            "a": {"region": "44"}, "b": {"region": "31"}, "c": {"partner": "gd"}, "d": {"partner": "sz"},
            "e": {"shop": "flagship"}, "f": {"shop": "other"}, "g": {}, "h": {"company": True},
        }.items()
    }  # fmt: skip
    assert seen == {"a": 1, "b": 0, "c": 1, "d": 0, "e": 1, "f": 0, "g": 0, "h": 1}


@pytest.mark.django_db(transaction=True)
def test_as_9_two_heads_approve_once():
    row = brought_to("proposed")
    people, start, found = [head(), head("han")], Barrier(2), []

    def work(by) -> None:
        start.wait()
        try:
            complaints.approve(row.pk, by=by, at=AT)
            found.append("approved")
        except WrongState:
            found.append("refused")
        connection.close()

    threads = [Thread(target=work, args=[by]) for by in people]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(found) == ["approved", "refused"]
    assert Event.objects.filter(action="complaint.approve").count() == 1
