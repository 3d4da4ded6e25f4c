"""Write china_workdays.csv from the PyPI package chinesecalendar; README.md in this folder has the recipe."""

import csv
from datetime import date
from pathlib import Path

from chinese_calendar import constants  # type: ignore[import-not-found, unused-ignore]

FIRST_YEAR = 2014
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}


def rows() -> list[tuple[date, str, str]]:
    """Return each date that differs from an ordinary week, or is an official holiday on a weekend."""
    kinds = {"holiday": constants.holidays, "makeup": constants.workdays}
    return sorted(
        (on, kind, NAMES[name]) for kind, days in kinds.items() for on, name in days.items() if on.year >= FIRST_YEAR
    )


def main() -> None:
    """Write the file beside this script."""
    with Path(__file__).with_name("china_workdays.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["date", "kind", "name"])
        writer.writerows(rows())


if __name__ == "__main__":
    main()
