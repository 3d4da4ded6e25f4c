"""The figures that stood in PlanRule and in another table, too, stay in the other one alone (ADR 0016).

Every row taken out is written down in the audit trail with its figure and span, so none is lost: what somebody had
changed in one of the two tables only can be read there, and undoing this enters the rows again from it.
"""

from datetime import date
from decimal import Decimal

from django.db import migrations
from django.utils import timezone

DOUBLED = (
    "depth_hero", "depth_other", "tail_least", "list_days",
    "cashback_least", "cashback_most", "show_order_least", "show_order_most",
    "coupon_least", "coupon_most", "phone_least", "phone_most",
    "eligible.show_order", "installs_per_day",
)  # fmt: skip
ACTION, SUBJECT = "planrule.move", "promotions.planrule"
_FIELDS = ("code", "rule", "platform", "mode", "number", "text", "valid_from", "valid_to")


def take_out(apps, schema_editor):
    rules, events = apps.get_model("promotions", "PlanRule"), apps.get_model("audit", "Event")
    doubled = rules.objects.filter(code__in=DOUBLED).order_by("pk")
    events.objects.bulk_create(
        events(
            action=ACTION, subject_type=SUBJECT, subject_id=row.pk, actor="system", door="command", at=timezone.now(),
            facts={name: getattr(row, name) for name in _FIELDS},
        )
        for row in doubled
    )  # fmt: skip
    doubled.delete()


def put_back(apps, schema_editor):
    rules, events = apps.get_model("promotions", "PlanRule"), apps.get_model("audit", "Event")
    for event in events.objects.filter(action=ACTION, subject_type=SUBJECT).order_by("pk"):
        facts = {name: event.facts[name] for name in _FIELDS}
        for name in ("valid_from", "valid_to"):
            facts[name] = facts[name] and date.fromisoformat(facts[name])
        facts["number"] = Decimal(facts["number"])
        rules.objects.get_or_create(pk=event.subject_id, defaults=facts)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only"), ("promotions", "0009_auctions_and_shares")]

    operations = [migrations.RunPython(take_out, put_back)]
