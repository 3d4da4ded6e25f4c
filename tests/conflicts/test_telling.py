"""CF-9, CF-15: the accused learns by mail that his clock runs, that a ruling is in force, and that a case is over."""

from email import message_from_bytes
from email.policy import default

import pytest

from channels.models import Partner
from conflicts.operations import cases, rulings
from conflicts.operations.filing import Who
from opsdesk.notify.models import Mail
from tests import make, make_conflicts
from tests.make import AT
from tests.make_conflicts import brought_to, ecommerce, filed, of_partner, sales, signed, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ground(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_conflicts.ground()
    ecommerce(), sales()
    Partner.objects.filter(code="gz").update(email="gz@example.invalid")


def mails(to: str = "gz@example.invalid") -> list[str]:
    return [str(mail.subject) for mail in Mail.objects.filter(to=to).order_by("pk")]


def test_cf_9_the_accused_is_told_when_he_has_to_answer_and_when_he_may_appeal():
    case = filed()
    assert mails() == []
    cases.accept(case.pk, by=ecommerce(), at=AT)
    assert len(mails()) == 1
    cases.answer(case.pk, text="不属实", by=of_partner("gz"), at=AT)
    rulings.rule(case.pk, verdict(), by=ecommerce(), at=AT)
    assert len(mails()) == 1
    signed(case, ecommerce(), sales())
    assert len(mails()) == 2
    assert all(str(case) in subject for subject in mails())


def test_cf_13_the_letter_to_the_accused_names_nobody_who_may_be_harmed_by_it():
    shop = make.shop("jd-dist")
    case = filed(filer=Who(shop_id=shop.pk, protected=True), others=[("witness", Who(outsider="王五 139"))])
    cases.accept(case.pk, by=ecommerce(), at=AT)
    mail = message_from_bytes(bytes(Mail.objects.get(to="gz@example.invalid").body), policy=default)
    body = "".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")
    assert case.title in body
    for hidden in ("jd-dist", shop.name, "王", "shen", "伙伴dist"):
        assert hidden not in body


def test_cf_9_an_employee_is_told_at_his_own_address_and_a_settled_case_is_over():
    clerk = make_conflicts.somebody("lin", "shop_operations")
    case = brought_to("answering", accused=Who(employee_id=clerk.user_id))
    cases.agree(case.pk, text="致歉", by=clerk, at=AT)
    cases.agree(case.pk, text="接受", by=of_partner("dist"), at=AT)
    cases.settle(case.pk, reason="误会", by=sales(), at=AT)
    assert len(mails("lin@example.invalid")) == 2
