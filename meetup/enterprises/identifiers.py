"""Tax codes, phone numbers and addresses: as they are typed, kept and shown."""

from __future__ import annotations

import unicodedata

from email_validator import EmailNotValidError, validate_email
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.vn import mst

from meetup.errors import N_, InvalidInput

#: Kinds that take part as what they are in the register; the others may have no code.
TAX_CODE_NEEDED = frozenset({"enterprise", "household", "cooperative"})
#: Kinds whose code may be the 12 digits of a person (TT 86/2024/TT-BTC): personal data.
PERSONAL = frozenset({"household", "citizen"})


def normalise_tax_code(text: str | None, kind: str) -> str | None:
    """A tax code as bare digits (10, 13, or 12 of a person); None for none.

    Raises:
        InvalidInput: at ``tax_code``, with a hint what may be wrong.
    """
    folded = unicodedata.normalize("NFKC", text or "")
    digits = "".join(char for char in folded if not char.isspace() and char not in ".-‐‑–—_/")
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in {10, 12, 13}:
        raise InvalidInput(
            "tax_code",
            N_("A tax code has 10 digits, 13 for a branch, or 12 for a person."),
            N_("Compare it with the registration certificate."),
        )
    if len(digits) == 12:
        if kind not in PERSONAL:
            raise InvalidInput(
                "tax_code",
                N_("A number of 12 digits belongs to a person."),
                N_("Give the 10 or 13 digits of the enterprise."),
            )
        return digits
    try:
        return str(mst.validate(digits))
    except InvalidChecksum:
        raise InvalidInput(
            "tax_code",
            N_("The check digit of this tax code is wrong."),
            N_("A digit may be mistyped or two swapped; compare it with the registration certificate."),
        ) from None
    except ValidationError:
        raise InvalidInput(
            "tax_code", N_("This is no valid tax code."), N_("Compare it with the registration certificate.")
        ) from None


def show_tax_code(code: str | None) -> str:
    """``9999900052-001`` for a branch; a person's number masked."""
    if not code:
        return ""
    if len(code) == 13:
        return f"{code[:10]}-{code[10:]}"
    return mask(code) if len(code) == 12 else code


def mask(code: str | None) -> str:
    """All but the last three digits hidden."""
    return "*" * (len(code) - 3) + code[-3:] if code else ""


def normalise_phone(text: str | None, *, country: str = "VN", field: str = "phone") -> str:
    """A phone number as E.164 (``+84912345678``); empty for none.

    Raises:
        InvalidInput: at `field`.
    """
    given = unicodedata.normalize("NFKC", text or "").strip()
    if not given:
        return ""
    # Imported for the first number: all countries' rules are a good part of the start.
    import phonenumbers

    try:
        number = phonenumbers.parse(given[:60], country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or len(given) > 60 or not phonenumbers.is_valid_number(number):
        raise InvalidInput(
            field,
            N_("This is no valid phone number."),
            N_("Write it as 0912 345 678, or with + and the country's code."),
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_email(text: str | None, *, field: str = "email") -> str:
    """An address as it is kept: normalised and without case.

    Raises:
        InvalidInput: at `field`, also when it is empty.
    """
    given = unicodedata.normalize("NFC", text or "").strip()
    try:
        if not given or len(given) > 254:
            raise EmailNotValidError
        found = validate_email(given, check_deliverability=False)
    except (EmailNotValidError, UnicodeError):
        raise InvalidInput(
            field, N_("This is no valid e-mail address."), N_("Please check it: it looks like ten@congty.vn.")
        ) from None
    return found.normalized.casefold()
