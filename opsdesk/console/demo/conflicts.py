"""Conflicts between online and offline sellers: a case in every state, with evidence, through the operations."""

import io
import wave
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache

from channels.models import Partner, Shop
from conflicts.models import Act, Case, Ruling
from conflicts.operations import appeals, cases, evidence, filing, rulings, steps
from conflicts.operations.evidence import Exhibit
from conflicts.operations.filing import Filing, Who
from conflicts.operations.rulings import Verdict
from conflicts.queries import rulebooks
from opsdesk.actor import SYSTEM, Actor
from opsdesk.console.demo import actors, pictures
from opsdesk.console.demo.people import login_of
from opsdesk.console.demo.plan import Plan
from opsdesk.days import local, midnight
from opsdesk.people.models import User
from opsdesk.sla import timers
from orders.models import Order

_PROVINCES = {"gd": "44", "hn": "43", "sc": "51", "zj": "33", "js": "32"}
_CHAT = """\
[买家] 你们这款和线下是同一个型号吗？
[客服] 是的，全国联保，上门安装。
[买家] 我家附近的体验店说线上的是“网供货”，让我退掉到店里买，送花洒。
[客服] 线上线下同款同质，您可以在官网核对编号。
[买家] 已经退了，他们说当天就能装。
"""
_VISIT = """\
回访记录：客户表示安装师傅来电称“网上买的一周后才有空”，随后介绍门店现货当天可装。
客户因急用退货，次日由同一师傅安装了门店机器。
"""


def enter(plan: Plan) -> None:
    """Live through the cases of the last weeks."""
    court = Court(plan)
    for story in _STORIES:
        story(court)
    timers.sweep(at=plan.at)
    for pk in steps.due_to_go_on():
        steps.go_on(pk, by=SYSTEM, at=plan.at)
    steps.urge_all_due(by=SYSTEM, at=plan.at)


class Court:
    """Who files, answers, negotiates, rules and signs; moments are days and hours before the end of the story."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.head, self.director = actors.of_role("ecommerce_head"), actors.of_role("sales_director")
        self.office, self.manager = actors.of_role("gm_office"), actors.of_role("general_manager")
        self.clerk = actors.of_role("shop_operations")
        self.partner = cache(self._partner)

    def ago(self, days: float, hour: float = 10) -> datetime:
        """A moment of a day so many days before the end."""
        return min(midnight(self._plan.today - timedelta(days=int(days))) + timedelta(hours=hour), self._plan.at)

    def file(self, shop: str, accused: Who, code: str, days: int, title: str, story: str, **more: object) -> Case:
        """A shop files by its own people, or by ours where it is ours; its last order of the region goes along."""
        at = self.ago(days)
        acted_on = local(at).date() - timedelta(days=2)
        seller = Shop.objects.select_related("operator").get(code=shop)
        orders = Order.objects.filter(shop=seller, ordered_at__lt=at, region__code__startswith=_province(accused))
        chosen = orders.order_by("-ordered_at", "pk").first()
        by = self.partner(seller.operator.code) if seller.operator else self.clerk
        made = Filing(
            act_id=_act(code, at).pk,
            acted_on=acted_on,
            title=title,
            story=story,
            accused=accused,
            filer=Who(shop_id=seller.pk, protected=bool(more.get("protected"))),
            orders=[chosen.pk] if chosen else [],
            money_yuan=(chosen.total_yuan or Decimal(2599)) if chosen else Decimal(2599),
            others=[("witness", Who(outsider=str(more["witness"])))] if "witness" in more else [],
        )
        return filing.file(made, by=by, at=at)

    def prove(self, case: Case, by: Actor, days: float, hour: float = 11, *, more: bool = False) -> None:
        """Hand in what there is: a chat, and sometimes a picture and a recording."""
        at = self.ago(days, hour)
        chat = Exhibit(io.BytesIO(f"{case}\n{_CHAT}".encode()), "chat", "买家旺旺聊天记录", "旺旺聊天记录.txt")
        exhibits = [chat]
        if more:
            call = Exhibit(io.BytesIO(_recording(case.pk)), "recording", "客服热线录音，时长3秒", "客户来电.wav")
            page = Exhibit(io.BytesIO(pictures.of("即热")), "page", "客户微信发来的现场照片", "现场照片.jpg")
            exhibits += [call, page]
        evidence.add_all(case.pk, exhibits, by=by, at=at)

    def accept(self, case: Case, days: float, hour: float = 16, **more: int) -> None:
        """The e-commerce head takes it up the same afternoon."""
        cases.accept(case.pk, by=self.head, at=self.ago(days, hour), **more)

    def answer(self, case: Case, code: str, days: float, text: str) -> None:
        """The accused partner answers."""
        cases.answer(case.pk, text=text, by=self.partner(code), at=self.ago(days, 14))

    def rule(self, case: Case, by: Actor, days: float, said: Verdict, hour: float = 10) -> None:
        """Draft a ruling."""
        rulings.rule(case.pk, said, by=by, at=self.ago(days, hour))

    def sign(self, case: Case, days: float, *people: Actor, hour: float = 15) -> None:
        """Each signs the text as it stands."""
        for place, by in enumerate(people):
            text = Ruling.objects.get(case=case, state="drafted").text_sha256
            rulings.sign(case.pk, text_sha256=text, by=by, at=self.ago(days, hour + place))

    def _partner(self, code: str) -> Actor:
        """A partner's own login where it has one, else its contact at the API."""
        if code == "gd":
            return actors.of_role("partner_office")
        rights = actors.of_role("partner_office").rights
        contact = Partner.objects.get(code=code).contact
        return Actor(contact, rights=rights, partners=frozenset({code}), door="api")


def _province(accused: Who) -> str:
    """Where the order went: to the accused partner's province."""
    partner = Partner.objects.filter(pk=accused.partner_id or 0).first()
    return _PROVINCES.get(partner.code[:2], "") if partner else ""


def _act(code: str, at: datetime) -> Act:
    [found] = [act for act in rulebooks.acts_on(local(at).date()) if act.code == code]
    return found


def _verdict(case: Case, code: str, reasoning: str, amount: str | None = None, unusual: str = "") -> Verdict:
    """The usual penalty of an act for a partner, unless another amount is said."""
    act = case.version.acts.get(code=code)
    row = act.penalties.filter(punished="partner").order_by("times").first()
    assert row is not None
    return Verdict(act.pk, reasoning, Decimal(amount) if amount else row.usual_yuan, tuple(row.measures), None, unusual)


def _partner(code: str) -> Who:
    return Who(partner_id=Partner.objects.get(code=code).pk)


def _recording(seed: int) -> bytes:
    """Three seconds of a tone, as WAV."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        period = 16 + seed % 9
        file.writeframes(bytes(128 + (40 if n // period % 2 else -40) for n in range(24000)))
    return out.getvalue()


def _fresh(court: Court) -> None:
    """Filed yesterday; nobody has taken it up."""
    story = "客户下单次日申请退款，客服回访得知佛山门店称线上是样机，劝其退货到店购买，并降价200元、加赠软管。"
    case = court.file("taobao-lanke", _partner("gd-foshan"), "S1", 1, "佛山门店加赠诱导线上顾客退货", story)
    court.prove(case, court.partner("dis-lanke"), 1, more=True)


def _to_answer(court: Court) -> None:
    """Accepted; the accused has still to answer."""
    story = "客户约好周六安装，师傅两次改期并说“网上的单没有安装费，排不上”。客户等不及退款，次日在门店购买。"
    case = court.file(
        "jd-pop", _partner("gd-guangzhou"), "S2", 2, "拖延安装致使京东订单退款", story, witness="刘女士 13800001234"
    )
    court.prove(case, court.clerk, 2)
    court.accept(case, 1)


def _negotiated(court: Court) -> None:
    """Answered; the departments speak."""
    story = "同一客户在我店询单并报了地址，第二天体验店以低于公示价150元成交。"
    case = court.file("taobao-lanjie", _partner("gd-tianhe"), "G1", 6, "明知询单仍降价争抢", story)
    court.prove(case, court.partner("dis-lanjie"), 6)
    court.accept(case, 5)
    court.answer(case, "gd-tianhe", 4, "客户进店时没有提过网店，价格是店庆活动价，有活动海报。")
    cases.speak(case.pk, text="活动海报日期晚于成交日，说法不成立。", by=court.head, at=court.ago(1, 9))
    cases.speak(case.pk, text="该店系初次，建议按最低标准处理。", by=court.director, at=court.ago(1, 11))


def _half_signed(court: Court) -> None:
    """The sales director has still to sign."""
    case = court.file(
        "tmall-lanyun", _partner("hn-changsha"), "S1", 8, "加赠滤芯诱导退货另购", "客户退款后在当地门店购买同型号。"
    )
    court.prove(case, court.partner("dis-lanyun"), 8, more=True)
    court.accept(case, 7)
    court.answer(case, "hn-changsha", 6, "赠品是门店常规赠品，不是针对该客户。")
    said = _verdict(case, "S1", "聊天记录、退款时间与门店开单时间吻合，事实清楚。", "3000", "初犯，且已向客户退还差价")
    court.rule(case, court.head, 2, said)
    court.sign(case, 1, court.head)


def _booked(court: Court) -> None:
    """Twice the same within weeks; both rulings are in force, the second may still be appealed."""
    for days, signed in ((34, 29), (9, 3)):
        title = "逾期安装且拒绝改派" if days > 20 else "再次逾期安装"
        case = court.file("jd-pop", _partner("sc-chengdu"), "C2", days, title, _VISIT)
        court.prove(case, court.clerk, days)
        court.accept(case, days - 1)
        court.answer(case, "sc-chengdu", days - 2, "人手不足，已增派两名师傅。")
        said = _verdict(case, "C2", "派单、改期与完工记录一致，逾期事实清楚。")
        court.rule(case, court.director, signed + 1, said)
        court.sign(case, signed, court.director, court.head)


def _reversed(court: Court) -> None:
    """A severe case: ruled by the GM office, booked, appealed with new evidence, and ruled again for less."""
    story = "客户安装后第三天，服务人员以“线上机器漏电”为由拒绝维修，客户恐慌退货，改买门店机器。"
    case = court.file(
        "taobao-landuo", _partner("gd"), "V3", 30, "以安全问题恐吓客户致使退货", story, witness="马先生 13900004321"
    )
    court.prove(case, court.partner("dis-landuo"), 30, more=True)
    court.accept(case, 29)
    court.answer(case, "gd", 28, "师傅只是按规程提示接地不良，没有说漏电。")
    cases.escalate(case.pk, reason="严重违规，双方意见不一", by=court.director, at=court.ago(27, 10))
    cases.speak(case.pk, text="电话核实客户：师傅当面称会漏电。", by=court.office, at=court.ago(25, 10))
    court.rule(case, court.office, 24, _verdict(case, "V3", "客户陈述与维修拒单记录一致。"))
    court.sign(case, 23, court.manager)
    proof = Exhibit(
        io.BytesIO("接地电阻检测单：不合格；客户签字确认。".encode()), "paper", "当日检测单原件", "检测单.txt"
    )
    text = "补充当日接地检测单，客户已签字，提示属实。"
    appeals.appeal(case.pk, text=text, exhibits=[proof], by=court.partner("gd"), at=court.ago(20, 15))
    said = _verdict(case, "V3", "检测单属实，但拒绝维修仍成立。", "3000", "提示接地不良属实，未夸大部分不计")
    court.rule(case, court.manager, 19, said)
    court.sign(case, 18, court.office)


def _settled(court: Court) -> None:
    """A misunderstanding: both agree, no penalty."""
    case = court.file(
        "pdd-landuo", _partner("zj-hangzhou"), "G1", 15, "门店报价低于网店引起误会", "客户拿门店报价单要求网店降价。"
    )
    court.prove(case, court.partner("dis-landuo"), 15)
    court.accept(case, 14)
    court.answer(case, "zj-hangzhou", 13, "报价单是旧型号，店员填错型号，愿意说明。")
    at = court.ago(12, 10)
    cases.agree(case.pk, text="向网店致歉，已更正报价单并培训店员。", by=court.partner("zj-hangzhou"), at=at)
    cases.agree(case.pk, text="接受说明，不再追究。", by=court.partner("dis-landuo"), at=court.ago(12, 15))
    cases.settle(case.pk, reason="型号填错，属误会，双方已和解", by=court.head, at=court.ago(11))


def _dismissed(court: Court) -> None:
    """Not accepted, and one in which nothing was found."""
    case = court.file("taobao-lanke", _partner("gd-dongguan"), "S1", 12, "怀疑门店抢单", "客户退款原因不明。")
    cases.reject(case.pk, reason="没有证据，客户退款原因为尺寸不合适", by=court.director, at=court.ago(11))
    case = court.file("jd-pop", _partner("gd-shenzhen"), "S1", 21, "疑似诱导退货", "退款次日同小区有门店订单。")
    court.prove(case, court.clerk, 21)
    court.accept(case, 20)
    court.answer(case, "gd-shenzhen", 19, "门店订单是邻居购买，有发票和安装照片。")
    court.rule(case, court.head, 17, Verdict(None, "收货人、电话均不同，不是同一客户。"))
    court.sign(case, 16, court.head, court.director)


def _of_staff(court: Court) -> None:
    """An employee of ours: 500 yuan and a major demerit, on the payroll list."""
    employee = User.objects.get(username=login_of("customer_service"))
    shop = Shop.objects.get(code="tmall-flagship")
    case = court.file(
        "taobao-landuo", Who(shop_id=shop.pk), "S1", 26, "旗舰店客服加赠抢分销商订单", "客户出示旗舰店客服聊天截图。"
    )
    court.prove(case, court.partner("dis-landuo"), 26, more=True)
    court.accept(case, 25, employee_id=employee.pk)
    at = court.ago(24, 14)
    cases.answer(case.pk, text="不知道客户已在分销店下单。", by=actors.of_role("customer_service"), at=at)
    act = case.version.acts.get(code="S1")
    said = Verdict(act.pk, "聊天中客户已说明在分销店付款。", Decimal(500), ("demerit",))
    court.rule(case, court.director, 22, said)
    court.sign(case, 21, court.director, court.head)


def _with_the_office(court: Court) -> None:
    """Selling across regions: severe under the dealer rules, the GM office is late with it."""
    story = "序列号显示发往合肥的机器由南京门店卖出，涉及三台。"
    case = court.file("suning-pop", _partner("js-nanjing"), "C1", 20, "跨区域销售（窜货）", story)
    court.prove(case, court.clerk, 20, more=True)
    court.accept(case, 19)
    court.answer(case, "js-nanjing", 18, "客户自提，不清楚安装地。")
    cases.escalate(case.pk, reason="窜货属严重违规", by=court.head, at=court.ago(17))


_STORIES: tuple[Callable[[Court], None], ...] = (
    _booked, _reversed, _of_staff, _dismissed, _with_the_office, _settled, _half_signed, _negotiated, _to_answer,
    _fresh,
)  # fmt: skip
