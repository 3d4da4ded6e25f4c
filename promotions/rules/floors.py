"""DS-11: the lowest price allowed for a shop, a model and a moment, and which rules made it. Plain Python.

The one list of precedence, from the first to the last:

1. The lowest grant in force for this shop and model, where it lies below what the rules say. It opens the floor
   only there and only then (DS-1, DS-6, PR-4, PR-5); a grant above the rules changes nothing.
2. Of the rules that apply, the one with the highest amount: each says "not below", so all of them hold at once
   (PR-4, PR-13, PR-16, DS-8).
3. At the same amount the more special one (model before shop, partner, mark, series, mode, platform, time), then the
   code, then the older row; that only decides which one is named.

So one more grant never raises a floor, and a rule that lost may go without changing it. Where no rule applies
(no list price is known …) there is no floor.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from opsdesk.money import to_fen
from promotions.rules.facts import Conditions, Dated, FloorFacts, GrantRow, RuleRow

WON, OPENED, LOST, IDLE = "won", "opened", "lost", "idle"
_ORDER = (WON, OPENED, LOST, IDLE)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One rule or grant that was considered: its amount where it applies, what became of it, and why."""

    code: str
    name: str
    row: str
    pk: int
    yuan: Decimal | None
    outcome: str
    why: str


@dataclass(frozen=True, slots=True)
class Floor:
    """DS-11: the lowest price allowed (None: none is set), what made it, and what it would be without each of them."""

    yuan: Decimal | None
    winner: Judgement | None
    judgements: tuple[Judgement, ...]
    without: tuple[tuple[str, Decimal | None], ...]
    list_yuan: Decimal | None
    campaigns: tuple[str, ...]
    seller: str

    def allows(self, yuan: Decimal) -> bool:
        """Say whether a price is not below it."""
        return self.yuan is None or yuan >= self.yuan


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which the floor and what makes it stay the same."""

    starts_at: datetime
    ends_at: datetime
    floor: Floor


@dataclass(frozen=True, slots=True)
class _Now:
    """The facts narrowed to a moment."""

    facts: FloorFacts
    tags: frozenset[str]
    campaigns: tuple[str, ...]
    list_yuan: Decimal | None
    platforms: tuple[tuple[str, Decimal], ...]
    seller: str


@dataclass(frozen=True, slots=True)
class _Applied:
    row: RuleRow | GrantRow
    yuan: Decimal


def floor(facts: FloorFacts) -> Floor:
    """DS-11: return the floor of a shop and model at a moment with its explanation."""
    now = _now(facts)
    rules, idle = _applicable_rules(now)
    grants, idle_grants = _applicable_grants(now)
    winner = _winner(rules, grants)
    judged = [_judged(one, rules, winner) for one in (*grants, *rules)]
    judged.sort(key=lambda one: (_ORDER.index(one.outcome), -(one.yuan or 0)))
    return Floor(
        yuan=winner.yuan if winner else None,
        winner=judged[0] if winner else None,
        judgements=(*judged, *idle_grants, *idle),
        without=tuple((one.row.code, _without(one, rules, grants)) for one in sorted(rules + grants, key=_rank)),
        list_yuan=now.list_yuan,
        campaigns=now.campaigns,
        seller=now.seller,
    )


def change_points(facts: FloorFacts, start: datetime, end: datetime) -> tuple[datetime, ...]:
    """DS-11: return the moments within a span, its start not included, at which the floor can change, in order."""
    product = facts.product
    rows: Iterable[Dated] = (
        *facts.rules, *facts.campaigns, *facts.grants, *facts.shop.standings,
        *product.tags, *product.list_prices, *product.platform_prices,
    )  # fmt: skip
    moments = {moment for row in rows for moment in (row.starts_at, row.ends_at)}
    return tuple(sorted(moment for moment in moments if moment is not None and start < moment < end))


def history(facts: FloorFacts, start: datetime, end: datetime) -> tuple[Stretch, ...]:
    """DS-11: return the floors over a span, from change to change; stretches with the same answer are one."""
    moments = (start, *change_points(facts, start, end), end)
    told: list[Stretch] = []
    for since, until in zip(moments, moments[1:], strict=False):
        answer = floor(replace(facts, at=since))
        last = told[-1].floor if told else None
        if last and (last.yuan, last.winner) == (answer.yuan, answer.winner):
            told[-1] = replace(told[-1], ends_at=until)
        else:
            told.append(Stretch(since, until, answer))
    return tuple(told)


def _now(facts: FloorFacts) -> _Now:
    at, product = facts.at, facts.product
    return _Now(
        facts=facts,
        tags=frozenset(row.tag for row in product.tags if row.holds(at)),
        campaigns=tuple(row.name for row in facts.campaigns if row.holds(at)),
        list_yuan=next((row.yuan for row in product.list_prices if row.holds(at)), None),
        platforms=tuple((row.platform, row.yuan) for row in product.platform_prices if row.holds(at)),
        seller=facts.shop.sells_as(at),
    )


def _applicable_rules(now: _Now) -> tuple[list[_Applied], list[Judgement]]:
    applied, idle = [], []
    for rule in sorted(now.facts.rules, key=lambda row: (row.code, row.pk)):
        why = _time(rule, now.facts.at) or _shop(rule.only, now) or _model(rule.only, now) or _when(rule, now)
        yuan = None if why else _amount(rule, now)
        if yuan is None:
            idle.append(Judgement(rule.code, rule.name, "rule", rule.pk, None, IDLE, why or f"no_{rule.kind}"))
        else:
            applied.append(_Applied(rule, yuan))
    return applied, idle


def _applicable_grants(now: _Now) -> tuple[list[_Applied], list[Judgement]]:
    applied, idle = [], []
    for grant in now.facts.grants:
        why = _time(grant, now.facts.at)
        why = why or ("other_shop" if grant.shop not in (None, now.facts.shop.pk) else "")
        why = why or ("other_model" if grant.product != now.facts.product.pk else "")
        if why:
            idle.append(Judgement(grant.code, grant.source, grant.kind, grant.pk, None, IDLE, why))
        else:
            applied.append(_Applied(grant, to_fen(grant.yuan)))
    return applied, idle


def _time(row: Dated, at: datetime) -> str:
    if row.starts_at is not None and at < row.starts_at:
        return "not_yet"
    return "over" if row.ends_at is not None and row.ends_at <= at else ""


def _shop(only: Conditions, now: _Now) -> str:
    shop = now.facts.shop
    differs = {
        "other_shop": only.shop not in (None, shop.pk),
        "other_partner": only.partner is not None and only.partner != shop.partner,
        "other_platform": only.platform not in ("", shop.platform),
        "other_mode": only.mode not in ("", shop.mode),
    }
    return next((why for why, so in differs.items() if so), "")


def _model(only: Conditions, now: _Now) -> str:
    product = now.facts.product
    if only.product not in (None, product.pk):
        return "other_model"
    return "other_series" if only.series not in ("", product.series) else ""


def _when(rule: RuleRow, now: _Now) -> str:
    only = rule.only
    differs = {
        "not_bound": now.seller not in rule.binds,
        "outside_campaign": only.when == "campaign" and not now.campaigns,
        "in_campaign": only.when == "outside" and bool(now.campaigns),
        "tag_missing": bool(only.tag) and only.tag not in now.tags,
        "tag_excluded": any(tag in now.tags for tag in only.without_tags),
    }
    return next((why for why, so in differs.items() if so), "")


def _amount(rule: RuleRow, now: _Now) -> Decimal | None:
    """What the rule comes to, to the fen; None where the price that it is a share of is not known."""
    if rule.kind == "yuan":
        return to_fen(rule.figure)
    base = now.list_yuan if rule.kind == "share_of_list" else dict(now.platforms).get(rule.of_platform)
    return None if base is None else to_fen(base * rule.figure)


def _rank(one: _Applied) -> tuple[bool, Decimal, int, str, int]:
    """The order in which rules and grants win; see the top of this module."""
    if isinstance(one.row, GrantRow):
        return False, one.yuan, 0, "", one.row.pk
    return True, -one.yuan, -one.row.only.weight, one.row.code, one.row.pk


def _winner(rules: Sequence[_Applied], grants: Sequence[_Applied]) -> _Applied | None:
    highest = min(rules, key=_rank, default=None)
    lowest = min(grants, key=_rank, default=None)
    opened = highest is not None and lowest is not None and lowest.yuan < highest.yuan
    return lowest if opened else highest


def _without(one: _Applied, rules: Sequence[_Applied], grants: Sequence[_Applied]) -> Decimal | None:
    rest = _winner([row for row in rules if row is not one], [row for row in grants if row is not one])
    return rest.yuan if rest else None


def _judged(one: _Applied, rules: Sequence[_Applied], winner: _Applied | None) -> Judgement:
    grant = isinstance(one.row, GrantRow)
    by_grant = winner is not None and isinstance(winner.row, GrantRow)
    if one is winner:
        outcome, why = WON, "lowest_grant" if grant else "highest"
    elif grant:
        outcome, why = LOST, "higher_grant" if by_grant else "above_rules" if rules else "nothing_to_open"
    elif by_grant and one is min(rules, key=_rank):
        outcome, why = OPENED, "opened_by_grant"
    else:
        outcome, why = LOST, "same" if one.yuan == max(row.yuan for row in rules) else "lower"
    row = one.row
    name, kind = (row.source, row.kind) if isinstance(row, GrantRow) else (row.name, "rule")
    return Judgement(row.code, name, kind, row.pk, one.yuan, outcome, why)
