"""CF-13: the made-up world of the benchmark, small: who is found, who is rightly not, and what no label leaks into."""

import pytest

from channels.operations import regions
from conflicts.models import Signal
from conflicts.operations import looking
from opsdesk.actor import SYSTEM
from tests import make, make_refunds, make_signals
from tests.bench import conflict_entering, conflict_world, conflicts

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground(db):
    regions.load()
    make_signals.figures()
    make.policies()
    make_refunds.policies()
    make_refunds.rules()


def test_cf_13_in_a_small_world_it_is_precise_and_finds_most(ground):
    world = conflict_world.make(3000, 11, 0.0)
    keys = conflict_entering.enter(world)
    conflicts.found_all(world, keys)
    score = conflicts.poached(world)
    assert (score.right, score.found, score.true, score.caught) == SCORE
    assert conflicts.sabotage(world).recall == 1
    innocent = conflicts.truth(world, "rebought", "protected", "moved", "two_homes", "second_machine", "twin")
    assert innocent & conflicts.pairs(("poached", "sabotage")) == set()
    before = set(Signal.objects.values_list("kind", "key", "state"))
    looking.look_at("losses", keys.values(), by=SYSTEM, at=conflict_entering.NOW)
    assert set(Signal.objects.values_list("kind", "key", "state")) == before


def test_cf_13_a_world_is_the_same_each_time_and_its_numbers_tell_nothing():
    one, other = (conflict_world.make(2000, 5, 0.5) for _ in range(2))
    assert [(buy.number, buy.who, buy.masked) for buy in one.buys] == [
        (buy.number, buy.who, buy.masked) for buy in other.buys
    ]
    assert [buy.when for buy in one.buys] == sorted(buy.when for buy in one.buys)
    assert [buy.number for buy in one.buys] == sorted(buy.number for buy in one.buys)


SCORE = (16, 17, 18, 16)  # right, found, true, caught
