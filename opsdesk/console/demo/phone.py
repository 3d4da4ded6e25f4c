"""AS-11: more persons of two agents, whom they send today, and a report that is half on its way from a phone."""

import io
from random import Random

from aftersales.models import Installer, Job
from aftersales.operations import installers, jobs, reports, urges
from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.console.demo import actors, pictures
from opsdesk.console.demo.people import login_of
from opsdesk.console.demo.plan import Plan
from opsdesk.people.models import User

_PEOPLE = {"gd-guangzhou": ("梁永安", "邓伟强"), "gd": ("陈志华",)}
_OWN, _HIS = "partner_installer", "梁永安"


def enter(plan: Plan) -> None:
    """Register who is not there yet, send somebody to every accepted job, start a report."""
    office, rng = actors.of_role("partner_office"), Random(plan.seed + 11)
    for code, names in _PEOPLE.items():
        for name in names:
            _person(code, name, rng)
    for job in _accepted(plan):
        who = list(Installer.objects.active().filter(partner=job.owner_id).order_by("pk"))
        if who and job.installer_id is None:
            goes = next((person for person in who if person.user_id), who[job.pk % len(who)])
            jobs.assign_installer(job.pk, installer_id=goes.pk, by=office, at=plan.at)
    _started(plan, office)
    for person in Installer.objects.active().filter(partner__code="gd").order_by("pk"):
        installers.link(person.pk, by=office, at=plan.at)


def _accepted(plan: Plan) -> list[Job]:
    held = Job.objects.filter(state__in=("accepted", "appointed"), frozen_at=None, owner__code__in=_PEOPLE)
    return list(held.order_by("pk"))


def _person(code: str, name: str, rng: Random) -> None:
    partner = Partner.objects.get(code=code)
    if Installer.objects.filter(partner=partner, name=name).exists():
        return
    row = Installer(partner=partner, name=name)
    installers.seal_phone(row, f"139{rng.randrange(10**8):08}")
    if name == _HIS:
        row.user = User.objects.get(username=login_of(_OWN))
    row.save()


def _started(plan: Plan, office: Actor) -> None:
    """One customer asks what becomes of it; another's heater hangs already, and half the report has arrived."""
    rows = _accepted(plan)
    if len(rows) < 2:
        return
    started, urged = rows[0], rows[-1]
    reports.keep_serial(started.pk, serial_number=f"NL26{started.pk:06}", by=office, at=plan.at)
    for series in ("即热", "储水"):
        reports.keep_photo(started.pk, photo=io.BytesIO(pictures.of(series)), by=office, at=plan.at)
    if urged.urged_at is None:
        urges.urge(urged.pk, text="客户问今天几点能上门", by=actors.of_role("dispatcher"), at=plan.at)
