"""Zalo's tokens: an access token for a day, and a refresh token that works once and brings the next of both."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.exc import IntegrityError

from meetup.api import Mount, TransportError
from meetup_chat import speaking
from meetup_chat.messenger import Busy, Unwell
from meetup_chat.models import Token

SERVICE = "zalo"
#: Renewed so long before its end.
EARLY = timedelta(minutes=10)
#: Whoever renews and dies meanwhile holds the others up for no longer.
CLAIM = timedelta(minutes=2)


class Tokens:
    """The tokens of the site's Official Account, shared by all workers through the database.

    Args:
        mount: its settings say who we are, its secret seals what is kept.
        oauth: the address of the OAuth server.
    """

    def __init__(self, mount: Mount, oauth: str) -> None:
        self._mount = mount
        self._oauth = oauth
        key = hashlib.sha256(f"meetup-chat:{mount.secret}".encode()).digest()
        self._seal = Fernet(base64.urlsafe_b64encode(key))

    def access(self, refused: str = "") -> str:
        """An access token that should work.

        Args:
            refused: one that does not, whatever its time says.

        Raises:
            Busy: while another worker renews it.
            Unwell: if there is none to be had.
        """
        access, _refresh, fresh = self._kept()
        if fresh and access and access != refused:
            return access
        refresh = self._claim(refused)
        if refresh is None:
            access, _refresh, _fresh = self._kept()
            return access
        try:
            status, answer = speaking.post(
                self._oauth,
                "/v4/oa/access_token",
                form={
                    "refresh_token": refresh,
                    "app_id": self._mount.settings.chat_zalo_app_id,
                    "grant_type": "refresh_token",
                },
                headers={"secret_key": self._mount.settings.chat_zalo_app_secret},
            )
        except TransportError as error:
            self._let_go()
            raise TransportError(error.text, permanent=False) from None
        given, following = answer.get("access_token"), answer.get("refresh_token")
        if not isinstance(given, str) or not isinstance(following, str) or not given:
            self._let_go()
            words = str(answer.get("error_description") or answer.get("error_name") or "no token")[:200]
            fault = f"Zalo gives no new token (HTTP {status}): {words.replace(refresh, '…')}"
            if status >= 500:
                raise TransportError(fault, permanent=False)
            raise Unwell(fault)
        self._keep(given, following, str(answer.get("expires_in")))
        return given

    @property
    def _seed(self) -> str:
        return hashlib.sha256(self._mount.settings.chat_zalo_refresh_token.encode()).hexdigest()

    def _kept(self) -> tuple[str, str, bool]:
        """The access token, the refresh token, and whether the first still counts."""
        with self._mount.work(write=False) as work:
            row = work.db.get(Token, SERVICE)
            if row is None or row.seed != self._seed or row.expires_at is None:
                return "", self._mount.settings.chat_zalo_refresh_token, False
            access, refresh = self._opened(row.sealed)
            return access, refresh, work.now < row.expires_at - EARLY

    def _opened(self, sealed: str) -> tuple[str, str]:
        try:
            access, refresh = json.loads(self._seal.decrypt(sealed.encode()))
        except (InvalidToken, ValueError):
            # Sealed with another secret of the site's.
            return "", self._mount.settings.chat_zalo_refresh_token
        return str(access), str(refresh)

    def _claim(self, refused: str) -> str | None:
        """The refresh token, for us alone; None if somebody has renewed it in the meantime.

        Raises:
            Busy: if somebody does so now.
        """
        with self._mount.work() as work:
            row = work.db.get(Token, SERVICE, with_for_update=True)
            if row is None:
                row = Token(service=SERVICE, expires_at=None, renewing_until=None)
                work.db.add(row)
            elif row.renewing_until is not None and work.now < row.renewing_until:
                raise Busy("Zalo's token is being renewed")
            refresh = str(self._mount.settings.chat_zalo_refresh_token)
            if row.seed == self._seed and row.expires_at is not None:
                access, refresh = self._opened(row.sealed)
                if access and access != refused and work.now < row.expires_at - EARLY:
                    return None
            row.renewing_until = work.now + CLAIM
            try:
                work.commit()
            except IntegrityError:
                raise Busy("Zalo's token is being renewed") from None
            return refresh

    def _keep(self, access: str, refresh: str, seconds: str) -> None:
        lasts = timedelta(seconds=int(seconds) if seconds.isascii() and seconds.isdigit() else 3_600)
        with self._mount.work() as work:
            row = work.get(Token, SERVICE)
            row.seed, row.renewing_until = self._seed, None
            row.sealed = self._seal.encrypt(json.dumps([access, refresh]).encode()).decode()
            row.expires_at = work.now + lasts
            work.commit()

    def _let_go(self) -> None:
        with self._mount.work() as work:
            work.get(Token, SERVICE).renewing_until = None
            work.commit()
