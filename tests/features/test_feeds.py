"""Feeds behind secret links, as their owners and their calendars meet them (rules E1 to E6)."""

from __future__ import annotations

import gzip
from typing import Any

import icalendar
import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from meetup.domain import feeds
from meetup.outbox.worker import drain
from meetup.registrations.models import Registration
from meetup.sessions import service
from meetup.sessions.models import Session
from tests.factories import make_registration, make_session, own_path, sign_in
from tests.features.test_registrations_own import paths  # noqa: F401
from tests.rig.visitor import Visitor, parse


def organizer_mount(site: Any) -> Any:
    return site.extensions["meetup"]["meetup"]


def entries(response: Any) -> dict[str, Any]:
    return {str(one["UID"]): one for one in icalendar.Calendar.from_ical(response.data).walk("VEVENT")}


def address_on(response: Any) -> str:
    """The path of the link that a page shows once."""
    return parse(response).find("code").get_text().removeprefix("http://localhost")


@pytest.fixture
def organizer(client: Visitor, mount: Any) -> Visitor:
    sign_in(mount)
    return client


def is_well_answered(visitor: Any, path: str, *, private: bool) -> None:
    """What rule E1 asks of every feed, and rule E3 of a secret one."""
    answer = visitor.get(path)
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")
    etag = answer.headers["ETag"]
    assert not etag.startswith("W/")
    again = visitor.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert visitor.get(path, headers={"If-Modified-Since": answer.headers["Last-Modified"]}).status_code == 304
    head = visitor.head(path)
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", etag)
    packed = visitor.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == answer.data
    assert packed.headers["ETag"] != etag
    whole = icalendar.Calendar.from_ical(answer.data)
    assert "METHOD" not in whole
    assert {"REFRESH-INTERVAL", "X-PUBLISHED-TTL", "NAME", "SOURCE"} <= set(whole)
    if private:
        assert answer.headers["Cache-Control"].startswith("private, max-age=")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]


def test_the_organisers_subscribe_to_drafts_too(organizer: Visitor, site: Any, work: Any, clock: Any) -> None:
    with work() as w:
        public = make_session(w, topic="Công khai").uid
        closed = make_session(w, topic="Riêng", is_private=True).uid
        draft = make_session(w, topic="Nháp", published=False).uid
        gone = make_session(w, topic="Hủy")
        service.cancel(w, gone, reason="Bão")
        cancelled = gone.uid
        w.commit()
    path = address_on(organizer.fill("/organize/", form="/organize/feed"))
    calendar = site.test_client()
    found = entries(calendar.get(path + "?lang=en"))
    assert set(found) == {public, closed, draft, cancelled}
    assert str(found[draft]["SUMMARY"]).startswith("Draft: ")
    assert (found[draft]["STATUS"], found[cancelled]["STATUS"]) == ("TENTATIVE", "CANCELLED")
    assert str(found[closed]["SUMMARY"]).startswith("By invitation: ")
    assert (found[closed]["CLASS"], found[public]["CLASS"]) == ("PRIVATE", "PUBLIC")
    is_well_answered(calendar, path, private=True)
    clock.travel(days=31)
    assert cancelled not in entries(calendar.get(path))
    # Shown once, made again, revoked.
    assert path not in organizer.get("/organize/").text
    newer = address_on(organizer.fill("/organize/", form="/organize/feed"))
    assert (calendar.get(path).status_code, calendar.get(newer).status_code) == (404, 200)
    organizer.fill("/organize/", form="/organize/feed/revoke")
    assert calendar.get(newer).status_code == 404
    assert calendar.get("/feeds/" + "x" * 38 + "/sessions.ics").status_code == 404
    sign_in(organizer_mount(site), None)
    assert calendar.get("/organize/").status_code == 302, "the desk is nobody else's"


def test_an_enterprise_subscribes_to_its_sessions(
    client: Visitor,
    site: Any,
    work: Any,
    clock: Any,
    paths: list[str],  # noqa: F811
) -> None:
    path = address_on(client.fill(paths[0], form=f"{paths[0]}/feed"))
    calendar = site.test_client()
    with work() as w:
        first, *others = w.db.scalars(select(Registration).order_by(Registration.id)).all()
        mine = w.db.get(Session, first.session_id)
        assert mine is not None
        uid = mine.uid
        emails = [other.contact_id for other in others if other.contact_id != first.contact_id]
        make_session(w, topic="Không đăng ký")
        w.commit()
    assert emails
    found = entries(calendar.get(path))
    assert set(found) == {uid}, "its own sessions alone"
    assert str(found[uid]["URL"]).endswith(paths[0])
    is_well_answered(calendar, path, private=True)
    # A change of the session, and one of the reply, reach the subscriber.
    etag = calendar.get(path).headers["ETag"]
    clock.travel(minutes=5)
    with work() as w:
        service.update(w, w.db.scalars(select(Session).where(Session.uid == uid)).one(), venue="Sảnh B")
        w.commit()
    moved = calendar.get(path, headers={"If-None-Match": etag})
    assert moved.status_code == 200
    assert str(entries(moved)[uid]["LOCATION"]) == "Sảnh B"
    client.fill(paths[0], form=f"{paths[0]}/cancel")
    assert entries(calendar.get(path))[uid]["STATUS"] == "CANCELLED"
    clock.travel(days=31)
    assert entries(calendar.get(path)) == {}
    # Shown once, made again, revoked.
    assert path not in client.get(paths[0]).text
    newer = address_on(client.fill(paths[0], form=f"{paths[0]}/feed"))
    assert (calendar.get(path).status_code, calendar.get(newer).status_code) == (404, 200)
    client.fill(paths[0], form=f"{paths[0]}/feed/revoke")
    assert calendar.get(newer).status_code == 404


def test_a_component_is_made_once_for_a_version_of_its_row(
    client: Visitor, work: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    real = feeds.event_bytes

    def counted(card: Any, *more: Any) -> bytes:
        made.append(card.uid)
        return real(card, *more)

    monkeypatch.setattr("meetup.sessions.calendars.event_bytes", counted)
    with work() as w:
        uids = [make_session(w, topic=f"Số {number}").uid for number in range(5)]
        w.commit()
    before = client.get("/calendar.ics")
    assert sorted(made) == sorted(uids)
    made.clear()
    clock.travel(minutes=1)
    with work() as w:
        service.update(w, w.db.scalars(select(Session).where(Session.uid == uids[2])).one(), title="Đổi tên")
        w.commit()
    after = client.get("/calendar.ics")
    assert made == [uids[2]], "the others are as they were"
    assert before.data != after.data
    assert after.data.count(b"BEGIN:VTIMEZONE") == 1
    assert str(entries(after)[uids[2]]["SUMMARY"]).startswith("Đổi tên")


def test_every_change_of_a_session_changes_the_tag(client: Visitor, work: Any) -> None:
    """Even within one instant, and where one comes while another goes."""
    tags = set()

    def look() -> None:
        tags.add(client.get("/calendar.ics").headers["ETag"])

    look()
    with work() as w:
        one, two = make_session(w, topic="Một"), make_session(w, topic="Hai")
        w.commit()
        look()
        service.update(w, one, title="Khác")
        w.commit()
        look()
        service.update(w, two, title="Khác nữa")
        w.commit()
        look()
        service.cancel(w, one, reason="Bão")
        w.commit()
        look()
    assert len(tags) == 5


def test_uid_and_organizer_are_the_same_in_every_object(
    organizer: Visitor, site: Any, mount: Any, work: Any, smtp: Any
) -> None:
    """In invitation, update, cancel, download and all three feeds (rules A5, A9, C4)."""
    with work() as w:
        session = make_session(w)
        registration = make_registration(w, session, 1)
        own = own_path(w, registration)
        slug, address = session.slug, registration.contact.email
        w.commit()
    drain(mount)
    own_feed = address_on(organizer.fill(own, form=f"{own}/feed"))
    desk_feed = address_on(organizer.fill("/organize/", form="/organize/feed"))
    places = ("/calendar.ics", f"/sessions/{slug}.ics", f"{own}/session.ics", own_feed, desk_feed)
    objects = [site.test_client().get(path).data for path in places]
    steps = (lambda w, one: service.update(w, one, venue="Sảnh B"), lambda w, one: service.cancel(w, one, reason="Bão"))
    for step in steps:
        with work() as w:
            step(w, w.db.scalars(whole_session(slug)).one())
            w.commit()
        drain(mount)
    mails = smtp.to(address)
    assert len(mails) == 3
    assert {mail["From"].addresses[0].addr_spec for mail in mails} == {mount.mail_from}
    objects += [mail.calendar for mail in mails]
    events = [icalendar.Calendar.from_ical(data).walk("VEVENT")[0] for data in objects]
    assert len({str(event["UID"]) for event in events}) == 1
    found = {(str(event["ORGANIZER"]), str(event["ORGANIZER"].params["CN"])) for event in events}
    assert len(found) == 1
    assert next(iter(found))[0] == f"mailto:{mount.mail_from}"


def whole_session(slug: str) -> Any:
    return select(Session).where(Session.slug == slug).options(joinedload(Session.programme))
