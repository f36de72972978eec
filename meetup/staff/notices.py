"""Messages about accounts. A row names the user alone: the link in it is made when it leaves, and stored nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask_security.utils import hash_data
from sqlalchemy import select

from meetup.errors import N_
from meetup.outbox.notice import Notice, Prepared, Superseded
from meetup.outbox.service import enqueue
from meetup.staff.models import StaffUser
from meetup.staff.options import LINK_HOURS
from meetup.work import Work

if TYPE_CHECKING:
    from meetup.outbox.models import Outgoing

#: The message by which a new member of staff sets the first password.
WELCOME = "staff_welcome"
#: Who forgot the password gets a link to set another one.
RESET = "staff_reset"
#: Something about the account changed, and who owns it should know.
CHANGED = "staff_changed"


def tell(work: Work, user: StaffUser, kind: str, *, what: str = "") -> None:
    """Enqueue a message of `kind` to `user`."""
    enqueue(
        work,
        kind,
        to=user.email,
        name=user.name,
        locale=user.locale,
        subject=f"user:{user.id}",
        context={"user_id": user.id, "what": what},
    )


def password_link(work: Work, user: StaffUser) -> str:
    """The address where `user` sets a password: good once, for :data:`LINK_HOURS` hours.

    Built on ``MEETUP_BASE_URL``, never on the request's Host: whoever asks for
    somebody else's password must not choose where the link leads.
    """
    security = work.mount.app.extensions["security"]
    with work.mount.app.app_context():
        digest = hash_data(user.password) if user.password else None
        token = security.reset_serializer.dumps([str(user.fs_uniquifier), digest])
    return _address(work, "security.reset_password", token=token)


def _address(work: Work, endpoint: str, **values: str) -> str:
    """A page of Flask-Security's, which stand beside the mount and not in it."""
    site = urlsplit(work.settings.base_url)
    adapter = work.mount.app.url_map.bind(site.netloc, site.path or "/", url_scheme=site.scheme)
    return adapter.build(endpoint, values, force_external=True)


def _user(work: Work, row: Outgoing) -> StaffUser:
    user = work.db.get(StaffUser, row.context.get("user_id"))
    if user is None or not user.active:
        raise Superseded(N_("the account is closed"))
    return user


def _with_link(work: Work, row: Outgoing) -> Prepared:
    user = _user(work, row)
    return Prepared({"user": user, "link": password_link(work, user), "hours": LINK_HOURS})


def _plain(work: Work, row: Outgoing) -> Prepared:
    link = _address(work, "security.forgot_password")
    return Prepared({"user": _user(work, row), "what": row.context.get("what", ""), "link": link})


def _sample(work: Work) -> dict[str, Any] | None:
    """The newest account, for whoever looks at these messages before one goes."""
    key = work.db.scalar(select(StaffUser.id).where(StaffUser.active).order_by(StaffUser.id.desc()).limit(1))
    return {"user_id": key, "what": ""} if key is not None else None


NOTICES = (
    Notice(WELCOME, _with_link, N_("A new account"), sample=_sample),
    Notice(RESET, _with_link, N_("A link to set a new password"), sample=_sample),
    Notice(CHANGED, _plain, N_("A change of the account"), sample=_sample),
)
