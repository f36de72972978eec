"""A word planted in every secret field comes out nowhere but where it may: pages, API, feeds, searches, mail."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from meetup.demo.story import ORGANIZER
from meetup.enterprises.models import Contact, Enterprise
from meetup.followups.models import FollowUp, Progress, Transfer
from meetup.issues.index import search_key
from meetup.issues.models import AgendaItem, Attachment, Comment, Issue, Message
from meetup.outbox.models import Outgoing
from meetup.outbox.queries import as_sent
from meetup.registrations.models import Participant, Registration
from meetup.sessions.models import Session
from meetup.staff.models import StaffUser
from tests.features import access
from tests.features.adding import SECRETS
from tests.features.test_access import address, every
from tests.features.world import STAFF, World, tell

pytestmark = pytest.mark.slow

ORGANIZERS = frozenset({"admin", "organizer"})
TOP = ORGANIZERS | {"leader"}
EVERYONE = ("public", "enterprise", "other enterprise", "sender", *STAFF)
#: What nobody is ever shown: how secrets that are kept look.
NEVER = ("$argon2", "a secret that everybody may know", "tf_totp_secret", "fs_uniquifier")


class Markers(dict[str, frozenset[str]]):
    """Planted word → who may see it."""

    def plant(self, row: Any, field: str, who: frozenset[str] | set[str]) -> None:
        """Put a word of its own behind what stands in a field."""
        word = f"mk{len(self):03d}{''.join(c for c in f'{row.__tablename__}{field}' if c.isalpha())}zq"
        before = str(getattr(row, field) or "")
        setattr(row, field, f"{word}.{before}" if "@" in before or "." in before[-5:] else f"{before} {word}".strip())
        self[word] = frozenset(who)


@pytest.fixture
def world(site: Any, mount: Any, clock: Any) -> World:
    made = World(site, mount, tell(mount, clock))
    made.tokens.update(access.complete(made))
    return made


@pytest.fixture
def markers(world: World, runner: Any) -> Markers:
    """The world with a word in every secret field, and every message that was due sent."""
    found = Markers()
    with world.mount.work(ORGANIZER) as work:
        _plant(work.db, world, found)
        work.commit()
    assert runner.invoke(args=["meetup", "worker", "--once"]).exit_code == 0
    return found


def _plant(db: Any, world: World, found: Markers) -> None:
    told = world.tokens

    def numbered(name: str) -> Issue:
        row: Issue = db.scalars(select(Issue).where(Issue.number == int(told[name]))).one()
        return row

    elsewhere = db.scalars(select(Issue).where(Issue.title == "Đường vào kho lầy lội")).one()
    anonymous, secret, conduct = (numbered(f"{name} issue") for name in ("anonymous", "secret", "conduct"))
    # The issue → the staff that may read all of it, and whose it is.
    issues = {
        anonymous: (TOP | {"officer"}, "enterprise"),
        secret: (TOP | {"officer"}, "other enterprise"),
        conduct: (TOP, "other enterprise"),
        elsewhere: (TOP | {"other officer"}, "other enterprise"),
    }
    for issue, (staff, owner) in issues.items():
        for field in ("title", "description", "question", "conclusion", "answer", "procedure"):
            found.plant(issue, field, staff | {owner})
        for field in ("decline_reason", "legal_references"):
            found.plant(issue, field, staff | {owner})
        for internal in (True, False):
            line = Message(
                issue_id=issue.id, at=issue.received_at, side="organizer", author="Tổ", body="x", is_internal=internal
            )
            db.add(line)
            found.plant(line, "body", staff | (set() if internal else {owner}))
        for file in db.scalars(select(Attachment).where(Attachment.issue_id == issue.id)):
            found.plant(file, "name", staff | {owner})
    session = db.scalars(select(Session).where(Session.slug == told["open session"])).one()
    for place, issue in enumerate((anonymous, secret, conduct), start=10):
        db.add(AgendaItem(session_id=session.id, issue_id=issue.id, position=place, minutes=5))
    for name, owners, officers in (
        ("anonymous issue", {"enterprise", "sender"}, {"officer"}),
        ("secret issue", {"other enterprise"}, {"officer", "other officer"}),
    ):
        issue = numbered(name)
        registration = db.get_one(Registration, issue.registration_id)
        contact, enterprise = db.get_one(Contact, issue.contact_id), db.get_one(Enterprise, issue.enterprise_id)
        found.plant(enterprise, "name", TOP | officers | owners)
        found.plant(enterprise, "address", ORGANIZERS | owners)
        found.plant(contact, "name", TOP | officers | owners)
        found.plant(contact, "position", TOP | officers | owners)
        contact.phone = "+84912345" + ("001" if name == "anonymous issue" else "002")
        for shown in ("12345{}", "12 345 {}"):
            found[shown.format(contact.phone[-3:])] = frozenset(ORGANIZERS | owners)
        found.plant(contact, "email", ORGANIZERS | owners)
        found.plant(registration, "note", ORGANIZERS | owners)
        for person in db.scalars(select(Participant).where(Participant.registration_id == registration.id)):
            found.plant(person, "name", ORGANIZERS | owners)
    comment = db.scalars(select(Comment).where(Comment.issue_id == anonymous.id)).first()
    found.plant(comment, "email", ORGANIZERS)
    waiting = Comment(issue_id=anonymous.id, name="Ai đó", email="ai@do.example", body="chờ", at=anonymous.received_at)
    db.add(waiting)
    found.plant(waiting, "body", ORGANIZERS)
    found.plant(waiting, "name", ORGANIZERS)

    def task(issue: Issue) -> FollowUp:
        row: FollowUp = db.scalars(select(FollowUp).where(FollowUp.issue_id == issue.id)).one()
        return row

    for issue, staff in ((anonymous, TOP | {"officer"}), (secret, TOP | {"officer"}), (conduct, TOP)):
        f = task(issue)
        found.plant(f, "officer", staff)
        found.plant(f, "satisfaction_comment", staff)
        note = Progress(follow_up_id=f.id, at=f.assigned_at, author="Cán bộ", body="x", is_public=False)
        db.add(note)
        found.plant(note, "body", staff)
    passed = task(numbered("new issue"))
    moved = db.scalars(select(Transfer).where(Transfer.follow_up_id == passed.id)).one()
    found.plant(moved, "reason", TOP | {"officer", "other officer"})
    found.plant(moved, "ground", TOP | {"officer", "other officer"})
    private = db.scalars(select(Session).where(Session.slug == told["private"])).one()
    draft = db.scalars(select(Session).where(Session.state == "draft")).first()
    for row in (private, draft):
        for field in ("title", "topic", "venue", "online_url", "description"):
            found.plant(row, field, frozenset(STAFF))
    for user in db.scalars(select(StaffUser).where(StaffUser.email.contains("canbo"))):
        found.plant(user, "last_login_ip", frozenset())
    db.flush()
    for issue in issues:
        issue.search_key = search_key(issue)


def seen(world: World, who: str, *, api: bool) -> dict[str, str]:
    """Every answer that `who` gets to a GET: of all addresses with all things, and of the pages by links."""
    found, named = {}, access.things(world)
    visitor = world.site.test_client() if api else world.visitor(who)
    bearer = {"Authorization": f"Bearer {world.tokens[f'token of {who}']}"} if api else {}
    for right in every(world):
        if "GET" not in right.methods or right.token is not api or right.endpoint.endswith(("events", "assets.file")):
            continue
        tokens = [world.tokens[who]] if right.by and who in world.tokens else ["x" * 38]
        for thing in named[kind] if (kind := access.kind_of(right)) else [None]:
            for token in tokens:
                path = address(right, {**(dict(thing.values) if thing else {}), "token": token})
                found[path] = _said(visitor.get(path, headers=bearer).data)
    if api:
        for path in ("/api/v1/activity?limit=500", "/api/v1/issues?limit=100", "/api/v1/follow-ups?limit=100"):
            found[path] = _said(visitor.get(path, headers=bearer).data)
    else:
        found.update({path: _said(answer.get_data()) for path, answer in world.walk(who, every=12)})
        if who == "public":
            # The world's own walk has a department's secret link in its hand.
            found = {path: text for path, text in found.items() if not path.startswith("/feeds/")}
    return found


def test_no_word_comes_out_where_it_may_not(world: World, markers: Markers) -> None:
    leaks = []
    for who in [*EVERYONE, *(f"token of {role}" for role in STAFF)]:
        role, met = who.removeprefix("token of "), set()
        for path, text in seen(world, role, api=role != who).items():
            found = {word for word in markers if word in text}
            met |= found
            leaks += [f"{who} sees {word} at {path}" for word in found if role not in markers[word]]
            leaks += [f"{who} sees {word} at {path}" for word in NEVER if word in text]
        if role in ORGANIZERS:
            assert len(met) > 10, "the words are nowhere: nothing was shown"
    assert not leaks, f"{len(leaks)} leaks:\n" + "\n".join(sorted(leaks))


def test_the_hall_sees_no_word_of_what_is_closed(world: World, markers: Markers) -> None:
    """What the projector shows, everyone in the hall reads, whoever stands at it."""
    closed = [int(world.tokens[f"{name} issue"]) for name in ("secret", "conduct")]
    anonymous = int(world.tokens["anonymous issue"])
    with world.mount.work(ORGANIZER) as work:
        work.db.execute(delete(AgendaItem).where(AgendaItem.issue_id.not_in(_ids([*closed, anonymous]))))
        work.db.execute(update(Issue).where(Issue.number.in_([*closed, anonymous])).values(state="scheduled"))
        work.commit()
    text = world.visitor("organizer").get(f"/organize/sessions/{world.tokens['open session']}/projector").text
    assert text.count("<time") >= 3, "the three are shown, each with its time"
    assert {word for word in markers if word in text} == {next(iter(markers))}, "the title of the anonymous one alone"


def _ids(numbers: list[int]) -> Any:
    return select(Issue.id).where(Issue.number.in_(numbers))


def test_a_search_finds_nothing_that_the_searcher_may_not_read(world: World, markers: Markers) -> None:
    """The answer to a secret word is the answer to a word that nobody ever wrote."""
    nothing = "zqxwvkj"
    for path in ("/issues/?q=%s", "/issues/similar?q=%s+%s", "/sessions/?programme=%s", "/search?q=%s"):
        for who in ("public", "enterprise"):
            client = world.visitor(who)
            plain = _without_marks(client.get(path.replace("%s", nothing)).text, nothing)
            # A telephone as people write it is several words, of which numbers of issues may have one.
            for word in filter(str.isalnum, markers):
                assert _without_marks(client.get(path.replace("%s", word)).text, word) == plain, f"{path} {word}"
    for role in ("officer", "other officer", "leader"):
        client = world.visitor(role)
        plain = _without_marks(client.get(f"/search?q={nothing}").text, nothing)
        for word in (word for word, may in markers.items() if role not in may and word.isalnum()):
            assert _without_marks(client.get(f"/search?q={word}").text, word) == plain, f"{role} finds {word}"
    for role in ("officer", "other officer"):
        bearer = {"Authorization": f"Bearer {world.tokens[f'token of {role}']}"}
        for word, may in markers.items():
            if role not in may and word.isalnum():
                answer = world.site.test_client().get(f"/api/v1/issues?q={word}", headers=bearer)
                assert answer.get_json()["items"] == [], f"{role} finds {word}"


def _said(content: bytes) -> str:
    """What an answer says; of a workbook or a document what its parts say."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


def _without_marks(text: str, word: str) -> str:
    """A page without what was asked for and what changes with every request."""
    text = re.sub(r'(name="csrf_token" value|content)="[^"]*"', "", text.replace(word, ""))
    return re.sub(r"[0-9a-f]{16,}", "", text)


#: Words of the world's own → who is written them, by the beginning of the address; the organisers are caphe@.
IN_MAIL = {
    "the words of a confidential issue": ("kin.tieng@", "snnmt@", "caphe@"),
    # About conduct: the head of the department, never the department (R23).
    "the words of an issue about conduct": ("kin.tieng@", "thutruong.snnmt@", "caphe@"),
    "the enterprise behind an anonymous issue": ("giau.mat@", "snnmt@", "caphe@"),
    "the enterprise behind a confidential issue": ("kin.tieng@", "snnmt@", "sxd@", "thutruong.snnmt@", "caphe@"),
    "the contact of an anonymous issue": ("giau.mat@", "snnmt@", "caphe@"),
    "the name of a closed document": ("giau.mat@", "kin.tieng@", "snnmt@", "caphe@"),
    "an internal note": (),
    "a contact's address": ("giau.mat@",),
    "a reader's address": ("doc.gia.kin@",),
    "a contact's telephone": ("giau.mat@", "kin.tieng@", "caphe@"),
    "an officer's own name": ("snnmt@", "caphe@"),
}


def test_mail_says_to_nobody_what_they_may_not_see(world: World, runner: Any) -> None:
    """Every message that is sent, by its recipient: subject, texts, HTML and calendar."""
    assert runner.invoke(args=["meetup", "worker", "--once"]).exit_code == 0
    assert IN_MAIL.keys() == SECRETS.keys()
    leaks, met = [], set()
    with world.mount.work(ORGANIZER, write=False) as work:
        for row in work.db.scalars(select(Outgoing).where(Outgoing.sent_bytes.is_not(None))):
            message = as_sent(row)
            assert message is not None
            parts = [str(part.get_content()) for part in message.walk() if part.get_content_maintype() == "text"]
            text = "\n".join([str(message["subject"]), *parts])
            for what, word in SECRETS.items():
                if word in text:
                    met.add(what)
                    if not row.recipient.startswith(IN_MAIL[what] or ("nobody",)):
                        leaks.append(f"{what} to {row.recipient} ({row.kind})")
    assert not leaks, "\n".join(leaks)
    assert len(met) > 3
