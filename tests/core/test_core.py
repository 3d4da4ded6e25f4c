"""The small core: audit, later, privacy, validity, querysets, actors."""

import base64
from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, InternalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import override_settings

from channels.models import ListPrice, Partner
from opsdesk import privacy
from opsdesk.actor import SYSTEM
from opsdesk.audit import models as audit
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, NotFound
from opsdesk.later import later
from opsdesk.money import to_fen
from opsdesk.people.models import GivenRight
from opsdesk.people.operations import ensure_roles
from opsdesk.people.roles import ROLES
from tests import make
from tests.make import AT

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET actor = 'x'", "DELETE FROM audit_event"])
def test_au_3_the_database_refuses_to_edit_what_happened(statement):
    audit.record(make.partner(), "record.add", by=SYSTEM, at=AT)
    with (
        pytest.raises((InternalError, IntegrityError), match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Event.objects.get().actor == "system"


def test_au_3_an_event_says_who_when_old_and_new():
    facts = audit.changed({"a": 1, "b": 2}, {"a": 1, "b": 3})
    event = audit.record(make.partner(), "record.change", by=make.actor("li"), at=AT, **facts)
    assert (event.actor, event.door, event.at, event.facts) == ("li", "test", AT, {"changed": {"b": [2, 3]}})


@pytest.mark.django_db(transaction=True)
def test_later_does_not_start_what_was_rolled_back(monkeypatch):
    make.policies()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        later("opsdesk.sla.tasks.beat")
        raise ZeroDivisionError
    from opsdesk.sla.models import Heartbeat

    assert Heartbeat.objects.count() == 0
    with transaction.atomic():
        later("opsdesk.sla.tasks.beat")
    assert Heartbeat.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_later_survives_a_dead_broker(settings):
    from opsdesk.celery import app

    app.conf.task_always_eager = False
    with override_settings(CELERY_TASK_ALWAYS_EAGER=False), transaction.atomic():
        app.conf.broker_url = "redis://127.0.0.1:1/0"
        later("opsdesk.sla.tasks.beat")
    app.conf.task_always_eager = True
    assert Event.objects.count() == 0


def test_au_2_what_is_sealed_is_read_back_and_differs_each_time():
    first, second = privacy.seal("张三".encode()), privacy.seal("张三".encode())
    assert first != second
    assert privacy.unseal(first).decode() == privacy.unseal(memoryview(second)).decode() == "张三"


def test_au_2_keys_can_be_rotated_and_a_missing_one_is_named(settings):
    old = privacy.seal(b"x")
    settings.PRIVACY_KEYS = ["new:" + base64.b64encode(b"n" * 32).decode(), *settings.PRIVACY_KEYS]
    privacy._ciphers.cache_clear()
    new = privacy.seal(b"y")
    assert (privacy.unseal(old), privacy.unseal(new)) == (b"x", b"y")
    settings.PRIVACY_KEYS = settings.PRIVACY_KEYS[1:]
    privacy._ciphers.cache_clear()
    with pytest.raises(privacy.KeyMissing, match="new"):
        privacy.unseal(new)
    privacy._ciphers.cache_clear()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13800000001", "13800000001"),
        ("138 0000-0001", "13800000001"),
        ("+86 13800000001", "13800000001"),
        ("008613800000001", "13800000001"),
        ("020-87654321", "02087654321"),
        ("8765432", ""),
        ("138****0001", ""),
        ("18877771111-123", ""),
        ("", ""),
        ("电话", ""),
    ],
)
def test_or_4_phones_are_normalised(text, expected):
    assert privacy.normal_phone(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("13800000001", "138****0001"), ("138****0001", "138****0001"), ("12345", "1****"), ("", "")]
)
def test_au_2_phones_are_masked(text, expected):
    assert privacy.mask_phone(text) == expected


def test_the_database_refuses_two_rows_of_a_rule_on_one_day():
    product = make.product()
    ListPrice.objects.create(product=product, price_yuan=1, valid_from=date(2026, 1, 1), valid_to=date(2026, 2, 1))
    ListPrice.objects.create(product=product, price_yuan=2, valid_from=date(2026, 2, 1))
    assert ListPrice.objects.all().in_force(date(2026, 1, 31)).get().price_yuan == 1
    assert ListPrice.objects.all().in_force(date(2026, 2, 1)).get().price_yuan == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        ListPrice.objects.create(product=product, price_yuan=3, valid_from=date(2026, 1, 31), valid_to=date(2026, 2, 2))


def test_a_row_outside_the_queryset_does_not_exist():
    row = make.partner()
    with pytest.raises(NotFound):
        Partner.objects.exclude(pk=row.pk).for_change(row.pk)
    assert Partner.objects.for_change(row.pk).locked


@pytest.mark.parametrize(
    ("amount", "expected"), [("0.005", "0.01"), ("2.675", "2.68"), ("-0.005", "-0.01"), ("1", "1.00")]
)
def test_fi_1_amounts_are_decimal_and_rounded_half_up_to_the_fen(amount, expected):
    assert str(to_fen(Decimal(amount))) == expected


def test_au_1_a_right_is_asked_for():
    with pytest.raises(NotAllowed, match="orders.add_import"):
        make.actor().need("orders.add_import")
    make.actor("li", "orders.add_import").need("orders.add_import")
    SYSTEM.need("anything")


def test_au_1_all_roles_of_the_handbook_exist_and_keep_what_an_administrator_changed():
    assert ensure_roles() == len(ROLES)
    Group.objects.get(name="warehouse").permissions.clear()
    assert ensure_roles() == 0
    assert Group.objects.get(name="warehouse").permissions.count() == 0
    assert all(group.permissions.exists() for group in Group.objects.exclude(name="warehouse"))


def test_au_1_a_release_gives_its_new_rights_to_roles_that_are_there():
    ensure_roles()
    finance, right = Group.objects.get(name="finance"), Permission.objects.get(codename="sign_approval")
    finance.permissions.clear()
    GivenRight.objects.filter(role="finance", right="approvals.sign_approval").delete()  # as before the release
    assert ensure_roles() == 0
    assert list(finance.permissions.all()) == [right]


@pytest.mark.django_db(transaction=True)
def test_au_1_an_earlier_installation_gets_the_rights_of_new_records_only():
    """AU-1: the migration notes what stands there as given."""
    executor = MigrationExecutor(connection)
    ensure_roles()
    executor.migrate([("people", "0001_initial")])
    Group.objects.get(name="finance").permissions.clear()
    Permission.objects.filter(content_type__app_label="approvals").delete()
    executor = MigrationExecutor(connection)
    executor.migrate([("people", "0002_givenright")])
    create_permissions(apps.get_app_config("approvals"), verbosity=0)
    ensure_roles()
    held = Group.objects.get(name="finance").permissions.values_list("content_type__app_label", flat=True)
    assert set(held) == {"approvals"}
