"""The clinician's page as a PDF: the same sections as the page to print, on Letter paper.

The type gets smaller, within reason, until everything stands on one sheet; what needs more gets more,
each sheet with the reference and its number. A row is never divided between two columns, and a heading
stays with its first row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, XPos, YPos
from fpdf.fonts import TTFFont

from bot.gateway.console.clinician_page import ClinicianPage, Entry, Section

FONTS = Path(__file__).parent / "fonts"
FONT = "sheet"
SIZES = (9.0, 8.5, 8.0, 7.5)
"""Points of the text, tried in order; smaller is not readable on paper."""
LEADING = 1.25
MARGIN = 34.0
"""Points, as all lengths here: 12 mm."""
GAP = 18.0
"""Between the two columns, and above a heading."""
BESIDE = 6.0
"""Between a label and its text."""
LABEL_SHARE = 0.36
NOT_DRAWN = "\N{REPLACEMENT CHARACTER}"
BLACK, FAINT, RULE = 0, 95, 170


@dataclass(frozen=True, kw_only=True)
class Row:
    """A heading, or a label with its text. `height` in points at the size it was laid out for."""

    label: str
    text: str
    height: float
    label_width: float = 0.0
    heading: bool = False


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A row and where it stands: sheet from 0, x and y in points from its upper left corner."""

    row: Row
    sheet: int
    x: float
    y: float
    width: float


class Paper(FPDF):
    """A Letter sheet with our font and the foot that stands on each."""

    def __init__(self, sheet: ClinicianPage) -> None:
        super().__init__(unit="pt", format="letter")
        self.add_font(FONT, "", FONTS / "DejaVuSansCondensed.ttf")
        self.add_font(FONT, "B", FONTS / "DejaVuSansCondensed-Bold.ttf")
        both = (cast(TTFFont, font) for font in self.fonts.values())  # the bold one has fewer
        self.letters = frozenset.intersection(*(frozenset(font.cmap) for font in both))
        self.set_margin(MARGIN)
        self.c_margin = 0
        self.set_auto_page_break(False)
        self.set_title(f"Intake {sheet.page.case.reference}")
        self.set_lang("en-US")
        self.foot = f"{sheet.foot} Reference {sheet.page.case.reference}, sheet"
        self.bottom = self.h - MARGIN - 3 * SIZES[-1] * LEADING
        self.add_page()

    def footer(self) -> None:
        """What judged, and which sheet of how many this is."""
        self.type_in(SIZES[-1], colour=FAINT)
        self.set_xy(MARGIN, self.bottom + 4)
        self.block(self.epw, f"{self.foot} {self.page_no()} of {{nb}}.")

    def type_in(self, size: float, *, bold: bool = False, colour: int = BLACK) -> None:
        """The type for what follows."""
        self.set_font(FONT, "B" if bold else "", size)
        self.set_text_color(colour)

    def block(self, width: float, text: str) -> None:
        """Text in lines of `width` from here; the next block stands below it."""
        self.multi_cell(
            width, self.leading, self.drawable(text), align=Align.L, new_x=XPos.LEFT, new_y=YPos.NEXT
        )

    def height_of(self, width: float, text: str) -> float:
        """What `block` would take."""
        if not text:
            return 0.0
        lines = self.multi_cell(
            width, self.leading, self.drawable(text), align=Align.L, dry_run=True,
            output=MethodReturnValue.LINES,
        )  # fmt: skip
        return len(cast(list[str], lines)) * self.leading

    @property
    def leading(self) -> float:
        """From one line of text to the next."""
        return float(self.font_size_pt) * LEADING

    def drawable(self, text: str) -> str:
        """Without what the font cannot draw: a hole would be silent, and the library logs the words."""
        return "".join(one if ord(one) in self.letters else NOT_DRAWN for one in " ".join(text.split()))


def as_pdf(sheet: ClinicianPage, *, draft: bool) -> bytes:
    """The page as a file; `draft` says so where the protocols are not approved for care."""
    paper = Paper(sheet)
    top = _head(paper, sheet, draft=draft)
    placed = _fitted(paper, sheet.sections, top)
    for number in range(placed[-1].sheet + 1):
        if number:
            paper.add_page()
        for one in placed:
            if one.sheet == number:
                _draw(paper, one)
    return bytes(paper.output())


def _head(paper: Paper, sheet: ClinicianPage, *, draft: bool) -> float:
    """Who, and how urgent; returns where the sections begin."""
    paper.type_in(11, bold=True)
    urgency = f"Urgency: {sheet.page.level_word}"
    badge = paper.get_string_width(urgency) + 14
    paper.set_xy(paper.w - MARGIN - badge, MARGIN)
    paper.cell(badge, 20, urgency, border=1, align=Align.C)
    paper.type_in(14, bold=True)
    paper.set_xy(MARGIN, MARGIN)
    paper.block(paper.epw - badge - GAP, sheet.title)
    paper.type_in(9)
    paper.block(paper.epw - badge - GAP, sheet.contact)
    paper.type_in(9, colour=FAINT)
    about = [sheet.clinic, f"reference {sheet.page.case.reference}", sheet.page.started.day]
    if draft:
        about.append("draft protocols, not approved for care")
    paper.block(paper.epw, " · ".join(about))
    if _lacks_letters(paper, sheet):
        paper.block(paper.epw, f"{NOT_DRAWN} stands for a letter this paper cannot show: see the console.")
    return float(paper.get_y()) + 4


def _lacks_letters(paper: Paper, sheet: ClinicianPage) -> bool:
    """Whether anything on it has letters that the font does not."""
    entries = (str(entry) for section in sheet.sections for entry in section.entries)
    return any(NOT_DRAWN in paper.drawable(text) for text in (sheet.title, sheet.contact, *entries))


# --- laying out -----------------------------------------------------------------------------------


def _fitted(paper: Paper, sections: Sequence[Section], top: float) -> list[Placed]:
    """Everything placed, in the largest type that takes one sheet, else in the second largest."""
    for size in SIZES:
        paper.type_in(size)
        placed = _placed(paper, sections, top)
        if placed[-1].sheet == 0:
            return placed
    paper.type_in(SIZES[1])
    return _placed(paper, sections, top)


def _placed(paper: Paper, sections: Sequence[Section], top: float) -> list[Placed]:
    """The first section over the whole width, the others in two columns below it."""
    first = _poured(paper, _groups(_rows(paper, sections[:1], paper.epw)), 1, sheet=0, top=top) or []
    last = first[-1]
    rest = _groups(_rows(paper, sections[1:], _column(paper, 2)))
    return first + _balanced(paper, rest, sheet=last.sheet, top=last.y + last.row.height)


def _balanced(paper: Paper, groups: Sequence[Sequence[Row]], *, sheet: int, top: float) -> list[Placed]:
    """In two columns that end alike when this sheet is enough, in full ones when it is not."""
    height = sum(row.height for group in groups for row in group) / 2
    while top + height < paper.bottom:
        placed = _poured(paper, groups, 2, sheet=sheet, top=top, bottom=top + height)
        if placed is not None:
            return placed
        height += paper.leading
    return _poured(paper, groups, 2, sheet=sheet, top=top) or []


def _poured(
    paper: Paper,
    groups: Sequence[Sequence[Row]],
    columns: int,
    *,
    sheet: int,
    top: float,
    bottom: float | None = None,
) -> list[Placed] | None:
    """Column after column, sheet after sheet, the first from `top` on; with `bottom` this sheet's columns end
    there, and None means that they are not enough."""
    placed: list[Placed] = []
    width, column, y = _column(paper, columns), 0, top
    for group in groups:
        height = sum(row.height for row in group)
        while y + height > (bottom or paper.bottom) and y > MARGIN:
            column += 1
            y = top if column < columns else MARGIN
            if bottom and column == columns:
                return None
        for row in group:
            x = MARGIN + (column % columns) * (width + GAP)
            placed.append(Placed(row=row, sheet=sheet + column // columns, x=x, y=y, width=width))
            y += row.height
    return placed


def _column(paper: Paper, columns: int) -> float:
    """The width of each of so many columns."""
    return float(paper.epw - GAP * (columns - 1)) / columns


def _groups(rows: Iterable[Row]) -> list[list[Row]]:
    """What stays together: each row alone, a heading with the row after it."""
    groups: list[list[Row]] = []
    for row in rows:
        if groups and groups[-1][-1].heading:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _rows(paper: Paper, sections: Sequence[Section], width: float) -> Iterator[Row]:
    for section in sections:
        yield Row(label="", text=section.title, height=GAP / 2 + paper.leading + 4, heading=True)
        yield from (
            _row(paper, entry, width, _label_width(paper, section, width)) for entry in section.entries
        )


def _row(paper: Paper, entry: Entry, width: float, label_width: float) -> Row:
    label_width = label_width if entry.label else 0.0
    text = f"{entry.text} “{entry.words}”" if entry.words else entry.text
    height = max(
        paper.height_of(label_width - BESIDE, entry.label), paper.height_of(width - label_width, text)
    )
    return Row(label=entry.label, text=text, height=height + 1.5, label_width=label_width)


def _label_width(paper: Paper, section: Section, width: float) -> float:
    """As wide as the section's labels need, and never more than a good third."""
    widest = max(paper.get_string_width(paper.drawable(entry.label)) for entry in section.entries)
    return min(float(widest) + BESIDE + 1, width * LABEL_SHARE)


# --- drawing --------------------------------------------------------------------------------------


def _draw(paper: Paper, one: Placed) -> None:
    size = float(paper.font_size_pt)
    if one.row.heading:
        _draw_heading(paper, one, size)
    else:
        _draw_row(paper, one, size)
    paper.type_in(size)


def _draw_heading(paper: Paper, one: Placed, size: float) -> None:
    y = one.y + GAP / 2
    paper.type_in(size, bold=True)
    paper.set_xy(one.x, y)
    paper.cell(one.width, paper.leading, paper.drawable(one.row.text))
    paper.set_draw_color(RULE)
    below = y + paper.leading + 1
    paper.line(one.x, below, one.x + one.width, below)


def _draw_row(paper: Paper, one: Placed, size: float) -> None:
    paper.set_xy(one.x, one.y)
    if one.row.label:
        paper.type_in(size, colour=FAINT)
        paper.block(one.row.label_width - BESIDE, one.row.label)
        paper.set_xy(one.x + one.row.label_width, one.y)
    paper.type_in(size)
    paper.block(one.width - one.row.label_width, one.row.text)
