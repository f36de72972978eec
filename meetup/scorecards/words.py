"""What criteria, components, counts and periods are called on a page."""

from __future__ import annotations

from meetup.errors import N_

CRITERIA = {
    "timeliness": N_("Timeliness"),
    "outcome": N_("What came of it"),
    "satisfaction": N_("Satisfaction of enterprises"),
    "responsibility": N_("Responsibility"),
}

COMPONENTS = {
    "on_time": N_("Answered on time"),
    "closed_on_time": N_("Closed, and answered on time"),
    "no_extension": N_("Without an extension"),
    "confirmed": N_("Confirmed by the enterprise"),
    "not_reopened": N_("Not reopened"),
    "satisfaction": N_("Satisfaction"),
    "no_pass_around": N_("Not passed around"),
}

#: Each count: what it is called, and which follow-ups it counts.
FIGURES = {
    "assigned": (N_("Assigned"), N_("Follow-ups ordered in the period.")),
    "open": (N_("Still open"), N_("Of these, those that still owe an answer.")),
    "answered": (N_("Answered"), N_("Answered, and neither sent back nor reopened.")),
    "on_time": (N_("Answered on time"), N_("Answered by the first due date; an extension makes nothing punctual.")),
    "late": (N_("Answered late"), N_("Answered after the first due date.")),
    "overdue_now": (N_("Overdue now"), N_("The first due date has passed, and an answer is owed.")),
    "missed": (N_("Late and overdue"), N_("The first due date was missed: answered after it, or not answered yet.")),
    "closed": (N_("Closed"), N_("Closed in any way.")),
    "closed_on_time": (N_("Closed on time"), N_("Closed, and answered by the first due date.")),
    "confirmed": (N_("Confirmed"), N_("Closed by the enterprise's own word.")),
    "no_response": (N_("No response"), N_("Closed by silence, which is no satisfaction.")),
    "passed_on": (N_("Passed on"), N_("Passed on to another agency at least once.")),
    "pass_around": (N_("Passed around"), N_("Passed on twice or more.")),
    "extended": (N_("Extended"), N_("With an extension granted.")),
    "reopened": (N_("Reopened"), N_("Reopened by the enterprise at least once.")),
    "ever_answered": (N_("Ever answered"), N_("Answered at least once, whatever came after.")),
    "satisfaction_count": (N_("Marks given"), N_("The enterprise gave a mark from 1 to 5.")),
    "responded": (N_("First response given"), N_("The enterprise has heard something.")),
}

#: Sums that stand in formulas.
SUMS = {"marks": N_("sum of the marks")}

#: What a goal can be measured by; the components are meant in per cent.
MEASURES = {
    **COMPONENTS,
    "sessions": N_("Sessions held"),
    "came": N_("Enterprises that came to sessions"),
    "share_first_time": N_("Share that came for the first time, in per cent"),
    "satisfaction_mean": N_("Mean satisfaction"),
    "score": N_("Score"),
    "days_to_first_response": N_("Days to first response"),
    "days_to_closing": N_("Days to closing"),
}
