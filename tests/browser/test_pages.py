"""Every page of the URL map, both languages, themes and widths: no complaint, nothing too wide, no barrier."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from meetup_mailbox.delivering import deliver
from meetup_survey.models import Ask
from passlib.totp import TOTP
from sqlalchemy import select, update

from meetup.demo import people, rows, script
from meetup.demo.mailbox import MailboxPages, start_server
from meetup.demo.story import ORGANIZER, Story
from meetup.departments.models import Department
from meetup.enterprises.models import Contact, Enterprise
from meetup.followups import drafting
from meetup.followups import service as followups
from meetup.followups.models import FollowUp
from meetup.issues import service as issues
from meetup.issues.models import Issue
from meetup.outbox import worker
from meetup.outbox.models import Outgoing
from meetup.registrations.models import Registration
from meetup.scorecards.models import Period
from meetup.sessions import series
from meetup.sessions import service as sessions
from meetup.staff import service as staff
from meetup.staff.notices import password_link
from tests.browser.visits import NO_PAGE, PEOPLE, VISITS, Visit
from tests.rig.browsing import HEIGHTS
from tests.rig.clock import SettableClock
from tests.rig.sites import SECRET

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from meetup.mount import Mount
    from meetup.work import Work

#: What stands out of the window to the right, unless something around it scrolls.
_STANDS_OUT = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const scrolls = (one) => { for (let up = one.parentElement; up && up !== document.body; up = up.parentElement) {
    if (getComputedStyle(up).overflowX !== 'visible') return true; } return false; };
  const out = [...document.querySelectorAll('body *')].filter(
    (one) => one.getBoundingClientRect().right > room + 0.5 && !scrolls(one));
  return out.slice(-3).map((one) => `${one.tagName.toLowerCase()}.${one.className} `
    + `${Math.round(one.getBoundingClientRect().right)} > ${room}: ${one.outerHTML.slice(0, 120)}`).concat(
    out.length ? [] : [`the page is ${document.documentElement.scrollWidth} wide`]);
}"""


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A folder with the demo's story and its staff in it, told once and then copied."""
    from meetup import create_app
    from meetup.migrate import upgrade

    folder = tmp_path_factory.mktemp("story")
    shutil.copyfile(sqlite_template, folder / "meetup.sqlite3")
    told = {
        "TESTING": True,
        "MEETUP_DATABASE_URL": f"sqlite:///{folder / 'meetup.sqlite3'}",
        "MEETUP_SECRET_KEY": SECRET,
        "MEETUP_BASE_URL": "http://localhost",
        "MEETUP_MAIL_FROM": people.address("caphe"),
    }
    app = create_app(told, clock=SettableClock(), instance=folder)
    mount = app.extensions["meetup"]["meetup"]
    upgrade(mount.database.engine, plugin_locations=mount.migration_locations)
    Story(mount, lambda _done, _total: None).run()
    with mount.work(ORGANIZER) as work:
        for mail, name, role, department in people.STAFF:
            staff.create_user(
                work,
                email=people.address(mail),
                role=role,
                department_code=department,
                name=name,
                password=people.DEMO_PASSWORD,
            )
        mount.plugins.tell("meetup_demo_data", work=work)
        work.commit()
    with mount.database.connect() as connection:
        connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    mount.database.dispose()
    return folder


@pytest.fixture
def database_url(story: Path, tmp_path: Path) -> str:
    """A copy of the story."""
    shutil.copytree(story, tmp_path / "instance")
    return f"sqlite:///{tmp_path / 'instance' / 'meetup.sqlite3'}"


@pytest.fixture
def mail_folder(tmp_path: Path) -> Path:
    """Where the demo's mailbox keeps what arrives."""
    return tmp_path / "mailbox"


@pytest.fixture
def settings(mail_folder: Path) -> Iterator[dict[str, Any]]:
    """The demo's settings: every plugin that is installed, its own mail server."""
    server = start_server(mail_folder)
    yield {"MEETUP_PLUGINS": "*", "MAIL_PORT": server.port}
    server.stop()


@pytest.fixture
def site(config: dict[str, Any], clock: SettableClock, tmp_path: Path, mail_folder: Path) -> Iterator[Flask]:
    """The demo's site."""
    from meetup import create_app

    plugins = [("demo-mailbox", MailboxPages(mail_folder))]
    app = create_app(config, clock=clock, instance=tmp_path / "instance", plugins=plugins)
    yield app
    app.extensions["meetup"]["meetup"].database.dispose()


def _get_pages(site: Flask) -> set[str]:
    """The endpoints that answer GET, without the mount's name; the API's are no pages."""
    found = {rule.endpoint for rule in site.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return {name.removeprefix("meetup.") for name in found if not name.startswith("meetup.api.")}


def test_every_page_has_a_visit(site: Flask) -> None:
    pages = _get_pages(site)
    known = {visit.endpoint for visit in VISITS} | set(NO_PAGE)
    assert sorted(pages - known) == [], "new pages: name who comes to them in tests/browser/visits.py"
    gone = known - pages
    # Plugins need not be installed.
    plugins = ("coffee_connect.", "inbox.", "webhooks.", "chat.", "survey.")
    assert sorted(name for name in gone if not name.startswith(plugins)) == [], "pages that are no more"


@pytest.fixture
def told(mount: Mount, mail_folder: Path) -> dict[str, Any]:
    """What the visits' addresses are made of; a little more happens in the story for it."""
    values: dict[str, Any] = {}
    with mount.work(ORGANIZER) as work:
        coming = rows.session(work, script.COMING.number)
        held = rows.session(work, script.SESSIONS[-1].number)
        draft = sessions.copy(work, coming, starts_at=coming.starts_at + timedelta(days=14))
        accepted = work.db.scalars(select(Issue).where(Issue.session_id == coming.id, Issue.state == "accepted")).all()
        issues.set_agenda(work, coming, [(issue, 20) for issue in accepted])
        issues.put_on_stage(work, coming, accepted[0])
        work.commit()
        repeated = series.start(
            work,
            programme=coming.programme,
            rule="FREQ=WEEKLY;COUNT=4",
            title=coming.title,
            starts_at=coming.starts_at + timedelta(days=28),
            ends_at=coming.ends_at + timedelta(days=28),
        )
        work.commit()
        values |= {"coming": coming.slug, "held": held.slug, "draft": draft.slug, "repeated": repeated.slug}

        def one(of: Any, *where: Any) -> Any:
            return work.db.scalars(select(of).where(*where).order_by(of.id)).first()

        def own(registration_id: int) -> str:
            return work.token("registration", f"registration:{registration_id}")

        def of_departments(work: Work, *codes: str) -> list[FollowUp]:
            return [
                one(
                    FollowUp,
                    FollowUp.state == "accepted",
                    FollowUp.lead_department_id == rows.department(work, code).id,
                )
                for code in codes
            ]

        def issue_of(f: FollowUp) -> Issue:
            found = work.db.get(Issue, f.issue_id)
            assert found is not None
            return found

        # The story's answers are all closed: one waits for the organiser, one for the enterprise.
        waiting = [rows.follow_up(work, issue_of(f).number) for f in of_departments(work, "VPUB", "SNV")]
        for f in waiting:
            followups.answer(work, f, text="Đã rà soát, thủ tục được rút ngắn.", outcome="resolved")
        followups.verify(work, waiting[1])
        office = one(Department, Department.code == "THUE")
        # And one issue came without a session or a registration.
        raised = one(Registration, Registration.session_id == held.id)
        issue = issues.submit(
            work,
            enterprise=work.get(Enterprise, raised.enterprise_id),
            contact=work.get(Contact, raised.contact_id),
            title="Giấy phép xây dựng nhà kho",
            description="Xin hướng dẫn thủ tục cấp giấy phép xây dựng nhà kho tạm.",
        )
        issues.accept(work, issue, field=rows.field(work, "xay-dung"), lead_department=rows.department(work, "SXD"))
        (alone,) = followups.conclude(
            work,
            issue,
            text="Giao Sở Xây dựng hướng dẫn.",
            orders=[followups.FollowUpOrder(lead_department=rows.department(work, "SXD"), task="Hướng dẫn thủ tục")],
        )
        followups.accept(work, alone)
        followups.answer(work, alone, text="Đã gửi hướng dẫn và biểu mẫu.", outcome="explained")
        followups.verify(work, alone)
        values |= {f"{state}_period": one(Period, Period.state == state).id for state in ("open", "closed")}
        submitted = one(Issue, Issue.state == "submitted", Issue.kind != "conduct")
        answered, verified = waiting
        theirs = one(FollowUp, FollowUp.lead_department_id == office.id, FollowUp.closed_at.is_(None))
        drafted = one(FollowUp, FollowUp.lead_department_id == office.id, FollowUp.state.in_(("assigned", "accepted")))
        if drafted.state == "assigned":
            followups.accept(work, drafted)
        draft = drafting.write(work, drafted, text="Đã chuyển hồ sơ hoàn thuế sang kho bạc.", outcome="resolved")
        drafting.ask(work, drafted, draft)
        late = one(FollowUp, FollowUp.closed_at.is_(None), FollowUp.state != "verified")
        values |= {
            "published": one(Issue, Issue.published_at.is_not(None)).number,
            "submitted": submitted.number,
            "scheduled": accepted[0].number,
            "own_submitted": own(submitted.registration_id),
            "verified": verified.number,
            "verified_issue": issue_of(verified).number,
            "own_verified": own(issue_of(verified).registration_id),
            "issue": work.token("issue", issue_of(alone).subject),
            "alone": alone.number,
            "answered": answered.number,
            "closed": one(FollowUp, FollowUp.state == "closed").number,
            "theirs": theirs.number,
            "drafted": drafted.number,
            "late": late.number,
            "own": own(submitted.registration_id),
            "waiting": own(one(Registration, Registration.state == "waitlisted").id),
            "own_held": own(one(Registration, Registration.session_id == held.id).id),
            "unsubscribe": work.token("unsubscribe", f"session_reminder|{people.address('thuysan.mot')}"),
            "survey": work.token("survey", one(Ask, Ask.kind == "session", Ask.closes_at > work.now).subject),
            "survey_outcome": work.token("survey", one(Ask, Ask.kind == "outcome").subject),
            "department": office.id,
            "outgoing": (mail := one(Outgoing, Outgoing.kind.like("calendar%"))).id,
            "batch": _one_step(work, mail),
            "reset": password_link(work, staff.get(work, people.address("thuky"))).rpartition("/")[2],
        }
        work.commit()
    for _mail in range(4):
        worker.send_one(mount)
    written = (
        b"From: Lan <lan@nowhere.example>\r\nTo: x@y.example\r\nSubject: Xin h\xe1\xbb\x8fi\r\n\r\nXin ch\xc3\xa0o.\r\n"
    )
    values["received"] = deliver(mount, written).id
    values["mail"] = MailboxPages(mail_folder).messages()[0][0]
    return values


def _one_step(work: Any, mail: Outgoing) -> str:
    """As if one step had caused this message and those that were written after it."""
    caused = "causedbyonestep"
    work.db.execute(update(Outgoing).where(Outgoing.id >= mail.id).values(request_id=caused))
    return caused


def _sign_in(page: Page, email: str) -> None:
    page.goto("/login")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", people.DEMO_PASSWORD)
    with page.expect_navigation():
        page.click("main form button.btn-primary")


def _address(site: Flask, visit: Visit, told: dict[str, Any]) -> str:
    """Where a visit goes."""
    values = {name: told[value[1:]] if value.startswith("$") else value for name, value in visit.values.items()}
    endpoint = visit.endpoint if visit.endpoint.startswith("security.") else f"meetup.{visit.endpoint}"
    with site.test_request_context():
        path = site.url_map.bind("localhost").build(endpoint, values)
    query = re.sub(r"\$(\w+)", lambda found: str(told[found[1]]), visit.query)
    return f"{path}?{query}" if query else path


def _stands_out(page: Page, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    found: list[str] = page.evaluate(_STANDS_OUT)
    return [f"at {width}: {one}" for one in found]


class Look:
    """How one walks through the site: which width, theme and language."""

    def __init__(self, name: str, width: int, other_width: int, theme: str, locale: str) -> None:
        self.name = name
        self.width = width
        self.other_width = other_width
        self.theme = theme
        self.locale = locale

    def __repr__(self) -> str:
        return self.name


LOOKS = (Look("desk-light-vi", 1280, 390, "light", "vi-VN"), Look("phone-dark-en", 390, 1280, "dark", "en-US"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "crowd", [("public", "enterprise"), ("organizer",), ("admin", "officer", "head", "leader")], ids="-".join
)
@pytest.mark.parametrize("look", LOOKS, ids=repr)
def test_pages(
    crowd: tuple[str, ...],
    look: Look,
    site: Flask,
    told: dict[str, Any],
    new_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    shoot: Callable[[Page, str], Path],
) -> None:
    pages = _get_pages(site)
    faults: list[str] = []
    for who in crowd:
        page = new_page(look.width, color_scheme=look.theme, locale=look.locale)
        broken: list[str] = []
        page.on(
            "response",
            lambda answer, broken=broken: (
                broken.append(f"{answer.status} {answer.url}")
                if answer.status >= 400 and answer.request.resource_type != "document"
                else None
            ),
        )
        if PEOPLE[who]:
            _sign_in(page, PEOPLE[who])
        for visit in VISITS:
            if visit.who != who or visit.endpoint not in pages:
                continue
            page.set_viewport_size({"width": look.width, "height": HEIGHTS[look.width]})
            answer = page.goto(_address(site, visit, told), wait_until="load")
            found = []
            if answer is None or answer.status != visit.status:
                found.append(f"answers {answer.status if answer else 'nothing'} at {page.url}")
            if page.locator("html").get_attribute("lang") != look.locale[:2]:
                found.append("is in the other language")
            found += axe(page)
            shoot(page, f"{look.name}-{visit.title}")
            found += _stands_out(page, look.width) + _stands_out(page, look.other_width)
            found += [*page.faults, *broken]  # type: ignore[attr-defined]
            page.faults.clear()  # type: ignore[attr-defined]
            broken.clear()
            faults += [f"{visit.title}: {fault}" for fault in found]
    assert not faults, "\n".join(faults)


def test_the_second_factor(
    new_page: Callable[..., Page], told: dict[str, Any], axe: Callable[[Page], list[str]], shoot: Any
) -> None:
    """The pages that one sees half-way through a sign-in, on a phone."""
    page = new_page(390)
    faults: list[str] = []

    def look_at(name: str) -> None:
        shoot(page, f"second-factor-{name}")
        faults.extend(f"{name}: {one}" for one in axe(page) + _stands_out(page, 390))

    _sign_in(page, PEOPLE["admin"])
    page.goto("/tf-setup")
    with page.expect_navigation():
        page.click("main form button.btn-primary")
    look_at("scan")
    secret = page.locator("main code").first.inner_text()
    code = TOTP(key=re.sub(r"[\s-]", "", secret)).generate(time=time.time()).token
    page.fill("input[name=code]", code)
    with page.expect_navigation():
        page.click('form[action^="/tf-setup/"] button.btn-primary')
    other = page
    page = new_page(390)
    _sign_in(page, PEOPLE["admin"])
    assert "/tf-validate" in page.url
    look_at("validate")
    page.goto("/mf-recovery")
    look_at("recovery")
    other.close()
    assert not faults, "\n".join(faults)
