"""CF-9, CF-10, AU-4: who may accept a case, and who may sit and sign in which seat. Plain Python."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

ACCEPT, AGREED, APPEAL = "accept", "agreed", "appeal"


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A row of the rulebook: in this stage `seat` is `role`'s, and `instead`'s where that one may not sit."""

    id: int
    stage: str
    seat: str
    role: str
    instead: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who might sit: his roles by whom he stands for ("" himself), and what is his own.

    `shops` and `partners` are the keys that he answers for by his scopes.
    """

    name: str
    user: int
    roles: Mapping[str, Set[str]]
    shops: frozenset[int] = frozenset()
    partners: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who is concerned in a case: nobody of these sits. Witnesses are people, too."""

    people: frozenset[int]
    shops: frozenset[int]
    partners: frozenset[int]
    filed_by: str = ""
    earlier: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sitting:
    """Whether somebody may sit: where, in which role, for whom ("" himself), and why or why not."""

    may: bool
    seat: str = ""
    role: str = ""
    stands_for: str = ""
    because: str = ""


def barred(person: Person, case: Concerned) -> str:
    """CF-10: return why this person may have no say in this case, "" where he may."""
    if person.user in case.people:
        return "party"
    if person.name == case.filed_by:
        return "filed"
    if person.shops & case.shops:
        return "own_shop"
    if person.partners & case.partners:
        return "own_partner"
    return "judged_before" if person.name in case.earlier else ""


@dataclass(frozen=True, slots=True)
class Table:
    """What is to be signed now: the seats of the stage, whom the case concerns, and who has signed what.

    `vacant`: the roles for which nobody may sit (all barred, nobody holds them, or they let the step run out); their
    `instead` sits then. `taken`: seats that have signed, by whom.
    """

    rows: Sequence[SeatRow]
    case: Concerned
    vacant: Set[str] = frozenset()
    taken: Mapping[str, str] = field(default_factory=dict)
    drafted_by: str = ""


def sitting(person: Person, table: Table, absent_barred: Collection[str] = ()) -> Sitting:
    """CF-9, CF-10: return the seat that this person may take now.

    `absent_barred`: those among whom he stands for that are barred themselves. Who drafted a ruling signs it only where
    two departments sign, and nobody signs for him either, nor for who has signed already.
    """
    if why := barred(person, table.case):
        return Sitting(False, because=why)
    if person.name in table.taken.values():
        return Sitting(False, because="signed_already")
    free = [row for row in table.rows if row.seat not in table.taken]
    if not free:
        return Sitting(False, because="no_seat")
    drafter = table.drafted_by if all(row.stage != AGREED for row in free) else ""
    if drafter and person.name == drafter:
        return Sitting(False, because="drafted")
    nobodys = {*absent_barred, *table.taken.values()} | ({drafter} if drafter else set())
    found = [choice for row in free for choice in _choices(person, row, table.vacant, nobodys)]
    if not found:
        return Sitting(False, because="no_role")
    _order, seat, role, stands_for, pk = min(found)
    return Sitting(True, seat, role, stands_for, f"seat:{pk}:{role}")


def _choices(
    person: Person, row: SeatRow, vacant: Set[str], absent_barred: Collection[str]
) -> list[tuple[tuple[bool, bool], str, str, str, int]]:
    """The ways in which somebody may take a seat: himself before in another's place, the holder before his deputy."""
    wanted = [(False, row.role)] + ([(True, row.instead)] if row.role in vacant else [])
    return [
        ((deputy, bool(absent)), row.seat, role, absent, row.id)
        for absent, held in person.roles.items()
        if absent not in absent_barred
        for deputy, role in wanted
        if role in held
    ]


def complete(rows: Iterable[SeatRow], taken: Collection[str]) -> bool:
    """CF-10: say whether every seat of a stage has been taken."""
    return {row.seat for row in rows} <= set(taken)
