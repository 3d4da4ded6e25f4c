"""Names, phones and streets of people who do not exist, made so that everybody can see it."""

from random import Random

_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许韩冯邓曹"
_INVENTED = ("示例", "样例", "演示", "虚构", "模拟", "举例", "示范", "假设")
_GIVEN = (
    "建平",
    "海燕",
    "志远",
    "文静",
    "国栋",
    "晓东",
    "玉兰",
    "永安",
    "立军",
    "雅琴",
    "春生",
    "秀英",
    "明辉",
    "丽华",
)
_ROADS = ("示例路", "演示大道", "样例街", "虚构路", "模拟大街")
_ESTATES = ("示例花园", "演示家园", "样例小区", "虚构公寓", "模拟苑")


def customer(rng: Random) -> str:
    """Return a customer's name: 王示例, 李演示 …"""
    return rng.choice(_FAMILY) + rng.choice(_INVENTED)


def phone(place: int) -> str:
    """Return the phone of the customer at this place in the demo: 19900000000 and the following."""
    return str(19_900_000_000 + place)


def contact(rng: Random) -> str:
    """Return the name of a partner's contact."""
    return rng.choice(_FAMILY) + rng.choice(_GIVEN)


def street(rng: Random) -> str:
    """Return a street, a house and a door that are nowhere."""
    house = f"{rng.choice(_ROADS)}{rng.randint(1, 399)}号{rng.choice(_ESTATES)}"
    return f"{house}{rng.randint(1, 28)}栋{rng.randint(1, 33):02d}{rng.randint(1, 6):02d}室"
