"""PR-1, PR-4: campaigns as windows, in which other price rules hold than outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid
from promotions.models import CampaignWindow


class WindowSpan(Invalid):
    code, sentence = "campaign_window_span", _("{name}: a campaign ends after it begins.")


@dataclass(frozen=True, slots=True)
class Window:
    """A campaign with its span and its source (model's label, key)."""

    name: str
    starts_at: datetime
    ends_at: datetime
    source: tuple[str, int]


@transaction.atomic
def announce(window: Window, *, shop_ids: Sequence[int] | None = None, by: Actor, at: datetime) -> list[CampaignWindow]:
    """PR-1: a campaign of these shops (None: of all) is on; announced again, an extension or an earlier end counts."""
    if window.ends_at < window.starts_at:
        raise WindowSpan(name=window.name)
    span = {"name": window.name[:80], "starts_at": window.starts_at, "ends_at": window.ends_at}
    made = []
    shops: list[Any] = [None] if shop_ids is None else sorted(set(shop_ids))
    for shop_id in shops:
        row, new = CampaignWindow.objects.get_or_create(
            source_type=window.source[0], source_id=window.source[1], shop_id=shop_id, defaults=span
        )
        if new or any(getattr(row, name) != value for name, value in span.items()):
            CampaignWindow.objects.filter(pk=row.pk).update(**span)
            audit.record(row, "campaignwindow.announce", by=by, at=at, **span)
        made.append(row)
    return made
