"""The form for a rule of reminders, and rules in plain words."""

from __future__ import annotations

from typing import Any

from babel.dates import get_day_names
from wtforms import BooleanField, HiddenField, IntegerField, SelectField
from wtforms.validators import Optional

from meetup.domain.rules import KINDS, Rule
from meetup.errors import N_
from meetup.web.fields import Needed
from meetup.web.forms import Form
from meetup.web.i18n import _, lazy, locale_code, ngettext

#: What a rule is about and whom it tells, in the order of the lists.
SAID = {
    ("session", "enterprise"): (N_("A session comes near"), N_("Those who come")),
    ("closing", "enterprise"): (N_("Registration closes"), N_("Those invited who have not said yes or no")),
    ("unanswered", "enterprise"): (N_("An invitation has no answer"), N_("Whoever was invited")),
    ("offer", "enterprise"): (N_("An offered seat lapses"), N_("Whoever has the offer")),
    ("due", "department"): (N_("A due date comes near"), N_("The lead agency")),
    ("due", "head"): (N_("A due date comes near"), N_("The head of the lead agency")),
    ("overdue", "department"): (N_("A follow-up is overdue"), N_("The lead agency")),
    ("overdue", "head"): (N_("A follow-up is overdue"), N_("The head of the lead agency")),
    ("overdue", "chair"): (N_("A follow-up is overdue"), N_("The chair of the programme")),
    ("overdue", "enterprise"): (N_("A follow-up is overdue"), N_("The enterprise (an apology)")),
    ("report", "organizer"): (N_("A session's report is not out"), N_("The organiser")),
    ("confirm", "enterprise"): (N_("An answer waits to be confirmed"), N_("The enterprise")),
    ("transfer", "organizer"): (N_("A transfer has no answer"), N_("The organiser")),
    ("digest", "department"): (N_("Weekly digest"), N_("The lead agency")),
    ("digest", "head"): (N_("Weekly digest"), N_("The head of the lead agency")),
    ("digest", "chair"): (N_("Weekly digest"), N_("The chair of the programme")),
}

_UNITS = {"h": N_("hours"), "d": N_("days"), "w": N_("working days")}


def about_words(rule: Rule) -> str:
    """What a rule is about."""
    return _(SAID[rule.kind, rule.whom][0])


def whom_words(rule: Rule) -> str:
    """Whom it tells."""
    return _(SAID[rule.kind, rule.whom][1])


def when_words(rule: Rule) -> str:
    """When it does."""
    if rule.kind == "digest":
        return _("%(weekday)s at %(hour)s:00", weekday=weekdays()[rule.weekday], hour=rule.hour)
    if rule.kind == "due" and not rule.amount:
        return _("On the morning of the day itself")
    count = {
        "h": ngettext("%(num)d hour", "%(num)d hours", rule.amount),
        "d": ngettext("%(num)d day", "%(num)d days", rule.amount),
        "w": ngettext("%(num)d working day", "%(num)d working days", rule.amount),
    }[rule.unit]
    if KINDS[rule.kind].side == "before":
        return _("%(distance)s before", distance=count)
    if rule.in_digest:
        return _("In the weekly digest")
    if rule.repeats and rule.whom == "department":
        return _("%(distance)s after, and each working day from then on", distance=count)
    if rule.repeats:
        return _("%(distance)s after, and again when the new date has passed", distance=count)
    return _("%(distance)s after", distance=count)


def weekdays() -> list[str]:
    """The days of the week by name, from Monday."""
    names = get_day_names("wide", locale=locale_code())
    return [names[day].title() for day in range(7)]


class RuleForm(Form):
    """A rule: what and whom when it is new; how far off, by which way, and whether it is on."""

    version = HiddenField()
    whom = SelectField(lazy("What, and who is told"), [Needed()], choices=[], validate_choice=False)
    amount = IntegerField(lazy("How far off"), [Optional()], render_kw={"inputmode": "numeric"})
    unit = SelectField(lazy("Counted in"), choices=[], validate_choice=False)
    weekday = SelectField(lazy("Day of the week"), choices=[], validate_choice=False)
    hour = IntegerField(lazy("Hour"), [Optional()], render_kw={"inputmode": "numeric"})
    channel = SelectField(lazy("Way"), choices=[], validate_choice=False)
    notice = SelectField(lazy("Message"), choices=[], validate_choice=False)
    in_digest = BooleanField(lazy("In the weekly digest instead of a message each working day"))
    enabled = BooleanField(lazy("Switched on"), default=True)

    def offer(self, channels: tuple[str, ...], notices: tuple[str, ...], label: Any) -> None:
        """Offer what can be chosen; `label` gives a notice's name in words."""
        self.whom.choices = [
            (f"{kind}.{whom}", f"{_(about)} → {_(told)}") for (kind, whom), (about, told) in SAID.items()
        ]
        self.unit.choices = [(unit, _(word)) for unit, word in _UNITS.items()]
        self.weekday.choices = [(str(day), name) for day, name in enumerate(weekdays())]
        self.channel.choices = [(name, _("E-mail") if name == "mail" else name) for name in channels]
        self.notice.choices = [(name, label(name)) for name in notices]

    def show(self, rule: Rule) -> None:
        """Show `rule` as it is."""
        self.whom.data = f"{rule.kind}.{rule.whom}"
        for name in ("amount", "unit", "hour", "channel", "notice", "in_digest", "enabled"):
            self[name].data = getattr(rule, name)
        self.weekday.data = str(rule.weekday)

    def rule(self, known: Rule | None = None) -> Rule:
        """What was typed as a rule; what it is about stays that of `known`."""
        kind, _dot, whom = (self.whom.data or "").partition(".")
        if known is not None:
            kind, whom = known.kind, known.whom
        weekly = kind == "digest"
        day = self.weekday.data or ""
        known_notice = KINDS[kind].whom.get(whom, "") if kind in KINDS else ""
        return Rule(
            kind,
            whom,
            0 if weekly else _number(self.amount.data),
            "w" if weekly else self.unit.data or "",
            self.channel.data or "mail",
            self.notice.data or known_notice,
            bool(self.enabled.data),
            bool(self.in_digest.data),
            (int(day) if day.isascii() and day.isdigit() and len(day) == 1 else -1) if weekly else 0,
            _number(self.hour.data) if weekly else 8,
        )


def _number(value: int | None) -> int:
    return -1 if value is None else value
