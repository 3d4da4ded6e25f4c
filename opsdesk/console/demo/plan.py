"""What a demo is made of: one seed, one moment, and how much of everything."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from opsdesk.days import local, midnight

_NEW_MODEL, _RAISE = timedelta(days=140), timedelta(days=190)


@dataclass(frozen=True)
class Plan:
    """The story ends at `at`, local time; orders go back `days`, jobs are followed for the last `live_days`."""

    seed: int
    at: datetime
    orders: int = 4000
    days: int = 365
    live_days: int = 40

    @property
    def today(self) -> date:
        """The day on which the story ends."""
        return local(self.at).date()

    @property
    def start(self) -> datetime:
        """When the first order may come."""
        return midnight(self.today - timedelta(days=self.days))

    @property
    def live_since(self) -> datetime:
        """From when installations are followed, and files taken in every few days instead of every month."""
        return midnight(self.today - timedelta(days=self.live_days))

    @property
    def launch(self) -> date:
        """The brand day on which the new model came."""
        return (self.today - _NEW_MODEL).replace(day=9)

    @property
    def raise_on(self) -> date:
        """The day from which some list prices are higher."""
        return (self.today - _RAISE).replace(day=1)

    @property
    def since(self) -> date:
        """The beginning of what is valid without end."""
        return date(self.today.year - 3, 1, 1)
