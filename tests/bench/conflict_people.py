"""Made-up customers: names as frequent as they are, mobile numbers, homes in real counties."""

import random
from dataclasses import dataclass
from functools import cache

from channels.queries import regions

FAMILIES = tuple("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁于蒋蔡")
WEIGHTS = (75, 72, 68, 54, 46, 31, 22, 21, 20, 19, 17, 16, 15, 14, 13, 12, 11, 11, 10, 9) + (6,) * 20
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰萍鹏飞红斌莉辉建国志新海燕凤春梅文博宇轩子涵浩然"
PREFIXES = (
    *("134", "135", "136", "137", "138", "139", "150", "151", "152", "157", "158", "159", "182", "183", "187") * 2,
    *("130", "131", "132", "155", "156", "185", "186", "133", "153", "180", "181", "189", "177", "199"),
)
CITIES = ("4401", "4403", "4406", "4419", "3301", "3201", "3205", "4201", "4301", "5101", "3702", "2101")


@dataclass(frozen=True, slots=True)
class Person:
    """A customer and his home."""

    name: str
    phone: str
    county: str
    street: str


def city_of(code: str) -> str:
    return code[:4]


@cache
def counties() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for division in regions.divisions():
        if len(division.code) == 6 and division.code < "7" and not "71" <= division.code[4:] <= "79":
            found.setdefault(division.code[:4], []).append(division.code)
    return found


def person(luck: random.Random, city: str = "") -> Person:
    name = luck.choices(FAMILIES, WEIGHTS)[0] + "".join(luck.sample(GIVEN, luck.choice((1, 2, 2))))
    return Person(name, phone(luck), county(luck, city), street(luck))


def phone(luck: random.Random) -> str:
    return f"{luck.choice(PREFIXES)}{luck.randrange(10**8):08d}"


def county(luck: random.Random, city: str = "") -> str:
    where = city or (luck.choice(CITIES) if luck.random() < 0.7 else luck.choice(list(counties())))
    return luck.choice(counties()[where])


def street(luck: random.Random) -> str:
    road = luck.choice(("人民路", "解放大道", "中山东路", "建设二街", "和平里", "文化路"))
    return f"{road}{luck.randrange(1, 999)}号{luck.randrange(1, 30)}幢{luck.randrange(101, 3000)}室"
