from channels.models import Shop
from opsdesk.actor import Actor
from opsdesk.errors import NotFound


def of_shop(code: str) -> Actor:
    """Return an actor that sees one shop and no more."""
    if not Shop.objects.filter(code=code).exists():
        known = ", ".join(Shop.objects.order_by("code").values_list("code", flat=True)[:20])
        raise NotFound(what=f"{code} ({known})")
    return Actor("system", shops=frozenset({code}))
