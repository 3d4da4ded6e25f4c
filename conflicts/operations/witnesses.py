"""CF-8: witnesses of a case: kept sealed, masked for everybody, never known to the accused."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conflicts.models import Case, Party
from conflicts.operations.filing import Who, party_of
from conflicts.queries import possible, sitting, standing
from conflicts.states.case import HANDLE, RULE, PartyRole
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid, NotAllowed, Refused


class WitnessMissing(Invalid):
    code, sentence = "witness_missing", _("{case}: name the witness, by name and phone, or choose the employee.")


class WitnessTooLate(Refused):
    code = "witness_too_late"
    sentence = _("{case}: witnesses are named before the ruling is drafted; the state is “{state}”.")


class MayNotName(NotAllowed):
    code = "witness_may_not"
    sentence = _("{case}: the filer and those who handle the case name witnesses; an employee only the latter.")


class SeatHolder(NotAllowed):
    code = "witness_seat_holder"
    sentence = _("{case}: {who} may have to judge this case; only the GM office names him as a witness.")


@transaction.atomic
def add(case_id: int, who: Who, *, by: Actor, at: datetime) -> Party:
    """CF-8: name a witness. A party cannot bar a head from the case by calling him one: employees the company names."""
    case: Case = Case.objects.visible_to(by).for_change(case_id)
    stands = standing.of(case, by)
    official = stands.official and (by.may(HANDLE) or by.may(RULE))
    if not (official or (stands.filer and who.employee_id is None)):
        raise MayNotName(case=case)
    if case.state not in possible.NAMES_WITNESSES:
        raise WitnessTooLate(case=case, state=case.get_state_display())
    party = party_of(PartyRole.WITNESS, Who(employee_id=who.employee_id, outsider=who.outsider))
    if not (party.employee or party.outsider):
        raise WitnessMissing(case=case)
    if party.employee and not by.may(RULE) and sitting.holds_seat(case, party.employee):
        raise SeatHolder(case=case, who=party.employee)
    party.case = case
    party.save(force_insert=True)
    audit.record(case, "case.add_witness", by=by, at=at, witness=str(party))
    return party
