"""OR-2, OR-4, CH-8: what the intake makes of what platforms show."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from channels.connectors.base import PlatformLine, Progress
from channels.models import Listing
from opsdesk.audit.models import Event
from opsdesk.privacy import mask_numbers
from orders.models import Customer, Line, Order
from orders.operations import receivers
from tests import make
from tests.make import AT, at, seen, taken_in

pytestmark = pytest.mark.django_db

EARLIER, LATER = AT - timedelta(hours=1), AT + timedelta(hours=1)


def stored(number: str = "1001") -> Order:
    return Order.objects.get(number=number)


def snapshot() -> list[tuple]:
    return [
        tuple(sorted(rows.values_list("pk", flat=True)))
        for rows in (Order.objects, Line.objects, Customer.objects, Event.objects)
    ]


def test_or_2_a_new_order_is_entered_with_one_event():
    tally = taken_in(seen("1001", receiver_name="张三", receiver_phone="13800000001"))
    assert (tally.new, tally.updated, tally.unchanged) == (1, 0, 0)
    assert stored().state == "paid"
    assert stored().paid_yuan == Decimal("2999.00")
    [event] = Event.objects.about(stored())
    assert (event.action, event.actor) == ("order.enter", "system")


def test_or_2_the_same_page_twice_changes_nothing():
    page = [
        seen(
            "1001",
            receiver_name="张三",
            receiver_phone="13800000001",
            lines=(PlatformLine("1", title="热水器", quantity=1),),
        )
    ]
    taken_in(*page)
    before = snapshot(), stored().receiver_sealed
    tally = taken_in(*page)
    assert (tally.new, tally.updated, tally.unchanged) == (0, 0, 1)
    assert (snapshot(), stored().receiver_sealed) == before


def test_or_2_two_shops_may_use_the_same_number():
    taken_in(seen("1001"), where=make.shop("a"))
    taken_in(seen("1001"), where=make.shop("b"))
    assert Order.objects.count() == 2


def test_or_2_the_same_order_twice_in_one_page_is_one_order_in_its_later_state():
    tally = taken_in(seen("1001"), seen("1001", state=Progress.SHIPPED, shipped_at=AT))
    assert (tally.new, tally.updated) == (1, 1)
    assert stored().state == "shipped"


@pytest.mark.parametrize(
    ("_case", "first", "second", "expected"),
    [
        ("a later state updates", {"state": Progress.PAID}, {"state": Progress.SHIPPED}, "shipped"),
        ("an earlier state does not", {"state": Progress.SHIPPED}, {"state": Progress.PAID}, "shipped"),
        ("closed is the end", {"state": Progress.CLOSED}, {"state": Progress.COMPLETED}, "closed"),
        (
            "several steps at once",
            {"state": Progress.UNPAID, "paid_at": None},
            {"state": Progress.COMPLETED},
            "completed",
        ),
        ("no state said, later time known", {"state": Progress.PAID}, {"state": None, "signed_at": AT}, "signed"),
        ("no state said, nothing later known", {"state": Progress.COMPLETED}, {"state": None}, "completed"),
    ],
)
def test_or_2_states_only_go_forward(_case, first, second, expected):
    taken_in(seen("1001", **first))
    taken_in(seen("1001", **second))
    assert stored().state == expected


@pytest.mark.parametrize(
    ("_case", "first", "second", "expected"),
    [
        ("more given back is later", {"refunded_yuan": Decimal(0)}, {"refunded_yuan": Decimal(50)}, Decimal(50)),
        ("less given back is earlier", {"refunded_yuan": Decimal(50)}, {"refunded_yuan": Decimal(0)}, Decimal(50)),
        (
            "a stated later moment wins over the amount",
            {"refunded_yuan": Decimal(50), "as_of": EARLIER},
            {"refunded_yuan": Decimal(0), "as_of": LATER},
            Decimal(0),
        ),
        (
            "a stated earlier moment loses",
            {"refunded_yuan": Decimal(50), "as_of": LATER},
            {"refunded_yuan": Decimal(80), "as_of": EARLIER},
            Decimal(50),
        ),
        ("an absent column says nothing", {"refunded_yuan": Decimal(50)}, {"refunded_yuan": None}, Decimal(50)),
    ],
)
def test_or_2_an_earlier_picture_never_overwrites_a_later_one(_case, first, second, expected):
    taken_in(seen("1001", **first))
    taken_in(seen("1001", **second))
    assert stored().refunded_yuan == expected


def test_or_2_an_absent_column_never_blanks_a_stored_field():
    taken_in(seen("1001", seller_note="加急", tracking="SF1", receiver_name="张三", receiver_phone="13800000001"))
    tally = taken_in(seen("1001", seller_note=None, tracking=None, receiver_name=None))
    assert tally.unchanged == 1
    assert (stored().seller_note, stored().tracking, stored().name_masked) == ("加急", "SF1", "张*")


def test_or_2_an_empty_cell_of_a_present_column_blanks_a_text():
    taken_in(seen("1001", seller_note="加急"))
    taken_in(seen("1001", seller_note=""))
    assert stored().seller_note == ""


def test_or_2_an_earlier_picture_still_fills_what_was_unknown():
    taken_in(seen("1001", state=Progress.COMPLETED, buyer=None))
    taken_in(seen("1001", state=Progress.PAID, buyer="buyer_a", seller_note="x"))
    assert (stored().state, stored().buyer) == ("completed", "buyer_a")


def test_au_3_an_update_keeps_old_and_new_values_and_no_personal_data():
    taken_in(seen("1001", receiver_name="张三", receiver_phone="13800000001"))
    taken_in(seen("1001", state=Progress.SHIPPED, receiver_name="李四", receiver_phone="13800000002", tracking="SF9"))
    event = Event.objects.get(action="order.update")
    assert event.facts["changed"]["state"] == ["paid", "shipped"]
    assert event.facts["changed"]["tracking"] == ["", "SF9"]
    assert event.facts["changed"]["name_masked"] == ["张*", "李*"]
    assert "13800000002" not in str(event.facts)
    assert "李四" not in str(event.facts)


def test_or_2_a_masked_name_never_replaces_one_in_clear():
    taken_in(seen("1001", receiver_name="张三丰", receiver_phone="13800000001", receiver_address="天河路1号"))
    taken_in(seen("1001", receiver_name="张**", receiver_phone="138****0001", receiver_address="天河路1号"))
    receiver = receivers.opened(stored().receiver_sealed)
    assert (receiver.name, receiver.phone) == ("张三丰", "13800000001")


def test_or_2_an_earlier_picture_leaves_receiver_and_lines_as_they_are():
    line = PlatformLine("1", title="热水器", refund_state="退款成功", refunded_yuan=Decimal("50.00"))
    later = {"state": Progress.SHIPPED, "receiver_name": "李四", "receiver_phone": "13800000002"}
    taken_in(seen("1001", **later, receiver_address="天河路2号", lines=(line,)))
    older = PlatformLine("1", title="热水器", refund_state="无退款申请", refunded_yuan=Decimal("0.00"), quantity=1)
    earlier = {"receiver_name": "张三", "receiver_phone": "13800000001", "receiver_address": "天河路1号"}
    taken_in(seen("1001", **earlier, lines=(older,)))
    receiver = receivers.opened(stored().receiver_sealed)
    assert (receiver.name, receiver.phone, receiver.address) == ("李四", "13800000002", "天河路2号")
    kept = Line.objects.get()
    assert (kept.refund_state, kept.refunded_yuan, kept.quantity) == ("退款成功", Decimal("50.00"), 1)


def test_or_2_a_virtual_number_never_replaces_the_real_one():
    taken_in(seen("1001", receiver_name="张三", receiver_phone="13800000001"))
    taken_in(seen("1001", receiver_name="张三", receiver_phone="18877771111-123"))
    assert receivers.opened(stored().receiver_sealed).phone == "13800000001"


def test_or_1_a_new_address_that_cannot_be_located_makes_the_region_unknown():
    make.region("440106")
    taken_in(seen("1001", receiver_name="张三", receiver_address="广东省 广州市 天河区 天河路1号"))
    assert stored().region_id == "440106"
    taken_in(seen("1001", receiver_name="张三", receiver_address="幸福小区3栋"))
    assert stored().region_id is None


def test_or_4_the_same_phone_is_the_same_customer_across_shops():
    taken_in(seen("1", receiver_name="张三", receiver_phone="138 0000 0001"), where=make.shop("a"))
    taken_in(seen("2", receiver_name="张先生", receiver_phone="+86-13800000001"), where=make.shop("b"))
    first, second = stored("1"), stored("2")
    assert first.customer_id == second.customer_id
    assert (first.customer_basis, second.customer_basis) == ("new", "phone")


def test_or_4_the_same_name_and_address_is_the_same_customer_when_the_phone_is_masked():
    taken_in(seen("1", receiver_name="张三", receiver_phone="13800000001", receiver_address="天河路1号 2栋"))
    taken_in(seen("2", receiver_name="张三", receiver_phone="138****0001", receiver_address="天河路１号2栋"))
    assert stored("2").customer_id == stored("1").customer_id
    assert stored("2").customer_basis == "name_address"


def test_or_4_nothing_to_go_by_makes_no_customer():
    taken_in(seen("1", receiver_name="张**", receiver_phone="138****0001", receiver_address="天河路1号"))
    assert stored("1").customer is None


def test_or_4_two_orders_of_one_customer_in_one_page():
    taken_in(*(seen(str(n), receiver_phone="13800000001") for n in range(3)))
    assert {order.customer_id for order in Order.objects.all()} == {stored("0").customer_id}
    assert Customer.objects.count() == 1


def test_au_2_personal_data_is_not_stored_in_clear():
    taken_in(seen("1001", receiver_name="张三", receiver_phone="13800000001", receiver_address="天河路1号"))
    row = Order.objects.filter(number="1001").values().get()
    text = str({name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()})
    assert all(secret not in text for secret in ("张三", "13800000001", "天河路"))
    assert (row["name_masked"], row["phone_masked"]) == ("张*", "138****0001")


def test_ch_8_an_unknown_item_lands_in_the_mapping_queue_and_a_model_code_maps_itself():
    known = make.product("DSF310-85")
    lines = (
        PlatformLine("1", title="热水器", merchant_code="DSF310-85"),
        PlatformLine("2", title="某商品", sku_id="77"),
    )
    taken_in(seen("1001", lines=lines))
    assert Listing.objects.get(merchant_code="DSF310-85").product == known
    assert [row.key for row in Listing.objects.all().unmapped()] == ["77"]


def test_or_2_an_items_list_replaces_the_line_made_from_the_orders_summary():
    taken_in(seen("1001", lines=(PlatformLine("~1", title="热水器 共2件"),)))
    taken_in(seen("1001", lines=(PlatformLine("90001", title="热水器", quantity=2),)))
    taken_in(seen("1001", lines=(PlatformLine("~1", title="热水器 共2件"),)))
    assert list(Line.objects.values_list("key", "quantity")) == [("90001", 2)]


def test_or_2_a_changed_line_is_updated_and_a_later_one_added():
    taken_in(seen("1001", lines=(PlatformLine("1", title="a", quantity=1),)))
    tally = taken_in(seen("1001", lines=(PlatformLine("1", quantity=2), PlatformLine("2", title="b", quantity=1))))
    assert tally.updated == 1
    assert list(Line.objects.order_by("key").values_list("key", "title", "quantity")) == [("1", "a", 2), ("2", "b", 1)]


def test_or_1_the_region_is_kept_with_its_reason():
    make.region("440106")
    taken_in(
        seen(
            "1001", receiver_address="广东省 广州市 天河区 天河路1号", province="广东省", city="广州市", county="天河区"
        )
    )
    assert stored().region_id == "440106"
    assert stored().region_because


def test_or_1_a_split_parent_is_kept_and_not_counted():
    taken_in(seen("1001", superseded=True, state=Progress.CLOSED))
    assert Order.objects.count() == 1
    assert Order.objects.all().counted().count() == 0


@pytest.mark.parametrize("text", ["a\tb", "a\\b", "a\nb\r", '"quoted"', "=cmd|' /C calc'!A0", "\\N", "表情😀", "", " "])
def test_or_3_any_text_comes_back_as_it_was(text):
    taken_in(seen("1001", buyer_message=text, seller_note=text + "x", lines=(PlatformLine("k" + text, title=text),)))
    assert (stored().buyer_message, stored().seller_note) == (text, text + "x")


def test_or_2_times_are_kept_to_the_second():
    taken_in(seen("1001", paid_at=at("2020-02-10 23:59:59")))
    assert stored().paid_at == at("2020-02-10 23:59:59")


def test_or_2_a_batch_costs_a_fixed_number_of_statements(django_assert_max_num_queries):
    taken_in(
        *(seen(str(n), receiver_phone=f"1380000{n:04}", lines=(PlatformLine("1", sku_id=str(n)),)) for n in range(50))
    )
    with django_assert_max_num_queries(30):
        taken_in(
            *(
                seen(f"x{n}", receiver_phone=f"1390000{n:04}", lines=(PlatformLine("1", sku_id=f"x{n}"),))
                for n in range(300)
            )
        )


def test_au_2_what_buyers_and_shops_write_is_sealed_and_told_masked():
    text = "周末送，打 138 0013-8000 或 13900139000，单号 123456789012345678"
    masked = "周末送，打 138****8000 或 139****9000，单号 123456789012345678"
    taken_in(seen("1001", buyer_message=text, seller_note="加急"))
    taken_in(seen("1001", buyer_message=text + "。", seller_note="加急"))
    assert (stored().buyer_message, stored().buyer_message_masked) == (text + "。", masked + "。")
    with connection.cursor() as cursor:
        cursor.execute("SELECT buyer_message, seller_note FROM orders_order")
        [row] = cursor.fetchall()
    assert not any(b"138" in bytes(cell) or "加急".encode() in bytes(cell) for cell in row)
    [event] = Event.objects.filter(action="order.update")
    assert event.facts["changed"] == {"buyer_message": [masked, masked + "。"]}


def test_au_2_an_empty_text_costs_nothing_and_the_same_text_again_writes_nothing():
    taken_in(seen("1001", buyer_message="周末送", seller_note=""))
    tally = taken_in(seen("1001", buyer_message="周末送", seller_note=""))
    assert (tally.updated, tally.unchanged) == (0, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(seller_note) FROM orders_order")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13800138000", "电话138****8000"),
        ("+86 138-0013-8000 勿漏", "138****8000 勿漏"),
        ("座机 020-87654321", "座机 020****4321"),
        ("订单 2020021712345678901", "订单 2020021712345678901"),
        ("3 台，2020 年", "3 台，2020 年"),
        ("", ""),
    ],
)
def test_au_2_a_phone_number_in_free_text_is_masked(text, masked):
    assert mask_numbers(text) == masked
