"""AS-12: a statement as a workbook and on paper; both say the same amounts as the page."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from channels.models import Statement, StatementLine
from channels.queries import accounts
from opsdesk.console.sources import Source
from opsdesk.days import local
from opsdesk.entry import excel
from opsdesk.money import capital

_FONT = Path(__file__).parent.parent / "kpi" / "fonts" / "NotoSansCJKsc-subset.otf"
_INK, _GREY, _PALE = (31, 41, 55), (107, 114, 128), (239, 246, 255)
_WIDTHS = (9, 20, 20, 70, 36, 25)  # mm of 180


def workbook(statement: Statement, lines: Sequence[StatementLine], sources: Mapping[int, Source]) -> io.BytesIO:
    """AS-12: return the statement as .xlsx: a sheet that sums up, and one of all lines."""
    summary = [
        (_("partner"), statement.partner.name),
        (_("statement month"), f"{statement.month:%Y-%m}"),
        (_("statement"), str(statement)),
        (_("state"), statement.get_state_display()),
        (_("lines"), statement.lines_count),
        (_("opening balance (yuan)"), statement.opening_yuan),
        *((share.label, share.total_yuan) for share in accounts.shares_of(statement)),
        (_("total of the month (yuan)"), statement.total_yuan),
        (_("closing balance (yuan)"), statement.closing_yuan),
        (_("in words"), capital(statement.closing_yuan)),
    ]
    columns = (
        (_("no."), 6),
        (_("counts for"), 12),
        (_("kind"), 12),
        (_("what for"), 40),
        (_("source"), 24),
        (_("amount (yuan)"), 14),
        (_("state"), 12),
        (_("reason of the dispute"), 30),
        (_("answer"), 30),
    )
    rows = [
        (
            line.number,
            line.entry.booked_on,
            line.entry.get_kind_display(),
            line.entry.text,
            sources[line.entry_id].label,
            line.entry.amount_yuan,
            line.get_state_display(),
            line.reason,
            line.answer,
        )
        for line in lines
    ]
    heads = ((_("statement"), 28), ("", 36))
    return excel.workbook_of([(_("summary"), heads, summary), (_("lines"), columns, rows)])


class _Paper(FPDF):
    """An A4 page with the statement's name and the page number at its foot."""

    def __init__(self, foot: str) -> None:
        super().__init__(format="A4")
        self.foot = foot
        self.add_font("noto", "", str(_FONT))
        self.set_margins(15, 15)
        self.set_auto_page_break(True, margin=18)
        self.set_text_color(*_INK)

    def footer(self) -> None:
        """Write what stands at the foot of each page."""
        self.set_y(-12)
        self.set_font("noto", size=8)
        self.set_text_color(*_GREY)
        self.cell(120, 5, self.foot)
        number = _("page %(page)s of %(pages)s") % {"page": self.page_no(), "pages": "{nb}"}
        self.cell(60, 5, number, align="R")
        self.set_text_color(*_INK)


def paper(
    statement: Statement, lines: Sequence[StatementLine], sources: Mapping[int, Source], *, at: datetime
) -> io.BytesIO:
    """AS-12: return the statement as a PDF to be signed, with its font inside."""
    page = _Paper(f"{settings.BRAND} · {statement} · {local(at):%Y-%m-%d %H:%M}")
    page.set_title(f"{settings.BRAND} {statement}")
    page.set_creation_date(at)
    page.add_page()
    _head(page, statement)
    _table(page, lines, sources)
    _sums(page, statement)
    _signatures(page, statement)
    return io.BytesIO(bytes(page.output()))


def _head(page: _Paper, statement: Statement) -> None:
    page.set_font("noto", size=11)
    page.cell(0, 6, settings.BRAND, align="C", new_x="LMARGIN", new_y="NEXT")
    page.set_font("noto", size=18)
    page.cell(0, 12, _("Statement of account"), align="C", new_x="LMARGIN", new_y="NEXT")
    page.set_font("noto", size=9)
    facts = (
        (_("partner"), f"{statement.partner.name} ({statement.partner.code})"),
        (
            _("statement month"),
            _("%(year)s-%(month)s") % {"year": statement.month.year, "month": f"{statement.month:%m}"},
        ),
        (_("statement"), str(statement)),
        (_("state"), statement.get_state_display()),
    )
    for place, (name, value) in enumerate(facts):
        page.cell(22, 6, name)
        page.cell(
            68, 6, str(value), new_x="RIGHT" if place % 2 == 0 else "LMARGIN", new_y="TOP" if place % 2 == 0 else "NEXT"
        )
    page.ln(3)


def _table(page: _Paper, lines: Sequence[StatementLine], sources: Mapping[int, Source]) -> None:
    heads = (_("no."), _("counts for"), _("kind"), _("what for"), _("source"), _("amount (yuan)"))
    page.set_font("noto", size=8)
    page.set_draw_color(209, 213, 219)
    with page.table(
        col_widths=_WIDTHS,
        text_align=("CENTER", "LEFT", "LEFT", "LEFT", "LEFT", "RIGHT"),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=FontFace(emphasis="", fill_color=_PALE),
        line_height=5.5,
    ) as table:
        table.row(heads)
        for line in lines:
            entry = line.entry
            table.row(
                (
                    str(line.number),
                    f"{entry.booked_on:%Y-%m-%d}",
                    str(entry.get_kind_display()),
                    entry.text,
                    sources[entry.pk].label,
                    _figure(entry.amount_yuan),
                )
            )
    page.ln(4)


def _sums(page: _Paper, statement: Statement) -> None:
    shares = accounts.shares_of(statement)
    rows = [(_("opening balance"), statement.opening_yuan)]
    rows += [(f"{share.label} × {share.count}", share.total_yuan) for share in shares]
    rows += [(_("total of the month"), statement.total_yuan), (_("closing balance"), statement.closing_yuan)]
    if page.will_page_break(6 * len(rows) + 62):  # the sums and the boxes to sign stay together
        page.add_page()
    page.set_font("noto", size=9)
    for name, amount in rows:
        page.cell(150, 6, str(name), align="R")
        page.cell(30, 6, _figure(amount), align="R", new_x="LMARGIN", new_y="NEXT")
    page.ln(1)
    page.set_font("noto", size=10)
    for name, amount in (
        (_("total of the month"), statement.total_yuan),
        (_("closing balance"), statement.closing_yuan),
    ):
        said = _("%(name)s in words: %(words)s") % {"name": name, "words": capital(amount)}
        page.cell(0, 7, said, new_x="LMARGIN", new_y="NEXT")
    side = _("the company owes the partner") if statement.closing_yuan >= 0 else _("the partner owes the company")
    page.set_font("noto", size=8)
    page.cell(0, 5, _("closing balance: %(side)s; negative amounts: the partner owes") % {"side": side})
    page.ln(9)


def _signatures(page: _Paper, statement: Statement) -> None:
    page.set_font("noto", size=9)
    top = page.get_y()
    for left, who in ((15, settings.BRAND), (108, statement.partner.name)):
        page.rect(left, top, 87, 32)
        page.set_xy(left + 3, top + 2)
        page.cell(81, 6, who)
        page.set_xy(left + 3, top + 10)
        page.cell(81, 6, _("signature and seal:"))
        page.set_xy(left + 3, top + 24)
        page.cell(81, 6, _("date:"))
    page.set_y(top + 34)


def _figure(amount: Decimal) -> str:
    return f"{amount:,.2f}"
