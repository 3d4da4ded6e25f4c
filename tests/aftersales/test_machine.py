"""Every machine: every pair of state and action, from its table."""

import pytest

from aftersales.models import Job
from aftersales.states.job import JOB, JobState
from opsdesk.errors import WrongState
from opsdesk.notify.states import MAIL, MailState
from opsdesk.sla.states import TIMER, TimerState
from orders.models import Order
from orders.states import IMPORT, ORDER, ImportState, OrderState
from promotions.states.price_signal import SIGNAL, SignalState

MACHINES = (
    (JOB, JobState),
    (ORDER, OrderState),
    (IMPORT, ImportState),
    (TIMER, TimerState),
    (MAIL, MailState),
    (SIGNAL, SignalState),
)
PAIRS = [
    pytest.param(machine, state, action, id=f"{machine.name}:{state}:{action}")
    for machine, states in MACHINES
    for state in states.values
    for action in machine.moves
]


class Row:
    """Anything with a state."""

    def __init__(self, state: str) -> None:
        self.state = state

    def get_state_display(self) -> str:
        return self.state


@pytest.mark.parametrize(("machine", "state", "action"), PAIRS)
def test_a_move_is_possible_exactly_from_its_sources(machine, state, action):
    sources, target = machine.moves[action]
    row = Row(state)
    assert (action in machine.allowed(row)) == (state in sources)
    if state in sources:
        assert machine.check(row, action) == target
    else:
        with pytest.raises(WrongState):
            machine.check(row, action)
        assert row.state == state


@pytest.mark.parametrize(("machine", "states"), MACHINES)
def test_every_state_of_a_machine_is_a_choice_and_the_other_way_round(machine, states):
    named = {target for _, target in machine.moves.values()} | {
        s for sources, _ in machine.moves.values() for s in sources
    }
    assert named == set(states.values)


def test_a_row_that_was_not_taken_for_change_cannot_be_moved(db):
    from tests.make import AT

    with pytest.raises(AssertionError, match="for_change"):
        JOB.move(Job(state="open"), "cancel", by=None, at=AT)
    with pytest.raises(AssertionError, match="for_change"):
        ORDER.move(Order(state="paid"), "sign", by=None, at=AT)
