"""Every message and its calendar file can be seen by an organiser before it goes out; looking changes nothing (7)."""

from __future__ import annotations

import re
from typing import Any

import icalendar
import pytest
from sqlalchemy import select, update

from meetup.access import Actor
from meetup.outbox.models import Mute, Outgoing
from meetup.previews import rehearsals
from meetup.programmes.models import Programme
from meetup.registrations.models import Registration
from meetup.sessions import service as sessions
from meetup.sessions.models import Session
from tests.factories import make_invitation, make_registration, make_session, sign_in
from tests.features.following import Province, build, worker
from tests.features.world import World, differences, tell

ORGANIZER = Actor("staff", id="1", name="Cô Hoa", roles=frozenset({"organizer"}))


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


def told(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_kind_is_drawn_in_both_languages_and_nothing_is_changed(
    site: Any, mount: Any, clock: Any, smtp: Any, backend: str
) -> None:
    world = World(site, mount, tell(mount, clock))
    sign_in(mount, ORGANIZER)
    client = site.test_client()
    before = world.contents()
    smtp.clear()
    index = client.get("/organize/messages/").text
    missing = {}
    for kind in mount.notices:
        assert f'href="/organize/messages/{kind}"' in index
        for language in ("vi", "en"):
            drawn = rehearsals.sample(mount, ORGANIZER, kind, language)
            if drawn.why_not:
                missing[kind] = drawn.why_not
                continue
            assert drawn.subject
            assert f'<html lang="{language}">' in drawn.html
            whole = drawn.text + drawn.html + drawn.calendar
            assert not re.search(r"/(r|i|unsubscribe)/[\w-]{30,}|/reset/[\w.-]{30,}", whole), kind
            has_calendar = kind.startswith("calendar_") and kind not in {"calendar_declined", "calendar_offer_lapsed"}
            if has_calendar:
                (event,) = icalendar.Calendar.from_ical(drawn.calendar).walk("VEVENT")
                assert event["UID"]
    assert not missing
    assert not differences(before, world.contents())
    assert not smtp.messages


def test_a_page_shows_subject_text_frame_and_calendar(province: Province) -> None:
    desk = province.as_("organizer")
    page = desk.get("/organize/messages/calendar_confirmed?language=en")
    assert page.status_code == 200
    assert 'src="/organize/messages/calendar_confirmed/html?language=en"' in page.text
    assert " sandbox " in page.text
    assert "BEGIN:VCALENDAR" in page.text
    assert "METHOD:REQUEST" in page.text
    assert "Yours sincerely" in page.text
    assert "Trân trọng" in desk.get("/organize/messages/calendar_confirmed?language=vi").text
    frame = desk.get("/organize/messages/calendar_confirmed/html?language=en")
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "script-src" not in frame.headers["Content-Security-Policy"]
    assert province.token not in page.text + frame.text


def test_an_empty_site_says_that_there_is_nothing_to_show(site: Any, mount: Any) -> None:
    sign_in(mount, ORGANIZER)
    client = site.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    for kind in mount.notices:
        page = client.get(f"/organize/messages/{kind}?language=en")
        assert page.status_code == 200
        assert "This message does not go now" in page.text, kind
        assert client.get(f"/organize/messages/{kind}/html").status_code == 404


@pytest.mark.parametrize("who", ["STC", "leader", "nobody"])
@pytest.mark.parametrize(
    "path",
    [
        "/organize/messages/",
        "/organize/messages/calendar_confirmed",
        "/organize/messages/calendar_confirmed/html",
        "/organize/sessions/ky-1/messages",
        "/organize/sessions/ky-1/messages/cancel/calendar_session_cancelled",
        "/organize/sessions/ky-1/messages/cancel/calendar_session_cancelled/html",
        "/organize/outbox/1/as-now",
    ],
)
def test_they_are_the_organisers_alone(province: Province, who: str, path: str) -> None:
    assert province.as_(who).get(path).status_code in {302, 403}


@pytest.mark.parametrize(
    "path",
    [
        "/organize/messages/moon",
        "/organize/sessions/moon/messages",
        "/organize/sessions/ky-1/messages/moon/calendar_updated",
        "/organize/sessions/ky-1/messages/cancel/moon",
    ],
)
def test_what_is_not_there(province: Province, path: str) -> None:
    assert province.as_("organizer").get(path).status_code == 404


def test_what_a_step_would_send_and_to_how_many(province: Province, site: Any, smtp: Any) -> None:
    with province.work(province.actor("organizer")) as w:
        session = w.get(Session, province.session)
        for number in (2, 3):
            make_registration(w, session, number)
        make_invitation(w, session, 4)
        w.commit()
    worker(site)
    smtp.clear()
    desk = province.as_("organizer")
    assert 'href="/organize/sessions/ky-1/messages"' in desk.get("/organize/sessions/ky-1/").text
    text = told(desk.get("/organize/sessions/ky-1/messages").text)
    assert "Publish the session Not possible now." in text
    assert "Another time Sessions at another time : 4 messages" in text
    assert "Call the session off Sessions called off : 4 messages" in text
    page = desk.get("/organize/sessions/ky-1/messages/cancel/calendar_session_cancelled?language=en").text
    assert "METHOD:CANCEL" in page
    assert "(here stands what you write)" in page
    moved = desk.get("/organize/sessions/ky-1/messages/move/calendar_rescheduled?language=vi").text
    assert "14/11/2026" in moved
    assert "10:00" in moved
    frame = desk.get("/organize/sessions/ky-1/messages/move/calendar_rescheduled/html?language=vi")
    assert "10:00" in frame.text
    with province.work(write=False) as w:
        session = w.get(Session, province.session)
        assert (session.state, session.sequence) == ("published", 0)
        assert w.get(Registration, province.registration).state == "confirmed"
    worker(site)
    assert not smtp.messages
    # And as many as was said is what then goes.
    with province.work(province.actor("organizer")) as w:
        sessions.cancel(w, w.get(Session, province.session), reason="Bão.")
        w.commit()
    worker(site)
    assert len(smtp.messages) == 4


def test_publishing_a_draft_can_be_looked_at(province: Province) -> None:
    with province.work(province.actor("organizer")) as w:
        w.db.execute(update(Programme).values(last_number=1))
        slug = make_session(w, published=False, title="Kỳ sau").slug
        w.commit()
    text = told(province.as_("organizer").get(f"/organize/sessions/{slug}/messages").text)
    assert "Publish the session Nobody would be written to." in text
    with province.work(write=False) as w:
        assert w.db.scalars(select(Session).where(Session.slug == slug)).one().state == "draft"


def test_a_message_that_waits_is_shown_as_it_would_leave_now(province: Province, site: Any, smtp: Any) -> None:
    with province.work(province.actor("organizer")) as w:
        made = make_registration(w, w.get(Session, province.session), 2)
        key = made.id
        w.commit()
    (row,) = province.mails(to="dn2@example.com")
    desk = province.as_("organizer")
    page = desk.get(f"/organize/outbox/{row.id}").text
    assert f'src="/organize/outbox/{row.id}/as-now"' in page
    assert "BEGIN:VCALENDAR" in page
    assert "Người 2.1" in page
    assert "Người 2.1" in desk.get(f"/organize/outbox/{row.id}/as-now").text
    assert not re.search(r"/r/[\w-]{30,}", page)
    with province.work() as w:
        w.get(Registration, key).state = "cancelled"
        w.commit()
    gone = desk.get(f"/organize/outbox/{row.id}").text
    assert "This message does not go now: no longer confirmed" in gone
    assert desk.get(f"/organize/outbox/{row.id}/as-now").status_code == 404
    with province.work(write=False) as w:
        same = w.get(Outgoing, row.id)
        assert (same.state, same.attempts) == ("queued", 0)
    assert not smtp.messages


def test_a_reminder_that_its_reader_switched_off_is_shown_as_not_going(province: Province, clock: Any) -> None:
    from meetup.reminders import service as reminders

    with province.work() as w:
        reminders.plan_session(w, w.get(Session, province.session))
        w.commit()
    clock.travel(to="2026-11-07T09:00")
    with province.work() as w:
        reminders.send_due(w)
        w.db.add(Mute(recipient="an@mot.example", kind="session_reminder", at=w.now))
        w.commit()
    (row,) = province.mails("session_reminder")
    page = province.as_("organizer").get(f"/organize/outbox/{row.id}").text
    assert "This message does not go now: switched off by the recipient" in page
