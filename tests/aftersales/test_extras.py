"""AS-4: extra work is a line of its own that somebody with the authority approves."""

from decimal import Decimal

import pytest

from aftersales.models import Extra
from aftersales.operations import extras
from channels.models import Entry
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, NotFound
from tests import make, make_money
from tests.make import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def job():
    make_money.money()
    return make_money.done_job(owner=make.partner("gz"))


def wanted(amount: str = "80.00", **fields: object) -> extras.Wanted:
    kind = fields.pop("kind", None) or make_money.extra_kind()
    return extras.Wanted(kind.pk, Decimal(amount), str(fields.get("reason", "管路加长三米")), make.photo())


def test_as_4_extra_work_is_paid_once_it_is_approved(job):
    row = extras.propose(job.pk, wanted=wanted(), by=make_money.of_partner("gz"), at=AT)
    assert (row.state, row.partner_id, Entry.objects.count()) == ("proposed", job.owner_id, 0)
    approvals.sign(Approval.objects.get().pk, by=make_money.somebody("rm", "regional_manager"), at=AT)
    row.refresh_from_db()
    entry = Entry.objects.get()
    assert (row.state, entry.kind, entry.amount_yuan) == ("booked", "extra", Decimal("80.00"))
    assert (entry.source_type, entry.source_id, entry.partner_id) == ("aftersales.extra", row.pk, job.owner_id)
    assert list(Event.objects.about(row).order_by("pk").values_list("action", flat=True)) == [
        "extra.propose",
        "extra.approve",
        "extra.book",
    ]


def test_fi_3_within_ones_own_authority_it_is_booked_at_once(job):
    dispatcher = make_money.somebody("li", "dispatcher")
    assert extras.propose(job.pk, wanted=wanted("100.00"), by=dispatcher, at=AT).state == "booked"
    more = wanted("100.01", kind=make_money.extra_kind("wall"))
    assert extras.propose(job.pk, wanted=more, by=dispatcher, at=AT).state == "proposed"
    assert Entry.objects.get().amount_yuan == Decimal("100.00")


def test_as_4_refused_it_books_nothing_and_may_be_proposed_anew(job):
    office, kind = make_money.of_partner("gz"), make_money.extra_kind()
    row = extras.propose(job.pk, wanted=wanted(kind=kind), by=office, at=AT)
    with pytest.raises(extras.ExtraThere):
        extras.propose(job.pk, wanted=wanted(kind=kind), by=office, at=AT)
    chief = make_money.somebody("rm", "regional_manager")
    approvals.refuse(Approval.objects.get().pk, reason="照片不清", by=chief, at=AT)
    row.refresh_from_db()
    assert (row.state, row.refused_because, Entry.objects.count()) == ("refused", "照片不清", 0)
    assert extras.propose(job.pk, wanted=wanted(kind=kind), by=office, at=AT).state == "proposed"
    assert Extra.objects.count() == 2


def test_as_4_it_needs_an_amount_a_reason_and_a_photo(job):
    office, kind = make_money.of_partner("gz"), make_money.extra_kind()
    for wrong in (
        wanted("0.00", kind=kind),
        wanted("-5.00", kind=kind),
        wanted(kind=kind, reason=" "),
        extras.Wanted(kind.pk, Decimal("80.00"), "无照片"),
    ):
        with pytest.raises(extras.ExtraIncomplete):
            extras.propose(job.pk, wanted=wrong, by=office, at=AT)
    assert not Extra.objects.exists() and not Approval.objects.exists()


def test_ch_5_a_stranger_does_not_find_the_job_and_nobody_proposes_on_a_job_without_installer(job):
    make.partner("fs")
    with pytest.raises(NotFound):
        extras.propose(job.pk, wanted=wanted(), by=make_money.of_partner("fs"), at=AT)
    with pytest.raises(NotAllowed):
        extras.propose(job.pk, wanted=wanted(kind=make_money.extra_kind("b")), by=make.actor("nobody"), at=AT)
    type(job).objects.filter(pk=job.pk).update(state="open", owner=None)
    with pytest.raises(extras.NobodyWorks):
        extras.propose(
            job.pk, wanted=wanted(kind=make_money.extra_kind("c")), by=make_money.somebody("li", "dispatcher"), at=AT
        )
    assert not Extra.objects.exists()
