"""The ways in which people write the name of a division."""

from collections.abc import Iterator

from channels.rules.divisions import CITY, COUNTY, PROVINCE

NAMED, OTHER_SUFFIX, RENAMED, ABBREVIATED = "named", "other_suffix", "renamed", "abbreviated"

# Longer before shorter: "维吾尔族" before "维吾尔".
_PEOPLES = """维吾尔族 维吾尔 土家族 布依族 哈尼族 傈僳族 景颇族 拉祜族 布朗族 纳西族 仡佬族 仫佬族 毛南族 柯尔克孜族
柯尔克孜 蒙古族 蒙古 哈萨克族 哈萨克 达斡尔族 鄂温克族 鄂伦春族 塔吉克族 塔吉克 锡伯族 锡伯 保安族 东乡族 撒拉族
裕固族 独龙族 普米族 阿昌族 德昂族 基诺族 朝鲜族 满族 回族 藏族 羌族 彝族 白族 傣族 壮族 苗族 侗族 瑶族 水族 黎族
畲族 佤族 怒族 土族 京族 各族"""
_PEOPLE = tuple(_PEOPLES.split())
_SUFFIXES = {
    PROVINCE: ("特别行政区", "自治区", "省", "市"),
    CITY: ("自治州", "地区", "盟", "市"),
    COUNTY: ("自治县", "自治旗", "特区", "林区", "新区", "县", "区", "市", "旗"),
}
_OTHERS = {
    PROVINCE: ("省", "自治区"),
    CITY: ("市", "地区", "州", "自治州", "盟"),
    COUNTY: ("县", "区", "市"),
}
_OWN_OTHERS = {"自治县": ("自治县",), "自治旗": ("旗",), "旗": ("旗",), "特别行政区": ("特区",)}
TOWN_SUFFIXES = ("街道办事处", "街道", "镇", "乡", "苏木")
# A stem that ends like a street, an estate or a zone says nothing: "中山路街道" is not meant by "中山路".
_TOO_COMMON = tuple("路街巷桥村场区园站")
# Every city has had its 城关镇 and its 开发区: inside a county they say something, in a city they do not.
_EVERYWHERE_WORDS = """城关 城区 城厢 城郊 城东 城西 城南 城北 东城 西城 南城 北城 新城 新区 中心 工业 高新
开发区 经济开发区 经济技术开发区 工业园区"""
_EVERYWHERE = frozenset(_EVERYWHERE_WORDS.split())
# Short names that no rule finds.
_NICKNAMES = """内蒙=15 安微省=34 淅江省=33 巴州=6528 博州=6527 克州=6530 锡盟=1525 阿盟=1529 峰峰=130406
达茂旗=150223 科左中旗=150521 科左后旗=150522 科右前旗=152221 科右中旗=152222 土左旗=150121 土右旗=150221
察右前旗=150926 察右中旗=150927 察右后旗=150928 东乌旗=152525 西乌旗=152526 新左旗=150726 新右旗=150727 莫旗=150722
阜蒙县=210921 喀左县=211324 喀左=211324 前郭县=220721 前郭=220721 杜蒙=230624 花地玛堂=820001 圣安多尼堂区=820002"""
NICKNAMES = dict(pair.split("=") for pair in _NICKNAMES.split())


def stem_and_suffix(name: str, level: int) -> tuple[str, str]:
    """Split a name into what tells it apart and what it is: ("新晃", "自治县")."""
    for suffix in _SUFFIXES[level]:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            stem = name.removesuffix(suffix)
            bare = _without_peoples(stem)
            # "东乡族自治县" is named after its people alone, and "内蒙古" not after one.
            return bare if len(bare) >= 2 else stem.removesuffix("族"), suffix
    return name, ""


def _without_peoples(stem: str) -> str:
    while people := next((people for people in _PEOPLE if stem.endswith(people)), ""):
        stem = stem.removesuffix(people)
    return stem


def spellings(name: str, level: int) -> Iterator[tuple[str, str]]:
    """Return each way to write a name, and what sort of spelling that is."""
    yield name, NAMED
    stem, suffix = stem_and_suffix(name, level)
    if suffix and len(stem) >= 2:
        yield stem, ABBREVIATED
        for other in (*_OTHERS[level], *_OWN_OTHERS.get(suffix, ())):
            if stem + other != name:
                yield stem + other, OTHER_SUFFIX


def town_stem(name: str) -> str:
    """Return what is left of a town's name without 镇, 乡, 街道; "" when that is not telling."""
    for suffix in TOWN_SUFFIXES:
        if name.endswith(suffix):
            stem = _without_peoples(name.removesuffix(suffix))
            return stem if len(stem) >= 2 and not stem.endswith(_TOO_COMMON) else ""
    return ""


def is_telling(stem: str) -> bool:
    """Say whether a town so named can tell which county of a city is meant."""
    return bool(stem) and stem not in _EVERYWHERE
