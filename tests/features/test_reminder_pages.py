"""The pages where organisers keep the rules of reminders, and see what goes out next."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from meetup.activity.models import Activity
from meetup.reminders import service as reminders
from meetup.reminders.models import ReminderRule
from meetup.sessions.models import Session
from tests.features.following import Province, build, worker

RULES = "/organize/reminders/"


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


@pytest.fixture
def desk(province: Province) -> Any:
    return province.as_("organizer")


def post(desk: Any, path: str, **data: Any) -> Any:
    return desk.post(path, data={"csrf_token": token(desk), **data})


def token(desk: Any) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', desk.get(RULES).text)
    assert found
    return found[1]


def shown(desk: Any, path: str = RULES) -> str:
    answer = desk.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def stored(province: Province, scope: str = "site") -> dict[str, ReminderRule]:
    with province.work(write=False) as w:
        rows = w.db.scalars(select(ReminderRule).where(ReminderRule.scope == scope)).all()
        return {f"{row.kind}.{row.whom}.{row.amount}{row.unit}": row for row in rows}


def test_the_rules_stand_there_in_plain_words(desk: Any) -> None:
    text = shown(desk)
    for line in (
        "A session comes near Those who come 7 days before E-mail On",
        "A due date comes near The lead agency On the morning of the day itself",
        "A follow-up is overdue The head of the lead agency 3 working days after",
        "Registration closes Those invited who have not said yes or no 1 day before",
        "An offered seat lapses Whoever has the offer 6 hours before",
        "Weekly digest The lead agency Monday at 8:00 E-mail Off",
    ):
        assert line in text
    assert "Nobody has changed these rules yet" in text


@pytest.mark.parametrize("who", ["STC", "leader", "nobody"])
@pytest.mark.parametrize("path", ["", "new", "ahead", "rules/due:3d"])
def test_they_are_the_organisers_alone(province: Province, who: str, path: str) -> None:
    assert province.as_(who).get(RULES + path).status_code in {302, 403}


def test_the_menu_leads_there(desk: Any) -> None:
    assert 'href="/organize/reminders/"' in desk.get("/organize/").text


def test_a_rule_is_changed(province: Province, desk: Any) -> None:
    page = desk.get(RULES + "rules/session:7d").text
    assert 'value="7"' in page
    answer = post(desk, RULES + "rules/session:7d", amount="5", unit="w", channel="mail", enabled="y")
    assert answer.status_code == 302
    assert "5 working days before" in shown(desk)
    row = stored(province)["session.enterprise.5w"]
    assert (row.enabled, row.channel, row.notice) == (True, "mail", "session_reminder")
    with province.work(write=False) as w:
        entry = w.db.scalars(select(Activity).where(Activity.action == "reminder_rule.change")).one()
        assert (entry.details or {})["was"] == "session:7d"


def test_a_rule_is_added_and_switched(province: Province, desk: Any) -> None:
    data = {"whom": "due.head", "amount": "2", "unit": "w", "channel": "mail", "enabled": "y"}
    assert post(desk, RULES + "new", **data).status_code == 302
    assert "due.head.2w" in stored(province)
    assert post(desk, RULES + "rules/due.head:2w/switch", on="no").status_code == 302
    assert not stored(province)["due.head.2w"].enabled
    assert post(desk, RULES + "rules/due.head:2w/switch", on="yes").status_code == 302
    assert stored(province)["due.head.2w"].enabled


def test_a_digest_has_a_day_and_an_hour(province: Province, desk: Any) -> None:
    key = "digest.department:0-08"
    data = {"weekday": "4", "hour": "15", "channel": "mail", "enabled": "y"}
    assert post(desk, RULES + f"rules/{key}", **data).status_code == 302
    assert "Friday at 15:00 E-mail On" in shown(desk)
    assert "Weekly digest → The lead agency" in shown(desk, RULES + "ahead")
    data = {"amount": "1", "unit": "w", "channel": "mail", "in_digest": "y", "enabled": "y"}
    assert post(desk, RULES + "rules/overdue:+1", **data).status_code == 302
    assert "The lead agency In the weekly digest" in shown(desk)


@pytest.mark.parametrize(
    ("path", "data", "field"),
    [
        ("new", {"whom": "session.enterprise", "amount": "", "unit": "d"}, "amount"),
        ("new", {"whom": "session.enterprise", "amount": "0", "unit": "d"}, "amount"),
        ("new", {"whom": "session.enterprise", "amount": "4711", "unit": "d"}, "amount"),
        ("new", {"whom": "session.enterprise", "amount": "abc", "unit": "d"}, "amount"),
        ("new", {"whom": "session.enterprise", "amount": "7", "unit": "d"}, "amount"),
        ("new", {"whom": "offer.enterprise", "amount": "2", "unit": "w"}, "unit"),
        ("new", {"whom": "session.chair", "amount": "2", "unit": "w"}, "whom"),
        ("new", {"whom": "moon.chair", "amount": "2", "unit": "w"}, "whom"),
        ("new", {"whom": "overdue.department", "amount": "2", "unit": "w"}, "whom"),
        ("new", {"whom": "digest.head", "weekday": "1", "hour": "22"}, "hour"),
        ("new", {"whom": "digest.head", "weekday": "9", "hour": "8"}, "weekday"),
        ("new", {"whom": "session.enterprise", "amount": "9", "unit": "d", "channel": "pigeon"}, "channel"),
        ("rules/due:3d", {"amount": "1", "unit": "d"}, "amount"),
        ("rules/due:3d", {"amount": "99999999999999999999", "unit": "d"}, "amount"),
    ],
)
def test_faults_stand_at_their_field_and_what_was_typed_is_kept(
    province: Province, desk: Any, path: str, data: dict[str, str], field: str
) -> None:
    answer = post(desk, RULES + path, **{"channel": "mail", "enabled": "y", **data})
    assert answer.status_code == 422
    assert re.search(rf'id="{field}-error"', answer.text), answer.text
    if data.get("amount"):
        assert f'value="{data["amount"]}"' in answer.text
    assert stored(province) == {}


def test_a_plugin_brings_a_message_for_a_rule(province: Province, desk: Any, mount: Any, site: Any, clock: Any) -> None:
    ours = replace(mount.notices["follow_up_due"], name="follow_up_due", label="Ours", tags=("reminder:overdue",))
    mount.notices["follow_up_due"] = ours
    page = desk.get(RULES + "rules/overdue:+1").text
    assert re.search(r'<option value="follow_up_due">\s*Ours', page)
    data = {"amount": "1", "unit": "w", "channel": "mail", "enabled": "y", "notice": "follow_up_due"}
    assert post(desk, RULES + "rules/overdue:+1", **data).status_code == 302
    province.order(days=1)
    clock.travel(to="2026-11-04T08:00")
    worker(site)
    assert not province.mails("follow_up_overdue")
    assert province.mails("follow_up_due")
    bad = post(desk, RULES + "rules/overdue:+1", **{**data, "notice": "staff_reset"})
    assert bad.status_code == 422
    assert 'id="notice-error"' in bad.text


def test_two_organisers_at_one_rule(province: Province, desk: Any) -> None:
    post(desk, RULES + "rules/due:3d/switch", on="no")
    version = re.search(r'name="version"[^>]*value="(\d+)"', desk.get(RULES + "rules/due:3d").text)
    assert version
    data = {"unit": "d", "channel": "mail", "enabled": "y", "version": version[1]}
    assert post(desk, RULES + "rules/due:3d", amount="3", **data).status_code == 302
    answer = post(desk, RULES + "rules/due:3d", amount="6", **data)
    assert answer.status_code == 422
    assert "due.department.6d" not in stored(province)


def test_a_programme_takes_rules_of_its_own_and_gives_them_back(province: Province, desk: Any) -> None:
    of = "?programme=ca-phe"
    assert desk.get(RULES + "rules/due:3d" + of).status_code == 404
    assert post(desk, RULES + "own" + of, own="yes").status_code == 302
    data = {"amount": "5", "unit": "d", "channel": "mail", "enabled": "y"}
    assert post(desk, RULES + "rules/due:3d" + of, **data).status_code == 302
    assert "5 days before" in shown(desk, RULES + of)
    assert "5 days before" not in shown(desk)
    assert post(desk, RULES + "own" + of, own="no").status_code == 302
    assert stored(province, "programme:1") == {}


@pytest.mark.parametrize("path", ["?programme=none", "rules/moon:3d", "rules/session:99d", "new?programme=x"])
def test_what_is_not_there(desk: Any, path: str) -> None:
    assert desk.get(RULES + path).status_code == 404


def test_what_goes_out_next(
    province: Province, desk: Any, site: Any, query_counter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with province.work() as w:
        reminders.plan_session(w, w.get(Session, province.session))
        w.commit()
    number = province.order("Thuê đất")
    text = shown(desk, RULES + "ahead")
    assert "Cà phê kỳ đầu 07/11/2026 09:00 A session comes near → Those who come" in text
    line = f"No. {number}: Thuê đất (Công ty TNHH Thủy sản Mẫu Một) 13/11/2026 08:00 A due date comes near"
    assert line in text
    with query_counter() as few:
        desk.get(RULES + "ahead")
    for more in range(12):
        province.order(f"Việc {more}")
    with query_counter() as many:
        desk.get(RULES + "ahead")
    assert len(many) == len(few)
    monkeypatch.setattr("meetup.reminders.views.PAGE_LENGTH", 5)
    first = desk.get(RULES + "ahead")
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following
    seen = re.findall(r"Việc \d+", first.text)
    assert seen
    again = re.findall(r"Việc \d+", desk.get(following[1].replace("&amp;", "&")).text)
    assert again
    assert not set(seen) & set(again)
    assert desk.get(RULES + "ahead?after=x").status_code in {400, 422}
    worker(site)
