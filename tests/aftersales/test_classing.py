"""AS-9: complaints are counted by class: sentences as customers write them, with the words the company starts with."""

from datetime import timedelta
from decimal import Decimal

import pytest

from aftersales.models import ClassWord, Complaint, ComplaintClass
from aftersales.operations import complaint_classing
from aftersales.rules.classing import Word, class_of
from aftersales.rules.excerpts import excerpt, masked
from opsdesk.audit.models import Event
from opsdesk.console.reference import _data
from opsdesk.errors import NotAllowed
from tests import make, make_care
from tests.make import AT

WORDS = [Word(place, *row) for place, row in enumerate(_data()["class_words"])]
SENTENCES = [
    ("quality", "新装的热水器才用两天，底下一直在滴水"),
    ("quality", "水忽冷忽热，老人洗澡差点感冒"),
    ("quality", "机器一开就跳闸，太吓人了"),
    ("quality", "洗澡的时候龙头麻手，是不是漏电？"),
    ("quality", "噪音特别大，晚上邻居都来敲门了"),
    ("quality", "打不着火，显示故障代码E1"),
    ("late", "说三天内安装，五天了没人来装"),
    ("late", "跟师傅约了上午，等了一天都没来安装，放鸽子"),
    ("late", "安装一拖再拖，打电话就说再等等"),
    ("late", "货到一个星期了还没安装，一直没人联系我"),
    ("install", "热水器装歪了，还把瓷砖打裂了两块"),
    ("install", "冷热水管接反，装完也没调试就走了"),
    ("install", "挂机固定不牢，一碰就晃"),
    ("fee", "说好免费安装，师傅上门又要加收打孔费和材料费"),
    ("fee", "安装乱收费，一个角阀收了80"),
    ("fee", "师傅坐地起价，不给钱就不装"),
    ("attitude", "客服态度恶劣，说两句就挂我电话"),
    ("attitude", "安装工一点都不热情，问什么都爱理不理"),
    ("attitude", "售后互相推，踢皮球，没一个人管"),
    ("delivery", "收到的时候外壳变形，包装烂得不成样子"),
    ("delivery", "发错货了，我买的是85升发来60升"),
    ("delivery", "送货的只送到楼下，不送上楼"),
    ("refund", "七天无理由都不给退，凭什么不退款"),
    ("refund", "申请换货半个月了，运费谁出也不说"),
    ("repair", "师傅来修了三次都没修好，同一个地方又坏"),
    ("repair", "保修期内说没配件，让我等一个月"),
    ("promise", "页面写的一级能效，实物与描述不符，虚假宣传"),
    ("promise", "承诺送的花洒没兑现，赠品没给"),
    ("price", "买完三天就降价300，价保也不给"),
    ("price", "好评返现说好30元，客服装死"),
    ("", "你好，在吗"),
    ("", "这次体验很一般"),
    ("quality", "没有漏水，就是水不热"),
    ("attitude", "师傅态度差，不过机器没有噪音，水管也不漏水"),
    ("quality", "水 不 热 啊 ！ ！"),
    ("quality", "一直不热，等了很久"),
]


@pytest.mark.parametrize(("kind", "text"), SENTENCES)
def test_as_9_a_sentence_is_classed_by_its_words(kind, text):
    found = class_of(text, WORDS)
    assert found.kind == kind, found
    assert all(one.word in "".join(text.split()) for one in found.found)
    assert (found.confidence > 0) == bool(kind)


def word(pk: int, kind: str, text: str, weight: int = 1) -> Word:
    return Word(pk, kind, text, weight)


CASES = [
    ("a tie is unclear, but the words are kept", "漏水又骂人",
     [word(1, "a", "漏水"), word(2, "b", "骂人")], "", "0.00", ["漏水", "骂人"]),
    ("the weight decides", "漏水又骂人",
     [word(1, "a", "漏水", 3), word(2, "b", "骂人", 2)], "a", "0.60", ["漏水", "骂人"]),
    ("the longer phrase hides the shorter", "不热情",
     [word(1, "a", "不热", 9), word(2, "b", "不热情")], "b", "1.00", ["不热情"]),
    ("each phrase counts once", "漏水漏水漏水骂人", [word(1, "a", "漏水"), word(2, "b", "骂人", 2)], "b", "0.67",
     ["漏水", "骂人"]),
    ("one that is denied does not count", "没有漏水", [word(1, "a", "漏水")], "", "0.00", []),
    ("denied once, said once", "昨天没漏水，今天漏水", [word(1, "a", "漏水")], "a", "1.00", ["漏水"]),
    ("full width and capitals are the same", "显示Ｅ１故障", [word(1, "a", "e1")], "a", "1.00", ["e1"]),
    ("no words in force", "漏水", [], "", "0.00", []),
    ("an empty text", "", [word(1, "a", "漏水")], "", "0.00", []),
]  # fmt: skip


@pytest.mark.parametrize(("_case", "text", "words", "kind", "confidence", "found"), CASES)
def test_as_9_how_words_make_a_class(_case, text, words, kind, confidence, found):
    classing = class_of(text, words)
    assert (classing.kind, classing.confidence) == (kind, Decimal(confidence))
    assert [one.word for one in classing.found] == found


MASKED = [
    ("a mobile", "打13800000001找我", "打****找我"),
    ("with blanks and dashes", "138 0000-0001", "****"),
    ("full width", "１３８００００００００１", "****"),
    ("in characters", "一三八零零零零零零零一", "****"),
    ("a landline", "电话020-87654321", "电话****"),
    ("an e-mail", "发到 wang.li@qq.com 吧", "发到 **** 吧"),
    ("a price stays", "多收了120元，2026年3月", "多收了120元，2026年3月"),
    ("a model stays", "DSF310-85坏了", "DSF310-85坏了"),
    ("an estate with its house", "幸福小区3号楼2单元501室漏水", "****漏水"),
    ("a street with its number", "我家在天河路1号", "****"),
    ("a house without its street", "送到8栋1203室没人", "送到****没人"),
    ("a day of the month stays", "说好3号来", "说好3号来"),
]


@pytest.mark.parametrize(("_case", "text", "shown"), MASKED)
def test_au_2_numbers_in_a_customers_words_are_masked(_case, text, shown):
    assert masked(text) == shown


def test_au_2_an_excerpt_is_short():
    assert excerpt("漏" * 200) == "漏" * 119 + "…"


@pytest.mark.django_db
def test_as_9_a_correction_is_kept_with_who_and_why_and_no_later_run_overwrites_it():
    make_care.care()
    row = make_care.complaint()
    assert (row.kind.code, row.found_words) == ("attitude", [["attitude", "态度恶劣", 3]])
    by = make_care.clerk()
    with pytest.raises(complaint_classing.ClassReasonMissing):
        complaint_classing.correct(row.pk, kind="quality", reason=" ", by=by, at=AT)
    with pytest.raises(complaint_classing.NoSuchClass):
        complaint_classing.correct(row.pk, kind="nothing", reason="x", by=by, at=AT)
    complaint_classing.correct(row.pk, kind="quality", reason="实为机器问题", by=by, at=AT)
    ClassWord.objects.create(
        kind=ComplaintClass.objects.get(code="attitude"), word="电话", weight=9, valid_from=AT.date()
    )
    assert complaint_classing.class_again([row.pk], by=by, at=AT) == 0
    row = Complaint.objects.get()
    assert (row.kind.code, row.kind_by, row.kind_reason) == ("quality", "lin", "实为机器问题")
    assert row.found_kind.code == "attitude"
    event = Event.objects.get(action="complaint.reclass")
    assert (event.actor, event.facts) == ("lin", {"was": "服务态度", "now": "产品质量", "reason": "实为机器问题"})


@pytest.mark.django_db
def test_as_9_new_words_class_again_what_nobody_has_corrected():
    make_care.care()
    row, by = make_care.complaint("出水管在哪"), make_care.clerk()
    assert (row.kind, row.confidence) == (None, 0)
    tomorrow = AT + timedelta(days=1)
    ClassWord.objects.create(
        kind=ComplaintClass.objects.get(code="quality"), word="出水管", weight=1, valid_from=tomorrow.date()
    )
    assert complaint_classing.class_again([row.pk], by=by, at=AT) == 0
    assert complaint_classing.class_again([row.pk], by=by, at=tomorrow) == 1
    assert Complaint.objects.get().kind.code == "quality"


@pytest.mark.django_db
def test_as_9_only_who_works_on_complaints_corrects_a_class():
    make_care.care()
    row = make_care.complaint()
    with pytest.raises(NotAllowed):
        complaint_classing.correct(row.pk, kind="quality", reason="x", by=make.actor("li"), at=AT)
    assert Complaint.objects.get().kind_by == ""
