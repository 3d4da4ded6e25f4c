"""Which places a text mentions, read from left to right as a chain: 浙江省 → 杭州市 → 西湖区."""

from dataclasses import dataclass

from channels.rules import streets
from channels.rules.divisions import CITY, COUNTY, PROVINCE
from channels.rules.place_names import Meaning, Words
from channels.rules.spellings import ABBREVIATED, NAMED, OTHER_SUFFIX, RENAMED
from channels.rules.town_names import Towns

ANYWHERE = ("",)

_GAPS = frozenset(" 　\t\r\n,，.。、;；:：-－—_/\\|·()（）[]【】<>《》\"'“”")
# Names that also come about by chance, as in "某某市|中区": not believed in the middle of a text.
_CHANCE = "市中区 城中区 新市区 东市区 西市区 南市区 北市区 中市区 城东区 城西区 城南区 城北区 新城区"
_VAGUE = frozenset(_CHANCE.split())
_CONTRADICTED = "city:contradicted"

Fitting = list[tuple[str, Meaning]]


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a text has been read, and what it has said so far."""

    at: int = 0
    codes: tuple[str, ...] = ANYWHERE  # every place it may mean
    notes: tuple[str, ...] = ()

    @property
    def is_settled(self) -> bool:
        """One county, and not by a short name alone, which a full one further on may yet correct."""
        return len(self.codes) == 1 and len(self.codes[0]) == COUNTY and not self.is_weak

    @property
    def is_weak(self) -> bool:
        """One short name and nothing else, not even a platform's word for it."""
        return len(self.notes) == 1 and self.notes[0].endswith(ABBREVIATED)


class Mentions:
    """Reads texts with a dictionary of place names."""

    def __init__(self, words: Words[tuple[Meaning, ...]], towns: Towns) -> None:
        self._words = words
        self._towns = towns

    def read_on(self, text: str, reading: Reading) -> Reading:
        """Follow the chain from where the reading stopped, as long as each name fits those before it."""
        at, codes, notes = reading.at, reading.codes, reading.notes
        while at < len(text):
            if text[at] in _GAPS or (not notes and text[at].isdigit()):
                at += 1
                continue
            found = self._next(text, at, codes)
            if found is None:
                break
            at, fitting = found
            now = tuple(dict.fromkeys([code for code, _ in fitting])) or codes
            if now != codes:
                codes, notes = now, (*notes, fitting[0][1].note)
                at -= self._shares_a_letter(text, at, codes)
        return Reading(at, codes, notes)

    def look_further(self, text: str, reading: Reading) -> Reading:
        """Look for names in the rest of a text that say more, or say better, than its beginning did."""
        here = reading.at
        while here < len(text) - 1 and not reading.is_settled:
            if text[here : here + 2] in self._words.sizes:
                better = self._better(text, here, reading)
                if better:
                    here, reading = better.at, better
                    continue
            here += 1
        return reading

    def other_county(self, text: str, reading: Reading) -> str:
        """Return another county that the text names right behind the first: a second address in one line."""
        if text[reading.at : reading.at + 2] not in self._words.sizes:
            return ""
        again = self.read_on(text, Reading(reading.at))
        return again.codes[0] if again.is_settled and again.codes != reading.codes else ""

    def _better(self, text: str, here: int, reading: Reading) -> Reading | None:
        if text[here : here + 3] in _VAGUE:
            return None
        more = self.read_on(text, Reading(here, reading.codes))
        if more.codes != reading.codes and (_is_firm(more, more.at - here) or self._has_its_town(text, more)):
            return Reading(more.at, more.codes, (*reading.notes, "inside", *more.notes))
        if reading.is_weak:
            other = self.read_on(text, Reading(here))
            if _is_firm(other, other.at - here) and _outweighs(other, reading):
                return Reading(other.at, other.codes, ("inside", *other.notes))
        return None

    def _has_its_town(self, text: str, reading: Reading) -> bool:
        """Say whether a short name is followed by a town of that county: 三门海游镇."""
        if len(reading.codes) > 1 or len(reading.codes[0]) != COUNTY:
            return False
        town = self._towns.at(text, reading.at, reading.codes[0])
        return town is not None and town.form != ABBREVIATED

    def _next(self, text: str, at: int, codes: tuple[str, ...]) -> tuple[int, Fitting] | None:
        """Return where the next name ends and which places it may mean; none for a mere filler."""
        if text[at : at + 2] not in self._words.sizes:
            return None
        for end, meanings in self._words.at(text, at):
            fitting = _fitting(codes, meanings)
            if not meanings or (fitting and not self._misleads(text, end, fitting)):
                return end, fitting
        return self._contradiction(text, at, codes)

    def _shares_a_letter(self, text: str, at: int, codes: tuple[str, ...]) -> bool:
        """Say whether the last letter read belongs to the next name as well: 青岛|市南区."""
        if text[at - 1] != "市" or len(codes[0]) != CITY:
            return False
        return any(_fitting(codes, meanings) for _, meanings in self._words.at(text, at - 1))

    def _misleads(self, text: str, end: int, fitting: Fitting) -> bool:
        """Say whether a short name is only part of a street's or a building's, unless a name follows: 台州|路桥区."""
        code, meaning = fitting[0]
        if meaning.form != ABBREVIATED:
            return False
        goes_on = streets.is_street_or_house if len(meaning.code) == COUNTY else streets.is_street
        return goes_on(text, end) and self._next(text, end, (code,)) is None

    def _contradiction(self, text: str, at: int, codes: tuple[str, ...]) -> tuple[int, Fitting] | None:
        """A county in full that is not in the city before it, but the only one in the province: believe the county."""
        if len(codes) != 1 or len(codes[0]) != CITY:
            return None
        for end, meanings in self._words.at(text, at):
            fitting = _fitting((codes[0][:PROVINCE],), [m for m in meanings if m.form in (NAMED, RENAMED)])
            if len(fitting) == 1 and len(fitting[0][0]) == COUNTY:
                code, meaning = fitting[0]
                return end, [(code, Meaning(code, NAMED, _CONTRADICTED))]
        return None


def _fitting(codes: tuple[str, ...], meanings: tuple[Meaning, ...] | list[Meaning]) -> Fitting:
    """Return the likeliest meanings that go with what is known, each with the smaller place of the two."""
    found: Fitting = []
    for meaning in meanings:
        if found and meaning.rank != found[0][1].rank:
            break
        for code in codes:
            if len(code) < meaning.needs:
                continue
            if meaning.code.startswith(code) or (meaning.under and _was_under(code, meaning)):
                found.append((meaning.code, meaning))
            elif code.startswith(meaning.code):
                found.append((code, meaning))
    return found


def _was_under(code: str, meaning: Meaning) -> bool:
    return any(place.startswith(code) for place in meaning.under)


def _is_firm(reading: Reading, size: int) -> bool:
    """In the middle of a text a name counts in full, or as a chain of two."""
    if size < 3 or not reading.notes:
        return False
    return len(reading.notes) > 1 or not reading.notes[0].endswith((ABBREVIATED, OTHER_SUFFIX, _CONTRADICTED))


def _outweighs(other: Reading, weak: Reading) -> bool:
    """Say whether a later place corrects a short name at the beginning that does not go with it."""
    if any(code.startswith(place) or place.startswith(code) for code in other.codes for place in weak.codes):
        return False
    in_full = any(note in ("province:named", "city:named") for note in other.notes)
    return in_full or (len(other.codes) == 1 and len(weak.codes[0]) == COUNTY)
