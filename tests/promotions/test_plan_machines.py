"""Every pair of state and action of a plan and of a brand day, from their tables; and when a quota runs out."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from opsdesk.errors import WrongState
from promotions.rules import burn
from promotions.rules.burn import Move
from promotions.states.plan import BRAND_EVENT, EDITABLE, PLAN, EventState, PlanState
from tests.aftersales.test_machine import Row
from tests.make import AT

MACHINES = ((PLAN, PlanState), (BRAND_EVENT, EventState))
PAIRS = [
    pytest.param(machine, state, action, id=f"{machine.name}:{state}:{action}")
    for machine, states in MACHINES
    for state in states.values
    for action in machine.moves
]


@pytest.mark.parametrize(("machine", "state", "action"), PAIRS)
def test_pr_14_a_move_is_possible_exactly_from_its_sources(machine, state, action):
    sources, target = machine.moves[action]
    row = Row(state)
    assert (action in machine.allowed(row)) == (state in sources)
    if state in sources:
        assert machine.check(row, action) == target
    else:
        with pytest.raises(WrongState):
            machine.check(row, action)


@pytest.mark.parametrize(("machine", "states"), MACHINES)
def test_pr_14_every_state_is_a_choice_and_the_other_way_round(machine, states):
    named = {t for _, t in machine.moves.values()} | {s for sources, _ in machine.moves.values() for s in sources}
    assert named == set(states.values)
    assert set(EDITABLE) <= set(PlanState.values)


def hours(count: float):
    return AT + timedelta(hours=count)


BURNS = {
    "nothing was used": ([], 2, None, "no_pace"),
    "ten an hour for two hours, eighty left": ([(1, 10), (2, 10)], 2, 10, "pace"),
    "one that gave back counts against the pace": ([(1, 20), (2, -10)], 2, 20, "pace"),
    "only the last six hours make the pace": ([(0, 0), (1, 40), (10, 30)], 12, 18, "pace"),
    "used up": ([(1, 60), (2, 40)], 4, 2, "spent"),
}


@pytest.mark.parametrize("_case", BURNS)
def test_pr_19_what_is_left_lasts_until(_case):
    moves, now, ends, because = BURNS[_case]
    found = burn.project(D(100), [Move(hours(h), D(n)) for h, n in moves], since=AT, at=hours(now))
    assert found.because == because
    assert found.runs_out_at == (None if ends is None else hours(ends))


def test_pr_19_without_a_limit_nothing_runs_out():
    found = burn.project(None, [Move(AT, D(5))], since=AT, at=hours(1))
    assert (found.used, found.left, found.runs_out_at, found.because) == (D(5), None, None, "no_limit")
