"""CH-6: free Chinese address → administrative division, or "ambiguous" instead of a guess. Plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from os.path import commonprefix

from channels.rules import spellings
from channels.rules.divisions import CITY, COUNTY, PROVINCE, Division, Rename, is_zone
from channels.rules.mentions import ANYWHERE, Mentions, Reading
from channels.rules.place_names import Meaning, place_names
from channels.rules.town_names import Town, Towns

# How sure each reason leaves us, in hundredths; the least sure one decides, and the others take nothing away.
_SURE = {
    "province:abbreviated": 98,
    "province:other_suffix": 95,
    "city:abbreviated": 90,
    "city:other_suffix": 90,
    "city:inferred_from_county": 98,
    "city:contradicted": 70,
    "county:abbreviated": 90,
    "county:other_suffix": 90,
    "county:alone": 75,
    "county:named_twice": 60,
    "renamed": 95,
    "moved": 95,
    "divided": 80,
    "mostly": 70,
    "inside": 90,
    "town:decides": 80,
    "town:unique_in_city": 80,
    "town:unique_in_province": 70,
    "town:elsewhere": 80,
    "ambiguous": 50,
}
_HUNDREDTHS = tuple(Decimal(hundredths).scaleb(-2) for hundredths in range(101))
_ENCRYPTED = ("##", "$$", "~")
# A short county name that so many towns elsewhere share is no evidence by itself: 黄龙, 和平.
_MANY_ECHOES = 10
_LONGEST = 300  # no address is longer; whatever is, must not cost more
_HEADS_KEPT = 50_000
_UNREAD, _GIVEN = Reading(), Reading(notes=("given",))


@dataclass(frozen=True, slots=True)
class Located:
    """Where an address lies, as far as it can be said."""

    code: str  # province, city or county: the longest that is certain; "" if nothing is
    town: str  # nine digits where the text names the town, else ""
    confidence: Decimal  # that `code` is right
    candidates: tuple[str, ...]  # the places it may be instead, or of which it is one
    because: tuple[str, ...]


NOWHERE = Located("", "", _HUNDREDTHS[0], (), ("nothing_named",))


class Gazetteer:
    """The divisions of the country, indexed so that addresses can be located in them."""

    def __init__(self, divisions: tuple[Division, ...], renames: tuple[Rename, ...]) -> None:
        words = place_names(divisions, renames)
        self._towns = Towns(divisions)
        self._mentions = Mentions(words, self._towns)
        self._echoes = self._towns.echoes(
            {word: meanings[0].code for word, meanings in words.meanings.items() if _is_short_county(meanings)}
        )
        counties = (division for division in divisions if len(division.code) == COUNTY)
        stems = {county.code: spellings.stem_and_suffix(county.name, COUNTY)[0] for county in counties}
        self._split = {
            code: [(other, stems[other]) for other in rename.codes if other != code]
            for rename in renames
            if rename.kind == "split"
            for code in rename.codes
        }
        self._larger = frozenset(
            meaning.code for meanings in words.meanings.values() for meaning in meanings if len(meaning.code) < COUNTY
        )
        self._heads: dict[tuple[str, tuple[str, ...]], Reading] = {}

    @classmethod
    def build(cls, divisions: Iterable[Division], renames: Iterable[Rename]) -> "Gazetteer":
        """Index the country: about a quarter of a second, once per process."""
        return cls(tuple(divisions), tuple(renames))

    def locate(self, text: str, *, province: str = "", city: str = "", county: str = "") -> Located:
        """CH-6: return the division an address lies in; a platform's own columns are read before the text."""
        text = "" if text.startswith(_ENCRYPTED) else text[:_LONGEST].strip()
        if province or city or county:
            head, start = f"{province} {city} {county}", _GIVEN
            if self._read_head(head, start).at == len(head):  # understood to its end: the same words again add nothing
                text = text.removeprefix(f"{head} ")
            text = f"{head} {text}"
        else:
            words = text.split(" ", 3)
            head, start = text[: -len(words[3]) - 1] if len(words) == 4 else "", _UNREAD
        reading = self._mentions.read_on(text, self._read_head(head, start) if head else start)
        if not reading.is_settled:
            reading = self._mentions.look_further(text, reading)
        return self._conclude(text, reading)

    def _read_head(self, head: str, start: Reading) -> Reading:
        """Read the first three words; the same few thousand come again and again, so keep what they said."""
        reading = self._heads.get((head, start.notes))
        if reading is None:
            reading = self._mentions.read_on(head, start)
            if reading.is_settled:
                if len(self._heads) >= _HEADS_KEPT:
                    self._heads.clear()
                self._heads[head, start.notes] = reading
        return reading

    def _conclude(self, text: str, reading: Reading) -> Located:
        if len(reading.codes) > 1:
            return self._one_of(text, reading)
        if len(reading.codes[0]) == COUNTY:
            return self._in_county(text, reading)
        return NOWHERE if reading.codes == ANYWHERE else self._by_town(text, reading)

    def _in_county(self, text: str, reading: Reading) -> Located:
        """Add the town, and whatever speaks against the county."""
        code, notes = reading.codes[0], reading.notes
        town = self._town(text, reading, code)
        if reading.is_weak and not town:
            if self._echoes[code] >= _MANY_ECHOES:
                return Located("", "", _HUNDREDTHS[0], (code,), (*notes, "ambiguous:common_name"))
            notes = (*notes, "county:alone")
        elif town and town.form == spellings.ABBREVIATED:
            notes = (*notes, "town:abbreviated")
        if code[:CITY] in self._larger:
            notes = _with_city(notes)
        doubts = self._doubts(text, reading, town)
        if doubts:
            others = tuple(doubt.rpartition(":")[2] for doubt in doubts)
            notes = (*notes, *doubts)
            return Located(code, _only(town), _sure(notes), (code, *others), notes)
        return Located(code, _only(town), _sure(notes), (), notes)

    def _doubts(self, text: str, reading: Reading, town: Town | None) -> tuple[str, ...]:
        """Return the other counties that the text speaks of: a second address, or a town split off since."""
        code = reading.codes[0]
        if other := self._mentions.other_county(text, reading):
            return (f"county:named_twice:{other}",)
        if town or code not in self._split:
            return ()
        return tuple(
            f"town:elsewhere:{other}"
            for other, stem in self._split[code]
            if text.startswith(stem, reading.at) or self._towns.after(text, _start(reading), other)
        )

    def _one_of(self, text: str, reading: Reading) -> Located:
        """Let a town decide between several places; else say that it is ambiguous."""
        codes, notes = reading.codes, reading.notes
        towns = {code: self._town(text, reading, code) for code in codes if len(code) == COUNTY}
        decided = [(code, town) for code, town in towns.items() if town]
        if len(decided) == 1:
            [(code, town)] = decided
            return Located(code, _only(town), _sure(notes := (*notes, "town:decides")), (), notes)
        if notes[-1].startswith("mostly:"):
            return Located(codes[0], "", _sure(notes), codes, notes)
        shared = commonprefix(codes)
        code = next((shared[:size] for size in (CITY, PROVINCE) if shared[:size] in self._larger), "")
        notes = (*notes, f"ambiguous:{len(codes)}")
        return Located(code, "", _sure(notes) if code else _HUNDREDTHS[0], codes, notes)

    def _by_town(self, text: str, reading: Reading) -> Located:
        """Infer the county from a town named in full, if only one county here has such a town."""
        code, notes = reading.codes[0], reading.notes
        town = self._towns.after(text, _start(reading), code)
        counties = _counties(town)
        if len(counties) == 1 and not is_zone(counties[0]):
            notes = (*notes, "town:unique_in_province" if len(code) == PROVINCE else "town:unique_in_city")
            return Located(counties[0], _only(town), _sure(notes), (), notes)
        if town:
            notes = (*notes, f"town:in_several:{len(counties)}") if len(counties) > 1 else notes
            return Located(code, _only(town), _sure(notes), counties, notes)
        counties = _counties(self._towns.at(text, reading.at, code))
        return Located(code, "", _sure(notes), counties, (*notes, "town:hinted") if counties else notes)

    def _town(self, text: str, reading: Reading, county: str) -> Town | None:
        return self._towns.after(text, _start(reading), county) or self._towns.at(text, reading.at, county)


def _is_short_county(meanings: tuple[Meaning, ...]) -> bool:
    return bool(meanings) and meanings[0].form == spellings.ABBREVIATED and len(meanings[0].code) == COUNTY


def _start(reading: Reading) -> int:
    """Return where to look for a town: behind the places, or from the beginning if they stood further on."""
    return 0 if "inside" in reading.notes else reading.at


def _counties(town: Town | None) -> tuple[str, ...]:
    return tuple(sorted({code[:COUNTY] for code in town.codes})) if town else ()


def _only(town: Town | None) -> str:
    return town.codes[0] if town and len(town.codes) == 1 else ""


@lru_cache(maxsize=4096)
def _with_city(notes: tuple[str, ...]) -> tuple[str, ...]:
    return notes if any(note.startswith("city:") for note in notes) else (*notes, "city:inferred_from_county")


@lru_cache(maxsize=4096)
def _sure(notes: tuple[str, ...]) -> Decimal:
    return _HUNDREDTHS[min(_surety(note) for note in notes)]


def _surety(note: str) -> int:
    """Look a reason up by its own name, else by the part before the last colon: "town:elsewhere:330113"."""
    while note not in _SURE and note:
        note = note.rpartition(":")[0]
    return _SURE.get(note, 100)
