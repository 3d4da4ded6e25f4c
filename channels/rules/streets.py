"""Names of places in names of streets and houses: 北京西路, 中山大道, 西湖花园."""

_TURNS = frozenset("东西南北中前后内外上下新老环一二三四五六七八九十江河湖湾")
_STREET_WORDS = "路 街 巷 弄 胡同 大道 大街 大桥 国道 省道 高速 高架 公路 马路 环线 大学 银行"
_HOUSE_WORDS = """站 寺 庙 村 镇 乡 屯 桥 厂 店 新村 机场 车站 火车 客运 大厦 大楼 广场 宾馆 饭店 酒店 花园 花苑 小区
公寓 家园 山庄 市场 商城 公司 集团 学院 学校 中学 小学 医院 公园 水库 社区 林场 农场"""
_STREETS = frozenset(_STREET_WORDS.split())
_HOUSES = frozenset(_HOUSE_WORDS.split())


def is_street(text: str, at: int) -> bool:
    """Say whether what goes on at a place in a text turns the word before it into the name of a street or a bank."""
    stop = at + 3
    while at < stop and text[at : at + 1] in _TURNS:
        at += 1
    return text[at : at + 1] in _STREETS or text[at : at + 2] in _STREETS


def is_street_or_house(text: str, at: int) -> bool:
    """Say whether what goes on at a place turns the word before it into the name of a street, estate or firm."""
    return text[at : at + 1] in _HOUSES or text[at : at + 2] in _HOUSES or is_street(text, at)
