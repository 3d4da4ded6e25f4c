"""PR-4, PR-9, PR-13: one figure, one table; what was doubled is taken out without losing anything (ADR 0016)."""

from datetime import date
from decimal import Decimal as D
from importlib import import_module

import pytest
from django.apps import apps

from opsdesk.audit.models import Event
from promotions.models import PlanRule
from promotions.queries import plan_figures
from tests import make, make_plan

pytestmark = pytest.mark.django_db
migration = import_module("promotions.migrations.0010_one_figure_one_table")


def test_pr_13_what_stood_twice_is_taken_out_written_down_and_can_be_put_back():
    make_plan.rules()
    kept = set(PlanRule.objects.values_list("code", flat=True))
    assert not kept & set(migration.DOUBLED), "the product is delivered without them"
    spans = ((date(2010, 1, 1), date(2026, 7, 1), D("999.00")), (date(2026, 7, 1), None, D("1099.00")))
    for since, until, number in spans:
        PlanRule.objects.create(
            code="tail_least", rule="PR-13", number=number, text="尾货最低售价", valid_from=since, valid_to=until
        )
    PlanRule.objects.create(
        code="eligible.show_order", rule="PR-9", platform="jd", number=1, text="京东", valid_from=make.LONG_AGO
    )
    migration.take_out(apps, None)
    assert set(PlanRule.objects.values_list("code", flat=True)) == kept
    told = Event.objects.filter(action="planrule.move").order_by("pk")
    assert [(one.facts["code"], one.facts["number"], one.facts["valid_to"]) for one in told] == [
        ("tail_least", "999.00", "2026-07-01"),
        ("tail_least", "1099.00", None),
        ("eligible.show_order", "1.00", None),
    ]
    migration.put_back(apps, None)
    again = PlanRule.objects.filter(code="tail_least").order_by("valid_from")
    assert [(row.valid_from, row.valid_to, row.number) for row in again] == list(spans)
    assert PlanRule.objects.get(code="eligible.show_order").platform == "jd"


def test_pr_8_pr_9_pr_10_pr_11_pr_16_the_figures_of_the_plan_come_from_the_tables_that_bind():
    make_plan.rules()
    figures = plan_figures.figures_on(plan_figures.rules(), date(2027, 4, 9))
    amounts = {code: figures[code] for kind in plan_figures.CLAIMED for code in (f"{kind}_least", f"{kind}_most")}
    assert amounts == {
        "cashback_least": D(20), "cashback_most": D(30), "show_order_least": D(10), "show_order_most": D(50),
        "coupon_least": D(30), "coupon_most": D(50), "phone_least": D(10), "phone_most": D(20),
    }  # fmt: skip
    assert figures["list_days"] == 30
    assert figures.allowed["show_order"] == {("jd", ""), ("tmall", "")}
    assert figures.shares == {"show_order": {"tmall": D("0.200")}}
