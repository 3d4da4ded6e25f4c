from aftersales.models import Repair
from opsdesk.actor import Actor
from opsdesk.errors import NotFound


def visible(pk: int, *, by: Actor) -> Repair:
    """Return a repair with what its page shows; one that is not visible does not exist."""
    rows = Repair.objects.visible_to(by).select_related("order__shop", "product", "region", "partner")
    repair = rows.select_related("holder_user", "holder_partner").filter(pk=pk).first()
    if repair is None:
        raise NotFound(what=f"{Repair._meta.verbose_name} {pk}")
    return repair  # type: ignore[no-any-return]
