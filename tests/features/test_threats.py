"""What the threat model says of every page at once, shown over every address; the rest is in its feature's tests."""

from __future__ import annotations

import logging
import re
import time
from typing import Any

import pytest
import time_machine
from sqlalchemy import LargeBinary, String, cast, inspect, or_, select

from meetup.activity.models import Activity
from meetup.db import Base
from meetup.demo import people
from meetup.rest.tokens import create_token
from meetup.staff import service as staff
from tests.features import access
from tests.features.test_access import Door, address, every, refused
from tests.features.world import PASSWORD, STAFF, World, tell

#: POSTs that need no token: a mail program's one click (RFC 8058), which changes what only the link's holder gets.
WITHOUT_TOKEN = {"outbox.unsubscribe"}


@pytest.fixture
def world(site: Any, mount: Any, clock: Any, runner: Any) -> World:
    made = World(site, mount, tell(mount, clock))
    made.tokens.update(access.complete(made))
    assert runner.invoke(args=["meetup", "worker", "--once"]).exit_code == 0
    return made


@pytest.fixture
def address_of_staff(mount: Any) -> str:
    with mount.work() as work:
        email = people.address("admin")
        staff.create_user(work, email=email, role="admin", name="Quản trị", password=PASSWORD)
        work.commit()
    return email


@pytest.mark.slow
def test_every_answer_keeps_browsers_careful(world: World) -> None:
    """The policy without inline scripts, no sniffing, no frames but ours, no address told to the next site."""
    named, faults = access.things(world), []
    for right in every(world):
        if "GET" not in right.methods or right.endpoint.endswith("events"):
            continue
        for who in ("public", "admin"):
            client: Any = world.site.test_client() if right.token else world.visitor(who)
            bearer = {"Authorization": f"Bearer {world.tokens['token of admin']}"} if right.token else {}
            path = address(right, dict(named[kind][0].values) if (kind := access.kind_of(right)) else {})
            answer = client.get(path, headers=bearer)
            policy = answer.headers.get("Content-Security-Policy", "")
            # A picture or a message that is shown in a frame may style itself, in a sandbox without anything else.
            boxed = (
                policy.startswith("default-src 'none'; style-src") and "sandbox" in policy and "script" not in policy
            )
            if not policy or ("unsafe" in policy and not boxed):
                faults.append(f"{path}: policy {policy!r}")
            if answer.headers.get("X-Content-Type-Options") != "nosniff":
                faults.append(f"{path}: may be sniffed")
            if answer.headers.get("Referrer-Policy") != "no-referrer":
                faults.append(f"{path}: tells its address")
            if answer.headers.get("X-Frame-Options") != "SAMEORIGIN":
                faults.append(f"{path}: may be framed")
            if right.by or right.action not in ("public",):
                kept = answer.headers.get("Cache-Control", "")
                if answer.status_code == 200 and not re.search("private|no-store", kept):
                    faults.append(f"{path}: kept by others, {kept!r}")
    assert not faults, "\n".join(faults)


@pytest.mark.slow
def test_every_form_needs_the_token_of_its_browser(world: World) -> None:
    """A POST without the token, or with another browser's, is refused and changes nothing."""
    named, faults = access.things(world), []
    foreign = re.search(r'csrf_token" value="([^"]+)', world.site.test_client().get("/issues/new").text)
    assert foreign is not None
    admin = world.visitor("admin")
    kept, before = dict(admin._cookies), world.contents()
    for right in every(world):
        if "POST" not in right.methods or right.token or right.endpoint in WITHOUT_TOKEN:
            continue
        thing = named[access.kind_of(right)][0] if access.kind_of(right) else None
        token = {"registration": "enterprise", "issue": "sender"}.get(right.by, "feed")
        path = address(right, {**(dict(thing.values) if thing else {}), "token": world.tokens[token]})
        for data in ({}, {"csrf_token": foreign[1]}, {"csrf_token": ""}):
            answer = admin.post(path, data=data)
            admin._cookies.clear()
            admin._cookies.update(kept)
            own = right.endpoint.startswith("security.")
            if not (answer.status_code == 400 or (own and answer.status_code in {302, 400, 422}) or refused(answer)):
                faults.append(f"{path} with {data}: {answer.status}")
    assert not faults, "\n".join(faults)
    assert world.contents() == before


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
class TestGuessing:
    """Whoever tries links and tokens that are none has to wait, wherever one can be tried."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"MEETUP_RATE_LIMITS": True}

    @pytest.mark.parametrize(
        "path",
        [
            "/r/%s",
            "/i/%s",
            "/i/%s/follow-ups/123456",
            "/feeds/%s/follow-ups.ics",
            "/feeds/%s/sessions.ics",
            "/feeds/%s/registrations.ics",
            "/unsubscribe/%s",
        ],
    )
    def test_links(self, client: Any, path: str) -> None:
        answers = [client.get(path % f"{n:038d}").status_code for n in range(31)]
        assert answers == [404] * 30 + [429]

    def test_tokens_of_the_api(self, client: Any, mount: Any) -> None:
        with mount.work() as work:
            _row, right = create_token(work, name="x", role="admin")
            work.commit()
        for n in range(31):
            answer = client.get("/api/v1/sessions", headers={"Authorization": f"Bearer mtp_{n:043d}"})
        assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
        assert answer.content_type == "application/problem+json"
        # Whoever has a token is not kept waiting by a neighbour's guesses.
        assert client.get("/api/v1/sessions", headers={"Authorization": f"Bearer {right}"}).status_code == 200


def test_a_session_planted_before_the_sign_in_is_worth_nothing(site: Any, address_of_staff: str) -> None:
    """Fixation: what the browser held before is not what is signed in, and what it holds after is new."""
    client = site.test_client()
    client.get("/login")
    planted = client.get_cookie("session").value
    assert client.fill("/login", {"email": address_of_staff, "password": PASSWORD}).status_code == 200
    assert client.get_cookie("session").value != planted
    thief = site.test_client()
    thief.set_cookie("session", planted)
    assert refused(thief.get("/desk"))


def test_a_copied_cookie_ends_with_the_working_day(site: Any, address_of_staff: str) -> None:
    client = site.test_client()
    client.fill("/login", {"email": address_of_staff, "password": PASSWORD})
    copied = client.get_cookie("session").value
    thief = site.test_client()
    thief.set_cookie("session", copied)
    assert not refused(thief.get("/account"))
    with time_machine.travel(12 * 3600 + 60 + time.time()):
        thief.set_cookie("session", copied)
        assert refused(thief.get("/account"))


def test_no_secret_reaches_a_log(
    site: Any, mount: Any, runner: Any, address_of_staff: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the process's log nor the chained one: passwords, tokens, links, the site's own keys."""
    caplog.set_level(logging.DEBUG)
    client = site.test_client()
    with mount.work() as work:
        _row, api = create_token(work, name="x", role="admin")
        link = work.token("desk-feed", "desk:organize")
        work.commit()
    client.fill("/login", {"email": address_of_staff, "password": "a-wrong-password-typed"})
    client.fill("/login", {"email": address_of_staff, "password": PASSWORD})
    client.fill("/reset", {"email": address_of_staff})
    client.get("/api/v1/activity", headers={"Authorization": f"Bearer {api}"})
    client.get("/api/v1/activity", headers={"Authorization": "Bearer mtp_a-false-token"})
    client.get(f"/feeds/{link}/sessions.ics")
    client.get(f"/feeds/{link[:-1]}x/sessions.ics")
    assert runner.invoke(args=["meetup", "worker", "--once"]).exit_code == 0
    said = "\n".join(record.getMessage() + str(record.exc_text or "") for record in caplog.records)
    with mount.work(write=False) as work:
        for entry in work.db.scalars(select(Activity)):
            said += f"\n{entry.action} {entry.subject} {entry.details} {entry.actor_name}"
    assert said
    secrets = (PASSWORD, "a-wrong-password-typed", api, link, link[:-1], "mtp_a-false-token", site.config["SECRET_KEY"])
    assert [secret for secret in secrets if secret in said] == []


def test_no_token_stands_in_the_database(site: Any, mount: Any, address_of_staff: str) -> None:
    """Whoever reads every table can sign in as nobody: tokens and passwords are hashed, links lack their half."""
    with mount.work() as work:
        _row, api = create_token(work, name="x", role="admin")
        link = work.token("desk-feed", "desk:organize")
        work.commit()
    body = {"name": "Cà phê"}
    headers = {"Authorization": f"Bearer {api}", "Idempotency-Key": "k"}
    assert site.test_client().post("/api/v1/programmes", json=body, headers=headers).status_code == 201
    secrets = (PASSWORD, api, api.removeprefix("mtp_"), link, link[16:])
    with mount.work(write=False) as work:
        for table in inspect(work.db.connection()).get_table_names():
            known = Base.metadata.tables.get(table)
            if known is None:
                continue
            texts = [column for column in known.columns if not isinstance(column.type, LargeBinary)]
            for secret in secrets:
                where = [cast(column, String).contains(secret, autoescape=True) for column in texts]
                assert not work.db.execute(select(known).where(or_(*where))).all(), table


def test_everyone_is_known(world: World) -> None:
    """The door's own check: someone signed in is told from nobody."""
    door = Door(world)
    assert refused(door.knock("public", "GET", "/desk", api=False))
    assert all(not refused(door.knock(who, "GET", "/desk", api=False)) for who in STAFF)
