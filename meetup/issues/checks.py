"""What is asked of every text and choice that becomes part of an issue."""

from __future__ import annotations

from collections.abc import Sequence

from meetup.domain.text import clean
from meetup.errors import N_, Fault, InvalidInput


class Checks:
    """Collects the faults of one input, so that all of them are told at once."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def text(self, field: str, value: str | None, *, limit: int, multiline: bool = True, required: bool = True) -> str:
        """`value` cleaned; a fault if it is empty though required, too long or not valid."""
        try:
            text = clean(value or "", field=field, multiline=multiline, max_length=limit)
        except InvalidInput as error:
            self.faults.extend(error.faults)
            return ""
        if required and not text:
            self.faults.append(Fault(field, N_("This is empty."), N_("Please fill it in.")))
        return text

    def choice(self, field: str, value: str, allowed: Sequence[str]) -> str:
        """`value`, if it is one of `allowed`; a fault otherwise."""
        if value not in allowed:
            self.faults.append(
                Fault(
                    field,
                    N_("This is none of the choices."),
                    N_("Choose one of: %(choices)s."),
                    choices=", ".join(allowed),
                )
            )
        return value

    def fault(self, field: str, rule: str, mend: str = "", **params: object) -> None:
        """Add a fault of one's own."""
        self.faults.append(Fault(field, rule, mend, **params))

    def done(self) -> None:
        """Go on only if nothing was wrong.

        Raises:
            InvalidInput: with every fault.
        """
        if self.faults:
            raise InvalidInput.many(self.faults)


def one_text(field: str, value: str | None, *, limit: int, multiline: bool = True, required: bool = True) -> str:
    """A single text, cleaned.

    Raises:
        InvalidInput: at `field`.
    """
    checks = Checks()
    text = checks.text(field, value, limit=limit, multiline=multiline, required=required)
    checks.done()
    return text
