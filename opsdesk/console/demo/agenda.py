"""A simulated clock: what happens when, in order; an act may put others on the agenda."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

Act = Callable[[datetime], None]


class Agenda:
    """Acts by their moment; of two at the same moment the one entered first comes first."""

    def __init__(self) -> None:
        self._acts: list[tuple[datetime, int, Act]] = []
        self._places = count()

    def add(self, moment: datetime, act: Act) -> None:
        """Enter an act; it is called with its moment."""
        heapq.heappush(self._acts, (moment, next(self._places), act))

    def run(self, *, until: datetime, before: Act) -> None:
        """Do everything up to a moment; `before` is called first each time. What lies beyond never happens."""
        while self._acts and self._acts[0][0] <= until:
            moment, _place, act = heapq.heappop(self._acts)
            before(moment)
            act(moment)
        before(until)
