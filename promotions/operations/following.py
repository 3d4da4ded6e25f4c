"""DS-11: what is looked over again after an import, and after a row of the price policy changed."""

from collections.abc import Sequence
from datetime import datetime

from django.apps import apps
from django.db.models import Min, Q

from opsdesk.actor import Actor
from opsdesk.audit.models import Event
from orders.models import Import
from promotions.models import Claim
from promotions.operations import platform_prices, sweep
from promotions.queries.touched import listings_touched_by


def follow_all_due(*, by: Actor, at: datetime) -> sweep.Found:
    """DS-8, DS-11: every night: note what the platforms' prices are, and look over everything."""
    platform_prices.notice(at=at)
    return sweep.sweep_all_due(by=by, at=at)


def follow_imports(event_ids: Sequence[int], *, by: Actor, at: datetime) -> sweep.Found:
    """DS-11: look over the items of the shops of these imports, and what was sold of the orders they changed."""
    imports = Import.objects.filter(pk__in=Event.objects.filter(pk__in=event_ids).values("subject_id"))
    shops = set(imports.values_list("shop", flat=True))
    began = imports.aggregate(first=Min("started_at"))["first"]
    if not shops:
        return sweep.Found()
    platform_prices.notice(at=at)
    found = sweep.sweep_listings(Q(shop__in=shops), by=by, at=at)
    return found + sweep.sweep_changed_sales(began, by=by, at=at) if began else found


def follow_changes(event_ids: Sequence[int], *, by: Actor, at: datetime) -> sweep.Found:
    """DS-11: look over just the items whose floor these changed rules, grants or campaigns touch."""
    which = Q(pk__in=())
    subjects = Event.objects.filter(pk__in=event_ids).values_list("subject_type", "subject_id")
    for kind in {kind for kind, _pk in subjects}:
        keys = [pk for found, pk in subjects if found == kind]
        for row in apps.get_model(kind)._base_manager.filter(pk__in=keys):
            which |= listings_touched_by(row)
    return sweep.sweep_listings(which, by=by, at=at)


def follow_claims(event_ids: Sequence[int], *, by: Actor, at: datetime) -> sweep.Found:
    """DS-11, PR-18: look again over the sales whose claims were agreed to or taken back."""
    claims = Claim.objects.filter(pk__in=Event.objects.filter(pk__in=event_ids).values("subject_id"))
    orders = set(claims.values_list("order_id", flat=True))
    return sweep.sweep_claimed_sales(orders, by=by, at=at) if orders else sweep.Found()
