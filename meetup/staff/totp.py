"""The second factor: an authenticator app, its secret sealed with a key that follows from the site's."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import segno
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask_security import Totp
from markupsafe import Markup
from passlib.totp import TOTP, AppWallet

from meetup.web.current import current_mount


def derive(secret: str, purpose: str) -> bytes:
    """A key of 32 bytes that follows from `secret` for one `purpose` (HKDF, RFC 5869)."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"meetup.{purpose}".encode()).derive(
        secret.encode()
    )


def sealing_keys(secrets: Iterable[str]) -> dict[str, str]:
    """The keys that second factors are sealed with, by a tag that follows from each; the first one seals anew."""
    keys = (derive(secret, "totp").hex() for secret in secrets)
    return {f"k{sha256(key.encode()).hexdigest()[:8]}": key for key in keys}


class AuthenticatorApp(Totp):
    """Flask-Security's TOTP with a QR code that our policy lets through, and keys that may be replaced."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        # Not the base's: it would seal with the tag that sorts last, not with the newest key.
        wallet = AppWallet(secrets, default_tag=next(iter(secrets)))
        self._totp: Any = TOTP.using(issuer=issuer, wallet=wallet)

    def get_totp_uri(self, username: str, totp_secret: str) -> str:
        """The address that the QR code holds; the app shows the site's name."""
        issuer = current_mount().settings.site_name.replace(":", " ")
        return str(self._totp.from_source(totp_secret).to_uri(username, issuer=issuer))

    def generate_qrcode(self, username: str, totp: str) -> Markup:
        """The QR code as an inline picture: no ``data:`` address, no other request."""
        code = segno.make(self.get_totp_uri(username, totp), error="m", micro=False)
        # Without a size of its own it takes the room that it gets, on a phone too.
        picture = code.svg_inline(omitsize=True, border=4, svgclass="mu-qr", lineclass=None, light="#fff", dark="#000")
        # Drawn by the library out of a key that we made.
        return Markup(picture)  # nosec B704
