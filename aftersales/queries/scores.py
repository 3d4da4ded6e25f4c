from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from aftersales.models import Score, ScoreContest, ScoreFormula
from aftersales.queries import score_events
from aftersales.rules import scores as rule
from aftersales.states.score import PER_100, ContestState
from opsdesk.actor import Actor
from opsdesk.days import midnight
from opsdesk.errors import NotFound


def latest_of(partner_ids: Collection[int], *, on: date) -> dict[int, Decimal]:
    """AS-11: return each partner's score of the last month that has one by this day. One query."""
    rows = Score.objects.filter(partner__among=partner_ids, month__lte=on).current().order_by("partner", "-month")
    return dict(rows.distinct("partner").values_list("partner_id", "value"))


def month_after(month: date) -> date:
    """Return the first day of the month after."""
    return (month + timedelta(days=32)).replace(day=1)


def formula_of(month: date) -> ScoreFormula | None:
    """Return the formula in force on the month's first day."""
    found: ScoreFormula | None = ScoreFormula.objects.in_force(month).order_by("pk").first()
    return found


@dataclass(frozen=True)
class Month:
    """AS-11: everything that counts in a month, by partner; ask for as many partners as wanted."""

    weights: tuple[rule.Weight, ...]
    events: Mapping[str, Mapping[int, list[rule.Event]]]
    bases: Mapping[str, Mapping[int, int]]
    excluded: Mapping[int, frozenset[rule.Key]]

    def partners(self) -> list[int]:
        """Return who has anything that counts."""
        return sorted({partner for rows in self.events.values() for partner in rows})

    def events_of(self, partner: int) -> dict[str, list[rule.Event]]:
        """Return a partner's events by measure, the excluded ones too."""
        return {measure: list(rows.get(partner, ())) for measure, rows in self.events.items()}

    def score(self, partner: int) -> rule.Result:
        """Return a partner's score."""
        bases = {measure: rows.get(partner, 0) for measure, rows in self.bases.items()}
        return rule.score(self.weights, self.events_of(partner), bases, self.excluded.get(partner, frozenset()))


def month_of(month: date, formula: ScoreFormula) -> Month:
    """AS-11: gather a month by the formula: only what happened in it, and what was upheld. One query a measure."""
    start, end = midnight(month), midnight(month_after(month))
    weights = tuple(
        rule.Weight(row.measure, row.weight, row.zero_at, row.full_at, row.measure in PER_100)
        for row in formula.weights.order_by("measure")
    )
    wanted = [one.measure for one in weights if score_events.is_known(one.measure)]
    return Month(
        weights,
        {measure: score_events.events_of(measure, start, end) for measure in wanted},
        {measure: score_events.BASES[measure](start, end) for measure in wanted if measure in score_events.BASES},
        _excluded(month),
    )


def _excluded(month: date) -> dict[int, frozenset[rule.Key]]:
    """What was contested with success, by partner."""
    rows = ScoreContest.objects.filter(month=month, state=ContestState.UPHELD)
    found: dict[int, set[rule.Key]] = defaultdict(set)
    for partner, measure, kind, pk in rows.values_list("partner_id", "measure", "kind", "subject_id"):
        found[partner].add((measure, kind, pk))
    return {partner: frozenset(keys) for partner, keys in found.items()}


def visible(pk: int, *, by: Actor) -> Score:
    """Return a score with what its page shows; one that is not visible does not exist."""
    score = Score.objects.visible_to(by).select_related("partner", "formula").filter(pk=pk).first()
    if score is None:
        raise NotFound(what=f"{Score._meta.verbose_name} {pk}")
    return score  # type: ignore[no-any-return]


def closed_months(at_day: date, most: int) -> list[date]:
    """Return the first days of the last months that are over, the oldest first."""
    months, month = [], at_day.replace(day=1)
    for _ in range(most):
        month = (month - timedelta(days=1)).replace(day=1)
        months.append(month)
    return months[::-1]


def open_contests(score: Score) -> bool:
    """Say whether anything of this month waits for a decision."""
    return ScoreContest.objects.filter(partner=score.partner_id, month=score.month).open().exists()


def final_due(at: datetime) -> list[int]:
    """Return the scores whose time for contesting is over and that nobody contests any more."""
    rows = Score.objects.current().filter(state="published", contest_until__lte=at)
    return list(rows.order_by("pk").values_list("pk", flat=True))
