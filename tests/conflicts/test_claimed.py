"""CF-2, CF-13: registered inquiries: first come, first served, and what those customers bought elsewhere."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from channels.models import ListPrice
from conflicts.models import DetectorFigure, Inquiry
from conflicts.operations import inquiries
from conflicts.operations.inquiries import Asked
from opsdesk.actor import SYSTEM
from opsdesk.errors import NotAllowed, NotFound
from orders.models import Order
from tests import make, make_signals
from tests.make import AT
from tests.make_signals import DAY, PHONE, bought, codes, dealer, found, given_back, look

REGISTER = "conflicts.register_inquiry"


@pytest.fixture(autouse=True)
def rules(db):
    make_signals.figures()


def registered(shop=None, phone=PHONE, **fields):
    asked = Asked(phone, name="王小明", **fields)
    return inquiries.register((shop or make.shop()).pk, asked, by=SYSTEM, at=AT)


def test_cf_13_only_a_fingerprint_and_what_may_be_shown_is_kept():
    inquiry = registered(note="想买 16 升")
    assert (inquiry.phone_masked, inquiry.name_masked, inquiry.until) == ("138****1111", "王**", AT + 30 * DAY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(i)::text FROM conflicts_inquiry i")
        [row] = cursor.fetchone()
    assert PHONE not in row
    assert "小明" not in row


def test_cf_13_the_first_shop_has_the_customer_until_the_protection_ends():
    first = registered()
    other = dealer("other")
    with pytest.raises(inquiries.AlreadyRegistered, match="2026-04-03 10:00"):
        registered(other, phone="+86 138-0000-1111")
    later = inquiries.register(other.pk, Asked(PHONE), by=SYSTEM, at=first.until)
    assert later.registered_at == first.until


def test_cf_13_an_ended_inquiry_protects_nobody():
    first = registered()
    inquiries.end(first.pk, reason="客户已经买了", by=SYSTEM, at=AT + DAY)
    assert inquiries.register(dealer("other").pk, Asked(PHONE), by=SYSTEM, at=AT + 2 * DAY).pk != first.pk


@pytest.mark.parametrize("phone", ["138****1111", "18877771111-123", "12345", ""])
def test_cf_13_a_masked_or_virtual_number_registers_nobody(phone):
    with pytest.raises(inquiries.NoPhone):
        registered(phone=phone)


def test_cf_13_without_a_figure_nobody_is_promised_anything():
    DetectorFigure.objects.filter(name="protection_days").delete()
    with pytest.raises(inquiries.ProtectionUnknown):
        registered()


def test_cf_13_a_partner_registers_for_its_own_shops_only():
    mine, other = dealer("mine"), dealer("other")
    partner = make.actor("zhang", REGISTER, partner="mine")
    inquiries.register(mine.pk, Asked("13900002222"), by=partner, at=AT)
    with pytest.raises(NotFound):
        inquiries.register(other.pk, Asked(PHONE), by=partner, at=AT)
    with pytest.raises(NotAllowed):
        inquiries.register(mine.pk, Asked(PHONE), by=make.actor("li", partner="mine"), at=AT)
    registered(other)
    assert [row.shop for row in Inquiry.objects.visible_to(partner)] == [mine]


@pytest.mark.django_db(transaction=True)
def test_cf_13_of_two_shops_at_once_one_has_the_customer():
    shops, answers, start = (make.shop(), dealer("other")), [], threading.Barrier(2)

    def work(shop_id):
        start.wait()
        try:
            inquiries.register(shop_id, Asked(PHONE), by=SYSTEM, at=AT)
            answers.append("done")
        except inquiries.AlreadyRegistered:
            answers.append("refused")
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(shop.pk,)) for shop in shops]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (sorted(answers), Inquiry.objects.count()) == (["done", "refused"], 1)


CASES = (
    ("the same phone, soon", {}, "0.700"),
    ("the same phone, late", {"when": AT + 20 * DAY}, "0.600"),
    ("after the protection", {"when": AT + 31 * DAY}, None),
    ("before it was registered", {"when": AT - DAY}, None),
    ("another phone", {"receiver_phone": "13900002222", "receiver_name": "李雷"}, None),
    ("not paid", {"paid_at": None, "state": "unpaid"}, None),
    ("another name, the same phone", {"receiver_name": "李雷"}, "0.600"),
)


@pytest.mark.parametrize(("purchase", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_cf_13_a_purchase_elsewhere_within_the_protection(purchase, expected):
    inquiry = registered()
    order = bought("1", dealer(), **({"when": AT + 3 * DAY} | purchase))
    assert look("inquiries", inquiry.pk).looked == 1
    got = [(one.act, f"{one.confidence}", one.order, one.harmed_shop, one.inquiry) for one in found("claimed")]
    assert got == ([] if expected is None else [("G1", expected, order, inquiry.shop, inquiry)])


def test_cf_13_the_model_asked_for_and_its_price_make_it_surer():
    product = make_signals.model()
    ListPrice.objects.create(product=product, price_yuan=2500, valid_from=make.LONG_AGO)
    inquiry = registered(product_id=product.pk)
    bought("1", dealer(), when=AT + DAY)
    look("inquiries", inquiry.pk)
    [signal] = found("claimed")
    assert (f"{signal.confidence}", codes(signal.parts)) == ("0.970", ["same_phone", "same_model", "soon", "cheaper"])


def test_cf_13_another_model_than_asked_for_is_not_enough():
    inquiry = registered(product_id=make_signals.model("X-1", "X").pk)
    bought("1", dealer(), when=AT + 20 * DAY)
    look("inquiries", inquiry.pk)
    assert found("claimed") == []


def test_cf_13_an_old_customer_of_the_other_shop_and_who_bought_here_too_are_none():
    inquiry, other = registered(), dealer()
    bought("0", other, when=AT - 90 * DAY)
    bought("1", other, when=AT + DAY)
    look("inquiries", inquiry.pk)
    assert found("claimed") == []
    first = Order.objects.get(number="0")
    Order.objects.filter(pk=first.pk).update(shop=inquiry.shop, ordered_at=AT + 2 * DAY)
    look("inquiries", inquiry.pk)
    assert found("claimed") == []
    given_back(Order.objects.get(pk=first.pk))  # bought here, and given back: it does not speak for the other
    look("inquiries", inquiry.pk)
    assert len(found("claimed")) == 1


def test_cf_13_a_masked_purchase_counts_only_with_the_model():
    product = make_signals.model()
    inquiry = registered(product_id=product.pk)
    masked = {"receiver_name": "王**", "receiver_phone": "138****1111", "receiver_address": "广东省广州市****"}
    bought("1", dealer(), when=AT + DAY, **masked)
    look("inquiries", inquiry.pk)
    [signal] = found("claimed")
    assert (f"{signal.confidence}", codes(signal.parts)) == ("0.700", ["masked", "same_model", "soon"])


def test_cf_13_a_sister_shop_of_the_same_partner_is_no_other():
    mine = dealer("mine")
    sister = make.shop("mine-pdd", on="pdd", operator=mine.operator)
    inquiry = registered(mine)
    bought("1", sister, when=AT + timedelta(hours=2))
    look("inquiries", inquiry.pk)
    assert found("claimed") == []
