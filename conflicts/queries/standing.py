"""CF-8, CF-9: what somebody is in a case, and so what he may see of it."""

from dataclasses import dataclass

from channels.models import Partner, Shop
from channels.states import Mode, PartnerKind, PlatformKind
from conflicts.models import Case, Evidence, Party, Statement
from conflicts.models.case import handles
from conflicts.states.case import PartyRole, Side, StatementKind
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet


@dataclass(frozen=True)
class Standing:
    """What an actor is in a case, and whether he handles cases for the company; if he is a party he is only that."""

    roles: frozenset[str]
    handles: bool

    @property
    def accused(self) -> bool:
        """He is accused, or answers for who is."""
        return PartyRole.ACCUSED in self.roles

    @property
    def filer(self) -> bool:
        """He filed it, or answers for who did."""
        return PartyRole.FILER in self.roles and not self.accused

    @property
    def official(self) -> bool:
        """He acts for the company and is no party."""
        return self.handles and not self.roles


def of(case: Case, by: Actor) -> Standing:
    """Return what this actor is in a case; who filed it is its filer, whomever he did it for. One query."""
    roles = set(Party.objects.filter(case=case).of(by).values_list("role", flat=True))
    if by.user_id is not None and by.user_id == case.filed_by_id:
        roles.add(PartyRole.FILER)
    return Standing(frozenset(roles), handles(by))


def side_of(shop: Shop | None, partner: Partner | None) -> str:
    """CF-9: return which department speaks for somebody: the e-commerce one for what sells online."""
    if shop is not None:
        offline = shop.platform.kind == PlatformKind.OFFLINE or shop.mode == Mode.OUTLET
        return Side.OFFLINE if offline else Side.ONLINE
    if partner is not None:
        return Side.ONLINE if partner.kind == PartnerKind.DISTRIBUTOR else Side.OFFLINE
    return ""


def answers_for(by: Actor, partner: Partner) -> bool:
    """Say whether this actor answers for a partner: by the partner itself or one above it (CH-5)."""
    return bool(by.partners) and Partner.objects.within(by.partners).filter(pk=partner.pk).exists()


def evidence_for(case: Case, who: Standing, by: Actor) -> DeskQuerySet:
    """Return the evidence that this actor may look at: the accused nothing that tells who spoke against him."""
    rows = Evidence.objects.filter(case=case).order_by("added_at", "pk")
    return rows if who.official else rows.filter(protected=False) | rows.filter(added_by=by.name)


def statements_for(case: Case, who: Standing, by: Actor) -> list[Statement]:
    """Return what this actor may read of what was said: parties not what the departments say among themselves.

    The accused reads the story unless the filer is to stay hidden from him.
    """
    rows = list(case.statements.order_by("said_at", "pk"))
    if who.official:
        return rows
    hidden = {StatementKind.POSITION, StatementKind.FINDING}
    if who.accused and case.parties.filter(role=PartyRole.FILER, protected=True).exists():
        hidden.add(StatementKind.STORY)
    return [row for row in rows if row.kind not in hidden or row.said_by == by.name]


def parties_for(case: Case, who: Standing) -> list[Party]:
    """Return the parties that this actor may know of: the accused none that are to stay hidden from him."""
    rows = list(case.parties.select_related("shop", "partner", "employee").order_by("pk"))
    if who.official:
        return rows
    return [row for row in rows if not row.protected or (row.role == PartyRole.FILER and who.filer)]
