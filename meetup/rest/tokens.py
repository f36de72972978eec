"""API tokens: made, shown once, kept hashed, revoked."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import bindparam, select

from meetup.access import STAFF_ROLES, Actor
from meetup.departments.models import Department
from meetup.errors import N_, InvalidInput
from meetup.rest.models import ApiToken
from meetup.work import Work

PREFIX = "mtp_"

#: Asked at every call: put into words once, and of its columns alone.
_LIVE = select(*(ApiToken.__table__.c[name] for name in ("id", "name", "role", "department_id"))).where(
    ApiToken.digest == bindparam("digest"), ApiToken.revoked_at.is_(None)
)


def digest(token: str) -> str:
    """What is kept of a token: its SHA-256; a token has 256 bits of its own, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def create_token(work: Work, *, name: str, role: str, department_code: str = "") -> tuple[ApiToken, str]:
    """A new token, and its text, which is shown this once.

    Raises:
        InvalidInput: for an unknown role, or an officer's token without a department.
    """
    if role not in STAFF_ROLES:
        raise InvalidInput(
            "role", N_("There is no such role."), N_("Choose one of: %(roles)s."), roles=", ".join(STAFF_ROLES)
        )
    if not name.strip():
        raise InvalidInput("name", N_("A token needs a name."), N_("Say what will use it."))
    department = None
    if department_code:
        department = work.db.scalar(select(Department).where(Department.code == department_code))
        if department is None:
            raise InvalidInput(
                "department", N_("There is no department with this code."), N_("Look at the list of departments.")
            )
    if role == "officer" and department is None:
        raise InvalidInput("department", N_("An officer belongs to a department."), N_("Name its code."))
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        name=name.strip()[:120],
        role=role,
        department_id=department.id if department else None,
        digest=digest(text),
        created_at=work.now,
        revoked_at=None,
    )
    work.db.add(token)
    work.db.flush()
    work.log("token.create", f"token:{token.id}", role=role, token=token.name)
    return token, text


def revoke_token(work: Work, token: ApiToken) -> None:
    """End a token; requests with it are answered 401 from then on."""
    token.revoked_at = work.now
    work.db.flush()
    work.log("token.revoke", f"token:{token.id}", token=token.name)


def actor_of(work: Work, text: str) -> Actor | None:
    """Whoever holds the token `text`, or None."""
    if not text.startswith(PREFIX) or len(text) > 100 or not text.isascii():
        return None
    token = work.db.execute(_LIVE, {"digest": digest(text)}).one_or_none()
    if token is None:
        return None
    return Actor(
        "token",
        str(token.id),
        token.name,
        frozenset({token.role}),
        department_id=token.department_id,
        token_id=token.id,
    )
