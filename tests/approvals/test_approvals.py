"""FI-2, FI-3, AU-4: who decides alone, who signs, and what happens when nobody does."""

from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import connection

from opsdesk.actor import SYSTEM
from opsdesk.approvals import operations, rules, tasks
from opsdesk.approvals.models import Approval, Delegation, Limit, SecondSignature
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, NotFound, WrongState
from opsdesk.notify.models import Mail
from opsdesk.people.operations import ensure_roles
from opsdesk.people.queries import actor_of
from opsdesk.sla import timers
from opsdesk.sla.models import Counting, Step, WorkCalendar
from tests import make
from tests.make import AT

pytestmark = pytest.mark.django_db
FIVE, LOW, HIGH = Decimal("5.00"), Decimal("200.00"), Decimal("900.00")


@pytest.fixture(autouse=True)
def _limits(settings):
    settings.DECIDED = {}  # the subjects here stand for themselves; what follows a decision is tested where it follows
    ensure_roles()
    always = WorkCalendar.objects.create(code="always", name="always", weekly=dict.fromkeys(make.WEEK, make.WORKDAY))
    policy = make.policy("approval", timedelta(hours=8), always, Counting.WORKING_TIME)
    Step.objects.create(policy=policy, name="lapsing", after=timedelta(days=7))
    for role, alone, up_to in (("dispatcher", "100", "0"), ("regional_manager", "0", "500"), ("finance", "0", "5000")):
        Limit.objects.create(
            kind="extra", role=role, alone_yuan=Decimal(alone), sign_yuan=Decimal(up_to), valid_from=make.LONG_AGO
        )


def somebody(name: str, role: str, **scopes: object):
    return actor_of(make.in_role(name, role, company=True, **scopes), door="test")


def question(amount: Decimal = LOW, **fields: object) -> operations.Question:
    return operations.Question("extra", make.partner("gz"), amount, "加长管路", **fields)


def test_fi_3_within_the_own_limit_it_is_granted_at_once_and_no_clock_runs():
    approval = operations.ask(question(Decimal("100.00")), by=somebody("li", "dispatcher"), at=AT)
    limit = Limit.objects.get(role="dispatcher")
    assert (approval.state, approval.due_at) == ("granted", None)
    assert approval.because == [f"alone:dispatcher:100.00:{limit.pk}"]


def test_fi_3_one_fen_above_the_limit_waits_for_another():
    approval = operations.ask(question(Decimal("100.01")), by=somebody("li", "dispatcher"), at=AT)
    assert (approval.state, approval.signatures_needed) == ("waiting", 1)
    assert approval.due_at == AT + timedelta(hours=8)


def test_au_4_nobody_signs_his_own_not_even_through_a_delegate():
    asker, chief = somebody("li", "regional_manager"), somebody("wu", "dispatcher")
    approval = operations.ask(question(), by=asker, at=AT)
    Delegation.objects.create(absent_id=asker.user_id, delegate_id=chief.user_id, reason="出差", valid_from=AT.date())
    for signer in (asker, actor_of(make.User.objects.get(username="wu"), door="test")):
        with pytest.raises(NotAllowed):
            operations.sign(approval.pk, by=signer, at=AT)
    assert Approval.objects.get().state == "waiting"
    assert not Event.objects.filter(action="approval.sign").exists()


def test_fi_2_who_may_sign_this_much_grants_it():
    approval = operations.ask(question(), by=somebody("li", "dispatcher"), at=AT)
    operations.sign(approval.pk, by=somebody("zhao", "regional_manager"), at=AT)
    approval = Approval.objects.get()
    [signature] = approval.signatures.all()
    assert (approval.state, signature.role, signature.stands_for) == ("granted", "regional_manager", "")


def test_fi_2_above_the_limit_of_the_signer_it_stays():
    approval = operations.ask(question(HIGH), by=somebody("li", "dispatcher"), at=AT)
    with pytest.raises(operations.MayNotSign):
        operations.sign(approval.pk, by=somebody("zhao", "regional_manager"), at=AT)
    operations.sign(approval.pk, by=somebody("qian", "finance"), at=AT)
    assert Approval.objects.get().state == "granted"


def test_au_4_two_must_sign_above_a_dated_amount_and_nobody_counts_twice():
    SecondSignature.objects.create(kind="extra", above_yuan=Decimal("150.00"), valid_from=make.LONG_AGO)
    approval = operations.ask(question(), by=somebody("li", "dispatcher"), at=AT)
    first = somebody("zhao", "regional_manager")
    operations.sign(approval.pk, by=first, at=AT)
    assert Approval.objects.get().state == "waiting"
    with pytest.raises(operations.MayNotSign):
        operations.sign(approval.pk, by=first, at=AT)
    operations.sign(approval.pk, by=somebody("qian", "finance"), at=AT)
    assert Approval.objects.get().state == "granted"


def test_fi_2_a_delegate_signs_in_the_others_place_for_the_days_of_it():
    absent, stand_in = somebody("zhao", "regional_manager"), make.in_role("wu", "finance", company=True)
    Limit.objects.filter(role="finance").delete()
    Delegation.objects.create(absent_id=absent.user_id, delegate=stand_in, reason="出差", valid_from=AT.date())
    approval = operations.ask(question(), by=somebody("li", "dispatcher"), at=AT)
    operations.sign(approval.pk, by=actor_of(stand_in, door="test"), at=AT)
    [signature] = approval.signatures.all()
    assert (signature.signed_by, signature.stands_for, signature.role) == ("wu", "zhao", "regional_manager")


def test_fi_2_one_refusal_decides_and_says_why():
    approval = operations.ask(question(), by=somebody("li", "dispatcher"), at=AT)
    signer = somebody("zhao", "regional_manager")
    with pytest.raises(operations.ReasonMissing):
        operations.refuse(approval.pk, reason=" ", by=signer, at=AT)
    operations.refuse(approval.pk, reason="无照片", by=signer, at=AT)
    assert Approval.objects.get().state == "refused"
    with pytest.raises(WrongState):
        operations.sign(approval.pk, by=somebody("qian", "finance"), at=AT)


def test_fi_2_silence_is_no_consent(django_capture_on_commit_callbacks):
    make.in_role("zhao", "regional_manager", company=True)
    with django_capture_on_commit_callbacks(execute=True):
        operations.ask(question(), by=somebody("li", "dispatcher"), at=AT)
    assert Mail.objects.filter(key__startswith="approval:").count() == 1
    for days in (1, 2, 9):
        with django_capture_on_commit_callbacks(execute=True):
            timers.sweep(at=AT + timedelta(days=days))
    assert Approval.objects.get().state == "lapsed"
    assert Mail.objects.filter(key__startswith="approval:").count() == 3
    assert tasks.operations.lapsing() == []
    assert mail.outbox == []


def test_fi_2_the_same_thing_is_not_asked_twice_while_it_waits():
    asker = somebody("li", "dispatcher")
    asked = question()
    operations.ask(asked, by=asker, at=AT)
    with pytest.raises(operations.AskedAlready):
        operations.ask(asked, by=asker, at=AT)
    operations.withdraw(Approval.objects.get().pk, reason="写错金额", by=asker, at=AT)
    operations.ask(asked, by=asker, at=AT)
    assert sorted(Approval.objects.values_list("state", flat=True)) == ["waiting", "withdrawn"]


def test_au_1_an_approval_of_another_region_does_not_exist():
    approval = operations.ask(question(region="440106"), by=somebody("li", "dispatcher"), at=AT)
    near = actor_of(make.in_role("a", "regional_manager", region="44"), door="test")
    far = actor_of(make.in_role("b", "regional_manager", region="11"), door="test")
    with pytest.raises(NotFound):
        operations.sign(approval.pk, by=far, at=AT)
    assert operations.sign(approval.pk, by=near, at=AT).state == "granted"


def test_au_4_the_queue_holds_what_i_may_sign_and_not_my_own():
    asker = somebody("li", "dispatcher")
    operations.ask(question(LOW), by=asker, at=AT)
    mine = Approval.objects.for_roles({"regional_manager"}, name="zhao", at=AT)
    assert mine.count() == 1
    assert Approval.objects.for_roles({"regional_manager"}, name="li", at=AT).count() == 0
    assert Approval.objects.for_roles({"dispatcher"}, name="zhao", at=AT).count() == 0


def test_fi_2_the_list_for_my_signature_grants_and_says_what_it_could_not(client):
    asker = make.in_role("li", "dispatcher", company=True)
    for number, amount in enumerate((LOW, HIGH)):
        asked = operations.Question("extra", make.partner(f"p{number}"), amount, "加长管路")
        operations.ask(asked, by=actor_of(asker, door="test"), at=AT)
    client.force_login(make.in_role("zhao", "regional_manager", company=True))
    where = "/admin/approvals/approval/"
    body = client.get(f"{where}?queue=mine").content.decode()
    assert ("伙伴p0" in body, "伙伴p1" in body) == (True, False)
    data = {"action": "sign", "_selected_action": list(Approval.objects.values_list("pk", flat=True)), "answered": "1"}
    body = client.post(where, data | {"reason": "核对过照片"}, follow=True).content.decode()
    assert "金额超出您的权限" in body
    assert list(Approval.objects.order_by("pk").values_list("state", flat=True)) == ["granted", "waiting"]


@pytest.mark.django_db(transaction=True)
def test_au_4_two_signers_at_once_decide_once():
    approval = operations.ask(question(), by=somebody("li", "dispatcher"), at=AT)
    signers = [somebody("zhao", "regional_manager"), somebody("qian", "finance")]
    start, found = Barrier(2), []

    def work(by) -> None:
        start.wait()
        try:
            found.append(operations.sign(approval.pk, by=by, at=AT).state)
        except WrongState:
            found.append("too late")
        connection.close()

    threads = [Thread(target=work, args=(by,)) for by in signers]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(found) == ["granted", "too late"]
    assert Approval.objects.get().signatures.count() == Event.objects.filter(action="approval.grant").count() == 1


ROWS = (
    rules.LimitRow(1, "dispatcher", Decimal("100"), Decimal("0")),
    rules.LimitRow(2, "manager", Decimal("300"), Decimal("500")),
)


@pytest.mark.parametrize(
    ("_case", "amount", "roles", "second", "expected"),
    [
        ("the smallest limit that holds decides", "80", {"dispatcher", "manager"}, None, (True, 0)),
        ("a higher role decides more alone", "250", {"manager"}, None, (True, 0)),
        ("no role, no authority", "1", set(), None, (False, 1)),
        ("above the second limit two sign", "600", {"manager"}, "550", (False, 2)),
        ("at the second limit one signs", "550", {"manager"}, "550", (False, 1)),
    ],
)
def test_fi_3_the_route_of_an_amount(_case, amount, roles, second, expected):
    way = rules.route(Decimal(amount), ROWS, roles, Decimal(second) if second else None)
    assert (way.alone, way.signatures) == expected


def test_approvals_of_the_system_need_a_person():
    approval = operations.ask(question(FIVE), by=SYSTEM, at=AT)
    assert approval.state == "waiting"
