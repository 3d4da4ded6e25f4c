"""CF-10, CF-14: heads who sign at the same moment, and evidence that comes in while somebody signs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection, transaction

from channels.models import Entry
from conflicts.models import Case
from conflicts.operations import evidence, rulings
from opsdesk.actor import Actor
from opsdesk.errors import DeskError
from tests import make_conflicts
from tests.make import AT
from tests.make_conflicts import brought_to, ecommerce, exhibit, now, of_partner, sales

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(settings: Any, tmp_path: Any) -> Case:
    """A drafted ruling that waits for both heads."""
    settings.MEDIA_ROOT = tmp_path
    with transaction.atomic():
        make_conflicts.ground()
        people = (ecommerce(), ecommerce("shen2"), sales())
        assert len({by.name for by in people}) == 3
        of_partner("dist")
        return brought_to("signing")


def together(*work: Callable[[], object]) -> list[object]:
    """Do all of it at once, each in a thread with a connection of its own; a refusal is an answer."""

    def one(do: Callable[[], object]) -> object:
        try:
            return do()
        except DeskError as why:
            return why.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(one, work))


def sign(case: Case, by: Actor, text: str) -> Callable[[], object]:
    return lambda: rulings.sign(case.pk, text_sha256=text, by=by, at=AT).state


@pytest.mark.parametrize("_again", range(5))
def test_cf_10_two_heads_who_sign_at_once_put_one_ruling_in_force_and_book_once(case, _again):
    text = case.rulings.get().text_sha256
    answers = together(sign(case, ecommerce(), text), sign(case, sales(), text))
    assert sorted(map(str, answers)) == ["drafted", "in_force"]
    assert (now(case).state, case.rulings.get().state) == ("in_force", "in_force")
    assert [entry.amount_yuan for entry in Entry.objects.all()] == [D("-5000.00")]
    assert case.timers().open().get().policy.code == "case_appeal"


def test_cf_10_of_two_heads_of_one_department_one_signs(case):
    text = case.rulings.get().text_sha256
    answers = together(sign(case, ecommerce(), text), sign(case, ecommerce("shen2"), text))
    assert sorted(map(str, answers)) == ["case_may_not", "drafted"]
    assert case.rulings.get().signatures.count() == 1
    assert now(case).state == "signing"


@pytest.mark.parametrize("_again", range(5))
def test_cf_10_evidence_that_comes_while_the_last_head_signs_is_in_the_text_or_too_late(case, _again):
    text, handler = case.rulings.get().text_sha256, make_conflicts.office()
    rulings.sign(case.pk, text_sha256=text, by=ecommerce(), at=AT)
    answers = together(
        sign(case, sales(), text),
        lambda: evidence.add(case.pk, exhibit(b"more", "more.txt"), by=handler, at=AT).name,
    )
    ruling = case.rulings.get()
    if answers == ["in_force", "evidence_too_late"]:
        assert (ruling.text_sha256, now(case).state) == (text, "in_force")
        assert Entry.objects.count() == 1
    else:
        assert answers == ["ruling_text_changed", "more.txt"]
        assert "more.txt" in ruling.text
        assert not ruling.signatures.filter(text_sha256=ruling.text_sha256).exists()
        assert (now(case).state, Entry.objects.count()) == ("signing", 0)
