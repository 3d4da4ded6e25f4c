"""Towns and streets offices (the fourth level) named in a text."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from channels.rules import spellings, streets
from channels.rules.divisions import COUNTY, TOWN, Division
from channels.rules.place_names import Words


@dataclass(frozen=True, slots=True)
class Town:
    """A town as a text names it; `codes` has several where one name serves several towns."""

    codes: tuple[str, ...]
    form: str


class Towns:
    """The towns of a country, found by name inside a county, a city or a province."""

    def __init__(self, divisions: Iterable[Division]) -> None:
        self._towns: defaultdict[str, list[Division]] = defaultdict(list)
        for division in divisions:
            if len(division.code) == TOWN:
                self._towns[division.parent].append(division)
        self._words: dict[str, Words[Town]] = {}

    def at(self, text: str, at: int, place: str) -> Town | None:
        """Return the town of that place whose name starts exactly here, be it without 镇 or 街道."""
        found = self._at(text, at, self._words_of(place))
        if found and found[0].form == spellings.ABBREVIATED and streets.is_street_or_house(text, found[1]):
            return None
        return found[0] if found else None

    def after(self, text: str, at: int, place: str) -> Town | None:
        """Return the first town of that place named, with its 镇, 乡 or 街道, here or further on."""
        words = self._words_of(place)
        for here in range(at, len(text) - 1):
            if text[here : here + 2] in words.sizes:
                found = self._at(text, here, words)
                if found and found[0].form != spellings.ABBREVIATED and (here == at or found[1] - here > 2):
                    return found[0]
        return None

    def _at(self, text: str, at: int, words: Words[Town]) -> tuple[Town, int] | None:
        for end, town in words.at(text, at):
            if town.form == spellings.ABBREVIATED and text.startswith(spellings.TOWN_SUFFIXES, end):
                return Town(town.codes, spellings.OTHER_SUFFIX), end
            return town, end
        return None

    def _words_of(self, place: str) -> Words[Town]:
        if place not in self._words:
            self._words[place] = Words(self._spelt(place))
        return self._words[place]

    def _spelt(self, place: str) -> Mapping[str, Town]:
        names, stems = defaultdict(list), defaultdict(list)
        for county, towns in self._towns.items():
            if county.startswith(place):
                for town in towns:
                    stem = spellings.town_stem(town.name)
                    if len(place) == COUNTY or spellings.is_telling(stem):
                        names[town.name].append(town.code)
                        stems[stem].append(town.code)
        stems.pop("", None)
        spelt = {stem: Town(tuple(codes), spellings.ABBREVIATED) for stem, codes in stems.items()}
        return spelt | {name: Town(tuple(codes), spellings.NAMED) for name, codes in names.items()}

    def echoes(self, stems: Mapping[str, str]) -> Counter[str]:
        """Count, for each county by its short name, the towns elsewhere that share it: 黄龙, 和平."""
        found: Counter[str] = Counter()
        for county, towns in self._towns.items():
            for town in towns:
                here = stems.get(town.name.rstrip("街道镇乡"))
                if here and here != county:
                    found[here] += 1
        return found
