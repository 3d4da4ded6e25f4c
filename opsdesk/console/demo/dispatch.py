"""The register of installers, what partners can do and how good they are; and a day of urging, absence, hand-over."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import cycle
from random import Random

from aftersales.models import Capacity, Certificate, Installer, Job, Offer, Score
from aftersales.operations import freezing, hand_over, installers, jobs, urges
from aftersales.states.job import JobState
from channels.models import Partner
from channels.states import PartnerKind, Skill
from opsdesk.actor import SYSTEM
from opsdesk.console.demo import actors, cast
from opsdesk.console.demo.plan import Plan
from opsdesk.sla import timers

_NAMES = tuple(
    family + given
    for family, given in zip(
        "张李王刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟强军洋杰勇磊涛明超刚鹏斌辉峰波俊健宁成", strict=True
    )
)
_URGED = ("客户急用，问今天能否上门", "客户已催两次，请回电", "客户家中有老人，希望尽快安装", "客户问为何还没人联系")
_REPLIED = ("已联系客户，明天上午上门", "师傅在路上，一小时内到", "缺支架，已调货，后天上门")


def tell(plan: Plan) -> None:
    """Enter people, capacities and scores, and let the last hours before `plan.at` go by."""
    rng = Random(plan.seed + 11)
    _register(plan, rng)
    held = _held(plan)
    _absent(plan, held[1::8])
    _urge(plan, held[::2])
    _hand_over(plan, held[3::3], rng)
    freezing.freeze_many([job.order_id for job in held[2::9]], because="客户申请退款", by=SYSTEM, at=plan.at)
    _assign(plan, held)
    timers.sweep(at=plan.at)


def _register(plan: Plan, rng: Random) -> None:
    """Two or three persons a partner, most with all certificates, some about to lapse."""
    names, month = cycle(_NAMES), (plan.today.replace(day=1) - timedelta(days=1)).replace(day=1)
    partners = list(Partner.objects.exclude(kind=PartnerKind.DISTRIBUTOR).order_by("code"))
    people = []
    for partner in partners:
        for _n in range(rng.choice((2, 2, 3))):
            person = Installer(partner=partner, name=next(names))
            installers.seal_phone(person, f"139{rng.randint(0, 99_999_999):08d}")
            people.append(person)
    Installer.objects.bulk_create(people)
    Certificate.objects.bulk_create(_certificate(plan, person, skill, rng) for person in people for skill in Skill)
    Capacity.objects.bulk_create(
        Capacity(partner=partner, jobs_per_day=rng.choice((2, 3, 4, 6)), valid_from=plan.since) for partner in partners
    )
    Score.objects.bulk_create(
        Score(partner=partner, month=month, value=Decimal(rng.randint(620, 990)) / 10) for partner in partners
    )


def _certificate(plan: Plan, person: Installer, skill: Skill, rng: Random) -> Certificate:
    ends = plan.today + timedelta(days=rng.choice((9, 25, 200, 400, 700, 900)))
    number = f"NL-{skill.value[:2].upper()}-{person.pk:05d}"
    return Certificate(installer=person, skill=skill, number=number, valid_from=plan.since, valid_to=ends)


def _held(plan: Plan) -> list[Job]:
    """Jobs in somebody's hands for some hours, those of the cast left out: their story is told."""
    special = [sale.number for sale in cast.special(plan)]
    rows = Job.objects.filter(state__in=(JobState.ACCEPTED, JobState.APPOINTED), frozen_at=None)
    return list(
        rows.filter(accepted_at__lt=plan.at - timedelta(hours=6)).exclude(order__number__in=special).order_by("-pk")
    )


def _hand_over(plan: Plan, held: Sequence[Job], rng: Random) -> None:
    """AS-3: what the sweep finds, and what the dispatcher wants; some third parties have answered already."""
    hand_over.hand_over_all_due(by=SYSTEM, at=plan.at)
    dispatcher = actors.of_role("dispatcher")
    for job in held:
        if not Offer.objects.waiting().filter(job=job).exists():
            hand_over.hand_over(job.pk, reason="安装方来电：本周排不开", by=dispatcher, at=plan.at)
    partners = actors.Partners()
    for offer in list(Offer.objects.waiting().hand_overs().select_related("partner").order_by("pk")):
        by, luck = partners.of(offer.partner.code), rng.random()
        if luck < 0.4:
            jobs.accept(offer.job_id, by=by, at=plan.at)
        elif luck < 0.6:
            jobs.decline(offer.job_id, reason="近期人手不足，排不开", by=by, at=plan.at)
    hand_over.hand_over_all_due(by=SYSTEM, at=plan.at)


def _assign(plan: Plan, held: Sequence[Job]) -> None:
    for job in held:
        job.refresh_from_db()
        person = Installer.objects.active().filter(partner_id=job.owner_id).order_by("pk").first()
        if person is not None and job.state in (JobState.ACCEPTED, JobState.APPOINTED):
            jobs.assign_installer(job.pk, installer_id=person.pk, by=SYSTEM, at=plan.at)


def _urge(plan: Plan, held: Sequence[Job]) -> None:
    """Half were answered; the others wait, some longer than they should."""
    service = actors.of_role("customer_service")
    for place, job in enumerate(held):
        urged_at = plan.at - timedelta(hours=5 if place % 4 else 1)
        urges.urge(job.pk, text=_URGED[place % len(_URGED)], by=service, at=urged_at)
        if place % 2:
            text = _REPLIED[place % len(_REPLIED)]
            urges.reply(job.pk, text=text, by=SYSTEM, at=urged_at + timedelta(minutes=40))


def _absent(plan: Plan, held: Sequence[Job]) -> None:
    for job in held:
        jobs.absent(job.pk, note="敲门无人应，电话未接", by=SYSTEM, at=plan.at - timedelta(hours=2))
