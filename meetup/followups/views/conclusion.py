"""What the chair concluded, as the secretary types it: the form, and the orders in it."""

from __future__ import annotations

from wtforms import FormField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from meetup.domain.issues import OUTCOMES
from meetup.domain.orders import parse_orders
from meetup.errors import N_, Fault, InvalidInput, MeetupError
from meetup.followups import service
from meetup.followups.forms import OUTCOME_WORDS
from meetup.followups.views.base import choices, departments_today, today
from meetup.issues.values import REASON_LENGTH, TEXT_LENGTH
from meetup.web.fields import DayField, FieldList
from meetup.web.forms import Form, _Translations
from meetup.web.i18n import _, lazy
from meetup.work import Work


class OrderRow(Form):
    """One order of a conclusion; a row that is left empty counts for nothing."""

    class Meta:
        csrf = False

    lead_department = SelectField(lazy("Lead agency"), [Optional()])
    coordinating = StringField(
        lazy("Coordinating (codes)"), [Optional(), Length(max=200)], render_kw={"autocomplete": "off"}
    )
    working_days = IntegerField(lazy("Working days"), [Optional()], render_kw={"inputmode": "numeric"})
    due_on = DayField(lazy("or until"), [Optional()])
    task = StringField(lazy("What is to be done"), [Optional(), Length(max=TEXT_LENGTH)])

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed in this row."""
        return not any(field.raw_data and str(field.raw_data[0]).strip() for field in self)


class ConclusionForm(Form):
    """What the chair concluded, as the secretary takes it down."""

    text = TextAreaField(lazy("The chair's conclusion"), [Optional(), Length(max=TEXT_LENGTH)], id="conclusion-text")
    lines = TextAreaField(
        lazy("Orders, one a line"),
        [Optional(), Length(max=TEXT_LENGTH)],
        id="conclusion-lines",
        description=lazy("Codes, working days or a date, colon, task: STC 10 ngày làm việc: hướng dẫn hồ sơ"),
        render_kw={"rows": 3, "spellcheck": "false"},
    )
    follow_ups = FieldList(FormField(OrderRow), lazy("Orders by fields"), min_entries=3, max_entries=20)
    outcome = SelectField(lazy("Answered on the spot"), [Optional()], id="conclusion-outcome")
    answer = TextAreaField(lazy("The answer"), [Optional(), Length(max=TEXT_LENGTH)], id="conclusion-answer")
    legal_references = TextAreaField(
        lazy("Legal references"), [Optional(), Length(max=REASON_LENGTH)], id="conclusion-legal"
    )

    #: Which order came from which row, so that faults find their row; those of typed lines have none.
    row_of: dict[int, int]

    def take(self, error: MeetupError) -> None:
        """Put the fault of an order at its own row and field."""
        if not isinstance(error, InvalidInput):
            super().take(error)
            return
        rest = []
        translate = _Translations().gettext
        for fault in error.faults:
            name, _dot, more = fault.field.partition(".")
            at, _dot, inner = more.partition(".")
            if name != "follow_ups" or not at.isdecimal():
                rest.append(fault)
                continue
            row = getattr(self, "row_of", {}).get(int(at))
            entry = self.follow_ups.entries[row].form if row is not None else None
            names = {"coordinating_departments": "coordinating"}
            target = entry._fields.get(names.get(inner, inner)) if entry is not None else self.lines
            message = fault.say(translate)
            if target is not None:
                target.errors = [*target.errors, message]
            else:
                self.general.append(message)
        if rest:
            super().take(InvalidInput.many(rest))

    @property
    def failed(self) -> bool:
        """Whether it was sent and cannot be taken, in a row of it too."""
        return super().failed or any(field.errors for entry in self.follow_ups for field in entry.form)


def orders_of(work: Work, form: ConclusionForm) -> list[service.FollowUpOrder]:
    """The rows and the typed lines as orders.

    Raises:
        InvalidInput: at ``lines`` or at a row's own field.
    """
    known = {one.code: one for one in departments_today(work)}
    orders: list[service.FollowUpOrder] = []
    form.row_of = {}
    faults: list[Fault] = []
    for at, entry in enumerate(form.follow_ups):
        row = entry.form
        if row.is_empty:
            continue
        form.row_of[len(orders)] = at
        where = f"follow_ups.{len(orders)}"
        lead = known.get(row.lead_department.data or "")
        if lead is None:
            faults.append(Fault(f"{where}.lead_department", N_("It is not said who leads."), N_("Choose one.")))
            lead = next(iter(known.values()), None)
        along = []
        for code in (row.coordinating.data or "").replace(";", " ").replace(",", " ").split():
            found = next((one for one in known.values() if one.code.casefold() == code.casefold()), None)
            if found is None:
                faults.append(
                    Fault(
                        f"{where}.coordinating",
                        N_("“%(word)s” is no department's code."),
                        N_("Take codes from the list."),
                        word=code[:40],
                    )
                )
            else:
                along.append(found)
        if lead is not None:
            orders.append(
                service.FollowUpOrder(lead, row.task.data or "", tuple(along), row.due_on.data, row.working_days.data)
            )
    try:
        typed = parse_orders(form.lines.data or "", list(known), today())
    except InvalidInput as error:
        faults.extend(error.faults)
        typed = []
    if faults:
        raise InvalidInput.many(faults)
    for line in typed:
        along = [known[code] for code in line.coordinating]
        orders.append(service.FollowUpOrder(known[line.lead], line.task, along, line.due_on, line.working_days))
    return orders


def fill(work: Work, form: ConclusionForm) -> ConclusionForm:
    """Fill the selects with what there is today."""
    departments = choices(work)
    for entry in form.follow_ups:
        entry.form.lead_department.choices = departments
    form.outcome.choices = [("", _("(not answered on the spot)"))] + [
        (value, _(OUTCOME_WORDS[value])) for value in OUTCOMES
    ]
    return form
