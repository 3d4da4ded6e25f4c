"""AS-1, AS-2: what the field can install after a brand day, and what the plan's checker says of it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from aftersales.models import Capacity, Job
from aftersales.queries.field import FieldDay, field_on
from opsdesk.actor import SYSTEM
from opsdesk.console import findings
from promotions.models import EventOffer
from promotions.queries import plan_facts
from promotions.rules import plan_checks
from tests import make, make_plan

pytestmark = pytest.mark.django_db
APRIL = (date(2027, 4, 12), date(2027, 4, 13))


def installer(code: str, per_day: int | None = None, *, since: date = make.LONG_AGO, until: date | None = None):
    partner = make.partner(code)
    make.territory(partner, make.region().code)
    if per_day is not None:
        Capacity.objects.create(partner=partner, jobs_per_day=per_day, valid_from=since, valid_to=until)
    return partner


def test_as_2_the_capacity_of_a_day_is_the_sum_of_the_rows_in_force_of_those_who_install():
    installer("a", 10)
    installer("b", 7, until=APRIL[1])
    installer("c")
    Capacity.objects.create(partner=make.partner("no territory"), jobs_per_day=99, valid_from=make.LONG_AGO)
    gone = installer("gone", 50)
    gone.active = False
    gone.save()
    found = field_on(APRIL, usual_days=28, at=make_plan.AT)
    assert found.days == {
        APRIL[0]: FieldDay(17, 2, 1, {"44": 17}),
        APRIL[1]: FieldDay(10, 1, 2, {"44": 10}),
    }


def test_as_2_where_nobody_has_entered_a_capacity_it_is_not_known_and_not_nothing():
    installer("a")
    assert field_on(APRIL[:1], usual_days=28, at=make_plan.AT).days == {APRIL[0]: FieldDay(None, 0, 1)}
    assert field_on((), usual_days=28, at=make_plan.AT).days == {}


def test_as_2_on_the_rest_days_of_the_installers_nobody_goes():
    installer("a", 10)
    weekly = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat"), make.WORKDAY)
    make.WorkCalendar.objects.create(code="agents", name="a", weekly=weekly)
    sunday = date(2027, 4, 18)
    found = field_on((sunday, sunday + timedelta(days=1)), usual_days=28, at=make_plan.AT)
    assert [found.days[day].jobs for day in sorted(found.days)] == [0, 10]


def test_as_1_an_ordinary_day_is_the_median_of_the_days_of_late_and_no_peak():
    make.policies()
    at, who = make.at("2026-03-20 10:00"), make.partner("a")
    for number, day in enumerate(("03-17", "03-18", "03-18", "03-19", *["03-16"] * 9)):
        job = make.job(str(number))
        Job.objects.filter(pk=job.pk).update(
            state="done", done_at=make.at(f"2026-{day} 15:00"), owner=who, serial_number="S"
        )
    found = field_on(APRIL, usual_days=4, at=at)
    assert (found.usual, found.within) == (1, 3), "1, 2, 1 and the nine of a peak"


def checked(plan) -> list:
    return [one for one in plan_checks.check(plan_facts.facts_of(plan, at=make_plan.AT)) if one.check == "capacity"]


def test_as_1_the_plan_asks_the_field_by_name_and_shows_its_numbers_with_a_link():
    assert import_string(settings.FIELD_CAPACITY) is field_on
    make.policies()
    plan = make_plan.year(months=range(4, 5))
    installer("a", 60)
    installer("b", 54)
    [found] = checked(plan)
    assert (found.rule, found.level, found.code, found.row[0]) == ("AS-1", "warn", "capacity_short", "event")
    wanted = {"sold": 572, "planned": 191, "can": 114, "usual": 0, "day": date(2027, 4, 17), "late": 2}
    assert {name: found.numbers[name] for name in wanted} == wanted
    line = findings.line_of(found, {}, {})
    assert line.href == reverse("admin:aftersales_capacity_changelist")
    assert "191" in line.sentence and "114" in line.sentence and "2027-04-17" in line.sentence
    Capacity.objects.update(jobs_per_day=58)
    [found] = checked(plan)
    assert (found.level, found.numbers) == ("pass", {"planned": 191, "can": 116})


def test_as_1_a_plan_that_can_never_be_installed_is_not_submitted_unless_nobody_knows_enough():
    from promotions.operations import plans

    make.policies()
    plan = make_plan.year()
    installer("a", 10)
    stops = [one.code for one in plan_checks.stops(plan_checks.check(plan_facts.facts_of(plan, at=make_plan.AT)))]
    assert set(stops) == {"capacity_far"} and len(stops) == 9
    with pytest.raises(plans.HasStops):
        plans.submit(plan.pk, reason="方案", by=SYSTEM, at=make_plan.AT)
    installer("b")
    found = checked(plan)
    assert {(one.level, one.code, one.numbers["unknown"], one.numbers["all"]) for one in found} == {
        ("warn", "capacity_partly", 1, 2)
    }


def test_as_1_where_it_could_not_look_the_checker_says_so_and_does_not_pass():
    make.policies()
    plan = make_plan.year(months=range(4, 6))
    [found] = checked(plan)
    assert (found.level, found.code, found.row) == ("warn", "capacity_unknown", ("plan", plan.pk))
    installer("a", 500, until=date(2027, 5, 1))
    [found] = checked(plan)
    assert (found.code, found.numbers["event"], found.row[0]) == ("capacity_unknown", "5月品牌日", "event")
    EventOffer.objects.update(stock_need=0)
    assert [one.level for one in checked(plan)] == ["pass"]


def test_as_1_without_a_deadline_in_force_nothing_is_called_in_time():
    plan = make_plan.year(months=range(4, 5))
    installer("a", 500)
    assert [one.code for one in checked(plan)] == ["deadline_unknown"]
    facts = plan_facts.facts_of(plan, at=make_plan.AT)
    assert replace(facts.events[0].field, within=3).days[date(2027, 4, 12)] == 500
    assert facts.events[0].field.usual == D(0)


def done_in(region: str, count: int, at) -> None:
    make.region(region, region, region)
    make.region(region[:2], f"{region[:2]}省", f"{region[:2]}省")
    who = make.Partner.objects.first()
    for number in range(count):
        job = make.job(f"{region}-{number}", in_region=region)
        Job.objects.filter(pk=job.pk).update(state="done", done_at=at, owner=who, serial_number="S")


def test_as_1_a_partner_of_two_provinces_is_divided_as_their_installations_of_late_were():
    make.policies()
    both = installer("a", 10)
    make.territory(both, make.region("330106", "西湖区", "浙江省 杭州市 西湖区").code)
    assert field_on(APRIL[:1], usual_days=28, at=make_plan.AT).days[APRIL[0]].by_province == {"44": 5, "33": 5}
    done_in("440106", 3, make.at("2027-01-15 10:00"))
    done_in("330106", 1, make.at("2027-01-15 10:00"))
    found = field_on(APRIL[:1], usual_days=28, at=make_plan.AT)
    assert found.days[APRIL[0]].by_province == {"44": 7, "33": 2}
    assert {code: (one.name, one.share) for code, one in found.provinces.items()} == {
        "33": ("33省", D("0.25")),
        "44": ("44省", D("0.75")),
    }


def test_as_1_enough_in_all_but_not_where_the_customers_are_is_a_warning_with_the_region():
    make.policies()
    plan = make_plan.year(months=range(4, 5))
    installer("a", 300)
    far = make.partner("b")
    make.territory(far, make.region("330106", "西湖区", "浙江省 杭州市 西湖区").code)
    Capacity.objects.create(partner=far, jobs_per_day=20, valid_from=make.LONG_AGO)
    done_in("440106", 3, make.at("2027-01-15 10:00"))
    done_in("330106", 1, make.at("2027-01-15 10:00"))
    [found] = checked(plan)
    assert (found.level, found.code, found.row[0]) == ("warn", "capacity_regions", "event")
    assert found.numbers == {"event": "4月品牌日", "count": 1, "day": date(2027, 4, 16), "regions": "33省 48/20"}
    installer("unknown")
    assert [one.level for one in checked(plan)] == ["pass"], "it may be the one whose capacity nobody has entered"
