"""Objects for tests of call-backs and complaints."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from aftersales.models import Callback, CallbackTerms, ClassWord, Complaint, ComplaintClass, Script, ScriptQuestion
from aftersales.operations import callbacks, complaint_register, complaints
from aftersales.states.complaint import STEPS
from opsdesk.actor import SYSTEM, Actor
from opsdesk.approvals.models import Limit
from opsdesk.people.models import User
from opsdesk.people.operations import ensure_roles
from opsdesk.people.queries import actor_of
from opsdesk.sla.models import CalendarDay, Counting, Step, WorkCalendar
from tests import make
from tests.make import AT, LONG_AGO

HOURS = [["09:30", "12:00"], ["14:00", "20:00"]]
HOLIDAY, MAKEUP = date(2026, 10, 1), date(2026, 10, 10)  # a Thursday; a Saturday
WORDS = "师傅态度恶劣，电话13800000001也不接"


def care() -> None:
    """Roles, policies, hours for calls, terms, a script and two classes, as the reference data have them."""
    ensure_roles()
    make.policies()
    always = WorkCalendar.objects.get(code="always")
    office = WorkCalendar.objects.create(code="office", name="office", weekly=dict.fromkeys(make.WEEK, make.WORKDAY))
    make.policy("callback", timedelta(days=3), always, Counting.CALENDAR_DAYS)
    for code in STEPS.values():
        steps = make.policy(code, timedelta(hours=9), office, Counting.WORKING_TIME)
        Step.objects.create(policy=steps, name="escalated", after=timedelta(days=1))
    make.policy("approval", timedelta(hours=9), office, Counting.WORKING_TIME)
    calls = WorkCalendar.objects.create(
        code="callback", name="callback", weekly=dict.fromkeys(make.WEEK[:6], HOURS), makeup_hours=HOURS
    )
    CalendarDay.objects.create(calendar=calls, day=HOLIDAY, kind="holiday", name="国庆节")
    CalendarDay.objects.create(calendar=calls, day=date(2026, 3, 8), kind="makeup", name="调休")  # a Sunday
    CallbackTerms.objects.create(
        valid_from=LONG_AGO, calendar=calls, most_attempts=3, retry_after=timedelta(hours=3),
        early=timedelta(minutes=15), late=timedelta(minutes=60), taken_for=timedelta(minutes=20),
    )  # fmt: skip
    script()
    classes()
    for role, alone, up_to in (("customer_service", "50", "0"), ("ecommerce_head", "500", "3000")):
        Limit.objects.create(
            kind="compensation", role=role, alone_yuan=Decimal(alone), sign_yuan=Decimal(up_to), valid_from=LONG_AGO
        )


def script() -> Script:
    row = Script.objects.create(code="installation", name="安装回访", valid_from=LONG_AGO)
    ScriptQuestion.objects.create(
        script=row, key="visited", position=1, text="是否按时上门？", kind="choice", choices="按时\n迟到"
    )
    ScriptQuestion.objects.create(script=row, key="installer", position=2, text="给师傅打几分？", kind="scale")
    ScriptQuestion.objects.create(
        script=row, key="product", position=3, text="用起来怎么样？", kind="text", required=False
    )
    return row


def classes() -> None:
    for place, (code, name, words) in enumerate(
        (("attitude", "服务态度", ("态度恶劣", "不耐烦")), ("quality", "产品质量", ("漏水", "不热"))), 1
    ):
        row = ComplaintClass.objects.create(code=code, name=name, position=place)
        for word in words:
            ClassWord.objects.create(kind=row, word=word, weight=3, valid_from=LONG_AGO)


def somebody(name: str, role: str, **scopes: object) -> Actor:
    """A person in a role, entered once."""
    person = User.objects.filter(username=name).first()
    return actor_of(person or make.in_role(name, role, **scopes or {"company": True}), door="test")


def clerk(name: str = "lin") -> Actor:
    return somebody(name, "customer_service")


def head(name: str = "shen") -> Actor:
    return somebody(name, "ecommerce_head")


def caller(name: str = "he") -> Actor:
    return somebody(name, "callback")


def done_job(number: str = "1001", *, done_at: datetime = AT, **fields: object):
    """An installation completed at a moment; `care()` first."""
    fields = {"receiver_name": "张三", "receiver_phone": "13800000001", "receiver_address": "天河路1号"} | fields
    job = make.job(number, signed_at=done_at - timedelta(days=1), **fields)
    who = make.Partner.objects.filter(code="gz").first() or make.partner("gz")
    type(job).objects.filter(pk=job.pk).update(state="done", done_at=done_at, serial_number="S1", owner=who)
    return type(job).objects.get(pk=job.pk)


def callback(number: str = "1001", *, done_at: datetime = AT) -> Callback:
    """An open call-back."""
    [made] = callbacks.open_many([done_job(number, done_at=done_at).pk], by=SYSTEM, at=done_at)
    return made


def said(satisfaction: str = "satisfied", **fields: object) -> callbacks.Said:
    answers = {"visited": "按时", "installer": "5"}
    return callbacks.Said(**{"satisfaction": satisfaction, "answers": answers} | fields)


def complaint(words: str = WORDS, *, by: Actor | None = None, at: datetime = AT, **fields: object) -> Complaint:
    """A registered complaint, owned by the clerk."""
    return complaint_register.register(complaint_register.Said(words, **fields), by=by or clerk(), at=at)


def brought_to(state: str, *, amount: str = "0", at: datetime = AT, **fields: object) -> Complaint:
    """A complaint brought through the loop to a state, each step by who may make it."""
    row, me, chief = complaint(at=at, **fields), clerk(), head()
    moves = {
        "registered": None,
        "investigating": lambda: complaints.uphold(row.pk, judgement="属实", by=me, at=at),
        "proposing": lambda: complaints.investigate(
            row.pk, cause="未培训", blame=complaints.Blame(department="service"), by=me, at=at
        ),
        "proposed": lambda: complaints.propose(row.pk, measures="道歉", amount_yuan=Decimal(amount), by=me, at=at),
        "approved": lambda: complaints.approve(row.pk, by=chief, at=at),
        "carried_out": lambda: complaints.carry_out(row.pk, result="已道歉", by=me, at=at),
        "confirmed": lambda: complaints.confirm(row.pk, words="满意", by=me, at=at),
        "closed": lambda: complaints.close(row.pk, summary="加强培训", by=me, at=at),
    }
    for name, move in moves.items():
        if move:
            move()
        if name == state:
            break
    return Complaint.objects.get(pk=row.pk)
