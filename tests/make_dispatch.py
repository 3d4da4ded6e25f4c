"""Objects of dispatch and of installers for tests: plain defaults; what a test is about, it says itself."""

from datetime import date
from decimal import Decimal

from aftersales.models import Capacity, Certificate, DispatchRule, Installer, Job, Score, VisitCause
from aftersales.operations import dispatch, jobs
from channels.connectors.base import PlatformLine
from channels.models import Partner
from channels.states import PartnerKind
from opsdesk.actor import SYSTEM
from tests import make
from tests.make import AT, LONG_AGO

WORK = ("aftersales.view_job", "aftersales.accept_job", "aftersales.work_job")


def installer(who: Partner, name: str = "李师傅", **fields: object) -> Installer:
    return Installer.objects.create(partner=who, name=name, **fields)


def certificate(of: Installer, skill: str = "instant", *, since: date = LONG_AGO, until: date | None = None):
    return Certificate.objects.create(installer=of, skill=skill, number=f"C{of.pk}", valid_from=since, valid_to=until)


def capacity(who: Partner, jobs_per_day: int, *, since: date = LONG_AGO) -> Capacity:
    return Capacity.objects.create(partner=who, jobs_per_day=jobs_per_day, valid_from=since)


def score(who: Partner, value: str, month: date = date(2026, 2, 1)) -> Score:
    return Score.objects.create(partner=who, month=month, value=Decimal(value))


def rules(**figures: int) -> DispatchRule:
    """The figures of dispatch and the causes of failed visits."""
    for code, payer, pauses in (("absent", "company", True), ("wiring", "customer", True), ("parts", "company", False)):
        VisitCause.objects.create(code=code, label=code, payer=payer, pauses_clock=pauses, valid_from=LONG_AGO)
    usual = {"hand_over_lead_hours": 40, "hand_over_latest_hours": 8, "default_jobs_per_day": 4} | figures
    return DispatchRule.objects.create(valid_from=LONG_AGO, **usual)


def third_party(code: str = "tp", where: str = "4401", **fields: object) -> Partner:
    row = make.partner(code, kind=PartnerKind.INSTALLER, **fields)
    make.territory(row, where)
    return row


def needing(number: str, skill: str, **fields: object) -> Job:
    """A job for a product that asks for this skill."""
    key = f"sku-{skill}"
    if not make.Listing.objects.filter(key=key).exists():
        make.listing(key, of=make.product(f"P-{skill}", skill=skill))
    return make.job(number, lines=(PlatformLine("1", sku_id=key, title="热水器"),), **fields)


def accepted(number: str = "1001", **fields: object) -> Job:
    """A job that the agent of its region has accepted; territory and policies first."""
    job = make.job(number, **fields)
    dispatch.dispatch_all_due(by=SYSTEM, at=AT)
    return jobs.accept(job.pk, by=SYSTEM, at=AT)


def office(who: Partner, *rights: str):
    """The partner's office as an actor."""
    return make.actor(f"office-{who.code}", *WORK, *rights, partner=who.code)
