"""OR-2, ADR 0011: the rank of states and the machine's table say the same."""

import pytest

from channels.connectors.base import Progress
from orders.rules.freshness import RANK
from orders.states import INTO, ORDER, OrderState


def test_or_2_every_state_has_a_rank_and_is_a_platforms_word():
    assert set(RANK) == set(OrderState.values) == {progress.value for progress in Progress}


@pytest.mark.parametrize("now", INTO)
@pytest.mark.parametrize("was", RANK)
def test_or_2_a_move_exists_exactly_to_a_later_state(was, now):
    sources, _target = ORDER.moves[INTO[now]]
    assert (was in sources) == (RANK[was] < RANK[now])
