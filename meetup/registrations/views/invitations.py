"""Inviting many at once: rows that are pasted or uploaded, each fault at its row."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from flask import flash, redirect
from flask_wtf.file import FileField
from wtforms import BooleanField, TextAreaField

from meetup.domain.text import fold
from meetup.enterprises.importing import COLUMNS, KIND_WORDS, LANGUAGE_WORDS
from meetup.errors import N_, InvalidInput
from meetup.outbox.views import tell_batch
from meetup.registrations import service
from meetup.registrations.invitations import InvitationResult
from meetup.registrations.views.base import bp, draw
from meetup.sessions import series
from meetup.sessions.queries import by_slug
from meetup.tables.columns import known_words, match_headings
from meetup.tables.reading import Row, headings_of, read_rows
from meetup.web.current import current_work, link
from meetup.web.forms import Form, submit
from meetup.web.guards import allow, require
from meetup.web.i18n import _, lazy, ngettext

_WANTED = ("tax_code", "name", "contact_name", "email", "phone", "language", "kind")
_COLUMNS = tuple(column for column in COLUMNS if column.name in _WANTED)


class InvitationsForm(Form):
    """Rows of enterprises to invite."""

    rows = TextAreaField(
        lazy("Paste rows here"),
        description=lazy(
            "Straight from a spreadsheet, with a line of headings or in this order: tax code, name of enterprise, "
            "contact person, e-mail, phone, language."
        ),
        render_kw={"rows": 8, "spellcheck": "false"},
    )
    file = FileField(lazy("Or choose a file"), description=lazy("CSV or XLSX."), render_kw={"accept": ".csv,.xlsx"})
    skip_faulty = BooleanField(lazy("Invite the others even if some rows have faults"))
    whole = BooleanField(lazy("Invite to all dates of the series that are to come, in one mail"))


class _Faulty(InvalidInput):
    """Some rows cannot be taken, and the others are not to go out alone."""

    def __init__(self, result: InvitationResult) -> None:
        super().__init__(
            "rows",
            N_("%(count)s rows have faults; nothing was sent."),
            N_("Mend them, or tick the box below."),
            count=len(result.faults),
        )
        self.result = result


@bp.route("/organize/sessions/<slug>/invitations", methods=["GET", "POST"])
@allow("session.manage")
def invitations(slug: str) -> Any:
    """Invite the enterprises of a list."""
    work = current_work()
    session = by_slug(work, slug)
    require("session.manage", session)
    form = InvitationsForm()
    if not session.series_uid:
        del form.whole
    faults: dict[int, dict[str, list[str]]] = {}
    lines: dict[int, int] = {}

    def step() -> InvitationResult:
        rows = read(form)
        given = [values for _line, values in rows]
        lines.update({place: line for place, (line, _values) in enumerate(rows, 1)})
        of = series.of(work, session) if session.series_uid and form.whole.data else None
        invite = (
            partial(service.invite, work, session, given)
            if of is None
            else partial(service.invite_to_all, work, of, series.occurrences(work, of), given)
        )
        looked = invite(dry_run=True)
        faults.update(looked.faults)
        if looked.faults and not (form.skip_faulty.data and looked.sent):
            raise _Faulty(looked)
        return invite()

    result = submit(form, step)
    if result is None:
        return draw(
            "invitations.html",
            form=form,
            session=by_slug(work, slug),
            faults=[(lines.get(place, place), found) for place, found in sorted(faults.items())],
            labels={column.name: column.label for column in _COLUMNS},
        )
    _tell(result)
    tell_batch()
    answer: Any = redirect(link("sessions.desk", slug=slug))
    return answer


def _tell(result: InvitationResult) -> None:
    flash(
        ngettext("%(num)d invitation is on its way.", "%(num)d invitations are on their way.", result.sent), "success"
    )
    if result.known:
        flash(
            ngettext(
                "%(num)d enterprise had been invited or registered before and got nothing again.",
                "%(num)d enterprises had been invited or registered before and got nothing again.",
                result.known,
            ),
            "info",
        )
    if result.faults:
        left = ngettext(
            "%(num)d row had faults and was left out.",
            "%(num)d rows had faults and were left out.",
            len(result.faults),
        )
        flash(left, "warning")


def read(form: InvitationsForm) -> list[tuple[int, dict[str, str]]]:
    """The rows that were pasted or uploaded: (line, values by column).

    Raises:
        InvalidInput: if there are none, or they cannot be read.
    """
    words = known_words(_COLUMNS, _)
    upload = form.file.data
    if upload is not None and getattr(upload, "filename", None):
        rows = read_rows(upload.filename, upload.read(), words)
    elif (form.rows.data or "").strip():
        rows = _pasted(form.rows.data or "", words)
    else:
        raise InvalidInput("rows", N_("There is no row."), N_("Paste rows or choose a file."))
    headings = match_headings(_COLUMNS, headings_of(rows), _)
    return [(row.line, _values(row, dict(headings.names))) for row in rows]


def _pasted(text: str, words: set[str]) -> list[Row]:
    first = text.strip().split("\n", 1)[0]
    cells = [fold(cell) for cell in re.split("[;\t,]", first)]
    if not words.intersection(cells):
        # Rows without headings stand in the order that the page names.
        delimiter = next((one for one in "\t;," if one in first), ";")
        text = delimiter.join(_WANTED[:6]) + "\n" + text.strip()
    try:
        return read_rows("rows.csv", text.encode("utf-8", "replace"), words)
    except InvalidInput as error:
        for fault in error.faults:
            fault.field = "rows"
        raise


def _values(row: Row, names: dict[str, str]) -> dict[str, str]:
    values = {name: row.values.get(heading, "") for heading, name in names.items()}
    kind = fold(values.get("kind", ""))
    values["kind"] = KIND_WORDS.get(kind, kind or "enterprise")
    language = fold(values.get("language", ""))
    values["language"] = LANGUAGE_WORDS.get(language, language)
    return values
