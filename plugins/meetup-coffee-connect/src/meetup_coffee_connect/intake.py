"""Every way in which a difficulty reaches the programme, as the operator has set them."""

from __future__ import annotations

from dataclasses import dataclass

from meetup.api import CHANNELS, Setting

DEFAULT = "coffee; portal; hotline; paper; dialogue"


@dataclass(frozen=True)
class Way:
    """One way in.

    Args:
        channel: a name of :data:`meetup.api.CHANNELS`; what comes in by it is entered with it.
        where: a telephone number or a place, as people read it; may be empty.
    """

    channel: str
    where: str = ""

    @property
    def label(self) -> str:
        """The channel's name as a msgid of the core's."""
        return CHANNELS[self.channel]


def ways(text: str) -> list[Way]:
    """``hotline=0290 000 0000; paper`` as ways, in that order."""
    parts = (part.partition("=") for part in text.split(";") if part.strip())
    return [Way(channel.strip(), where.strip()) for channel, _sign, where in parts]


def _fault(text: str) -> str | None:
    strange = [way.channel for way in ways(text) if way.channel not in CHANNELS]
    return f"names no channel: {', '.join(strange)}; there are: {', '.join(CHANNELS)}" if strange else None


def _no_percent(value: int) -> str | None:
    return None if 0 <= value <= 100 else "is not between 0 and 100"


SETTINGS = (
    Setting("COFFEE_CONNECT_PROGRAMME", str, "ca-phe", "The slug of the programme that /programme/ tells of."),
    Setting(
        "COFFEE_CONNECT_INTAKE",
        str,
        DEFAULT,
        "The channels shown on /programme/ and the front page, such as hotline=0290 000 0000; paper=Số 1, đường A.",
        _fault,
    ),
    Setting(
        "COFFEE_CONNECT_WEAK",
        int,
        70,
        "A component criterion of a closed period below this, in per cent, is weak and needs a remedy.",
        _no_percent,
    ),
)
