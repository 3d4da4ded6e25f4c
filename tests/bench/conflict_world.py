"""A made-up year of orders, refunds and installations with its true story: who poached whom, and who only seems to.

The story stays in Python: what is entered is what platforms and agents report, and what they mask. The shares below are
guesses of ours: of the innocent look-alikes there are more than chance would make (a twin of the same city with the
same family name and visible digits is a hundred times as frequent). A poached order is one that CF-13 describes; what
lies outside of that, `_hidden`, is counted by itself, and so is who changed shops without anybody leading him.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.bench.conflict_people import CITIES, GIVEN, Person, city_of, counties, county, person, phone, street

START, DAYS = datetime.fromisoformat("2025-01-01T00:00:00+08:00"), 330
DAY = timedelta(days=1)
SERIES, MODELS = 10, 3
ONLINE = ("flagship", "jd-pop", "jd-self", "d1-a", "d1-b", "d2-a", "d3-a", "d4-a", "d5-a", "a1-web", "a2-web")
OUTLETS = tuple(f"a{n}-outlet" for n in range(1, 9))
AGENT_CITIES = {f"a{n}": CITIES[n - 1] for n in range(1, 9)}
NEUTRAL = ("wrong_choice", "dislike", "other", "other", "other", "price")


@dataclass(frozen=True, slots=True)
class Back:
    """A refund as the platform shows it later."""

    at: datetime
    kind: str = "refund_only"
    reason: str = "other"
    share: float = 1.0
    progress: str = "paid"
    said: str = ""
    shipped: bool = True


@dataclass(frozen=True, slots=True)
class Work:
    """What an agent did with the installation: offered, declined, silent, cancelled, failed, blocked, done."""

    agent: str
    what: str
    at: datetime


@dataclass(slots=True)
class Buy:
    """An order, with what follows of it."""

    shop: str
    when: datetime
    who: Person
    model: int
    yuan: int
    back: Back | None = None
    work: Work | None = None
    number: str = ""
    masked: bool = False
    signed: bool = True


@dataclass
class World:
    """All that happened; `pairs` name (lost, won) buys by what they truly are."""

    luck: random.Random
    buys: list[Buy] = field(default_factory=list)
    pairs: dict[str, list[tuple[Buy, Buy]]] = field(default_factory=dict)
    outside: list[Buy] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)

    def add(self, *buys: Buy) -> None:
        self.buys += buys

    def pair(self, what: str, lost: Buy, won: Buy) -> None:
        self.add(lost, won)
        self.pairs.setdefault(what, []).append((lost, won))


def make(count: int, seed: int, masked: float) -> World:
    """Return a world of about that many orders, of which this share is masked by the platforms."""
    world = World(random.Random(seed))
    for share, scene in SCENES:
        for _ in range(round(share * count)):
            scene(world)
    while len(world.buys) < count:
        _ordinary(world)
    world.buys.sort(key=lambda buy: (buy.when, buy.shop, buy.who.phone))
    for number, buy in enumerate(world.buys):
        buy.number, buy.masked = f"{700_000_000 + number}", world.luck.random() < masked
    return world


def _price(model: int) -> int:
    return 1500 + 250 * (model // MODELS) + 120 * (model % MODELS)


def _buy(world: World, shop: str = "", who: Person | None = None, model: int | None = None, when: object = None) -> Buy:
    luck = world.luck
    model = luck.randrange(SERIES * MODELS) if model is None else model
    moment = when or START + DAYS * DAY * luck.random()
    who = who or person(luck)
    return Buy(shop or luck.choice(ONLINE), moment, who, model, round(_price(model) * luck.uniform(0.93, 1.02)))


def _other_shop(world: World, shop: str, among: tuple[str, ...] = ONLINE) -> str:
    """A shop of another operator."""
    operator = shop.partition("-")[0]
    ours = shop in ("flagship", "jd-pop", "jd-self")
    return world.luck.choice([one for one in among if one != shop and (ours or one.partition("-")[0] != operator)])


def _agent_of(who: Person) -> str:
    return next((agent for agent, city in AGENT_CITIES.items() if city == city_of(who.county)), "")


def _work(world: World, buy: Buy, what: str = "") -> Work | None:
    """The agent of the place is asked to install what was bought online, and usually does."""
    agent = _agent_of(buy.who)
    if not agent or buy.shop in OUTLETS:
        return None
    usual = world.luck.choices(("done", "offered", "declined", "silent"), (80, 12, 5, 3))[0]
    what = what or usual
    wait = 5 * DAY if what == "done" else 1.5 * DAY
    return Work(agent, what, buy.when + wait * world.luck.uniform(0.7, 1.3))


def _refunded(world: World, buy: Buy, **fields: object) -> Back:
    luck = world.luck
    usual = {"at": buy.when + timedelta(days=luck.uniform(0.5, 9)), "reason": luck.choice(NEUTRAL)}
    usual |= {"kind": luck.choice(("refund_only", "return_refund")), "progress": _ending(luck)}
    return Back(**(usual | fields))


def _ending(luck: random.Random) -> str:
    return luck.choices(("paid", "agreed", "asked"), (85, 8, 7))[0]


def _ordinary(world: World) -> None:
    """An order that nothing special happens to; one in twelve is given back and nobody buys elsewhere."""
    luck = world.luck
    shop = luck.choice(OUTLETS) if luck.random() < 0.25 else ""
    who = person(luck, AGENT_CITIES[shop.partition("-")[0]]) if shop else None
    buy = _buy(world, shop, who)
    if luck.random() < 0.08:
        faults = ("quality", "damage", "not_shipped", *NEUTRAL)
        buy.back = _refunded(world, buy, reason=luck.choice(faults))
    if luck.random() < 0.5:
        buy.work = _work(world, buy)
    world.add(buy)


def _again(world: World, first: Buy) -> datetime:
    """When somebody buys elsewhere: a few days before or after he asks for his money; now and then weeks later."""
    luck, back = world.luck, first.back.at
    gap = luck.gauss(1.5, 3.0) if luck.random() < 0.92 else luck.uniform(8, 28)
    return max(first.when + timedelta(hours=3), back + timedelta(days=gap))


def _similar(world: World, model: int, same: float = 0.75) -> int:
    """The same model, or one of its series."""
    luck = world.luck
    return model if luck.random() < same else model - model % MODELS + luck.randrange(MODELS)


def _second_time(world: World, who: Person) -> Person:
    """How one customer appears the second time: mostly the same, sometimes by another phone or another name."""
    roll = world.luck.random()
    if roll < 0.89:
        return who
    if roll < 0.96:
        return replace(who, phone=phone(world.luck))
    return replace(who, name=person(world.luck).name)


def _poached(world: World) -> None:
    luck = world.luck
    first = _buy(world)
    reason = luck.choices((luck.choice(NEUTRAL), "quality", "not_shipped"), (78, 14, 8))[0]
    first.back = _refunded(world, first, reason=reason)
    agent = _agent_of(first.who)
    shops = [one for one in ONLINE if one != "jd-self"]  # a platform's own staff lead nobody away
    shop = _other_shop(world, first.shop, (*shops, *((f"{agent}-outlet",) * 6 if agent else ())))
    won = _buy(world, shop, _second_time(world, first.who), _similar(world, first.model), _again(world, first))
    won.yuan = round(first.yuan * (luck.uniform(0.88, 0.985) if luck.random() < 0.65 else luck.uniform(0.99, 1.02)))
    if luck.random() < 0.6:
        first.work = _work(world, first, "offered")
    world.pair("poached", first, won)


def _hidden(world: World) -> None:
    """Poached, and outside what CF-13 looks for: by another person of the house, another series, or weeks later."""
    luck = world.luck
    first = _buy(world)
    first.back = _refunded(world, first)
    won = _buy(world, _other_shop(world, first.shop), first.who, first.model, _again(world, first))
    how = luck.randrange(3)
    if how == 0:
        won.who = replace(first.who, name=person(luck).name, phone=phone(luck))
    elif how == 1:
        won.model = (first.model + MODELS * luck.randrange(1, SERIES)) % (SERIES * MODELS)
    else:
        won.when = first.back.at + timedelta(days=luck.uniform(31, 60))
    world.pair("hidden", first, won)


def _sabotaged(world: World) -> None:
    luck = world.luck
    agent = luck.choice(list(AGENT_CITIES))
    first = _buy(world, luck.choice(ONLINE[:9]), person(luck, AGENT_CITIES[agent]))
    first.work = _work(
        world, first, luck.choices(("declined", "silent", "cancelled", "failed", "done"), (40, 20, 15, 10, 15))[0]
    )
    first.back = _refunded(world, first, at=first.work.at + timedelta(days=luck.uniform(0.2, 6)))
    shop = f"{agent}-web" if f"{agent}-web" in ONLINE and luck.random() < 0.2 else f"{agent}-outlet"
    model = luck.choice((_similar(world, first.model), luck.randrange(SERIES * MODELS)))
    won = _buy(world, shop, _second_time(world, first.who), model, _again(world, first))
    world.pair("sabotage", first, won)


def _switched(world: World) -> None:
    """Nobody led him away: he found it cheaper elsewhere. In the data it looks like the real thing."""
    first = _buy(world)
    first.back = _refunded(world, first)
    shop = _other_shop(world, first.shop)
    won = _buy(world, shop, first.who, first.model, _again(world, first))
    won.yuan = round(first.yuan * world.luck.uniform(0.85, 1.0))
    world.pair("switched", first, won)


def _rebought(world: World) -> None:
    """The same shop, or another shop of the same partner: a colour, a coupon, a wrong address."""
    first = _buy(world)
    first.back = _refunded(world, first)
    shop = "d1-b" if first.shop == "d1-a" and world.luck.random() < 0.5 else first.shop
    world.pair("rebought", first, _buy(world, shop, first.who, _similar(world, first.model), _again(world, first)))


def _protected(world: World) -> None:
    """The price fell and the difference came back; some buy a second one for the other bathroom, anywhere."""
    luck = world.luck
    first = _buy(world)
    kind = luck.choice(("price_difference", "cash_back", "refund_only"))
    first.back = _refunded(world, first, kind=kind, share=luck.uniform(0.02, 0.2), progress="paid", reason="price")
    shop = _other_shop(world, first.shop)
    world.pair("protected", first, _buy(world, shop, first.who, first.model, _again(world, first)))


def _gift(world: World) -> None:
    """His own order he gave back for a reason of his own; the other one is for his parents, with his phone."""
    luck = world.luck
    first = _buy(world)
    first.back = _refunded(world, first)
    parents = replace(person(luck), phone=first.who.phone)
    if luck.random() < 0.3:
        parents = replace(parents, name=first.who.name)
    if luck.random() < 0.2:
        parents = replace(parents, county=county(luck, city_of(first.who.county)))
    shop = _other_shop(world, first.shop)
    world.pair("gift", first, _buy(world, shop, parents, _similar(world, first.model), _again(world, first)))


def _moved(world: World) -> None:
    luck = world.luck
    first = _buy(world)
    said = luck.choice(("收货地址变更，无法送达", "搬家了", "地址写错", "其他"))
    first.back, first.signed = _refunded(world, first, said=said, reason="other"), False
    home = person(luck)
    there = replace(first.who, county=home.county, street=home.street)
    shop = _other_shop(world, first.shop)
    world.pair("moved", first, _buy(world, shop, there, _similar(world, first.model), _again(world, first)))


def _family(world: World) -> None:
    """Two of a household bought without knowing of each other; one goes back. Most have a phone each."""
    luck = world.luck
    first = _buy(world)
    name = first.who.name[0] + "".join(luck.sample(GIVEN, 2)) if luck.random() < 0.5 else person(luck).name
    number = first.who.phone if luck.random() < 0.25 else phone(luck)
    won = _buy(world, _other_shop(world, first.shop), replace(first.who, name=name, phone=number), first.model,
               first.when + timedelta(days=luck.uniform(0.1, 5)))  # fmt: skip
    first.back = _refunded(world, first, at=won.when + timedelta(days=luck.uniform(0.1, 6)))
    world.pair("family", first, won)


def _twin(world: World) -> None:
    """Somebody else of the same city with the same family name and the same visible digits of his phone."""
    luck = world.luck
    first = _buy(world)
    first.back = _refunded(world, first)
    hidden = f"{first.who.phone[:3]}{luck.randrange(10**4):04d}{first.who.phone[-4:]}"
    name = first.who.name[0] + "".join(luck.sample(GIVEN, 2))
    twin = Person(name, hidden, county(luck, city_of(first.who.county)), street(luck))
    world.pair("twin", first, _buy(world, _other_shop(world, first.shop), twin, first.model, _again(world, first)))


def _faulty(world: World) -> None:
    """A machine with a fault, given back; he trusts the brand and buys it elsewhere."""
    first = _buy(world)
    seen = first.when + timedelta(days=world.luck.uniform(5, 14))
    reason = world.luck.choice(("quality", "damage"))
    first.back = _refunded(world, first, reason=reason, kind="return_refund", at=seen)
    shop = _other_shop(world, first.shop)
    world.pair("faulty", first, _buy(world, shop, first.who, _similar(world, first.model), _again(world, first)))


def _two_homes(world: World) -> None:
    first = _buy(world)
    won = _buy(world, _other_shop(world, first.shop), first.who, first.model, first.when + timedelta(days=5))
    world.pair("two_homes", first, won)


def _blocked(world: World) -> None:
    """His wiring did not allow it, no fault of the agent; a smaller one from the agent fits."""
    luck = world.luck
    agent = luck.choice(list(AGENT_CITIES))
    first = _buy(world, luck.choice(ONLINE[:9]), person(luck, AGENT_CITIES[agent]))
    first.work = _work(world, first, "blocked")
    first.back = _refunded(world, first, at=first.work.at + timedelta(days=luck.uniform(0.2, 6)))
    other = (first.model + MODELS) % (SERIES * MODELS)
    world.pair("blocked", first, _buy(world, f"{agent}-outlet", first.who, other, _again(world, first)))


def _second_machine(world: World) -> None:
    """The agent had refused, a third party installed it; months later he buys a second one from the agent."""
    luck = world.luck
    agent = luck.choice(list(AGENT_CITIES))
    first = _buy(world, luck.choice(ONLINE[:9]), person(luck, AGENT_CITIES[agent]))
    first.work = _work(world, first, "declined")
    first.when = min(first.when, START + 200 * DAY)
    won = _buy(world, f"{agent}-outlet", first.who, first.model, first.when + timedelta(days=luck.uniform(20, 90)))
    world.pair("second_machine", first, won)


def _smuggled(world: World) -> None:
    """An outlet sells into another agent's city."""
    shop = world.luck.choice(OUTLETS)
    own = AGENT_CITIES[shop.partition("-")[0]]
    city = world.luck.choice([one for one in counties() if one != own])
    buy = _buy(world, shop, person(world.luck, city))
    world.outside.append(buy)
    world.add(buy)


def _for_relatives(world: World) -> None:
    """A customer of the outlet's city buys there for relatives elsewhere; he bought for himself before."""
    luck = world.luck
    shop = luck.choice(OUTLETS)
    who = person(luck, AGENT_CITIES[shop.partition("-")[0]])
    before = _buy(world, luck.choice((shop, "flagship")), who)
    far = replace(who, county=county(luck, luck.choice(list(counties()))), street=street(luck))
    won = _buy(world, shop, far, None, before.when + timedelta(days=luck.uniform(5, 60)))
    world.pair("relatives", before, won)


SCENES: tuple[tuple[float, Callable[[World], None]], ...] = (
    (0.006, _poached),
    (0.0006, _hidden),
    (0.0025, _sabotaged),
    (0.001, _switched),
    (0.006, _rebought),
    (0.004, _protected),
    (0.0008, _gift),
    (0.0008, _moved),
    (0.0015, _family),
    (0.0002, _twin),
    (0.0008, _faulty),
    (0.002, _two_homes),
    (0.0004, _blocked),
    (0.0008, _second_machine),
    (0.003, _smuggled),
    (0.0008, _for_relatives),
)
