"""Every page of the URL map, and who comes to it: a page that is not named here fails ``test_pages.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from meetup.demo.people import address

#: Who comes: a name → the address they sign in with; nobody signs in with an empty one.
PEOPLE = {
    "public": "",
    "enterprise": "",
    "organizer": address("thuky"),
    "admin": address("admin"),
    "officer": address("canbo.thue"),
    "head": address("thutruong.thue"),
    "leader": address("lanhdao"),
}


@dataclass(frozen=True)
class Visit:
    """One page, once.

    Args:
        endpoint: of the URL map, without the mount's name.
        who: of :data:`PEOPLE`.
        name: tells two visits of one endpoint apart.
        values: the address's variables; a value ``"$name"`` is what the story gave that name.
        query: behind the question mark.
        status: what it answers.
    """

    endpoint: str
    who: str = "public"
    name: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    status: int = 200

    @property
    def title(self) -> str:
        """A name for its picture."""
        return "-".join(filter(None, (self.who, self.endpoint.replace(".", "-"), self.name)))


def _at(
    endpoint: str, who: str = "public", name: str = "", *, query: str = "", status: int = 200, **values: str
) -> Visit:
    return Visit(endpoint, who, name, values, query, status)


_COMING = {"slug": "$coming"}
_HELD = {"slug": "$held"}

VISITS = (
    _at("home"),
    _at("coffee_connect.programme"),
    _at("coffee_connect.paper_form"),
    _at("coffee_connect.initiatives"),
    _at("coffee_connect.initiative", key="1"),
    _at("coffee_connect.conferences"),
    _at("coffee_connect.conference", year="2025"),
    _at("coffee_connect.index"),
    _at("sessions.index"),
    _at("sessions.widget"),
    _at("sessions.show", **_COMING),
    _at("sessions.show", name="held", **_HELD),
    _at("sessions.show", name="unknown", slug="no-such-session", status=404),
    _at("registrations.register", **_COMING),
    _at("registrations.registered", **_COMING),
    _at("registrations.lost"),
    _at("issues.index"),
    _at("issues.index", name="found", query="q=thue+dat"),
    _at("issues.index", name="nothing", query="q=khong+co+gi+ca"),
    _at("search.index"),
    _at("search.index", name="found", query="q=dat"),
    _at("search.index", name="nothing", query="q=khong+co+gi+ca"),
    _at("issues.show", number="$published"),
    _at("issues.open_new"),
    _at("issues.sent", number="$published"),
    _at("scorecards.results"),
    _at("scorecards.results", name="closed", query="quarter=p$closed_period"),
    _at("scorecards.card", query="by=department&code=THUE"),
    _at("scorecards.compare"),
    _at("documents.docs"),
    _at("mailbox.index"),
    _at("mailbox.show", key="$mail"),
    _at("outbox.unsubscribe", token="$unsubscribe"),
    _at("security.login"),
    _at("security.forgot_password"),
    _at("security.reset_password", token="$reset"),
    # The enterprise's own pages, behind its link.
    _at("registrations.own", "enterprise", token="$own"),
    _at("registrations.own", "enterprise", "waiting", token="$waiting"),
    _at("registrations.own", "enterprise", "held", token="$own_held"),
    _at("registrations.own", "enterprise", "unknown", token="no-such-token", status=404),
    _at("issues.new", "enterprise", token="$own"),
    _at("issues.own", "enterprise", "by-issue", token="$issue"),
    _at("issues.own", "enterprise", "submitted", token="$own_submitted", number="$submitted"),
    _at("issues.own", "enterprise", "answered", token="$own_verified", number="$verified_issue"),
    _at("follow_ups.own", "enterprise", token="$own_verified", number="$verified"),
    _at("follow_ups.of_issue", "enterprise", token="$issue", number="$alone"),
    # The organiser.
    _at("sessions.organize", "organizer"),
    _at("sessions.desk_index", "organizer"),
    _at("sessions.month", "organizer"),
    _at("sessions.month", "organizer", "holidays", query="month=2027-02"),
    _at("sessions.desk", "organizer", **_COMING),
    _at("sessions.desk", "organizer", "held", **_HELD),
    _at("sessions.desk", "organizer", "draft", slug="$draft"),
    _at("sessions.series", "organizer", slug="$repeated"),
    _at("sessions.new", "organizer"),
    _at("sessions.edit", "organizer", **_COMING),
    _at("issues.agenda", "organizer", **_COMING),
    _at("issues.queue", "organizer"),
    _at("search.index", "organizer", query="q=cong+ty"),
    _at("search.index", "officer", query="q=thue"),
    _at("issues.desk", "organizer", "submitted", number="$submitted"),
    _at("issues.desk", "organizer", "verified", number="$verified_issue"),
    _at("issues.desk", "organizer", "published", number="$published"),
    _at("issues.several", "organizer", "nothing"),
    _at("issues.several", "organizer", query="number=$submitted&do=accept"),
    _at("issues.enter", "organizer"),
    _at("issues.comments", "organizer"),
    _at("issues.projector", "organizer", **_COMING),
    _at("registrations.attendance", "organizer", **_COMING),
    _at("registrations.check_in", "organizer", **_COMING),
    _at("registrations.badges", "organizer", **_COMING),
    _at("registrations.door", "organizer", **_COMING),
    _at("registrations.invitations", "organizer", **_COMING),
    _at("photos.desk", "organizer", **_HELD),
    _at("photos.desk", "organizer", "not-yet", **_COMING),
    _at("follow_ups.live", "organizer", **_COMING),
    _at("follow_ups.conclude_alone", "organizer", number="$scheduled"),
    _at("follow_ups.minutes", "organizer", **_HELD),
    _at("follow_ups.edit_minutes", "organizer", **_HELD),
    _at("follow_ups.organize", "organizer"),
    _at("follow_ups.show", "organizer", "answered", number="$answered"),
    _at("follow_ups.show", "organizer", "closed", number="$closed"),
    _at("reminders.index", "organizer"),
    _at("reminders.index", "organizer", "programme", query="programme=ca-phe"),
    _at("reminders.new", "organizer"),
    _at("reminders.edit", "organizer", key="due:3d"),
    _at("reminders.ahead", "organizer"),
    _at("previews.index", "organizer"),
    _at("previews.show", "organizer", kind="calendar_confirmed"),
    _at("previews.show", "organizer", "digest", kind="weekly_digest"),
    _at("previews.of_session", "organizer", **_COMING),
    _at("previews.of_step", "organizer", step="cancel", kind="calendar_session_cancelled", **_COMING),
    _at("outbox.index", "organizer"),
    _at("outbox.show", "organizer", row_id="$outgoing"),
    _at("outbox.batch", "organizer", batch="$batch"),
    _at("inbox.index", "organizer"),
    _at("inbox.index", "organizer", "done", query="state=done"),
    _at("inbox.show", "organizer", key="$received"),
    _at("scorecards.periods", "organizer"),
    _at("scorecards.new_period", "organizer"),
    _at("scorecards.period", "organizer", key="$open_period"),
    _at("scorecards.period", "organizer", "closed", key="$closed_period"),
    _at("departments.index", "organizer"),
    _at("departments.new", "organizer"),
    _at("departments.edit", "organizer", key="$department"),
    _at("programmes.index", "organizer", status=403),
    # The administrator.
    _at("programmes.index", "admin"),
    _at("programmes.new", "admin"),
    _at("programmes.edit", "admin", slug="ca-phe"),
    _at("survey.index", "organizer"),
    _at("survey.edit", "organizer", slug="ca-phe"),
    _at("survey.answer", "enterprise", token="$survey"),
    _at("survey.answer", "enterprise", "outcome", token="$survey_outcome"),
    _at("coffee_connect.letter", "organizer", **_COMING),
    _at("coffee_connect.remedies", "organizer"),
    _at("coffee_connect.remedies", "officer", "officer"),
    _at("coffee_connect.plan_remedy", "organizer", period="$closed_period", component="on_time"),
    _at("coffee_connect.remedy", "organizer", key="1"),
    _at("coffee_connect.remedy", "officer", "officer", key="1"),
    _at("coffee_connect.own_initiatives", "officer"),
    _at("coffee_connect.record_initiative", "officer"),
    _at("coffee_connect.edit_initiative", "organizer", key="1"),
    _at("coffee_connect.edit_initiative", "officer", "recorded", key="2"),
    _at("coffee_connect.all_conferences", "organizer"),
    _at("coffee_connect.prepare_conference", "organizer"),
    _at("coffee_connect.edit_conference", "organizer", key="1"),
    _at("chat.index", "admin"),
    _at("chat.new", "organizer"),
    _at("chat.edit", "organizer", key="1"),
    _at("webhooks.index", "admin"),
    _at("webhooks.new", "admin"),
    _at("webhooks.show", "admin", key="1"),
    _at("webhooks.edit", "admin", key="1"),
    _at("staff.desk", "admin"),
    _at("staff.account", "admin"),
    _at("security.change_password", "admin"),
    _at("security.two_factor_setup", "admin"),
    _at("security.mf_recovery_codes", "admin"),
    _at("security.verify", "admin"),
    # A department's officer.
    _at("follow_ups.department", "officer"),
    _at("follow_ups.department", "officer", "coordinating", query="view=coordinating"),
    _at("follow_ups.department", "officer", "closed", query="view=closed"),
    _at("follow_ups.show", "officer", number="$theirs"),
    _at("follow_ups.show", "officer", "late", number="$late"),
    _at("scorecards.card", "officer", query="by=department&code=THUE"),
    _at("scorecards.rows", "officer", query="by=department&code=THUE&figure=assigned"),
    _at("follow_ups.show", "officer", "draft", number="$drafted"),
    # The head of the department.
    _at("follow_ups.department", "head"),
    _at("follow_ups.show", "head", "draft", number="$drafted"),
    # The leader.
    _at("scorecards.card", "leader"),
    _at("scorecards.review", "leader", year="2026"),
    _at("scorecards.rows", "leader", query="figure=overdue_now"),
    _at("scorecards.compare", "leader", query="from=2026Q3&with=2026Q4"),
    _at("follow_ups.leader", "leader"),
    _at("scorecards.heard", "leader"),
    _at("scorecards.never_met", "leader"),
    _at("follow_ups.department", "leader"),
    _at("follow_ups.show", "leader", number="$late"),
)

#: GET endpoints that are no pages of their own, and why.
NO_PAGE = {
    "assets.file": "style sheets, scripts, pictures: loaded by the pages",
    "calendar-files": "",
    "registrations.calendar": "a calendar file",
    "registrations.check_in_code": "a picture of the own page",
    "registrations.door_list": "JSON for the script of the door",
    "registrations.door_worker": "the script that answers for the door without a network",
    "sessions.calendar": "a calendar file",
    "sessions.feed": "a calendar file",
    "survey.answers": "a download",
    "survey.outcomes": "a download",
    "sessions.organizers_feed": "a calendar file",
    "registrations.feed": "a calendar file",
    "follow_ups.feed": "a calendar file",
    "outbox.calendar": "a calendar file",
    "mailbox.calendar": "a calendar file",
    "mailbox.raw": "a message as it came",
    "mailbox.html": "a mail's own HTML; the message's page frames it",
    "outbox.html": "a mail's own HTML; the message's page frames it",
    "outbox.as_now": "a mail's own HTML; the message's page frames it",
    "previews.show_html": "a mail's own HTML; the preview's page frames it",
    "previews.of_step_html": "a mail's own HTML; the preview's page frames it",
    "documents.openapi": "JSON",
    "health.healthz": "for machines",
    "health.readyz": "for machines",
    "health.metrics": "for machines",
    "coffee_connect.index_json": "JSON",
    "coffee_connect.period_json": "JSON",
    "coffee_connect.period_csv": "a table for programs",
    "scorecards.picture": "a picture of the results page",
    "scorecards.export": "a workbook",
    "scorecards.review_picture": "a picture of the yearly review",
    "follow_ups.trend_picture": "a picture of the leader's page",
    "photos.file": "a picture of the session's page",
    "photos.preview": "a picture of the organiser's page",
    "follow_ups.file": "a download",
    "follow_ups.minutes_file": "a download",
    "issues.public_file": "a download",
    "issues.desk_file": "a download",
    "issues.own_file": "a download",
    "issues.events": "the projector's stream",
    "issues.feed": "Atom",
    "issues.similar": "a piece of the form, asked for by its script",
    "security.two_factor_rescue": "closed",
    "security.tf_select": "closed",
    "security.two_factor_token_validation": "half-way through a sign-in: test_the_second_factor",
    "security.mf_recovery": "half-way through a sign-in: test_the_second_factor",
}
del NO_PAGE["calendar-files"]
