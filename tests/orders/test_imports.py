"""OR-2, OR-3: a file is kept, its good part goes in, its bad part can be mended; any run can be killed."""

import csv
import io
import json
from decimal import Decimal

import pytest
from django.core.management import call_command

from opsdesk.actor import SYSTEM
from opsdesk.audit.models import Event
from opsdesk.errors import NotAllowed, NotFound
from orders.models import Import, Line, Order, RejectedRow
from orders.operations import imports, rejects
from orders.queries import intake, preview
from tests import make
from tests.make import AT

pytestmark = pytest.mark.django_db

HEADER = (
    "订单编号,买家会员名,总金额,买家实际支付金额,订单状态,收货人姓名,收货地址 ,联系手机,"
    "订单创建时间,订单付款时间 ,退款金额"
)
WHO = "{name},广东省 广州市 天河区 天河路{n}号(510000),'1380000000{n}"
ROW = (
    '="300000000000000{n}",a,{total},201.12,"买家已付款，等待卖家发货",{who},'
    "2026-03-01 1{n}:00:00,2026-03-01 1{n}:00:05,0.00"
)


def row_of(n: int, name: str, total: str) -> str:
    return ROW.format(n=n, total=total, who=WHO.format(name=name, n=n))


GOOD, BAD = row_of(1, "张三", "201.12"), row_of(2, "李四", "很多")


def file_of(*rows: str, encoding: str = "gb18030") -> bytes:
    return "\r\n".join((HEADER, *rows, "")).encode(encoding)


def done(content: bytes, name: str = "ExportOrderList.csv", *, where: str = "flagship") -> Import:
    make.region("440106")
    held = imports.receive(make.shop(where).pk, name=name, content=content, by=SYSTEM, at=AT)
    return imports.run(held.pk, by=SYSTEM, at=AT)


def test_or_3_the_good_rows_go_in_and_the_bad_one_is_kept_with_line_text_and_reason():
    source = done(file_of(GOOD, BAD))
    assert (source.state, source.rows, source.new, source.rejected) == ("done", 2, 1, 1)
    row = RejectedRow.objects.get()
    assert (row.line, row.field) == (3, "总金额")
    assert "很多" in row.reason
    assert "李四" in rejects.opened(row).raw
    assert "李四" not in str(bytes(row.row_sealed))


def test_or_3_a_rejected_row_is_downloaded_mended_and_imported_again():
    source = done(file_of(GOOD, BAD))
    text = rejects.as_file(source.pk, by=SYSTEM, at=AT).decode("utf-8-sig")
    mended = text.replace("很多", "201.12").encode()
    again = done(mended, "rejected.csv")
    assert (again.new, again.rejected) == (1, 0)
    assert Order.objects.get(number="3000000000000002").total_yuan == Decimal("201.12")
    assert RejectedRow.objects.get().mended_by == again


def test_or_3_a_row_that_is_rejected_again_stays_open_once():
    done(file_of(BAD))
    done(file_of(BAD))
    assert RejectedRow.objects.all().open().count() == 1


def test_or_3_a_row_that_is_nothing_to_mend_is_dismissed_with_the_reason_and_kept():
    done(file_of(GOOD, BAD))
    row, clerk = RejectedRow.objects.get(), make.actor("clerk", "orders.add_import", shop="flagship")
    with pytest.raises(rejects.ReasonMissing):
        rejects.dismiss(row.pk, reason=" ", by=clerk, at=AT)
    with pytest.raises(NotFound):
        rejects.dismiss(row.pk, reason="测试单", by=make.actor("other", "orders.add_import", shop="else"), at=AT)
    assert RejectedRow.objects.all().open().count() == 1
    rejects.dismiss(row.pk, reason="测试单", by=clerk, at=AT)
    with pytest.raises(rejects.ClosedAlready):
        rejects.dismiss(row.pk, reason="测试单", by=clerk, at=AT)
    assert RejectedRow.objects.all().open().count() == 0
    assert (row.dismissal.reason, row.dismissal.dismissed_by) == ("测试单", "clerk")
    assert Event.objects.filter(action="rejected.dismiss").count() == 1


def test_or_2_importing_a_file_again_changes_nothing():
    done(file_of(GOOD))
    before = Order.objects.values().get()
    again = done(file_of(GOOD))
    assert (again.new, again.updated, again.unchanged) == (0, 0, 1)
    assert Order.objects.values().get() == before


def test_or_3_a_file_that_is_no_export_fails_with_what_was_seen():
    source = done("姓名,年龄\r\n张三,30\r\n".encode())
    assert source.state == "failed"
    assert "姓名" in source.error
    assert Event.objects.filter(action="import.fail").count() == 1


def test_or_3_the_file_is_kept_as_it_was_handed_in_and_sealed():
    content = file_of(GOOD)
    source = done(content)
    assert rejects.original(source.pk, by=SYSTEM, at=AT) == content
    with source.sealed.open("rb") as kept:
        assert "张三".encode("gb18030") not in kept.read()


def test_or_3_a_run_that_was_killed_goes_on_behind_its_last_batch():
    """The kill stands for a SIGKILL between two batches; tests/test_kill.py kills real processes."""
    make.region("440106")
    how_many = 2 * imports.BATCH + 7
    rows = [GOOD.replace("3000000000000001", str(3 * 10**15 + n)) for n in range(how_many)]
    held = imports.receive(make.shop().pk, name="x.csv", content=file_of(*rows), by=SYSTEM, at=AT)

    class Killed(BaseException):
        pass

    def tell(read: int) -> None:
        if read >= imports.BATCH:
            raise Killed

    with pytest.raises(Killed):
        imports.run(held.pk, by=SYSTEM, at=AT, tell=tell)
    killed = Import.objects.get(pk=held.pk)
    assert (killed.state, killed.cursor) == ("running", imports.BATCH)
    with pytest.raises(imports.Overtaken):
        imports.run(held.pk, by=SYSTEM, at=AT)
    source = imports.run(held.pk, by=SYSTEM, at=AT + 2 * intake.SILENT)
    assert (source.state, source.new, source.unchanged, source.rows) == ("done", how_many, 0, how_many)
    assert Order.objects.count() == how_many


def test_or_3_a_run_whose_worker_was_killed_is_found_by_the_sweep():
    held = imports.receive(make.shop().pk, name="x.csv", content=file_of(GOOD), by=SYSTEM, at=AT)
    Import.objects.filter(pk=held.pk).update(state="running", moved_at=AT)
    assert intake.due(AT + intake.SILENT / 2) == []
    assert intake.due(AT + intake.SILENT * 2) == [held.pk]


def test_or_3_a_value_that_the_database_refuses_becomes_a_rejected_row():
    huge = GOOD.replace("201.12,201.12", "99999999999999.00,1.00")
    source = done(file_of(row_of(9, "王五", "9.00"), huge))
    assert (source.new, source.rejected) == (1, 1)


def test_or_3_a_text_that_no_index_holds_is_rejected_and_the_rest_goes_in():
    make.region("440106")
    tally = make.taken_in(make.seen("1", buyer="a"), make.seen("2", buyer="b"))
    assert tally.new == 2
    long = GOOD.replace(",a,", f",{'买' * 3000},")
    source = done(file_of(long, row_of(9, "王五", "9.00")))
    assert source.state == "done"
    assert source.new + source.rejected == 2
    assert Order.objects.filter(number="3000000000000009").exists()


def test_or_3_a_kept_file_that_cannot_be_opened_any_more_fails_and_says_so():
    held = imports.receive(make.shop().pk, name="x.csv", content=file_of(GOOD), by=SYSTEM, at=AT)
    held.sealed.storage.delete(held.sealed.name)
    source = imports.run(held.pk, by=SYSTEM, at=AT)
    assert source.state == "failed"
    assert source.error


def test_or_3_an_import_that_fails_again_and_again_is_given_up():
    held = imports.receive(make.shop().pk, name="x.csv", content=file_of(GOOD), by=SYSTEM, at=AT)
    Import.objects.filter(pk=held.pk).update(state="running", moved_at=AT, attempts=imports.MOST_ATTEMPTS)
    assert imports.run(held.pk, by=SYSTEM, at=AT + 2 * intake.SILENT).state == "failed"


def test_or_3_a_good_file_closes_what_a_broken_copy_of_it_had_rejected():
    done(file_of(GOOD))
    done(file_of(GOOD.replace("201.12", "很多", 1)))
    assert RejectedRow.objects.all().open().count() == 1
    assert done(file_of(GOOD)).unchanged == 1
    assert RejectedRow.objects.all().open().count() == 0


def test_or_3_a_preview_writes_nothing():
    make.shop()
    seen = preview.look(file_of(GOOD, BAD), name="x.csv", shop_code="flagship", most_rejects=20)
    assert (seen.rows, seen.new, seen.rejected, seen.format) == (2, 1, 1, "taobao_orders")
    assert (Order.objects.count(), Import.objects.count()) == (0, 0)


def test_or_3_a_held_file_waits_for_a_yes_and_can_be_discarded():
    held = imports.hold(make.shop().pk, name="x.csv", content=file_of(GOOD), by=SYSTEM, at=AT)
    assert intake.due(AT.replace(year=2027)) == []
    assert imports.discard(held.pk, by=SYSTEM, at=AT).state == "discarded"


def test_au_1_a_shop_out_of_scope_does_not_exist_and_nothing_goes_in():
    make.shop("mine")
    theirs = make.shop("theirs")
    by = make.actor("li", "orders.add_import", shop="mine")
    with pytest.raises(NotFound):
        imports.receive(theirs.pk, name="x.csv", content=file_of(GOOD), by=by, at=AT)
    with pytest.raises(NotAllowed):
        imports.receive(theirs.pk, name="x.csv", content=file_of(GOOD), by=make.actor("zhao"), at=AT)
    assert Import.objects.count() == 0


def test_or_2_the_real_tmall_report_goes_in_whole_and_once(shared):
    content = (shared / "data/orders/tmall_report_2020-02-01_17.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    load_regions()
    source = done(content, "tmall.csv")
    assert (source.rows, source.new, source.rejected) == (len(rows), len(rows), 0) == (2678, 2678, 0)
    for field, column in (("total_yuan", "总金额"), ("paid_yuan", "买家实际支付金额"), ("refunded_yuan", "退款金额")):
        assert sum(Order.objects.values_list(field, flat=True)) == sum(Decimal(row[column]) for row in rows)
    assert Order.objects.filter(region=None).count() == 0
    assert done(content, "tmall.csv").unchanged == 2678


def test_or_3_the_masked_samples_go_in_without_loss(shared):
    samples = shared / "reference/platform_samples"
    load_regions()
    for name, where in (
        ("taobao_ExportOrderList_2017.masked.gbk.csv", "tb"),
        ("taobao_ExportOrderDetailList_2017.masked.gbk.csv", "tb"),
        ("jd_pop_order_export_2015.masked.gbk.csv", "jd"),
    ):
        assert done((samples / name).read_bytes(), name, where=where).rejected == 0
    assert Order.objects.count() == 6
    assert Line.objects.count() == 6
    assert Order.objects.filter(superseded=True).count() == 1


def load_regions() -> None:
    call_command("load_reference")


def test_or_2_the_command_prints_its_summary_as_json(tmp_path, capsys):
    path = tmp_path / "ExportOrderList.csv"
    path.write_bytes(file_of(GOOD, BAD))
    make.platform("tmall")
    make.region("440106")
    call_command("import_orders", str(path), shop="new-shop", create_shop="tmall", json=True)
    summary = json.loads(capsys.readouterr().out)
    assert summary.pop("seconds") >= 0
    assert summary == {
        "rows": 2,
        "orders": {"new": 1, "updated": 0, "unchanged": 0},
        "refunds": {"new": 0, "updated": 0, "unchanged": 0},
        "lines": 0,
        "rejected": 1,
        "unmapped_items": 0,
    }
