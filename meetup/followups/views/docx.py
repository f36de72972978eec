"""A conclusion notice as a .docx, laid out as Decree 30/2020/NĐ-CP, appendix I, says.

A4; margins 20 mm above and below, 30 mm left, 15 mm right; Times New Roman of 12 to 14
points; pages are numbered from the second on, centred above the text.
"""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from meetup.domain.text import for_xml
from meetup.errors import N_, NotFound
from meetup.followups.views.notice import Paper
from meetup.web.i18n import _

#: The media type of such a file.
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_FONT = "Times New Roman"
_LEFT, _RIGHT, _CENTRE, _JUSTIFY = "LEFT", "RIGHT", "CENTER", "JUSTIFY"
#: Widths of the two columns of the letterhead and of the end, in millimetres: A4 less its margins.
_COLUMNS = (65, 100)


def is_available() -> bool:
    """Whether python-docx, which the extra ``docx`` brings, is installed."""
    return find_spec("docx") is not None


def document(paper: Paper, *, title: str, author: str, at: datetime) -> bytes:
    """The file's bytes.

    Args:
        title: of the document, for its properties.
        author: who issues it, for its properties.
        at: when it was issued, aware.

    Raises:
        NotFound: where python-docx is not installed; it says how to get it.
    """
    if not is_available():
        raise NotFound(N_('For this python-docx has to be installed: pip install "flask-meetup[docx]"'))
    sheet = _Sheet()
    sheet.letterhead(paper)
    sheet.line(sheet.body, _("NOTICE"), 14, bold=True, align=_CENTRE, before=12, keep=True)
    sheet.line(sheet.body, paper.subject, 14, bold=True, align=_CENTRE, keep=True)
    sheet.rule(sheet.body, indent=58, after=12)
    for text in paper.opening:
        sheet.prose(text)
    for number, point in enumerate(paper.points, start=1):
        heading = sheet.prose("", keep=bool(point.paragraphs))
        sheet.write(heading, f"{number}. {point.heading}", 14, bold=True)
        sheet.write(heading, f" ({point.about})", 14)
        for text in point.paragraphs:
            sheet.prose(text)
    sheet.prose(paper.closing or _("Nothing has been concluded yet."))
    sheet.end(paper)
    return sheet.bytes(title=title, author=author, at=at)


class _Sheet:
    """A document in the making; python-docx is loaded when one is made, since it is an extra."""

    def __init__(self) -> None:
        self.oxml = import_module("docx.oxml")
        self.qn = import_module("docx.oxml.ns").qn
        self.align = import_module("docx.enum.text").WD_ALIGN_PARAGRAPH
        shared = import_module("docx.shared")
        self.mm, self.pt = shared.Mm, shared.Pt
        self.body: Any = import_module("docx").Document()
        self._page()

    def _page(self) -> None:
        section = self.body.sections[0]
        section.page_width, section.page_height = self.mm(210), self.mm(297)
        section.top_margin = section.bottom_margin = self.mm(20)
        section.left_margin, section.right_margin = self.mm(30), self.mm(15)
        section.header_distance = self.mm(10)
        section.different_first_page_header_footer = True
        style = self.body.styles["Normal"]
        style.font.name, style.font.size = _FONT, self.pt(14)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:eastAsia", "w:cs", "w:hAnsi"):
            fonts.set(self.qn(script), _FONT)
        style.paragraph_format.space_before = style.paragraph_format.space_after = self.pt(0)
        number = section.header.paragraphs[0]
        number.alignment = self.align.CENTER
        run = number.add_run()
        run.font.size = self.pt(13)
        for kind in ("begin", None, "end"):
            run._r.append(self._field(kind))

    def _field(self, kind: str | None) -> Any:
        if kind is None:
            code = self.oxml.OxmlElement("w:instrText")
            code.set(self.qn("xml:space"), "preserve")
            code.text = "PAGE"
            return code
        mark = self.oxml.OxmlElement("w:fldChar")
        mark.set(self.qn("w:fldCharType"), kind)
        return mark

    def write(self, paragraph: Any, text: str, size: float, *, bold: bool = False, italic: bool = False) -> None:
        """More text in `paragraph`, `size` in points."""
        run = paragraph.add_run(for_xml(text))
        run.font.size, run.bold, run.italic = self.pt(size), bold, italic

    def line(
        self,
        where: Any,
        text: str,
        size: float,
        *,
        bold: bool = False,
        italic: bool = False,
        align: str = _LEFT,
        before: float = 0,
        keep: bool = False,
    ) -> Any:
        """A line of its own in a cell or in the body, `before` in points above it."""
        paragraph = where.add_paragraph()
        paragraph.alignment = getattr(self.align, align)
        paragraph.paragraph_format.space_before = self.pt(before)
        paragraph.paragraph_format.keep_with_next = keep
        self.write(paragraph, text, size, bold=bold, italic=italic)
        return paragraph

    def prose(self, text: str, *, keep: bool = False) -> Any:
        """A paragraph of the text: both margins straight, its first line 10 mm in, 6 points after it."""
        paragraph = self.line(self.body, text, 14, align=_JUSTIFY, keep=keep)
        shape = paragraph.paragraph_format
        shape.first_line_indent, shape.space_after, shape.line_spacing = self.mm(10), self.pt(6), 1.15
        return paragraph

    def rule(self, where: Any, *, indent: float, after: float = 0) -> None:
        """A thin line, `indent` millimetres in from both sides."""
        paragraph = self.line(where, "", 2, align=_CENTRE)
        shape = paragraph.paragraph_format
        shape.left_indent = shape.right_indent = self.mm(indent)
        shape.space_after, shape.line_spacing = self.pt(after), self.pt(3)
        borders = self.oxml.OxmlElement("w:pBdr")
        bottom = self.oxml.OxmlElement("w:bottom")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
            bottom.set(self.qn(f"w:{name}"), value)
        borders.append(bottom)
        # The schema wants borders before spacing, indents and alignment.
        properties = paragraph._p.get_or_add_pPr()
        properties.insert_element_before(
            borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc"
        )

    def columns(self) -> tuple[Any, Any]:
        """Two cells side by side, without lines around them and without the empty paragraph that cells begin with."""
        table = self.body.add_table(rows=1, cols=2)
        table.autofit = False
        cells = table.rows[0].cells
        for cell, width, column in zip(cells, _COLUMNS, table.columns, strict=True):
            cell.width = column.width = self.mm(width)
            cell._tc.remove(cell.paragraphs[0]._p)
        no_break = self.oxml.OxmlElement("w:cantSplit")
        table.rows[0]._tr.get_or_add_trPr().append(no_break)
        return cells[0], cells[1]

    def letterhead(self, paper: Paper) -> None:
        """The body and the number on the left; the country, the motto, place and date on the right."""
        left, right = self.columns()
        self.line(left, paper.authority, 13, bold=True, align=_CENTRE)
        self.rule(left, indent=20)
        self.line(left, paper.number, 13, align=_CENTRE, before=6)
        if paper.draft:
            self.line(left, _("DRAFT"), 13, bold=True, align=_CENTRE, before=6)
        self.line(right, _("SOCIALIST REPUBLIC OF VIET NAM"), 13, bold=True, align=_CENTRE)
        self.line(right, _("Independence – Freedom – Happiness"), 14, bold=True, align=_CENTRE)
        self.rule(right, indent=19)
        self.line(right, paper.place_and_date, 14, italic=True, align=_CENTRE, before=6)

    def end(self, paper: Paper) -> None:
        """Who gets it on the left, who signs on the right."""
        self.line(self.body, "", 6)
        left, right = self.columns()
        self.line(left, _("Recipients:"), 12, bold=True, italic=True)
        for one in paper.recipients:
            self.line(left, f"- {one}", 11)
        self.line(right, _("FOR THE CHAIR"), 14, bold=True, align=_CENTRE)
        # Room for the signature and the seal.
        self.line(right, paper.signatory, 14, bold=True, align=_CENTRE, before=72)

    def bytes(self, *, title: str, author: str, at: datetime) -> bytes:
        """The document as a file."""
        told = self.body.core_properties
        told.title, told.author, told.last_modified_by, told.comments = title[:255], author[:255], author[:255], ""
        # Word takes them as UTC.
        told.created = told.modified = at.replace(microsecond=0)
        file = BytesIO()
        self.body.save(file)
        return file.getvalue()
