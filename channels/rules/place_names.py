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
_FILLERS = [
    "中国",
    "中华人民共和国",
    "市辖区",
    "其它区",
    "其他区",
    "省直辖县级行政区划",
    "省直辖县级行政单位",
    "省直辖县",
    "省直辖",
    "自治区直辖县级行政区划",
    "自治区直辖县级行政单位",
    "自治区直辖",
]


@dataclass(frozen=True, slots=True)
class Meaning:
    """One place that a word may stand for."""

    code: str
    form: str
    note: str
    rank: int = 0  # of several that fit, only those of the lowest rank count
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
    return Words(ranked | dict.fromkeys(_FILLERS, ()))


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
    return Meaning(place, form, f"{_LEVELS[len(place)]}:{form}")


def _old_names(
    renames: Iterable[Rename], names: Mapping[str, str], found: Mapping[str, list[Meaning]]
) -> Iterator[tuple[str, Meaning]]:
    """Return what each old name stands for today."""
    now = {word: [m.code for m in meanings if m.form == NAMED] for word, meanings in found.items()}
    once = defaultdict(list)
    for rename in renames:
        once[_last(rename.old)].extend(rename.codes)
    for rename in renames:
        word, above = (*filter(None, rename.old),)[-1], (*filter(None, rename.old),)[-2]
        stem, _ = spellings.stem_and_suffix(word, COUNTY if rename.old[2] else CITY)
        for n, code in enumerate(rename.codes):
            if code in now.get(word, ()) and rename.kind != "moved":
                continue  # it still has the name
            under = tuple(place for place in (*now.get(above, ()), *once[above]) if place != code)
            verb = "renamed" if len(rename.codes) == 1 else "divided" if n or rename.kind == "split" else "mostly"
            old = Meaning(code, RENAMED, f"{verb}:{word}→{names[code]}({rename.year})", under=under)
            yield word, old
            if stem not in found and stem != word:
                yield stem, replace(old, form=ABBREVIATED)


def _last(names: Sequence[str]) -> str:
    return next((name for name in reversed(names) if name), "")


def _sorted(meanings: list[Meaning]) -> tuple[Meaning, ...]:
    """Rank the meanings of one word: present names first, then old ones; of short names the larger place."""
    exact = [meaning for meaning in meanings if meaning.form != OTHER_SUFFIX]
    ranked = [replace(meaning, rank=_rank(meaning, meanings)) for meaning in exact or meanings]
    return tuple(sorted(ranked, key=lambda m: m.rank))


def _rank(meaning: Meaning, meanings: list[Meaning]) -> int:
    level, offshore = len(meaning.code), meaning.code[0] in "78"
    if meaning.form != ABBREVIATED:
        rank = _FORMS.index(meaning.form)
    elif level == COUNTY and meaning.code[:2] in units.MUNICIPALITIES and any(len(m.code) == CITY for m in meanings):
        rank = CITY  # "朝阳" is a city in Liaoning, but a district of Beijing is as well known as a city
    else:
        rank = level
    return rank + 100 * (offshore and level > PROVINCE)
