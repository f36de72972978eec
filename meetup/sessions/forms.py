"""The organiser's forms for sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField, URLField
from wtforms.validators import Optional

from meetup.domain.faults import Faults
from meetup.domain.recurrence import Rule
from meetup.domain.repeating import WAYS, rule_of
from meetup.programmes.models import Programme
from meetup.sessions.models import Session
from meetup.sessions.series import TEMPLATE
from meetup.web.fields import AtMost, DayField, Needed, WallTimeField
from meetup.web.forms import Form
from meetup.web.i18n import lazy

_WALL: dict[str, Any] = {"placeholder": "28/11/2026 07:00", "inputmode": "numeric", "autocomplete": "off"}
TIMES = ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at")
_PLAIN = (*TEMPLATE, "timezone")


class SessionForm(Form):
    """Everything that is said of a session."""

    version = HiddenField()
    programme = SelectField(lazy("Programme"), choices=[], validate_choice=False)
    title = StringField(lazy("Title"), [Needed(), AtMost(200)])
    topic = StringField(lazy("Topic"), [AtMost(200)], description=lazy("It becomes part of the address."))
    starts_at = WallTimeField(lazy("Begins"), [Needed()], render_kw=_WALL)
    ends_at = WallTimeField(lazy("Ends"), [Needed()], render_kw=_WALL)
    timezone = StringField(lazy("Time zone"), [AtMost(60)], render_kw={"autocomplete": "off"})
    venue = StringField(lazy("Venue"), [AtMost(300)])
    online_url = URLField(lazy("Address to join online"), [AtMost(500)])
    capacity = IntegerField(lazy("Seats"), [Needed()], render_kw={"min": 1})
    seats_per_enterprise = IntegerField(lazy("Seats for one enterprise"), [Needed()], default=2, render_kw={"min": 1})
    registration_opens_at = WallTimeField(
        lazy("Registration opens"), description=lazy("Empty: as soon as it is published."), render_kw=_WALL
    )
    registration_closes_at = WallTimeField(
        lazy("Registration closes"), description=lazy("Empty: when the session begins."), render_kw=_WALL
    )
    chair = StringField(lazy("Chair"), [AtMost(120)])
    chair_role = StringField(lazy("Position of the chair"), [AtMost(120)])
    delegate = StringField(
        lazy("Chairs in their place"), [AtMost(120)], description=lazy("If the chair sends somebody else.")
    )
    delegate_role = StringField(lazy("Position of that person"), [AtMost(120)])
    secretary = StringField(lazy("Secretary"), [AtMost(120)])
    description = TextAreaField(lazy("What it is about, and how it goes"), [AtMost(10_000)], render_kw={"rows": 6})
    is_private = BooleanField(
        lazy("Only for those who are invited"), description=lazy("It is shown in no list and no public calendar.")
    )

    def offer(self, programmes: Sequence[Programme]) -> None:
        """Offer the programmes; with the rules of the first one as what is put in."""
        self.programme.choices = [(one.slug, one.name) for one in programmes]
        if not self.is_submitted() and programmes:
            self.programme.data = self.programme.data or programmes[0].slug

    def show(self, session: Session) -> None:
        """Show `session` as it is."""
        for name in _PLAIN:
            self[name].data = getattr(session, name)
        for name in TIMES:
            self[name].show(getattr(session, name), session.timezone)
        self.version.data = str(session.version)
        self.programme.data = session.programme.slug

    def values(self, zone: str) -> dict[str, Any]:
        """What was typed, as the service takes it; times in the zone that was typed.

        Args:
            zone: where none was typed.

        Raises:
            InvalidInput: for times that do not exist in the zone, or exist twice.
        """
        faults = Faults()
        zone = faults.zone("timezone", self.timezone.data, zone)
        found: dict[str, Any] = {name: self[name].data for name in _PLAIN}
        found["timezone"] = zone
        for name in TIMES:
            found[name] = faults.attempt(self[name].reader(zone), None)
        faults.stop()
        return found


class RepeatForm(Form):
    """By which rule something repeats."""

    repeats = SelectField(lazy("Repeats"), choices=[], validate_choice=False)
    every = IntegerField(
        lazy("Each so many weeks or months"), default=1, render_kw={"min": 1, "max": 99}, filters=[lambda n: n or 1]
    )
    own = StringField(
        lazy("A rule of your own"),
        [AtMost(300)],
        render_kw={"placeholder": "FREQ=MONTHLY;BYDAY=3FR", "autocomplete": "off"},
    )
    until = DayField(lazy("Until"), description=lazy("Empty: it goes on."))
    count = IntegerField(lazy("So many times"), [Optional()], render_kw={"min": 1, "max": 500})
    skip_holidays = BooleanField(lazy("Leave out public holidays"))

    def offer_ways(self, *, alone: bool) -> None:
        """Offer the ways to repeat; `alone`: not to repeat as well."""
        words = {
            "": lazy("It does not repeat"),
            "weekly": lazy("Each week on the same day"),
            "monthly_nth": lazy("Each month on the same weekday, such as the third Friday"),
            "monthly_last": lazy("Each month on the last such weekday"),
            "monthly_day": lazy("Each month on the same date"),
            "own": lazy("By a rule of your own"),
        }
        self.repeats.choices = [(name, words[name]) for name in WAYS if name or alone]

    def rule(self, starts_at: datetime, zone: str) -> Rule:
        """The rule that was chosen.

        Args:
            starts_at: of the first session, aware.
            zone: whose days count.

        Raises:
            InvalidInput: at its field.
        """
        return rule_of(
            self.repeats.data or "",
            starts_at,
            zone,
            every=self.every.data or 1,
            until=self.until.data,
            count=self.count.data,
            own=self.own.data or "",
        )


class SessionOrSeriesForm(SessionForm, RepeatForm):
    """A new session, or a series of them."""


class SeriesForm(RepeatForm):
    """How a series goes on from one of its sessions on."""

    starts_at = WallTimeField(lazy("Begins"), [Needed()], render_kw=_WALL)
    ends_at = WallTimeField(lazy("Ends"), [Needed()], render_kw=_WALL)
    reason = TextAreaField(
        lazy("Reason"),
        [AtMost(2_000)],
        description=lazy("Whoever registered for a session that is called off reads it."),
        render_kw={"rows": 2},
    )


class ReasonForm(Form):
    """Why a session is called off."""

    reason = TextAreaField(
        lazy("Reason"),
        [Needed(), AtMost(2_000)],
        description=lazy("Everyone who registered reads it."),
        render_kw={"rows": 3},
    )


class ReportForm(Form):
    """What came of a session."""

    conclusion_number = StringField(
        lazy("Number of the conclusion notice"), [AtMost(60)], render_kw={"placeholder": "123/TB-UBND"}
    )
    summary = TextAreaField(
        lazy("Summary for the public"),
        [AtMost(20_000)],
        description=lazy("No personal data; everyone can read it."),
        render_kw={"rows": 6},
    )


class CopyForm(Form):
    """When a session like this one takes place again."""

    starts_at = WallTimeField(lazy("Begins"), [Needed()], render_kw=_WALL)
