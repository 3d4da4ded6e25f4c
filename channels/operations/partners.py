from django.utils.translation import gettext_lazy as _

from channels.models import Partner
from opsdesk.errors import Refused


class Ring(Refused):
    code, sentence = "partner_ring", _("{partner} cannot stand below itself.")


def place(partner: Partner) -> Partner:
    """CH-5: set a partner's path from the one above it; raise Ring where it would stand below itself."""
    above = partner.parent.path if partner.parent else "/"
    if f"/{partner.code}/" in above:
        raise Ring(partner=partner.name)
    partner.path = f"{above}{partner.code}/"
    return partner


def place_below(partner: Partner) -> None:
    """CH-5: set the paths of all partners below, level by level, after this one has moved."""
    level = [partner]
    while level:
        children = list(Partner.objects.filter(parent__in=level).select_related("parent").order_by("pk"))
        Partner.objects.bulk_update([place(child) for child in children], ["path"])
        level = children
