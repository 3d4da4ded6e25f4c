"""Objects for tests: plain defaults, no random data; what a test is about, it says itself."""

import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image

from aftersales.models import Job
from aftersales.operations import opening
from channels.connectors.base import PlatformOrder, Progress
from channels.models import Listing, Partner, Platform, Product, Region, Shop, Territory
from channels.operations import partners
from channels.queries import regions
from channels.states import Duty, Mode, PartnerKind, PartnerLevel
from opsdesk.actor import SYSTEM
from opsdesk.people.models import Scope, User
from opsdesk.people.queries import actor_of
from opsdesk.sla.models import Counting, Policy, Step, WorkCalendar
from orders.models import Import, Order
from orders.operations import batch

SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 3, 4, 10, 0, tzinfo=SHANGHAI)  # a Wednesday, no holiday near
LONG_AGO = date(2010, 1, 1)
WORKDAY = [["09:00", "18:00"]]


def at(text: str) -> datetime:
    """A moment where the company is: "2026-03-04 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def region(code: str = "440106", name: str = "天河区", full_name: str = "广东省 广州市 天河区") -> Region:
    level = {2: 1, 4: 2, 6: 3, 9: 4}[len(code)]
    return Region.objects.get_or_create(code=code, defaults={"name": name, "full_name": full_name, "level": level})[0]


def platform(code: str = "tmall") -> Platform:
    return Platform.objects.get_or_create(code=code, defaults={"name": code})[0]


def shop(code: str = "flagship", *, on: str = "tmall", operator: Partner | None = None, **fields: object) -> Shop:
    defaults = {"name": code, "platform": platform(on), "mode": Mode.FLAGSHIP, "operator": operator} | fields
    return Shop.objects.get_or_create(code=code, defaults=defaults)[0]


def partner(
    code: str = "gz", *, kind: str = PartnerKind.AGENT, above: Partner | None = None, **fields: object
) -> Partner:
    row = Partner(code=code, name=f"伙伴{code}", kind=kind, level=PartnerLevel.CITY, parent=above)
    for name, value in fields.items():
        setattr(row, name, value)
    partners.place(row).save()
    return row


def territory(who: Partner, where: str, duty: str = Duty.INSTALLATION, *, since: date = LONG_AGO) -> Territory:
    region(where, where, where)
    return Territory.objects.create(partner=who, duty=duty, region_id=where, valid_from=since)


def product(code: str = "DSF310-85", **fields: object) -> Product:
    return Product.objects.create(code=code, name=f"热水器{code}", **fields)


def listing(key: str, *, of: Product | None = None, where: Shop | None = None) -> Listing:
    return Listing.objects.create(shop=where or shop(), key=key, title=key, product=of)


def policies() -> None:
    """The clocks of an installation, as the reference data have them."""
    always = WorkCalendar.objects.create(code="always", name="always", weekly=dict.fromkeys(WEEK, [["00:00", "24:00"]]))
    agents = WorkCalendar.objects.create(code="agents", name="agents", weekly=dict.fromkeys(WEEK, WORKDAY))
    policy("installation", timedelta(days=3), always, Counting.CALENDAR_DAYS)
    policy("acceptance", timedelta(hours=4), agents, Counting.WORKING_TIME)
    policy("hand_over", timedelta(hours=2), agents, Counting.WORKING_TIME)
    policy("visit", timedelta(days=2), always, Counting.CALENDAR_DAYS)
    policy("absence", timedelta(days=2), always, Counting.CALENDAR_DAYS)
    policy("urge_reply", timedelta(hours=2), agents, Counting.WORKING_TIME)


WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def policy(code: str, amount: timedelta, calendar: WorkCalendar, counting: str) -> Policy:
    row = Policy.objects.create(
        code=code, name=code, counting=counting, amount=amount, calendar=calendar, valid_from=LONG_AGO
    )
    Step.objects.create(policy=row, name="warned", share=Decimal("0.50"))
    Step.objects.create(policy=row, name="missed", share=Decimal("1.00"))
    if code == "installation":
        Step.objects.create(policy=row, name="escalated", after=timedelta(days=1))
    return row


def user(name: str = "wang", *rights: str, company: bool = False, **scopes: str) -> User:
    """A user with these rights; scopes as shop="flagship", region="44", partner="gz"."""
    person = User.objects.create_user(name, f"{name}@example.invalid", "secret", is_staff=True)
    wanted = [right.split(".") for right in rights]
    for app, codename in wanted:
        person.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    if company:
        Scope.objects.create(user=person, kind="company")
    for kind, code in scopes.items():
        Scope.objects.create(user=person, kind=kind, code=code)
    return User.objects.get(pk=person.pk)


def in_role(name: str, role: str, **scopes: object) -> User:
    """A user in a role of the handbook (opsdesk.people.operations.ensure_roles first)."""
    person = user(name, **scopes)
    person.groups.add(Group.objects.get(name=role))
    return User.objects.get(pk=person.pk)


def actor(name: str = "wang", *rights: str, **scopes: object):
    return actor_of(user(name, *rights, **scopes), door="test")


def source(where: Shop | None = None, *, when: datetime = AT, **fields: object) -> Import:
    return Import.objects.create(
        shop=where or shop(), name="test.csv", sha256="0" * 64, size=1, entered_by="test", entered_at=when, **fields
    )


def seen(number: str = "1001", **fields: object) -> PlatformOrder:
    """An order as a platform shows it: paid, nothing else said."""
    defaults = {"state": Progress.PAID, "ordered_at": AT, "paid_at": AT, "paid_yuan": Decimal("2999.00")}
    return PlatformOrder(number=number, **{**defaults, **fields})


def intake(where: Shop | None = None, *, when: datetime = AT) -> batch.Intake:
    return batch.Intake(source(where, when=when), regions.gazetteer(), SYSTEM, when)


def taken_in(*orders: PlatformOrder, where: Shop | None = None, when: datetime = AT) -> batch.Tally:
    """Enter platform orders through the intake."""
    with transaction.atomic():
        return batch.write(intake(where, when=when), orders)


def order(number: str = "1001", *, where: Shop | None = None, **fields: object) -> Order:
    taken_in(seen(number, **fields), where=where)
    return Order.objects.get(number=number)


def signed_order(
    number: str = "1001", *, signed_at: datetime = AT, in_region: str = "440106", **fields: object
) -> Order:
    region(in_region, in_region, in_region)
    row = order(number, state=Progress.SIGNED, signed_at=signed_at, **fields)
    Order.objects.filter(pk=row.pk).update(region_id=in_region)
    return Order.objects.get(pk=row.pk)


def job(number: str = "1001", *, signed_at: datetime = AT, when: datetime | None = None, **fields: object) -> Job:
    """An open installation job; `policies()` first."""
    row = signed_order(number, signed_at=signed_at, **fields)
    [made] = opening.open_many([row.pk], by=SYSTEM, at=when or signed_at)
    return made


def photo(name: str = "photo.jpg", size: tuple[int, int] = (40, 30)) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "#2563eb").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")
