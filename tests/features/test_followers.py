"""Who follows another's issue learns how it goes on, and of a closed one no word of it: in mails and on pages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from meetup.enterprises.models import Contact, Enterprise
from meetup.followups import service
from meetup.followups.models import FollowUp
from meetup.issues import service as issues
from meetup.issues.models import Issue
from meetup.outbox.worker import drain
from meetup.registrations.models import Registration
from meetup.sessions.models import Session
from tests.features.following import ANSWER, Province, build

SECRET = "BIMATzq77"
CLOSED = [{"visibility": "confidential"}, {"kind": "conduct"}, {"visibility": "anonymous"}]
NAMES = ["confidential", "conduct", "anonymous"]
READER = "bich@hai.example"


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


def other(w: Any) -> Contact:
    born = {"created_at": w.now, "changed_at": w.now}
    enterprise = Enterprise(name="Hợp tác xã Mẫu Hai", **born)
    w.db.add(enterprise)
    w.db.flush()
    contact = Contact(enterprise_id=enterprise.id, name="Trần Thị Bích", email=READER, language="en", created_at=w.now)
    w.db.add(contact)
    w.db.flush()
    return contact


def merge(w: Any, into: Issue) -> str:
    """Another enterprise's issue goes on with `into`; gives the token of its page."""
    contact = other(w)
    theirs = issues.submit(
        w,
        title="Chúng tôi cũng vậy",
        description="Ba tháng.",
        enterprise=w.get(Enterprise, contact.enterprise_id),
        contact=contact,
    )
    issues.merge(w, theirs, into=into)
    return str(w.token("issue", theirs.subject))


def letters(smtp: Any, about: str) -> list[Any]:
    """What the follower got with these words, none of it with the secret in any part."""
    got = smtp.to(READER)
    for letter in got:
        for part in letter.walk():
            if part.get_content_maintype() == "text":
                assert SECRET not in part.get_content(), letter["Subject"]
                assert "Mẫu Một" not in part.get_content(), letter["Subject"]
        assert SECRET not in str(letter["Subject"])
    found = [one for one in got if about in " ".join(one.text.split())]
    assert found, [one["Subject"] for one in got]
    return found


@pytest.mark.parametrize("how", CLOSED, ids=NAMES)
def test_who_follows_a_closed_issue_reads_no_answer(province: Province, smtp: Any, mount: Any, how: Any) -> None:
    number = province.order("Chuyện kín", **how)
    with province.work(province.actor("organizer")) as w:
        f = w.get(FollowUp, province.row(number).id)
        token = merge(w, w.get(Issue, f.issue_id))
        service.accept(w, f)
        service.progress(w, f, text=SECRET)
        service.answer(
            w,
            f,
            text=f"Kính gửi Công ty TNHH Thủy sản Mẫu Một: {SECRET}.",
            legal_references=SECRET,
            forwarded_to=SECRET,
            how_to_file=SECRET,
        )
        service.verify(w, f)
        w.commit()
    drain(mount)
    (letter,) = letters(smtp, "An issue that you follow has been answered")
    assert "The answer:" not in letter.text
    letters(smtp, "reports on how it is dealing with the issue")
    assert SECRET not in province.site.test_client().get(f"/i/{token}").text
    # Whose issue it is reads all of it.
    assert SECRET in smtp.last("an@mot.example").text


@pytest.mark.parametrize("how", CLOSED, ids=NAMES)
def test_who_follows_a_closed_issue_reads_no_answer_on_the_spot(
    province: Province, smtp: Any, mount: Any, how: Any
) -> None:
    with province.work(province.actor("organizer")) as w:
        main = province.issue(w, "Kín", **how)
        merge(w, main)
        issues.set_agenda(w, w.get(Session, province.session), [(main, 10)])
        service.conclude(
            w, main, text="Kết luận", outcome="explained", answer=f"{ANSWER} {SECRET}", legal_references=SECRET
        )
        w.commit()
    drain(mount)
    letters(smtp, "An issue that you follow was answered at the session.")
    assert SECRET in smtp.last("an@mot.example").text


@pytest.mark.parametrize("how", CLOSED, ids=NAMES)
def test_who_follows_a_closed_issue_reads_no_reason(province: Province, smtp: Any, mount: Any, how: Any) -> None:
    with province.work(province.actor("organizer")) as w:
        main = issues.submit(
            w, title="Kín", description="Kín.", registration=w.get(Registration, province.registration), **how
        )
        token = merge(w, main)
        issues.decline(w, main, reason=f"Công ty Mẫu Một đang bị thanh tra {SECRET}")
        w.commit()
    drain(mount)
    letters(smtp, "The issue that yours went on with was not taken on.")
    page = province.site.test_client(use_cookies=True).get(f"/i/{token}", headers={"Accept-Language": "en"}).text
    assert "It was not taken on." in page
    assert SECRET not in page
    assert SECRET in smtp.last("an@mot.example").text


def test_who_follows_an_open_issue_reads_the_reason(province: Province, smtp: Any, mount: Any) -> None:
    with province.work(province.actor("organizer")) as w:
        main = issues.submit(w, title="Mở", description="Mở.", registration=w.get(Registration, province.registration))
        token = merge(w, main)
        issues.decline(w, main, reason="Thuộc thẩm quyền của tòa án.")
        w.commit()
    drain(mount)
    assert "Thuộc thẩm quyền của tòa án." in smtp.last(READER).text
    assert "Thuộc thẩm quyền của tòa án." in province.site.test_client().get(f"/i/{token}").text


@pytest.mark.parametrize(
    ("how", "private"),
    [({"visibility": "confidential"}, False), ({"kind": "conduct"}, False), ({}, True)],
    ids=["confidential", "conduct", "private"],
)
def test_who_follows_learns_of_no_closed_session(
    province: Province, smtp: Any, mount: Any, how: Any, private: bool
) -> None:
    with province.work(province.actor("organizer")) as w:
        main = province.issue(w, "Kín", **how)
        token = merge(w, main)
        session = w.get(Session, province.session)
        session.is_private, session.title, session.venue = private, SECRET, SECRET
        w.db.flush()
        issues.set_agenda(w, session, [(main, 10)])
        w.commit()
    drain(mount)
    (letter,) = letters(smtp, "The issue that yours goes on with is on the agenda of a session.")
    assert "14/11" not in f"{letter['Subject']} {letter.text}"
    assert "14 Nov" not in f"{letter['Subject']} {letter.text}"
    assert SECRET not in province.site.test_client().get(f"/i/{token}").text
    assert SECRET in smtp.last("an@mot.example").text


@pytest.mark.parametrize("published", ["", "Đã trả lời chung cho mọi doanh nghiệp."], ids=["no answer", "an answer"])
def test_who_co_signs_an_anonymous_issue_reads_what_everyone_may(
    province: Province, smtp: Any, mount: Any, published: str
) -> None:
    with province.work(province.actor("organizer")) as w:
        main = province.issue(w, "Chuyện ẩn danh", visibility="anonymous")
        issues.publish(w, main, title="Tiêu đề", question="Hỏi", answer=published)
        contact = other(w)
        registration = Registration(
            session_id=province.session,
            enterprise_id=contact.enterprise_id,
            contact_id=contact.id,
            seats=1,
            state="confirmed",
            created_at=w.now,
            changed_at=w.now,
        )
        w.db.add(registration)
        w.db.flush()
        token, number, key = w.token("registration", registration.subject), main.number, main.id
        w.commit()
    client = province.site.test_client()
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"/r/{token}").text)
    answer = client.post(f"/r/{token}/issues/{number}/co-sign", data={"csrf_token": found[1] if found else ""})
    assert answer.status_code in {302, 303}
    with province.work(province.actor("organizer")) as w:
        order = service.FollowUpOrder(province.department(w, "STC"), "Trả lời", (), None, 10)
        (f,) = service.conclude(w, w.get(Issue, key), text="Giao Sở.", orders=[order])
        service.accept(w, f)
        service.answer(w, f, text=f"Kính gửi Công ty TNHH Thủy sản Mẫu Một: {SECRET}")
        service.verify(w, f)
        w.commit()
    drain(mount)
    (letter,) = letters(smtp, "An issue that you follow has been answered")
    assert ("The answer:" in letter.text) == bool(published)
    assert published in letter.text
