"""The conclusion notice: the same words on the sheet and in the file, laid out as Decree 30/2020/NĐ-CP says."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from sqlalchemy import select

from meetup.followups import service
from meetup.issues import service as issues
from meetup.issues.models import Issue
from meetup.sessions.models import Session
from tests.features.following import Province, build
from tests.rig.browsing import ARTEFACTS
from tests.rig.report import cannot_run
from tests.rig.visitor import parse

PAGE = "/organize/sessions/ky-1/minutes"
FILE = f"{PAGE}.docx"


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    made = build(site, mount, work)
    with work(made.actor("organizer")) as w:
        session = w.get(Session, made.session)
        session.chair, session.chair_role, session.secretary = "Trần Văn Bình", "Chủ tịch UBND tỉnh", "Nguyễn Thị Lan"
        open_, secret = made.issue(w, "Hoàn thuế GTGT & <chậm>"), made.issue(w, "Chuyện kín")
        secret.visibility = "confidential"
        issues.set_agenda(w, session, [(open_, 10), (secret, 10)])
        order = service.FollowUpOrder(
            made.department(w, "STC"), "Hướng dẫn hồ sơ.", (made.department(w, "SXD"),), None, 10
        )
        service.conclude(w, open_, text="Giao Sở Tài chính.\n\nLàm ngay.", orders=[order])
        service.conclude(w, secret, text="Lời kín của chủ tọa.", orders=[order])
        w.commit()
    return made


def fetch(province: Province, locale: str = "vi") -> Any:
    answer = province.as_("organizer").get(f"{FILE}?lang={locale}")
    assert answer.status_code == 200
    assert answer.content_type.endswith("wordprocessingml.document")
    return answer


def texts(document: Any) -> list[str]:
    """Every paragraph of the body and of its tables."""
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    return [p.text for p in (*document.paragraphs, *(p for cell in cells for p in cell.paragraphs)) if p.text]


def test_what_was_kept_before_it_was_refused_breaks_no_file(province: Province, runner: Any) -> None:
    """U+FFFE is in no document and no workbook; what came in before that was seen to is left out there."""
    with province.work() as w:
        for issue in w.db.scalars(select(Issue)):
            issue.title = f"{issue.title}\ufffe"
        w.commit()
    assert any("Hoàn thuế GTGT & <chậm>" in one for one in texts(docx.Document(io.BytesIO(fetch(province).data))))
    exported = runner.invoke(args=["meetup", "export", "issues", "--format", "xlsx"])
    assert exported.exit_code == 0, exported.stderr


def test_the_file_says_what_the_sheet_says(province: Province) -> None:
    answer = fetch(province)
    document = docx.Document(io.BytesIO(answer.data))
    said = texts(document)
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "THÔNG BÁO",
        "DỰ THẢO",
        "Số: …/TB-UBND",
        "Làm ngay.",
        "Nơi nhận:",
        "- Lưu: VT.",
        "Nguyễn Thị Lan",
    ):
        assert words in said, said
    whole = "\n".join(said)
    assert "1. Hoàn thuế GTGT & <chậm> (" in whole
    assert "– Giao Sở Tài chính chủ trì, phối hợp với Sở Xây dựng: Hướng dẫn hồ sơ." in whole
    assert "Lời kín" not in whole
    assert "Chuyện kín" not in whole
    sheet = province.as_("organizer").soup(f"{PAGE}?lang=vi").select_one("#content").get_text(" ", strip=True)
    for words in said:
        assert " ".join(words.split()) in " ".join(sheet.split()), words


def test_the_layout_is_that_of_the_decree(province: Province) -> None:
    document = docx.Document(io.BytesIO(fetch(province).data))
    section = document.sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(one.mm) for one in margins] == [20, 20, 30, 15]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header.paragraphs[0]._p.xml
    sizes = {run.font.size for p in document.paragraphs for run in p.runs if run.text}
    assert sizes == {Pt(14)}
    prose = next(p for p in document.paragraphs if p.text == "Làm ngay.")
    assert prose.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
    assert abs(prose.paragraph_format.first_line_indent - Mm(10)) < Mm(0.1)


def test_what_is_published_is_no_draft(province: Province, clock: Any) -> None:
    organizer = province.as_("organizer")
    assert "du-thao" in fetch(province).headers["Content-Disposition"]
    with province.work(province.actor("organizer")) as w:
        w.get(Session, province.session).state = "held"
        w.commit()
    organizer.fill(f"{PAGE}/edit", {"conclusion_number": "12/TB-UBND", "summary": "Một."}, form=f"{PAGE}/edit")
    answer = fetch(province)
    assert 'filename="thong-bao-ket-luan-ky-1.docx"' in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    said = texts(docx.Document(io.BytesIO(answer.data)))
    assert "Số: 12/TB-UBND" in said
    assert "DỰ THẢO" not in said
    assert organizer.soup(f"{PAGE}?lang=vi").find("a", href=FILE)
    assert "DRAFT" not in texts(docx.Document(io.BytesIO(fetch(province, "en").data)))


def wordings(page: Any) -> dict[str, str]:
    """The conclusions that can be mended: the name of each field and its words."""
    return {one["name"]: one.get_text().strip("\r\n") for one in page.select("textarea[name$=-text]")}


def test_a_conclusion_is_mended_while_the_notice_is_a_draft(province: Province) -> None:
    organizer = province.as_("organizer")
    with province.work(province.actor("organizer")) as w:
        w.get(Session, province.session).state = "held"
        w.commit()
    edit = f"{PAGE}/edit"
    # What was said in confidence stands in no notice, so there is nothing to mend.
    opened = organizer.soup(edit)
    ((name, words),) = wordings(opened).items()
    assert words.replace("\r\n", "\n") == "Giao Sở Tài chính.\n\nLàm ngay."
    assert "Hoàn thuế GTGT & <chậm>" in opened.select_one(f"label[for={name}]").get_text()
    better = "Giao Sở Tài chính chủ trì.\r\n\r\nLàm ngay trong tuần."
    kept = organizer.send(opened, edit, {name: better, "conclusion_number": "12/TB-UBND", "draft": "1"}, form=edit)
    assert kept.request.path == PAGE
    said = texts(docx.Document(io.BytesIO(fetch(province).data)))
    assert {"DỰ THẢO", "Số: 12/TB-UBND", "Giao Sở Tài chính chủ trì.", "Làm ngay trong tuần."} <= set(said)
    public = province.as_("nobody").get("/sessions/ky-1").text
    assert "12/TB-UBND" not in public, "a draft's number is not published"
    # Somebody had the page open all the while: nothing is overwritten, and what they typed is not lost.
    late = organizer.send(opened, edit, {name: "Lời của người sau.", "draft": "1"}, form=edit)
    assert late.status_code == 422
    assert "Lời của người sau." in late.text
    assert "Lời của người sau." not in organizer.get(PAGE).text
    # Who changed nothing of it hinders nobody.
    assert organizer.send(organizer.soup(edit), edit, {"summary": "Một.", "draft": "1"}, form=edit).status_code == 200
    empty = organizer.fill(edit, {name: " "}, form=edit)
    assert empty.status_code == 422
    assert parse(empty).select(f"#{name}-error .mu-error")
    long = organizer.fill(edit, {name: "x" * 10_001}, form=edit)
    assert parse(long).select(f"#{name}-error .mu-error")
    # Published, it says what it says.
    before = organizer.soup(edit)
    organizer.send(before, edit, {name: "Giao Sở Tài chính, bản cuối."}, form=edit)
    assert "Giao Sở Tài chính, bản cuối." in texts(docx.Document(io.BytesIO(fetch(province).data)))
    assert wordings(organizer.soup(edit)) == {}
    after = organizer.send(before, edit, {name: "Lời sau khi ban hành."}, form=edit)
    assert after.status_code == 422
    assert "Lời sau khi ban hành." in after.text
    assert "Lời sau khi ban hành." not in organizer.get(PAGE).text


def test_what_was_taken_out_of_the_draft_is_not_published(province: Province) -> None:
    organizer, edit = province.as_("organizer"), f"{PAGE}/edit"
    with province.work(province.actor("organizer")) as w:
        w.get(Session, province.session).state = "held"
        w.commit()
    drafted = {"summary": "Hai kiến nghị chưa thống nhất.", "conclusion_number": "12/TB-UBND", "draft": "1"}
    assert organizer.fill(edit, drafted, form=edit).status_code == 200
    assert organizer.fill(edit, {"summary": "", "conclusion_number": "13/TB-UBND"}, form=edit).status_code == 200
    public = province.as_("nobody").get("/sessions/ky-1").text
    assert "13/TB-UBND" in public
    assert "Hai kiến nghị chưa thống nhất." not in public


@pytest.mark.parametrize("row", ["²", "0", "999999999", "x"])
def test_a_row_that_nobody_offered_changes_nothing(province: Province, row: str) -> None:
    organizer = province.as_("organizer")
    edit = f"{PAGE}/edit"
    typed = {f"conclusions-{row}-issue": row, f"conclusions-{row}-text": "Lời lạ.", f"conclusions-{row}-version": row}
    assert organizer.fill(edit, typed, form=edit).status_code in (200, 422)
    assert "Lời lạ." not in organizer.get(PAGE).text


def test_over_the_api_a_conclusion_is_mended_too(province: Province, runner: Any) -> None:
    with province.work(write=False) as w:
        numbers = {one.title: one.number for one in w.db.scalars(select(Issue))}
    made = runner.invoke(args=["meetup", "token", "create", "test", "--role", "organizer"])
    token = next(word for word in made.output.split() if word.startswith("mtp_"))

    def put(**body: Any) -> Any:
        path = f"/api/v1/sessions/{province.session}/minutes"
        return province.site.test_client().put(path, json=body, headers={"Authorization": f"Bearer {token}"})

    mended = {"issue_id": numbers["Hoàn thuế GTGT & <chậm>"], "text": "Giao Sở, sửa lời."}
    assert put(conclusions=[mended]).status_code == 200
    assert "Giao Sở, sửa lời." in province.as_("organizer").get(PAGE).text
    assert put(conclusions=[{"issue_id": 1, "text": "Lời lạ."}]).status_code == 404
    with province.work() as w:
        early = province.issue(w, "Chưa đến lượt").number
        w.commit()
    assert put(conclusions=[{"issue_id": early, "text": "Lời lạ."}]).status_code == 409, "nothing was concluded on it"
    with province.work() as w:
        w.get(Session, province.session).state = "reported"
        w.commit()
    late = put(conclusions=[{**mended, "text": "Lời sau."}])
    assert (late.status_code, late.get_json()["type"]) == (409, "urn:meetup:problem:wrong_state")
    assert put(summary="Một.").status_code == 200


def test_whoever_may_not_gets_neither(province: Province) -> None:
    for who in ("STC", "leader"):
        assert province.as_(who).get(FILE).status_code == 403
    assert province.as_("organizer").get(FILE.replace("ky-1", "ky-9")).status_code == 404


def test_a_site_without_python_docx_offers_no_file(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meetup.followups.views.docx.find_spec", lambda _name: None)
    organizer = province.as_("organizer")
    assert organizer.soup(PAGE).find("a", href=FILE) is None
    answer = organizer.get(FILE)
    assert answer.status_code == 404
    assert "flask-meetup[docx]" in answer.text


def test_an_empty_notice_can_be_opened_too(site: Any, mount: Any, work: Any) -> None:
    said = texts(docx.Document(io.BytesIO(fetch(build(site, mount, work)).data)))
    assert any("Chưa có kết luận" in words for words in said), said


@pytest.mark.slow
def test_libreoffice_makes_a_pdf_of_it_without_a_warning(province: Province, tmp_path: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        cannot_run("The notice in LibreOffice", "soffice is not installed; run make test-deps")
    (tmp_path / "notice.docx").write_bytes(fetch(province).data)
    done = subprocess.run(
        [
            program,
            f"-env:UserInstallation=file://{tmp_path / 'profile'}",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(tmp_path),
            str(tmp_path / "notice.docx"),
        ],
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    # That there is no Java is said at every start and has nothing to do with the file.
    said = [line for line in (done.stdout + done.stderr).splitlines() if "javaldx" not in line]
    assert not [line for line in said if "warn" in line.lower() or "error" in line.lower()], said
    pdf = (tmp_path / "notice.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    ARTEFACTS.mkdir(exist_ok=True)
    (ARTEFACTS / "notice.pdf").write_bytes(pdf)
