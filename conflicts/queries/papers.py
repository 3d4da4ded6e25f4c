"""CF-10, CF-11: a ruling in words: the penalty in one sentence, and the text that the heads sign."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from django.utils import translation
from django.utils.translation import gettext as _

from conflicts.models import Ruling
from conflicts.rules.penalties import Penalty
from conflicts.states.case import PartyRole
from conflicts.states.rulebook import Measure


def sha256(text: str) -> str:
    """Return the fingerprint of a text, of its UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def measures_of(ruling: Ruling) -> str:
    """Return the measures of a ruling in words."""
    said = [str(Measure(code).label) for code in ruling.measures]
    if ruling.suspended_days:
        said = [*said, _("for %(days)d days") % {"days": ruling.suspended_days}]
    return "、".join(said)


def penalty_of(ruling: Ruling) -> str:
    """Return what was ruled in one sentence: clause, version, the how manieth time, what it costs."""
    act = ruling.act
    if act is None:
        return _("no violation found")
    version = act.version
    said = _("%(book)s version %(number)d, %(clause)s (%(act)s), time %(times)d") % {
        "book": version.rulebook.name, "number": version.number, "clause": act.clause.number, "act": act.code,
        "times": ruling.times,
    }  # fmt: skip
    money = _("¥%(amount)s") % {"amount": f"{ruling.amount_yuan:,.2f}"} if ruling.amount_yuan else ""
    costs = "、".join(part for part in (money, measures_of(ruling)) if part)
    return f"{said}：{costs or _('no penalty')}"


def text_of(ruling: Ruling) -> str:
    """Return the text that is signed: the case, whatever was said and proved in it (by fingerprint), the ruling.

    No personal data of customers stands in it. The same rows give the same text, to the byte.
    """
    with translation.override("zh-hans"):
        return "\n".join(_lines(ruling))


def _lines(ruling: Ruling) -> list[str]:
    case = ruling.case
    lines = [
        f"# 裁决书 {case}-{ruling.round}",
        f"案由：{case.title}",
        f"适用规定：{case.version}（行为发生日 {case.acted_on}）",
        f"指控行为：{case.act}",
    ]
    for party in case.parties.select_related("shop", "partner", "employee").order_by("pk"):
        if party.role != PartyRole.WITNESS:
            lines.append(f"{party.get_role_display()}：{party}")
    lines += [f"订单：{order.number}（{order.shop}）" for order in case.orders.select_related("shop").order_by("pk")]
    lines.append("## 陈述")
    for said in case.statements.order_by("pk"):
        lines.append(f"{said.get_kind_display()} {_moment(said.said_at)} SHA-256 {sha256(said.text)}")
    lines.append("## 证据")
    lines += [f"{row.get_kind_display()} {row.name} SHA-256 {row.sha256}" for row in case.evidence.order_by("pk")]
    lines += ["## 裁决", penalty_of(ruling), f"理由：{ruling.reasoning}"]
    if ruling.unusual:
        lines.append(f"未按通常标准处罚的理由：{ruling.unusual}")
    return [*lines, f"起草：{ruling.drafted_by} {_moment(ruling.drafted_at)}", ""]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def range_of(penalty: Penalty) -> str:
    """Return the range of a rule in words."""
    if penalty.most is None:
        return _("¥%(least)s or more") % {"least": f"{penalty.least:,.2f}"}
    if penalty.least == penalty.most:
        return f"¥{penalty.least:,.2f}"
    return f"¥{penalty.least:,.2f} – ¥{penalty.most:,.2f}"


def objections(why: Iterable[str], penalty: Penalty) -> str:
    """Return why something may not be ruled, in words, with the range of the rule."""
    said = {
        "both": _("a measure that stands instead of money leaves no money"),
        "below_least": _("the penalty is below the least of the rule"),
        "above_most": _("the penalty is above the most of the rule"),
        "measure_missing": _("a measure that always comes with it is missing"),
        "measure_unknown": _("the rule knows no such measure here"),
        "reason_missing": _("say why it is not the usual penalty"),
        "days_missing": _("say for how many days the authorisation is suspended"),
    }
    allowed = _("allowed: %(range)s, usually ¥%(usual)s") % {
        "range": range_of(penalty), "usual": f"{penalty.usual:,.2f}",
    }  # fmt: skip
    return f"{'；'.join(said[code] for code in why)}（{allowed}）"


def cost_of(penalty: Penalty | None) -> str:
    """Return what a rule costs, in one sentence: the usual amount, its range, what comes besides or instead."""
    if penalty is None:
        return _("no penalty for this kind of party")
    said = []
    if penalty.usual or penalty.most is None or penalty.most:
        usual = _("usually ¥%(usual)s") % {"usual": f"{penalty.usual:,.2f}"}
        fixed = penalty.least == penalty.most
        said.append(range_of(penalty) if fixed else f"{usual}（{range_of(penalty)}）")
    if penalty.measures:
        said.append(_("always: %(measures)s") % {"measures": _named(penalty.measures)})
    if penalty.instead:
        said.append(_("or instead: %(measures)s") % {"measures": _named(penalty.instead)})
    return "；".join(said) or _("no penalty")


def _named(measures: Iterable[str]) -> str:
    return "、".join(str(Measure(code).label) for code in sorted(measures))
