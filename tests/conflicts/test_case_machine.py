"""CF-4, CF-9, CF-14: every pair of state and action of cases, rulings, signals and versions, from their tables; and of
cases through the operations themselves: a move works exactly from its sources, and a refused one changes nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from conflicts.models import Case
from conflicts.operations import appeals, cases, rulings
from conflicts.states.case import CASE, IN_DEBATE, OPEN, RULING, STEPS, CaseState, RulingState
from conflicts.states.rulebook import VERSION, VersionState
from conflicts.states.signal import SIGNAL, SignalState
from opsdesk.audit.models import Event
from opsdesk.errors import DeskError, WrongState
from opsdesk.sla import timers
from tests import make_conflicts
from tests.aftersales.test_machine import Row
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

MACHINES = ((CASE, CaseState), (RULING, RulingState), (SIGNAL, SignalState), (VERSION, VersionState))
PAIRS = [
    pytest.param(machine, state, action, id=f"{machine.name}:{state}:{action}")
    for machine, states in MACHINES
    for state in states.values
    for action in machine.moves
]


@pytest.mark.parametrize(("machine", "state", "action"), PAIRS)
def test_cf_9_a_move_is_possible_exactly_from_its_sources(machine, state, action):
    sources, target = machine.moves[action]
    row = Row(state)
    assert (action in machine.allowed(row)) == (state in sources)
    if state in sources:
        assert machine.check(row, action) == target
    else:
        with pytest.raises(WrongState):
            machine.check(row, action)


@pytest.mark.parametrize(("machine", "states"), MACHINES)
def test_cf_9_every_state_is_a_choice_and_the_other_way_round(machine, states):
    named = {t for _, t in machine.moves.values()} | {s for sources, _ in machine.moves.values() for s in sources}
    assert named == set(states.values)


def test_cf_15_every_open_state_has_its_deadline_and_no_ended_one_can_go_on():
    assert set(OPEN) == set(STEPS)
    assert set(IN_DEBATE) <= set(OPEN)
    for state in set(CaseState.values) - set(OPEN):
        assert CASE.allowed(Row(state)) == []


def ended(state: str) -> Case:
    """A case brought to any state, by the people who may."""
    if state == "rejected":
        case = filed()
        cases.reject(case.pk, reason="没有证据", by=sales(), at=AT)
    elif state == "withdrawn":
        case = filed()
        cases.withdraw(case.pk, reason="客户澄清", by=of_partner("dist"), at=AT)
    elif state == "settled":
        case = brought_to("negotiating")
        agree_both(case)
        cases.settle(case.pk, reason="误会", by=sales(), at=AT)
    elif state == "cleared":
        case = brought_to("negotiating")
        rulings.rule(case.pk, verdict(None), by=ecommerce(), at=AT)
        signed(case, ecommerce(), sales())
    elif state in ("appealed", "final"):
        case = brought_to(state, "V2")
    else:
        case = brought_to(state)
    return now(case)


def agree_both(case: Case) -> None:
    cases.agree(case.pk, text="致歉", by=of_partner("gz"), at=AT)
    cases.agree(case.pk, text="接受", by=of_partner("dist"), at=AT)


def run_out(case: Case) -> None:
    """Nobody acts in time."""
    late = AT + timedelta(days=5)
    timers.sweep(at=late)
    make_conflicts.gone_on(late)


def settled(case: Case) -> None:
    agree_both(case)
    cases.settle(case.pk, reason="误会", by=sales(), at=AT)


def ruled(case: Case) -> None:
    appealed = case.appealed_at is not None
    by = manager() if appealed else office() if case.state == "investigating" else ecommerce()
    code = case.act.code
    rulings.rule(case.pk, make_conflicts.fields_of(code), by=by, at=AT)


def refused(case: Case) -> None:
    drafted = case.rulings.filter(state="drafted").first()
    text = drafted.text_sha256 if drafted else "0" * 64
    rulings.refuse(case.pk, reason="证据不足", text_sha256=text, by=sales(), at=AT)


def enforced(case: Case) -> None:
    for by in (ecommerce(), sales()):
        drafted = case.rulings.filter(state="drafted").first()
        text = drafted.text_sha256 if drafted else "0" * 64
        rulings.sign(case.pk, text_sha256=text, by=by, at=AT)


def cleared(case: Case) -> None:
    rulings.redraft(case.pk, verdict(None), by=ecommerce(), at=AT)
    enforced(case)


ACTIONS: dict[str, Callable[[Case], object]] = {
    "accept": lambda case: cases.accept(case.pk, by=ecommerce(), at=AT),
    "reject": lambda case: cases.reject(case.pk, reason="没有证据", by=sales(), at=AT),
    "answer": lambda case: cases.answer(case.pk, text="不属实", by=of_partner("gz"), at=AT),
    "be_silent": run_out,
    "settle": settled,
    "escalate": lambda case: cases.escalate(case.pk, reason="协商不成", by=sales(), at=AT),
    "rule": ruled,
    "object": refused,
    "enforce": enforced,
    "clear": cleared,
    "appeal": lambda case: appeals.appeal(
        case.pk, text="不服", exhibits=[exhibit(b"newer", "newer.txt")], by=of_partner("gz"), at=AT
    ),
    "uphold": lambda case: appeals.uphold(case.pk, reason="维持", by=office("pei"), at=AT),
    "finish": run_out,
    "withdraw": lambda case: cases.withdraw(case.pk, reason="客户澄清", by=of_partner("dist"), at=AT),
}
BY_TIME = {"be_silent": {"answering": "negotiating"}, "finish": {"in_force": "final"}}
RUNS_OUT = {"answering": "negotiating", "negotiating": "investigating", "in_force": "final"}


@pytest.mark.django_db
@pytest.mark.parametrize("state", CaseState.values)
def test_cf_9_every_action_from_every_state_through_its_operation(state, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_conflicts.ground()
    for somebody in (ecommerce, sales, office, manager):
        somebody()
    assert set(ACTIONS) | {"send_back"} == set(CASE.moves)  # `object` of an appeal's ruling: test_appeals
    case = ended(state)
    assert case.state == state
    for action, do in ACTIONS.items():
        sources, target = CASE.moves[action]
        with transaction.atomic():
            before = Event.objects.count()
            if action in BY_TIME:
                do(now(case))
                assert now(case).state == RUNS_OUT.get(state, state), (state, action)
            elif state in sources:
                do(now(case))
                assert now(case).state == target, (state, action)
            else:
                with pytest.raises(DeskError), transaction.atomic():
                    do(now(case))
                assert now(case).state == state, (state, action)
                assert Event.objects.count() == before, (state, action)
            transaction.set_rollback(True)
