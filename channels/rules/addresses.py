"""CH-5: where in the country an address lies: free Chinese text → division code, or "ambiguous". Plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from os.path import commonprefix

from channels.rules.divisions import CITY, COUNTY, PROVINCE, Division, Rename, is_zone
from channels.rules.mentions import ANYWHERE, Mentions, Reading
from channels.rules.place_names import Meaning, place_names
from channels.rules.spellings import ABBREVIATED
from channels.rules.town_names import Town, Towns

_UNREADABLE = ("##", "$$", "~")
# How sure each reason leaves us, in hundredths; the least sure one decides.
_SURE = {
    "province:abbreviated": 98,
    "province:other_suffix": 95,
    "city:abbreviated": 90,
    "city:other_suffix": 90,
    "city:inferred_from_county": 95,
    "city:contradicted": 70,
    "county:abbreviated": 90,
    "county:other_suffix": 90,
    "county:alone": 75,
    "renamed": 95,
    "mostly": 70,
    "inside": 90,
    "town:unique_in_city": 80,
    "town:unique_in_province": 70,
    "town:elsewhere": 80,
    "town:decides": 80,
    "ambiguous": 50,
}
_HUNDREDTHS = tuple(Decimal(n).scaleb(-2) for n in range(101))
_MANY_ECHOES = 10
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Located:
    """Where an address lies, as far as it can be said."""

    code: str  # province, city or county, the longest that is certain; "" if nothing is
    town: str  # nine digits where the text names the town
    confidence: Decimal  # that `code` is right
    candidates: tuple[str, ...]  # the places it may be, or may be too
    because: tuple[str, ...]


NOWHERE = Located("", "", _HUNDREDTHS[0], (), ("nothing_named",))


class Gazetteer:
    """The divisions of the country, ready to locate addresses in."""

    def __init__(self, divisions: tuple[Division, ...], renames: tuple[Rename, ...]) -> None:
        words = place_names(divisions, renames)
        self._towns = Towns(divisions)
        self._mentions = Mentions(words, self._towns)
        self._names = {division.code: division.name for division in divisions}
        self._echoes = self._towns.echoes(
            {word: meanings[0].code for word, meanings in words.meanings.items() if _is_short_county(meanings)}
        )
        self._parted = {code: rename.codes for rename in renames if rename.kind == "split" for code in rename.codes}
        self._heads: dict[str, Reading] = {}

    @classmethod
    def build(cls, divisions: Iterable[Division], renames: Iterable[Rename]) -> "Gazetteer":
        """Index the country: some tenths of a second, once per process."""
        return cls(tuple(divisions), tuple(renames))

    def locate(self, text: str, *, province: str = "", city: str = "", county: str = "") -> Located:
        """CH-5: return the division an address lies in; a platform's own columns count before the text."""
        text = "" if text.startswith(_UNREADABLE) else text.strip()
        if province or city or county:
            head = f"{province} {city} {county}"
            text = f"{head} {text}"
        else:
            head = text[: -len(rest[3]) - 1] if len(rest := text.split(" ", 3)) == 4 else ""
        reading = self._mentions.read_on(text, self._read_head(head) if head else Reading())
        if not reading.is_settled:
            reading = self._mentions.look_further(text, reading)
        if len(reading.codes) > 1:
            return self._one_of(text, reading)
        if len(reading.codes[0]) == COUNTY:
            return self._in_county(text, reading)
        return self._by_town(text, reading) if reading.codes != ANYWHERE else NOWHERE

    def _read_head(self, head: str) -> Reading:
        """Read what most addresses begin with, and remember it: the same few thousand heads come again and again."""
        reading = self._heads.get(head)
        if reading is None:
            reading = self._mentions.read_on(head, Reading())
            if len(self._heads) >= _REMEMBERED:
                self._heads.clear()
            self._heads[head] = reading
        return reading

    def _in_county(self, text: str, reading: Reading) -> Located:
        code, notes = reading.codes[0], reading.notes
        town = self._towns.after(text, _start(reading), code) or self._towns.at(text, reading.at, code)
        if reading.is_weak and not town:
            if self._echoes[code] >= _MANY_ECHOES:
                return Located("", "", _HUNDREDTHS[0], (code,), (*notes, "ambiguous:common_name"))
            notes = (*notes, "county:alone")
        if not any(note.startswith("city:") for note in notes) and len(self._parent(code)) == CITY:
            notes = (*notes, "city:inferred_from_county")
        elsewhere = () if town else self._elsewhere(text, reading)
        notes = (*notes, *(f"town:elsewhere:{other}" for other in elsewhere))
        return Located(code, _only(town), _sure(notes), (code, *elsewhere) if elsewhere else (), notes)

    def _elsewhere(self, text: str, reading: Reading) -> tuple[str, ...]:
        """Return the county that a town named here went to when its old county was split."""
        code = reading.codes[0]
        others = [other for other in self._parted.get(code, ()) if other != code]
        return tuple(other for other in others if self._towns.after(text, _start(reading), other))

    def _one_of(self, text: str, reading: Reading) -> Located:
        """Let a town decide between several counties; else say that it is ambiguous."""
        codes, notes = reading.codes, reading.notes
        towns = {code: self._towns.after(text, _start(reading), code) for code in codes if len(code) == COUNTY}
        decided = [code for code, town in towns.items() if town]
        if len(decided) == 1:
            notes = (*notes, "town:decides")
            return Located(decided[0], _only(towns[decided[0]]), _sure(notes), (), notes)
        if notes[-1].startswith("mostly:"):
            return Located(codes[0], "", _sure(notes), codes, notes)
        code = self._common(codes)
        notes = (*notes, f"ambiguous:{len(codes)}")
        return Located(code, "", _sure(notes) if code else _HUNDREDTHS[0], codes, notes)

    def _by_town(self, text: str, reading: Reading) -> Located:
        """Infer the county from a town named in full that only one county here has."""
        code, notes = reading.codes[0], reading.notes
        town = self._towns.after(text, _start(reading), code)
        counties = _counties(town)
        if len(counties) == 1 and not is_zone(counties[0]):
            notes = (*notes, "town:unique_in_province" if len(code) == PROVINCE else "town:unique_in_city")
            return Located(counties[0], _only(town), _sure(notes), (), notes)
        if not town:
            hinted = self._towns.at(text, reading.at, code)
            counties, notes = _counties(hinted), (*notes, "town:hinted") if hinted else notes
        elif len(counties) > 1:
            notes = (*notes, f"town:in_several:{len(counties)}")
        return Located(code, _only(town), _sure(notes), counties, notes)

    def _parent(self, code: str) -> str:
        return code[:CITY] if code[:CITY] in self._names else code[:PROVINCE]

    def _common(self, codes: tuple[str, ...]) -> str:
        shared = commonprefix(codes)
        return next((shared[:size] for size in (CITY, PROVINCE) if shared[:size] in self._names), "")


def _is_short_county(meanings: tuple[Meaning, ...]) -> bool:
    return bool(meanings) and meanings[0].form == ABBREVIATED and len(meanings[0].code) == COUNTY


def _start(reading: Reading) -> int:
    """Return where to look for a town: behind the places, or from the beginning if they stood further on."""
    return 0 if "inside" in reading.notes else reading.at


def _counties(town: Town | None) -> tuple[str, ...]:
    return tuple(sorted({code[:COUNTY] for code in town.codes})) if town else ()


def _only(town: Town | None) -> str:
    return town.codes[0] if town and len(town.codes) == 1 else ""


def _sure(notes: tuple[str, ...]) -> Decimal:
    return _HUNDREDTHS[min([_SURE.get(note) or _SURE.get(note.partition(":")[0], 100) for note in notes])]
