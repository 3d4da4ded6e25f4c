"""Which places a word may stand for: the dictionary behind reading an address."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from channels.rules import divisions as units
from channels.rules import spellings
from channels.rules.divisions import CITY, COUNTY, PROVINCE, Division, Rename
from channels.rules.spellings import ABBREVIATED, NAMED, OTHER_SUFFIX, RENAMED

Word = TypeVar("Word")

_LEVELS = {PROVINCE: "province", CITY: "city", COUNTY: "county"}
_FORMS = (NAMED, RENAMED, OTHER_SUFFIX, ABBREVIATED)
# Words that may stand between two names and say nothing.
_FILLERS = """中国 中华人民共和国 市辖区 其它区 其他区 省直辖县级行政区划 省直辖县级行政单位 省直辖县 省直辖
自治区直辖县级行政区划 自治区直辖县级行政单位 自治区直辖 收货地址 收件地址 详细地址 地址"""
# Old names that many cities had: they mean something only behind the city.
_LOCAL_WORDS = "城区 郊区 矿区 新区 东区 西区 南区 北区 高新区 南郊区 北郊区 南城区 北城区"
_LOCAL = frozenset(_LOCAL_WORDS.split())


@dataclass(frozen=True, slots=True)
class Meaning:
    """One place that a word may stand for."""

    code: str
    form: str
    note: str
    rank: int = 0  # of several that fit, only those of the lowest rank count
    needs: int = 0  # how much of the code must be known before this word counts
    under: tuple[str, ...] = ()  # where the place belonged when it had this name


class Words(Generic[Word]):
    """A dictionary that knows which lengths of word may start with a given pair of characters."""

    def __init__(self, meanings: Mapping[str, Word]) -> None:
        self.meanings = meanings
        sizes: defaultdict[str, set[int]] = defaultdict(set)
        for word in meanings:
            sizes[word[:2]].add(len(word))
        self.sizes = {start: tuple(sorted(found, reverse=True)) for start, found in sizes.items()}

    def at(self, text: str, at: int) -> Iterator[tuple[int, Word]]:
        """Return the words that start at a place in a text, longest first, each with where it ends."""
        for size in self.sizes.get(text[at : at + 2], ()):
            found = self.meanings.get(text[at : at + size])
            if found is not None and at + size <= len(text):
                yield at + size, found


def place_names(divisions: Sequence[Division], renames: Sequence[Rename]) -> Words[tuple[Meaning, ...]]:
    """Return every spelling of a province, city or county with what it may stand for, likeliest first."""
    found: defaultdict[str, list[Meaning]] = defaultdict(list)
    names = {division.code: division.name for division in divisions}
    places = _places(divisions, names)
    for code, place in places.items():
        for word, form in spellings.spellings(names[code], len(code)):
            found[word].append(_meaning(place, form))
    for word, code in spellings.NICKNAMES.items():
        found[word].append(_meaning(code, ABBREVIATED))
    for word, old in list(_old_names(renames, names, found)):
        found[word].append(old)
    ranked: dict[str, tuple[Meaning, ...]] = {word: _sorted(meanings) for word, meanings in found.items()}
    return Words(ranked | dict.fromkeys(_FILLERS.split(), ()))


def _places(divisions: Iterable[Division], names: Mapping[str, str]) -> dict[str, str]:
    """Return for each division the code that stands for it: all codes of places inside start with that one."""
    places = {}
    for division in divisions:
        if len(division.code) == CITY and division.parent in units.MUNICIPALITIES:
            places[division.code] = division.parent
        elif len(division.code) <= COUNTY and not units.is_zone(division.code):
            places[division.code] = division.code
            if names.get(division.parent) == division.name:  # 东莞市: the city is its own only county
                places[division.parent] = division.code
    return places


def _meaning(place: str, form: str) -> Meaning:
    level = len(place)
    # Taiwan, Hong Kong and Macau have a 中山区 and a 桃园 too; nobody there writes so without saying where.
    offshore = place[0] in "78" and (level == COUNTY or (level == CITY and form != NAMED))
    return Meaning(place, form, f"{_LEVELS[level]}:{form}", needs=PROVINCE if offshore else 0)


def _old_names(
    renames: Sequence[Rename], names: Mapping[str, str], found: Mapping[str, list[Meaning]]
) -> Iterator[tuple[str, Meaning]]:
    """Return what each old name stands for today, with the place that it was then looked for in."""
    once: defaultdict[str, list[str]] = defaultdict(list)
    for rename in renames:
        once[rename.path[-1]].extend(rename.codes)
    for rename in sorted(renames, key=lambda rename: -rename.year):
        above, word = rename.path[-2:]
        now = [meaning.code for meaning in found.get(word, ()) if meaning.form == NAMED]
        then = [meaning.code for meaning in found.get(above, ()) if meaning.form in (NAMED, OTHER_SUFFIX)] + once[above]
        for code in rename.codes:
            if code not in now or rename.kind == "moved":
                under = tuple(place for place in then if place != code)
                needs = CITY if word in _LOCAL else 0
                yield from _old_name(word, Meaning(code, RENAMED, _became(rename, code, names), 0, needs, under), found)


def _old_name(word: str, old: Meaning, found: Mapping[str, list[Meaning]]) -> Iterator[tuple[str, Meaning]]:
    yield word, old
    stem, suffix = spellings.stem_and_suffix(word, len(old.code))
    if suffix == "自治县":
        yield f"{stem}县", old
    if suffix and stem not in found:
        yield stem, replace(old, form=ABBREVIATED, note=f"{old.note}:{ABBREVIATED}")


def _became(rename: Rename, code: str, names: Mapping[str, str]) -> str:
    verb, now = "renamed", names[code]
    if rename.kind == "moved":
        verb, now = "moved", names.get(code[:CITY], names[code[:PROVINCE]])
    elif len(rename.codes) > 1:
        verb = "mostly" if rename.kind == "mostly" and code == rename.codes[0] else "divided"
    return f"{verb}:{rename.path[-1]}→{now}({rename.year})"


def _sorted(meanings: list[Meaning]) -> tuple[Meaning, ...]:
    """Rank the meanings of one word: present names first, then old ones; of short names the larger place."""
    exact = [meaning for meaning in meanings if meaning.form != OTHER_SUFFIX]
    ranked = [replace(meaning, rank=_rank(meaning, meanings)) for meaning in exact or meanings]
    return tuple(sorted(ranked, key=lambda m: m.rank))


def _rank(meaning: Meaning, meanings: list[Meaning]) -> int:
    level = len(meaning.code)
    if meaning.form != ABBREVIATED:
        return _FORMS.index(meaning.form)
    # "朝阳" is a city in Liaoning, but a district of Beijing is as well known as a city.
    metropolitan = level == COUNTY and meaning.code[:PROVINCE] in units.MUNICIPALITIES
    return CITY if metropolitan and any(len(other.code) == CITY for other in meanings) else level
