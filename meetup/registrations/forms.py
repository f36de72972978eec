"""The forms by which enterprises register and change their minds."""

from __future__ import annotations

from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    FormField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms import Form as WTForm

from meetup.enterprises.consents import CONSENT_TEXTS, OPTIONAL_CONSENTS
from meetup.enterprises.models import KINDS
from meetup.errors import N_, InvalidInput, MeetupError
from meetup.registrations.checks import RESPONSES
from meetup.web.fields import AtMost, FieldList, Needed
from meetup.web.forms import Form
from meetup.web.i18n import NAMES, _, lazy

KIND_WORDS = {
    "enterprise": N_("Enterprise"),
    "household": N_("Household business"),
    "cooperative": N_("Cooperative"),
    "investor": N_("Investor"),
    "citizen": N_("Citizen"),
    "association": N_("Association, for its members"),
}
RESPONSE_WORDS = {
    "accepted": N_("We will come"),
    "tentative": N_("We may come; please keep us informed"),
    "declined": N_("We cannot come this time"),
}
_CONSENT = {purpose: lazy(words) for purpose, (_version, words) in CONSENT_TEXTS.items()}
#: No form has more rows than this.
MOST_ROWS = 50


class ParticipantForm(WTForm):
    """One person who comes."""

    name = StringField(lazy("Full name"), [AtMost(120)], render_kw={"autocomplete": "off"})
    position = StringField(lazy("Position"), [AtMost(120)], render_kw={"autocomplete": "off"})


class ParticipantsForm(Form):
    """The people who come, in rows that can be added and taken away."""

    participants = FieldList(FormField(ParticipantForm), lazy("Who comes"), min_entries=1, max_entries=MOST_ROWS)

    def people(self) -> list[dict[str, str]]:
        """What was typed, row by row."""
        return [
            {"name": row.form.name.data or "", "position": row.form.position.data or ""} for row in self.participants
        ]

    def take(self, error: MeetupError) -> None:
        """Put faults of one row at that row's field, the others as ever."""
        if not isinstance(error, InvalidInput):
            super().take(error)
            return
        others = []
        for fault in error.faults:
            parts = fault.field.split(".")
            if parts[0] == "participants" and len(parts) == 3 and int(parts[1]) < len(self.participants.entries):
                field = self.participants.entries[int(parts[1])].form[parts[2]]
                field.errors = [*field.errors, fault.say(_)]
            else:
                others.append(fault)
        if others:
            super().take(InvalidInput.many(others))
        self.rows_failed = len(others) < len(error.faults)

    rows_failed = False

    @property
    def failed(self) -> bool:
        """Whether it cannot be taken: answer 422."""
        return self.rows_failed or super().failed


class RegisterForm(ParticipantsForm):
    """The whole of a registration on one page."""

    kind = SelectField(lazy("Registering as"), choices=[(kind, lazy(KIND_WORDS[kind])) for kind in KINDS])
    tax_code = StringField(
        lazy("Tax code"),
        [AtMost(40)],
        description=lazy(
            "10 digits, 13 for a branch, 12 for a household business. Investors and citizens may leave it empty."
        ),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    name = StringField(
        lazy("Name of the enterprise"), [Needed(), AtMost(200)], render_kw={"autocomplete": "organization"}
    )
    sector = StringField(lazy("Business sector"), [AtMost(120)])
    contact_name = StringField(lazy("Contact person"), [Needed(), AtMost(120)], render_kw={"autocomplete": "name"})
    email = EmailField(
        lazy("E-mail"),
        [Needed(), AtMost(254)],
        description=lazy("The confirmation and your personal link go there. It is never shown in public."),
        render_kw={"autocomplete": "email"},
    )
    phone = TelField(lazy("Phone"), [AtMost(60)], render_kw={"autocomplete": "tel"})
    language = RadioField(lazy("Language of our messages"), choices=[])
    response = RadioField(
        lazy("Your reply"),
        choices=[(value, lazy(RESPONSE_WORDS[value])) for value in RESPONSES],
        default="accepted",
    )
    consent = BooleanField(_CONSENT["registration"], [Needed()])
    consent_publication = BooleanField(_CONSENT["publication"])
    consent_contact = BooleanField(_CONSENT["contact"])
    consent_photo = BooleanField(_CONSENT["photo"])

    def offer(self, locales: Any, present: str) -> None:
        """Offer the site's languages, the page's own first chosen."""
        self.language.choices = [(code, NAMES[code]) for code in locales]
        if not self.is_submitted() and not self.language.data:
            self.language.data = present

    def enterprise(self) -> dict[str, Any]:
        """What was typed of the enterprise."""
        return {
            "kind": self.kind.data,
            "tax_code": self.tax_code.data,
            "name": self.name.data,
            "sector": self.sector.data,
        }

    def contact(self) -> dict[str, Any]:
        """What was typed of the contact."""
        return {
            "name": self.contact_name.data,
            "email": self.email.data,
            "phone": self.phone.data,
            "language": self.language.data,
        }

    def further_consents(self) -> list[str]:
        """The purposes agreed to besides the registration itself."""
        return [purpose for purpose in OPTIONAL_CONSENTS if self[f"consent_{purpose}"].data]


class ConsentsForm(Form):
    """What nobody needs to agree to, as it stands; what is no longer ticked is taken back."""

    publication = BooleanField(_CONSENT["publication"])
    contact = BooleanField(_CONSENT["contact"])
    photo = BooleanField(_CONSENT["photo"])

    def agreed(self) -> list[str]:
        """The purposes that are ticked."""
        return [purpose for purpose in OPTIONAL_CONSENTS if self[purpose].data]


class CancelForm(Form):
    """Taking a registration back."""

    reason = TextAreaField(
        lazy("Reason"), [AtMost(1_000)], description=lazy("May be left empty."), render_kw={"rows": 2}
    )


class LostLinkForm(Form):
    """A lost link is mailed again."""

    email = EmailField(
        lazy("E-mail"),
        [Needed(), AtMost(254)],
        description=lazy("The address that was given at registration."),
        render_kw={"autocomplete": "email"},
    )


class WalkInForm(Form):
    """Somebody stands at the door. Two fields are enough."""

    contact_name = StringField(lazy("Full name"), [Needed(), AtMost(120)], render_kw={"autocomplete": "off"})
    name = StringField(lazy("Enterprise"), [AtMost(200)], render_kw={"autocomplete": "off"})
    tax_code = StringField(lazy("Tax code"), [AtMost(40)], render_kw={"inputmode": "numeric", "autocomplete": "off"})
    phone = TelField(lazy("Phone"), [AtMost(60)], render_kw={"autocomplete": "off"})
    email = EmailField(lazy("E-mail"), [AtMost(254)], render_kw={"autocomplete": "off"})
    kind = SelectField(
        lazy("Comes as"),
        choices=[("", lazy("(as the entries say)")), *((kind, lazy(KIND_WORDS[kind])) for kind in KINDS)],
        default="",
    )
