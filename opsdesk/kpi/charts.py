"""Charts as PNG, with Chinese text, for the mail and the start page."""

import io
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from opsdesk.kpi.figures import Number

_FONT = Path(__file__).with_name("fonts") / "NotoSansCJKsc-subset.otf"
INK, BAR, LAST, LINE = "#1f2937", "#93c5fd", "#1d4ed8", "#d1d5db"


@cache
def _font(size: float) -> FontProperties:
    return FontProperties(fname=str(_FONT), size=size)


def bars(title: str, days: Sequence[tuple[date, Number]]) -> bytes:
    """Return a chart of one bar per day, the last one emphasised with its value; 600 pixels wide, twice as fine."""
    figure = Figure(figsize=(6, 2.1), dpi=200)
    axes = figure.subplots()
    values = [float(value or 0) for _, value in days]
    axes.bar(range(len(days)), values, color=[*[BAR] * (len(days) - 1), LAST], width=0.75)
    axes.set_title(title, fontproperties=_font(10), color=INK, loc="left")
    ticks = range(len(days) - 1, -1, -7)
    axes.set_xticks(list(ticks), [_day(days[n][0]) for n in ticks], fontproperties=_font(8))
    axes.yaxis.set_major_formatter(lambda value, position: _short(value))
    for label in axes.get_yticklabels():
        label.set_fontproperties(_font(8))
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.grid(axis="y", color=LINE, linewidth=0.5)
    axes.set_axisbelow(True)
    if values:
        axes.annotate(
            _short(values[-1]),
            (len(days) - 1, values[-1]),
            ha="center",
            va="bottom",
            fontproperties=_font(8),
            color=LAST,
        )
    figure.tight_layout()
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _day(day: date) -> str:
    return _("%(month)d-%(day)d") % {"month": day.month, "day": day.day}


def _short(value: float) -> str:
    """Write a number as Chinese readers shorten it: 12,000 is 1.2 万."""
    if abs(value) >= 10_000:
        return _("%(value)s×10⁴") % {"value": f"{value / 10_000:.4g}"}
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
