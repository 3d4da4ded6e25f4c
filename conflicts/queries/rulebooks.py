"""CF-5 … CF-12: what the rulebooks say: which version holds, what an act costs, what a party did before."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from channels.models import Partner
from conflicts.models import Act, PenaltyRow, RulebookVersion, Ruling
from conflicts.rules import penalties
from conflicts.rules.penalties import Earlier, Penalty, Row
from conflicts.states.case import PartyRole
from opsdesk.errors import Refused
from opsdesk.people.models import User


class NothingInForce(Refused):
    code, sentence = "no_rulebook_in_force", _("On {day} no version of the rulebook “{rulebook}” was in force.")


def version_on(rulebook: str, day: date) -> RulebookVersion:
    """CF-11: return the version of a rulebook (its code) that held on a day. One query."""
    version: RulebookVersion | None = (
        RulebookVersion.objects.in_force(day).filter(rulebook__code=rulebook).select_related("rulebook").first()
    )
    if version is None:
        raise NothingInForce(rulebook=rulebook, day=day)
    return version


def acts_on(day: date) -> list[Act]:
    """Return every act that was forbidden on a day, with its clause and version, as the rulebooks list them."""
    acts = Act.objects.filter(version__in=RulebookVersion.objects.in_force(day))
    return list(acts.select_related("version__rulebook", "clause").order_by("version__rulebook", "pk"))


def row_of(row: PenaltyRow) -> Row:
    """Return a penalty row as the pure functions see it."""
    return Row(
        pk=row.pk,
        punished=row.punished,
        times=row.times,
        least=row.least_yuan,
        usual=row.usual_yuan,
        most=row.most_yuan,
        measures=frozenset(row.measures),
        instead=frozenset(row.instead),
    )


def penalty_for(act: Act, punished: str, times: int = 1) -> Penalty | None:
    """Return what an act costs such a party the n-th time; None: its rulebook does not punish such a party."""
    return penalties.penalty(map(row_of, act.penalties.all()), punished=punished, times=times)


def earlier(act: Act, accused: Partner | User, *, on: date, without: int | None = None) -> tuple[Earlier, ...]:
    """CF-11: return what makes an act of this day a repeat, oldest first: by rulings in force, this case left out.

    An act is the same through all versions of its rulebook when its code is. One query.
    """
    who = {"employee": accused.pk} if isinstance(accused, User) else {"partner": accused.pk}
    rulings = Ruling.objects.in_force().filter(
        **{f"case__parties__{name}": pk for name, pk in who.items()},
        case__parties__role=PartyRole.ACCUSED,
        act__code=act.code,
        act__version__rulebook=act.version.rulebook_id,
    )
    if without is not None:
        rulings = rulings.exclude(case=without)
    found = [Earlier(*row) for row in rulings.values_list("act__code", "case__acted_on", "pk", "case")]
    return penalties.times_before(found, act=act.code, on=on, within_days=act.version.repeat_days)
