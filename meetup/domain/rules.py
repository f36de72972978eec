"""Rules of reminders as data: what is reminded of, how far off, and whom (rule G1).

A rule's key names its planned reminders: ``session:1d`` a day before, ``overdue:+1`` on
the first working day past, ``unanswered:+3w`` three working days after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from meetup.domain.faults import Faults
from meetup.domain.reminders import Offset, parse_escalation, parse_offsets
from meetup.errors import N_

#: The rules that hold where a programme has none of its own.
SITE = "site"

UNITS = ("h", "d", "w")


@dataclass(frozen=True)
class Kind:
    """What a rule can be about.

    Args:
        name: ``session``, ``due``…
        side: whether it goes ``before`` or ``after`` its instant, or ``weekly``.
        units: what its distance can be counted in; the first is offered first.
        whom: addressee → the notice that is sent.
        things: whose reminders are planned anew when such a rule changes.
        repeats: addressees who hear again and again, and therefore by one rule.
    """

    name: str
    side: str
    units: str
    whom: Mapping[str, str]
    things: str
    repeats: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    one.name: one
    for one in (
        Kind("session", "before", "dhw", {"enterprise": "session_reminder"}, "session"),
        Kind("closing", "before", "dhw", {"enterprise": "registration_closing"}, "session"),
        Kind("report", "after", "wd", {"organizer": "session_unreported"}, "session"),
        Kind("unanswered", "after", "wdh", {"enterprise": "invitation_unanswered"}, "registration"),
        Kind("offer", "before", "h", {"enterprise": "offer_lapsing"}, "registration"),
        Kind("due", "before", "dwh", {"department": "follow_up_due", "head": "follow_up_due"}, "follow-up"),
        Kind(
            "overdue",
            "after",
            "w",
            {
                "department": "follow_up_overdue",
                "head": "follow_up_escalated",
                "chair": "follow_up_escalated",
                "enterprise": "follow_up_apology",
            },
            "follow-up",
            ("department", "enterprise"),
        ),
        Kind("confirm", "before", "wd", {"enterprise": "follow_up_confirm_soon"}, "follow-up"),
        Kind("transfer", "after", "w", {"organizer": "transfer_unanswered"}, "follow-up", ("organizer",)),
        Kind(
            "digest",
            "weekly",
            "w",
            dict.fromkeys(("department", "head", "chair"), "weekly_digest"),
            "digest",
            ("department", "head", "chair"),
        ),
    )
}

#: What the first part of a key is, where it is not the kind's own name.
_ABOUT = {
    ("overdue", "enterprise"): "apology",
    ("overdue", "head"): "head",
    ("overdue", "chair"): "chair",
    ("due", "head"): "due.head",
    ("digest", "department"): "digest.department",
    ("digest", "head"): "digest.head",
    ("digest", "chair"): "digest.chair",
}


@dataclass(frozen=True)
class Rule:
    """One rule.

    Args:
        kind: of :data:`KINDS`.
        whom: one of the kind's addressees.
        amount: how far off.
        unit: ``h`` hours, ``d`` days, ``w`` working days.
        channel: the way it goes.
        notice: what is sent.
        enabled: whether it is on.
        in_digest: told in the weekly digest instead of a message of its own.
        weekday: of a digest, from 0 for Monday.
        hour: of a digest, in the programme's zone.
        id: its row, or None as long as the rules are those of the settings.
    """

    kind: str
    whom: str
    amount: int = 0
    unit: str = "w"
    channel: str = "mail"
    notice: str = ""
    enabled: bool = True
    in_digest: bool = False
    weekday: int = 0
    hour: int = 8
    id: int | None = None

    @property
    def offset(self) -> Offset:
        """Its distance."""
        return Offset(self.amount, self.unit)

    @property
    def about(self) -> str:
        """The first part of its key."""
        return _ABOUT.get((self.kind, self.whom), self.kind)

    @property
    def repeats(self) -> bool:
        """Whether it is heard again and again, each time under a key of its own."""
        return self.kind == "overdue" and self.whom in KINDS["overdue"].repeats

    @property
    def key(self) -> str:
        """The name of its planned reminders."""
        if self.kind == "digest":
            return f"{self.about}:{self.weekday}-{self.hour:02}"
        if KINDS[self.kind].side == "after" and len(KINDS[self.kind].units) > 1:
            return f"{self.about}:+{self.offset}"
        return f"{self.about}:+{self.amount}" if KINDS[self.kind].side == "after" else f"{self.about}:{self.offset}"

    @property
    def is_planned(self) -> bool:
        """Whether reminders are planned by it."""
        return self.enabled and not self.in_digest

    def covers(self, key: str) -> bool:
        """Whether a planned reminder named `key` is one of this rule's."""
        if not self.repeats:
            return key == self.key
        about, _, step = key.partition(":+")
        return about == self.about and step.isdigit() and int(step) >= self.amount


def default_notice(kind: str, whom: str) -> str:
    """What such a rule sends where nothing else was chosen."""
    return KINDS[kind].whom[whom]


def seeds(session_offsets: str, due_offsets: str, escalation: str) -> tuple[Rule, ...]:
    """The rules that the settings stand for; the texts as ``MEETUP_REMINDERS`` and ``MEETUP_ESCALATION`` have them."""
    rules = [Rule("session", "enterprise", one.amount, one.unit) for one in parse_offsets(session_offsets)]
    rules += [
        Rule("closing", "enterprise", 1, "d"),
        Rule("unanswered", "enterprise", 3, "w"),
        Rule("offer", "enterprise", 6, "h"),
        Rule("report", "organizer", 3, "w"),
    ]
    rules += [Rule("due", "department", one.amount, one.unit) for one in parse_offsets(due_offsets)]
    rules += [Rule("overdue", "department", 1)]
    # The officer's step is the daily reminder itself.
    rules += [Rule("overdue", whom, days) for days, whom in parse_escalation(escalation) if whom != "officer"]
    rules += [
        Rule("overdue", "enterprise", 1),
        Rule("confirm", "enterprise", 3),
        Rule("transfer", "organizer", 1),
        Rule("digest", "department", enabled=False),
        Rule("digest", "chair", enabled=False),
    ]
    return tuple(
        Rule(one.kind, one.whom, one.amount, one.unit, notice=default_notice(one.kind, one.whom), enabled=one.enabled)
        for one in rules
    )


def checked(given: Rule, channels: Iterable[str], notices: Iterable[str]) -> Rule:
    """`given`, if such a rule can be.

    Args:
        channels: the ways there are.
        notices: what such a rule may send.

    Raises:
        InvalidInput: with every fault, each at the field of its name.
    """
    faults = Faults()
    kind = KINDS.get(given.kind)
    if kind is None:
        faults.choice("whom", given.kind, tuple(KINDS))
        faults.stop()
        raise AssertionError("a fault was noted")
    faults.choice("whom", given.whom, tuple(kind.whom))
    faults.choice("channel", given.channel, tuple(channels))
    faults.choice("notice", given.notice, tuple(notices))
    if kind.side == "weekly":
        faults.number("weekday", given.weekday, 0, 6)
        faults.number("hour", given.hour, 7, 20)
    else:
        # A reminder on the morning of the due date itself has no distance; every other one has.
        lowest = 0 if given.kind == "due" else 1
        highest = 720 if given.unit == "h" else 365
        faults.number("amount", given.amount, lowest, highest)
        if given.unit not in kind.units:
            faults.add("unit", N_("This kind cannot be counted so."), N_("Choose another unit."))
    if given.in_digest and (given.kind, given.whom) != ("overdue", "department"):
        faults.add("in_digest", N_("Only what is overdue can come in the digest instead."), N_("Leave this off."))
    faults.stop()
    return given


def next_digest(now: datetime, weekday: int, hour: int, zone: ZoneInfo) -> datetime:
    """The first instant after `now` at which it is `hour` on that weekday in `zone`."""
    local = now.astimezone(zone)
    day = local.date() + timedelta(days=(weekday - local.weekday()) % 7)
    found = datetime.combine(day, time(hour), zone)
    return found if found > now else datetime.combine(day + timedelta(days=7), time(hour), zone)
