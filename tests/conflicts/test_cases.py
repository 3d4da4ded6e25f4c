"""CF-4, CF-8 … CF-11, CF-15: a case from filing to its ruling, through the operations."""

from datetime import UTC, date, timedelta
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, transaction

from channels.models import Authorisation, Entry, Partner, Revocation
from channels.queries import certificates
from conflicts.models import Case, MeasureTaken, Ruling, Signature, Statement
from conflicts.operations import appeals, cases, evidence, filing, rulings, witnesses
from conflicts.operations.filing import Who
from conflicts.operations.sitting import MayNot
from conflicts.operations.statements import SayMore
from conflicts.queries import papers, rulebooks, standing
from conflicts.states.case import CASE
from opsdesk.approvals.models import Delegation
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, NotFound, WrongState
from opsdesk.notify.models import Mail
from opsdesk.people.models import User
from opsdesk.sla import timers
from tests import make, make_conflicts
from tests.make import AT
from tests.make_conflicts import (
    brought_to,
    ecommerce,
    exhibit,
    filed,
    manager,
    now,
    of_partner,
    office,
    sales,
    signed,
    verdict,
)


@pytest.fixture(autouse=True)
def _ground(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_conflicts.ground()


def told(case: Case) -> list[str]:
    return [event.action for event in Event.objects.about(case).order_by("pk") if event.action.startswith("case.")]


def test_cf_9_a_serious_case_from_filing_to_the_booked_penalty():
    case = brought_to("in_force")
    gz = Partner.objects.get(code="gz")
    [entry] = Entry.objects.filter(partner=gz)
    assert (entry.kind, entry.amount_yuan, entry.source_type) == ("penalty", D("-5000.00"), "conflicts.ruling")
    ruling = case.rulings.get()
    assert entry.source_id == ruling.pk
    assert (ruling.state, ruling.stage, ruling.times, ruling.amount_yuan) == ("in_force", "agreed", 1, D("5000.00"))
    assert {(row.seat, row.signed_by) for row in ruling.signatures.all()} == {("online", "shen"), ("offline", "qian")}
    assert told(case) == [
        "case.file", "case.say", "case.accept", "case.say", "case.answer", "case.rule", "case.enforce",
    ]  # fmt: skip
    assert papers.penalty_of(ruling) == "《线上线下销售管理规定》第 1 版第八条（S1），第 1 次：5,000.00 元"
    assert list(case.timers().order_by("pk").values_list("policy__code", "state")) == [
        ("case_accept", "met"), ("case_answer", "met"), ("case_negotiate", "met"), ("case_sign", "met"),
        ("case_appeal", "running"),
    ]  # fmt: skip


def test_cf_8_what_happened_is_sealed_and_written_once():
    row = Statement.objects.get(case=filed())
    with pytest.raises(DatabaseError), transaction.atomic():
        Statement.objects.filter(pk=row.pk).update(kind="answer")
    assert row.text.startswith("客户张三")


def test_cf_11_a_case_is_filed_under_the_rulebook_of_the_day_of_the_act():
    with pytest.raises(filing.NotInForce):
        filed(acted_on=date(2014, 6, 30))
    assert filed(acted_on=date(2014, 7, 1)).version.number == 1
    with pytest.raises(filing.InTheFuture):
        filed(acted_on=AT.date() + timedelta(days=1))


def test_cf_8_nobody_files_against_himself_or_for_a_stranger():
    outlet, shop = Who(shop_id=make.shop("gz-outlet").pk), Who(shop_id=make.shop("jd-dist").pk)
    with pytest.raises(filing.OneSelf):
        filed(by=of_partner("gz"), filer=outlet)
    with pytest.raises(filing.OneSelf):
        filed(accused=shop)
    with pytest.raises(filing.FilerUnclear):
        filed(by=of_partner("gz"), accused=shop)
    with pytest.raises(filing.StoryMissing):
        filed(story=" ")
    with pytest.raises(filing.Accused):
        filed(accused=Who())
    assert not Case.objects.exists()


def test_cf_9_the_accused_sees_the_case_when_it_is_accepted_and_a_stranger_never():
    case, gz, stranger = filed(), of_partner("gz"), of_partner(make.partner("sh").code)
    assert not Case.objects.visible_to(gz).exists()
    cases.accept(case.pk, by=ecommerce(), at=AT)
    assert Case.objects.visible_to(gz).get() == case
    assert not Case.objects.visible_to(stranger).exists()
    with pytest.raises(NotFound):
        cases.answer(case.pk, text="x", by=stranger, at=AT)
    clerk = make_conflicts.somebody("lin", "customer_service")
    assert not Case.objects.visible_to(clerk).exists()


def test_cf_10_the_accused_employee_does_not_see_that_a_case_waits_though_he_is_a_head():
    head = ecommerce()
    case = filed(accused=Who(employee_id=head.user_id))
    assert not Case.objects.visible_to(head).exists()
    assert Case.objects.visible_to(sales()).exists()
    with pytest.raises(NotFound):
        cases.accept(case.pk, by=head, at=AT)
    cases.accept(case.pk, by=sales(), at=AT)
    assert standing.of(now(case), head).accused


def test_cf_9_in_a_shop_of_ours_the_employee_is_named_when_the_case_is_accepted():
    case = filed(accused=Who(shop_id=make.shop("flagship").pk))
    with pytest.raises(cases.NobodyAccused):
        cases.accept(case.pk, by=ecommerce(), at=AT)
    clerk = make_conflicts.somebody("lin", "shop_operations")
    cases.accept(case.pk, employee_id=clerk.user_id, by=ecommerce(), at=AT)
    assert case.parties.get(role="accused").employee_id == clerk.user_id


def test_cf_9_a_case_that_is_not_accepted_ends_with_its_reason():
    case = filed()
    with pytest.raises(SayMore):
        cases.reject(case.pk, reason=" ", by=sales(), at=AT)
    cases.reject(case.pk, reason="没有证据", by=sales(), at=AT)
    assert (now(case).state, now(case).closed_at, now(case).due_at) == ("rejected", AT, None)
    assert not case.timers().open().exists()


def test_cf_15_who_does_not_answer_in_time_is_not_waited_for():
    case = brought_to("answering")
    late = AT + timedelta(days=3)
    timers.sweep(at=late)
    assert make_conflicts.gone_on(late) == 1
    assert make_conflicts.gone_on(late) == 0
    assert (now(case).state, now(case).answered_at) == ("negotiating", None)
    with pytest.raises(WrongState):
        cases.answer(case.pk, text="迟到的答辩", by=of_partner("gz"), at=late)


def test_cf_15_departments_that_do_not_agree_in_time_lose_the_case_to_the_gm_office():
    case = brought_to("negotiating")
    late = AT + timedelta(days=3)
    timers.sweep(at=late)
    make_conflicts.gone_on(late)
    assert now(case).state == "investigating"


def test_cf_15_a_ruling_that_nobody_appeals_is_final_when_the_time_is_over():
    case = brought_to("in_force")
    late = AT + timedelta(days=3)
    timers.sweep(at=late)
    make_conflicts.gone_on(late)
    assert (now(case).state, now(case).closed_at) == ("final", late)
    with pytest.raises(WrongState):
        appeals.appeal(case.pk, text="x", exhibits=[exhibit()], by=of_partner("gz"), at=late)


def test_cf_15_where_the_head_is_silent_his_deputy_is_asked_and_may_act():
    case, late, boss = filed(), AT + timedelta(days=3), manager()
    ecommerce(), sales()
    with pytest.raises(MayNot):
        cases.accept(case.pk, by=boss, at=AT)
    timers.sweep(at=late)
    assert make_conflicts.gone_on(late) == 1
    assert set(Mail.objects.values_list("to", flat=True)) >= {"zong@example.invalid"}
    cases.accept(case.pk, by=boss, at=late)
    assert now(case).state == "answering"


def test_cf_4_a_case_that_both_settle_ends_without_penalty():
    case = brought_to("negotiating")
    cases.agree(case.pk, text="向贵店致歉，以后先核实订单", by=of_partner("gz"), at=AT)
    with pytest.raises(cases.NotAgreed, match="申诉方"):
        cases.settle(case.pk, reason="误会", by=ecommerce(), at=AT)
    cases.agree(case.pk, text="接受道歉", by=of_partner("dist"), at=AT)
    cases.settle(case.pk, reason="误会，双方已和解", by=ecommerce(), at=AT)
    assert now(case).state == "settled"
    assert not Entry.objects.exists()
    assert not Ruling.objects.exists()


def test_cf_4_a_head_agrees_for_the_party_on_his_side_only():
    case = brought_to("negotiating")
    cases.agree(case.pk, text="代为致歉", by=sales(), at=AT)
    cases.agree(case.pk, text="同意和解", by=ecommerce(), at=AT)
    assert set(case.statements.filter(kind="settlement").values_list("role", "said_by")) == {
        ("accused", "qian"), ("filer", "shen"),
    }  # fmt: skip
    with pytest.raises(NotAllowed):
        cases.agree(case.pk, text="x", by=office(), at=AT)


def test_cf_10_the_heads_sign_only_together_and_nobody_twice():
    case, _there = brought_to("signing"), sales()
    signed(case, ecommerce())
    assert now(case).state == "signing"
    assert not Entry.objects.exists()
    for by in (ecommerce(), ecommerce("shen2"), office(), manager()):
        with pytest.raises(MayNot):
            signed(case, by)
    signed(case, sales())
    assert now(case).state == "in_force"


def test_cf_10_whatever_changes_the_case_voids_the_signatures():
    case = brought_to("signing")
    signed(case, ecommerce())
    old = case.rulings.get().text_sha256
    evidence.add(case.pk, exhibit(b"more", "more.txt"), by=sales(), at=AT)
    assert case.rulings.get().text_sha256 != old
    with pytest.raises(rulings.TextChanged):
        rulings.sign(case.pk, text_sha256=old, by=sales(), at=AT)
    signed(case, sales())
    assert now(case).state == "signing"  # the other head signed another text
    signed(case, ecommerce())
    assert now(case).state == "in_force"
    assert Signature.objects.count() == 3


def test_cf_10_a_changed_ruling_is_signed_anew():
    case = brought_to("signing")
    signed(case, sales())
    rulings.redraft(case.pk, verdict(amount="4000", unusual="初犯且主动补偿"), by=sales(), at=AT)
    signed(case, sales(), ecommerce())
    assert case.rulings.get().amount_yuan == D("4000.00")
    assert Entry.objects.get().amount_yuan == D("-4000.00")


def test_cf_9_a_head_who_refuses_to_sign_hands_the_case_to_the_gm_office():
    case = brought_to("signing")
    text = case.rulings.get().text_sha256
    rulings.refuse(case.pk, reason="证据不足", text_sha256=text, by=sales(), at=AT)
    assert (now(case).state, case.rulings.get().state) == ("investigating", "refused")
    rulings.rule(case.pk, verdict(), by=office(), at=AT)
    with pytest.raises(MayNot, match="起草"):
        signed(case, office())
    with pytest.raises(MayNot):
        signed(case, ecommerce())
    signed(case, manager())  # nobody else of the GM office is there
    assert (now(case).state, case.rulings.get(round=2).stage) == ("in_force", "arbitrated")


def test_cf_10_a_severe_case_is_ruled_by_the_gm_office_alone():
    case = brought_to("negotiating", "V2")
    with pytest.raises(rulings.OfficeOnly):
        rulings.rule(case.pk, verdict("V2", "10000"), by=ecommerce(), at=AT)
    cases.escalate(case.pk, reason="严重违规", by=ecommerce(), at=AT)
    with pytest.raises(MayNot):
        rulings.rule(case.pk, verdict("V2", "10000"), by=ecommerce(), at=AT)
    rulings.rule(case.pk, verdict("V2", "10000"), by=office(), at=AT)
    with pytest.raises(MayNot):
        signed(case, sales())
    signed(case, office("pei"))
    assert now(case).state == "in_force"


RANGES = [
    ("the usual", "S1", "5000", (), "", None),
    ("less without a reason", "S1", "3000", (), "", "说明"),
    ("less with a reason", "S1", "3000", (), "初犯", None),
    ("above the most", "S1", "6000", (), "屡教不改", "高于"),
    ("a measure it does not know", "S1", "5000", ("dismissal",), "x", "没有"),
    ("general: more, with a reason", "G1", "9000", (), "影响恶劣", None),
    ("general: below the least", "G1", "1999.99", (), "初犯", "低于"),
]


@pytest.mark.parametrize(("_case", "code", "amount", "measures", "unusual", "refused"), RANGES)
def test_cf_6_a_ruling_stays_within_the_rule_and_says_why_it_is_unusual(
    _case, code, amount, measures, unusual, refused
):
    case = brought_to("negotiating", code)
    said = verdict(code, amount, measures=measures, unusual=unusual)
    if refused is None:
        assert rulings.rule(case.pk, said, by=sales(), at=AT).amount_yuan == D(amount)
        return
    with pytest.raises(rulings.OutOfRange, match=refused):
        rulings.rule(case.pk, said, by=sales(), at=AT)
    assert (now(case).state, Ruling.objects.count()) == ("negotiating", 0)


def test_cf_11_the_second_time_of_cross_region_selling_costs_more_and_the_third_the_qualification():
    gz = Partner.objects.get(code="gz")
    row = Authorisation.objects.create(number="A-9", partner=gz, shop=make.shop("gz-outlet"), valid_from=AT.date())
    amounts = []
    for times in (1, 2, 3):
        case = brought_to("investigating", "C1", money_yuan=D(times))
        usual = rulebooks.penalty_for(make_conflicts.act("C1"), "partner", times)
        said = verdict("C1", str(usual.usual), measures=tuple(usual.measures))
        ruling = rulings.rule(case.pk, said, by=office(), at=AT)
        signed(case, manager())
        amounts.append((ruling.times, ruling.amount_yuan))
    assert amounts == [(1, D("100000.00")), (2, D("150000.00")), (3, D("0.00"))]
    assert certificates.verify("A-9", on=AT.date()).state == "revoked"
    assert MeasureTaken.objects.get().revocation == Revocation.objects.get(authorisation=row)
    assert [entry.amount_yuan for entry in Entry.objects.order_by("pk")] == [D("-100000.00"), D("-150000.00")]


def test_cf_9_the_filer_takes_a_case_back_before_it_is_ruled():
    case = brought_to("negotiating")
    with pytest.raises(cases.NotParty):
        cases.withdraw(case.pk, reason="x", by=of_partner("gz"), at=AT)
    cases.withdraw(case.pk, reason="客户澄清", by=of_partner("dist"), at=AT)
    assert now(case).state == "withdrawn"
    assert CASE.allowed(now(case)) == []


def test_cf_10_a_delegate_sits_from_the_first_moment_of_the_local_day():
    case = brought_to("signing")
    signed(case, sales())
    deputy = sales("qian2")
    shen = User.objects.get(username="shen")
    Delegation.objects.create(
        absent=shen, delegate_id=deputy.user_id, reason="出差", valid_from=date(2026, 3, 5), valid_to=date(2026, 3, 6)
    )
    with pytest.raises(MayNot):
        signed(case, deputy, at=make.at("2026-03-04 23:59"))
    signed(case, deputy, at=make.at("2026-03-05 00:00").astimezone(UTC))
    assert case.rulings.get().signatures.get(seat="online").signed_by == "qian2"


def test_cf_10_the_heads_do_not_make_a_severe_case_a_fault_of_their_own():
    case = brought_to("negotiating", "V2")
    with pytest.raises(rulings.OfficeOnly):
        rulings.rule(case.pk, verdict("G1", "2000"), by=ecommerce(), at=AT)
    assert not Ruling.objects.exists()


def test_cf_8_a_shop_and_a_partner_that_do_not_belong_together_are_refused():
    gz, dist = (Partner.objects.get(code=code) for code in ("gz", "dist"))
    with pytest.raises(filing.OtherOperator):
        filed(accused=Who(shop_id=make.shop("gz-outlet").pk, partner_id=dist.pk))
    with pytest.raises(filing.OtherOperator):
        filed(filer=Who(shop_id=make.shop("jd-dist").pk, partner_id=gz.pk))
    assert not Case.objects.exists()


def test_cf_9_a_colleague_of_the_accused_employee_is_not_the_accused():
    shop = make.shop("flagship")
    clerk = make_conflicts.somebody("lin", "shop_operations", shop="flagship")
    other = make_conflicts.somebody("mei", "shop_operations", shop="flagship")
    case = filed(accused=Who(shop_id=shop.pk))
    cases.accept(case.pk, employee_id=clerk.user_id, by=ecommerce(), at=AT)
    assert not Case.objects.visible_to(other).exists()
    with pytest.raises(NotFound):
        cases.answer(case.pk, text="我替她答", by=other, at=AT)
    cases.answer(case.pk, text="我不知道", by=clerk, at=AT)


def test_cf_10_an_accused_head_reads_no_draft_about_himself():
    head = ecommerce()
    case = filed(accused=Who(employee_id=head.user_id))
    cases.accept(case.pk, by=sales(), at=AT)
    cases.answer(case.pk, text="并非如此", by=head, at=AT)
    rulings.rule(case.pk, verdict("S1", "500", measures=("demerit",)), by=sales(), at=AT)
    assert not Ruling.objects.visible_to(head).exists()
    assert Ruling.objects.visible_to(sales()).count() == 1


def test_cf_10_a_head_cannot_bar_another_by_naming_him_a_witness():
    case = brought_to("negotiating")
    with pytest.raises(witnesses.SeatHolder):
        witnesses.add(case.pk, Who(employee_id=sales().user_id), by=ecommerce(), at=AT)
    assert not case.parties.filter(role="witness").exists()


def test_cf_15_a_case_for_which_nobody_can_be_asked_is_asked_again():
    case, late = filed(), AT + timedelta(days=3)
    timers.sweep(at=late)
    assert make_conflicts.gone_on(late) == 0  # no head, no deputy, no GM office yet
    assert now(case).urged_at is None
    manager()
    assert make_conflicts.gone_on(late + timedelta(hours=1)) == 1
    assert now(case).urged_at == late + timedelta(hours=1)
