"""Accounts of staff: made, closed and opened by whoever administers the site."""

from __future__ import annotations

import secrets
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_security.utils import hash_password
from sqlalchemy import func, select

from meetup.access import OFFICER, STAFF_ROLES
from meetup.departments.models import Department
from meetup.errors import N_, Fault, InvalidInput, NotFound
from meetup.staff import notices
from meetup.staff.models import StaffRole, StaffUser
from meetup.staff.options import PASSWORD_MIN
from meetup.work import Work


def create_user(
    work: Work,
    email: str,
    role: str,
    department_code: str = "",
    name: str = "",
    password: str | None = None,
    *,
    locale: str = "",
) -> StaffUser:
    """A new member of staff; without a password a message with a link to set one is enqueued.

    Args:
        email: signs in with it.
        role: admin, organizer, officer or leader.
        department_code: whom an officer works for; needed for that role.
        name: shown in timelines.
        password: at least :data:`PASSWORD_MIN` characters.
        locale: the language of messages to them; the site's first by default.

    Raises:
        InvalidInput: with every fault.
    """
    faults: list[Fault] = []
    address = _address(email, faults)
    if address and find(work, address) is not None:
        faults.append(Fault("email", N_("There is an account with this address already.")))
    if role not in STAFF_ROLES:
        faults.append(
            Fault("role", N_("There is no such role."), N_("Choose one of: %(roles)s."), roles=", ".join(STAFF_ROLES))
        )
    department = _department(work, role, department_code, faults)
    if password is not None and not PASSWORD_MIN <= len(password) <= 128:
        faults.append(Fault("password", N_("A password has from %(length)s to 128 characters."), length=PASSWORD_MIN))
    if faults:
        raise InvalidInput.many(faults)
    user = StaffUser(
        email=address,
        name=name.strip()[:120] or address.partition("@")[0],
        password=_hashed(work, password) if password else None,
        active=True,
        fs_uniquifier=secrets.token_hex(16),
        department_id=department.id if department else None,
        locale=locale or work.settings.locales[0],
        create_datetime=work.now,
        update_datetime=work.now,
        roles=[_role(work, role)],
    )
    work.db.add(user)
    work.db.flush()
    work.log("staff.create", f"user:{user.id}", role=role, email=user.email)
    if not password:
        notices.tell(work, user, notices.WELCOME)
    return user


def find(work: Work, email: str) -> StaffUser | None:
    """The account with the address `email`, in whatever case it is written."""
    return work.db.scalar(select(StaffUser).where(func.lower(StaffUser.email) == email.strip().lower()))


def get(work: Work, email: str) -> StaffUser:
    """The account with the address `email`.

    Raises:
        NotFound: if there is none.
    """
    user = find(work, email)
    if user is None:
        raise NotFound(N_("There is no account with the address %(email)s."), email=email)
    return user


def deactivate(work: Work, user: StaffUser) -> None:
    """Close an account: every session of it ends, and nobody signs in with it."""
    user.active = False
    _renew(work, user)
    work.log("staff.deactivate", f"user:{user.id}")


def activate(work: Work, user: StaffUser) -> None:
    """Open a closed account again."""
    user.active = True
    user.update_datetime = work.now
    work.db.flush()
    work.log("staff.activate", f"user:{user.id}")


def accounts_of(work: Work, email: str) -> list[dict[str, Any]]:
    """What is held about the account of `email`, as plain JSON values, without what it signs in with."""
    user = find(work, email)
    if user is None:
        return []
    plain = ("email", "name", "active", "locale", "login_count", "last_login_ip", "current_login_ip")
    times = ("create_datetime", "last_login_at", "current_login_at")
    return [
        {name: getattr(user, name) for name in plain}
        | {name: at.isoformat() if (at := getattr(user, name)) is not None else None for name in times}
        | {"roles": sorted(role.name for role in user.roles)}
    ]


def forget_closed(work: Work, email: str) -> int:
    """A closed account no longer says whose it was; gives how many there were. An open one stays as it is."""
    user = find(work, email)
    if user is None or user.active:
        return 0
    user.email, user.name = f"account-{user.id}@erased.invalid", ""
    user.last_login_ip = user.current_login_ip = user.tf_phone_number = None
    _renew(work, user)
    work.log("staff.forget", f"user:{user.id}")
    return 1


def forget_second_factor(work: Work, user: StaffUser) -> None:
    """Let someone who lost the phone sign in by password alone and begin anew; they are told."""
    user.tf_primary_method = user.tf_totp_secret = None
    user.mf_recovery_codes = None
    _renew(work, user)
    work.log("staff.forget_second_factor", f"user:{user.id}")
    notices.tell(work, user, notices.CHANGED, what="second_factor")


def _renew(work: Work, user: StaffUser) -> None:
    # Sessions and links name the uniquifier: another one ends them all.
    user.fs_uniquifier = secrets.token_hex(16)
    user.update_datetime = work.now
    work.db.flush()


def _address(email: str, faults: list[Fault]) -> str:
    try:
        # As the sign-in reads it; an internal domain need not exist for the rest of the world.
        return validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        faults.append(Fault("email", N_("This is no e-mail address. Write it like name@example.vn.")))
        return ""


def _department(work: Work, role: str, code: str, faults: list[Fault]) -> Department | None:
    if not code:
        if role == OFFICER:
            faults.append(Fault("department", N_("An officer belongs to a department."), N_("Name its code.")))
        return None
    department = work.db.scalar(select(Department).where(Department.code == code))
    if department is None:
        faults.append(
            Fault(
                "department",
                N_("There is no department with this code."),
                N_("Look at the list of departments."),
            )
        )
    return department


def _role(work: Work, name: str) -> StaffRole:
    role = work.db.scalar(select(StaffRole).where(StaffRole.name == name))
    if role is None:
        role = StaffRole(name=name, description="")
        work.db.add(role)
    return role


def _hashed(work: Work, password: str) -> str:
    security = work.mount.app.extensions["security"]
    with work.mount.app.app_context():
        return str(hash_password(security.password_util.normalize(password)))
