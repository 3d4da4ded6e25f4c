import csv
from pathlib import Path

import pytest

from channels.queries import regions
from channels.rules.divisions import is_zone, read_renames

DIVISIONS = {division.code: division for division in regions.divisions()}


@pytest.mark.parametrize(
    ("_case", "code", "name", "parent"),
    [
        ("a province", "33", "浙江省", ""),
        ("a city", "3301", "杭州市", "33"),
        ("a county", "330106", "西湖区", "3301"),
        ("a municipality's city", "5001", "重庆市", "50"),
        ("a county whose code does not start like its city's", "500229", "城口县", "5001"),
        ("a county under its province", "429004", "仙桃市", "42"),
        ("a city without counties is its own", "441900", "东莞市", "4419"),
        ("Hong Kong", "810001", "中西区", "8100"),
        ("Macau", "820001", "花地玛堂区", "8200"),
        ("Taiwan, numbered by us", "710101", "大安区", "7101"),
    ],
)
def test_ch_6_divisions_are_held_as_the_readme_says(_case: str, code: str, name: str, parent: str) -> None:
    division = DIVISIONS[code]
    assert (division.name, division.parent) == (name, parent)


def test_ch_6_a_development_zone_is_told_from_a_county() -> None:
    assert is_zone("340271")
    assert not is_zone("441900")
    assert not is_zone("230751")


def test_ch_6_every_division_has_a_parent_and_no_pseudo_city() -> None:
    assert len(DIVISIONS) == len(regions.divisions())
    for division in DIVISIONS.values():
        assert division.parent in DIVISIONS or len(division.code) == 2
        assert len(division.parent) < len(division.code)
        assert division.name not in ("市辖区", "县")
        assert len(division.code) == 9 or "直辖" not in division.name


def test_ch_6_every_old_name_leads_to_divisions_of_today() -> None:
    path = Path(regions.__file__).parent.parent / "data" / "renames.csv"
    with path.open(encoding="utf-8") as lines:
        said = [row["now"] for row in csv.DictReader(lines)]
    with path.open(encoding="utf-8") as lines:
        renames = list(read_renames(lines))
    assert [" ".join(DIVISIONS[code].name for code in rename.codes) for rename in renames] == said
    assert {rename.kind for rename in renames} == {"renamed", "upgraded", "merged", "moved", "split", "mostly", "zone"}
    assert all((len(rename.codes) > 1) == (rename.kind in ("split", "mostly")) for rename in renames)
