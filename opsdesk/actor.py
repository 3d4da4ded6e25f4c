"""AU-1: who acts, with which rights, within which scope, through which door."""

from dataclasses import dataclass, field

from opsdesk.errors import NotAllowed


@dataclass(frozen=True)
class Actor:
    """One person (or the system) at one door.

    `company` means no limit of scope; otherwise codes of shops, administrative regions (prefixes) and partners
    (with everything below them) say what is visible. `everything` is the
    system's own; `installer` narrows a partner's jobs to one person's own and to those that nobody is to go to yet
    (AS-11); for people `rights` are Django permissions ("aftersales.accept_job").
    """

    name: str
    user_id: int | None = None
    rights: frozenset[str] = field(default=frozenset(), repr=False)
    company: bool = False
    everything: bool = False
    shops: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    partners: frozenset[str] = frozenset()
    installer: int | None = None
    door: str = "system"

    def may(self, right: str) -> bool:
        """Say whether this actor has the right; the system has all."""
        return self.everything or right in self.rights

    def need(self, right: str) -> None:
        """Refuse an actor without the right."""
        if not self.may(right):
            raise NotAllowed(right=right)


SYSTEM = Actor("system", company=True, everything=True)
