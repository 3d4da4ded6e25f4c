from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from channels.models import Platform, Shop
from channels.states import Mode, PlatformKind
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import NotFound


class UnknownShop(NotFound):
    code = "unknown_shop"
    sentence = _("There is no shop “{shop}”. Known: {known}. To create it, name its platform (--create-shop PLATFORM).")


class UnknownPlatform(NotFound):
    code, sentence = "unknown_platform", _("There is no platform “{platform}”. Known: {known}.")


@transaction.atomic
def known_or_created(code: str, *, platform: str, by: Actor, at: datetime) -> Shop:
    """CH-2: return the shop of this code; create it on the platform where one is named."""
    shop = Shop.objects.visible_to(by).filter(code=code).first()
    if shop:
        return shop  # type: ignore[no-any-return]
    if not platform:
        known = ", ".join(Shop.objects.visible_to(by).order_by("code").values_list("code", flat=True)[:20])
        raise UnknownShop(shop=code, known=known or "–")
    where = Platform.objects.filter(code=platform).first()
    if where is None:
        known = ", ".join(Platform.objects.order_by("code").values_list("code", flat=True))
        raise UnknownPlatform(platform=platform, known=known)
    mode = {PlatformKind.OWN: Mode.OWN_MALL, PlatformKind.OFFLINE: Mode.OUTLET}.get(where.kind, Mode.SPECIALITY)
    shop, new = Shop.objects.get_or_create(code=code, defaults={"name": code, "platform": where, "mode": mode})
    if new:
        audit.record(shop, "record.add", by=by, at=at)
    return shop
