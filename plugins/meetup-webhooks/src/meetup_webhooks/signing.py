"""Secrets and signatures after Standard Webhooks 1.0 (symmetric, ``v1``)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from meetup_webhooks.models import Endpoint

PREFIX = "whsec_"


def secret_of(site_secret: str, salt: str) -> str:
    """An endpoint's secret, as its owner gets it.

    It is made of the site's own secret and `salt`, so that the database alone gives nobody a signature.
    """
    key = hmac.new(site_secret.encode(), f"meetup-webhooks:{salt}".encode(), hashlib.sha256).digest()
    return PREFIX + base64.b64encode(key).decode()


def secrets_of(site_secret: str, endpoint: Endpoint, now: datetime) -> list[str]:
    """The secrets that count at `now`: the new one first, the old one while it is being changed."""
    salts = [endpoint.salt]
    if endpoint.old_salt and endpoint.old_until is not None and now < endpoint.old_until:
        salts.append(endpoint.old_salt)
    return [secret_of(site_secret, salt) for salt in salts]


def signed(secrets: Sequence[str], identity: str, now: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message.

    Args:
        secrets: as :func:`secrets_of` gives them; a signature each.
        identity: the message's own, the same at every try.
        now: when it leaves, aware.
    """
    stamp = str(int(now.timestamp()))
    content = f"{identity}.{stamp}.".encode() + body
    return {
        "webhook-id": identity,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{_signature(secret, content)}" for secret in secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
