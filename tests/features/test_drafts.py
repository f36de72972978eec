"""Answers are drafted, approved by the head word for word, and then sent; colleagues are called by name."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from meetup.access import Actor
from meetup.departments import service as departments
from meetup.domain.drafts import DRAFT, LIVE
from meetup.errors import InvalidInput, NotAllowed, Stale, WrongState
from meetup.followups import drafting, service
from meetup.followups.models import Answer, Draft, FollowUp
from tests.features.following import ANSWER, Province, build


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


@pytest.fixture
def strict(province: Province) -> Province:
    """STC's head approves its answers."""
    with province.work() as w:
        departments.update_department(w, province.department(w, "STC"), needs_approval=True)
        w.commit()
    return province


def answers(province: Province) -> list[Answer]:
    with province.work(write=False) as w:
        return list(w.db.scalars(select(Answer).order_by(Answer.id)))


def drafts(province: Province) -> list[Draft]:
    with province.work(write=False) as w:
        return list(w.db.scalars(select(Draft).order_by(Draft.id)))


def test_written_returned_changed_approved_sent(strict: Province) -> None:
    number = strict.order(to="accepted")
    page = strict.page(number)
    officer, head = strict.as_("STC"), strict.as_("head")
    assert not officer.soup(page).select("form[action$='/answer']"), "no way around the head"
    bad = officer.fill(page, {"text": "Đang soạn.", "is_ready": "y"}, form=f"{page}/draft")
    assert bad.status_code == 422, "what is asked to be approved has an outcome of substance"
    assert "Đang soạn." in bad.text
    assert not drafts(strict)
    kept = officer.fill(page, {"text": ANSWER, "outcome": "resolved", "is_ready": "y"}, form=f"{page}/draft")
    assert "Waits for the head" in kept.text
    assert strict.state(number) == "accepted", "a draft is no state of the follow-up"
    (told,) = strict.mails("draft_waiting")
    assert told.recipient == "gd.stc@province.example"
    # The head finds it on the queue, and returns it.
    queue = head.soup("/department/")
    assert queue.find(id="drafts") is not None
    assert officer.soup("/department/").find(id="drafts") is None
    assert not officer.soup(page).select("form[action$='/approve']")
    assert head.fill(page, {"remark": ""}, form=f"{page}/return-draft").status_code == 422
    back = head.fill(page, {"remark": "Nêu rõ số quyết định."}, form=f"{page}/return-draft")
    assert "Returned by" in back.text
    assert strict.mails("draft_returned")[0].recipient == "stc@province.example"
    # Changed, asked again, approved: what is sent is what the head read.
    better = f"{ANSWER} Quyết định số 45/QĐ-CT."
    officer.fill(page, {"text": better, "is_ready": "y"}, form=f"{page}/draft")
    sent = head.fill(page, form=f"{page}/approve")
    assert "Approved: the answer is with the organiser." in sent.text
    assert strict.state(number) == "answered"
    (given,) = answers(strict)
    assert (given.text, given.outcome, given.round) == (better, "resolved", 1)
    assert given.author == strict.actor("STC").name
    assert given.approved_by == strict.actor("head").name
    assert len(strict.mails("follow_up_answered")) == 1
    story = strict.as_("organizer").soup(page).get_text(" ", strip=True)
    for said in ("A draft waits for the head", "The head returned the draft", "The head approved the draft"):
        assert said in story
    assert "approved by" in story


def test_the_head_approves_what_the_head_has_read(strict: Province) -> None:
    number = strict.order(to="accepted")
    page = strict.page(number)
    strict.as_("STC").fill(page, {"text": ANSWER, "outcome": "resolved", "is_ready": "y"}, form=f"{page}/draft")
    head = strict.as_("head")
    open_page = head.soup(page)
    changed = {"text": f"{ANSWER} Thêm một câu.", "is_ready": "y"}
    assert strict.as_("STC").fill(page, changed, form=f"{page}/draft").status_code == 200
    late = head.send(open_page, page, form=f"{page}/approve")
    assert late.status_code == 422, late.text
    assert not answers(strict)
    assert strict.state(number) == "accepted"
    # Two officers at once: the second one does not overwrite the first.
    officer = strict.as_("STC")
    seen = officer.soup(page)
    strict.as_("STC").fill(page, {"text": "Bản một, đầy đủ nội dung trả lời."}, form=f"{page}/draft")
    second = officer.send(seen, page, {"text": "Bản hai."}, form=f"{page}/draft")
    assert second.status_code == 422
    assert "Bản hai." in second.text, "what was typed is kept"
    assert drafts(strict)[0].text == "Bản một, đầy đủ nội dung trả lời."
    assert drafts(strict)[0].state == "draft", "changing it takes it back"


def test_who_may_what(strict: Province) -> None:
    number = strict.order(to="accepted", along=("SXD",))

    def do(step: Any, who: str) -> Any:
        return strict.do(number, step, who)

    with pytest.raises(NotAllowed):
        do(lambda w, f: service.answer(w, f, text=ANSWER), "STC")
    do(lambda w, f: drafting.ask(w, f, drafting.write(w, f, text=ANSWER, outcome="resolved")), "STC")
    for who in ("STC", "SXD", "organizer", "leader"):
        with pytest.raises(NotAllowed):
            do(lambda w, f: drafting.approve(w, f, drafting.live_draft(w.db, f), version=2), who)
        assert strict.as_(who).post(f"{strict.page(number)}/approve").status_code in {400, 403, 404}
    assert ANSWER not in strict.as_("SXD").soup(strict.page(number)).get_text(), "a draft stays in its agency"
    do(lambda w, f: service.answer(w, f, text=ANSWER), "head")
    assert drafts(strict)[0].state == "dropped", "the head answered without it"


def test_who_needs_no_approval_answers_as_before_and_may_ask_for_it(province: Province) -> None:
    number = province.order(to="accepted")
    page = province.page(number)
    assert province.as_("STC").soup(page).select("form[action$='/answer']")
    province.as_("STC").fill(page, {"text": ANSWER, "outcome": "resolved", "is_ready": "y"}, form=f"{page}/draft")
    assert province.as_("head").fill(page, form=f"{page}/approve").status_code == 200
    assert answers(province)[0].approved_by


def test_a_draft_goes_when_another_agency_leads(strict: Province) -> None:
    number = strict.order(to="accepted")
    strict.do(number, lambda w, f: drafting.write(w, f, text="Đang soạn."), "STC")
    strict.do(
        number,
        lambda w, f: service.request_transfer(
            w, f, to=strict.department(w, "SXD"), reason="Không thuộc.", ground="QĐ 1"
        ),
        "STC",
    )
    assert drafts(strict)[0].state == "draft", "it may come back"
    strict.do(number, lambda w, f: service.accept_transfer(w, f), "SXD")
    assert drafts(strict)[0].state == "dropped"
    with pytest.raises(Stale):
        strict.do(number, lambda w, f: drafting.write(w, f, text="Của sở cũ.", version=1), "SXD")


def test_a_head_without_an_address_cannot_be_asked(province: Province) -> None:
    with province.work() as w:
        with pytest.raises(InvalidInput, match="has no address"):
            departments.update_department(w, province.department(w, "STC"), needs_approval=True, head_email="")
        departments.update_department(w, province.department(w, "STC"), head_email="")
        w.commit()
    number = province.order(to="accepted")
    with pytest.raises(InvalidInput, match="no head"):
        province.do(
            number, lambda w, f: drafting.ask(w, f, drafting.write(w, f, text=ANSWER, outcome="resolved")), "STC"
        )
    page = province.as_("organizer").soup(f"/organize/departments/{province.departments['SXD']}")
    assert page.find("input", attrs={"name": "needs_approval"}) is not None


class Drafting(RuleBasedStateMachine):
    """However officers and head act, in whatever order: one live draft at most, and nothing is sent unread."""

    province: Province

    @initialize()
    def begin(self) -> None:
        self.number = self.province.order("Luật", to="accepted")
        self.read = 0
        self.approved: list[str] = []

    def _do(self, who: str, step: Any) -> Any:
        try:
            return self.province.do(self.number, step, who)
        except (WrongState, Stale, NotAllowed, InvalidInput, AttributeError):
            return None

    @rule(
        text=st.sampled_from(["Bản một đã đủ nội dung trả lời.", "Bản hai đã đủ nội dung trả lời."]),
        seen=st.integers(0, 6),
    )
    def write(self, text: str, seen: int) -> None:
        self._do("STC", lambda w, f: drafting.write(w, f, text=text, outcome="resolved", version=seen))

    @rule()
    def ask(self) -> None:
        self._do("STC", lambda w, f: drafting.ask(w, f, drafting.live_draft(w.db, f)))

    @rule()
    def look(self) -> None:
        live = [one for one in drafts(self.province) if one.state in LIVE]
        self.read = live[-1].version if live else 0
        self.words = live[-1].text if live else ""

    @rule()
    def approve(self) -> None:
        seen = self.read
        if self._do("head", lambda w, f: drafting.approve(w, f, drafting.live_draft(w.db, f), version=seen)):
            self.approved.append(self.words)

    @rule()
    def give_back(self) -> None:
        seen = self.read
        self._do(
            "head", lambda w, f: drafting.give_back(w, f, drafting.live_draft(w.db, f), remark="Sửa.", version=seen)
        )

    @rule()
    def drop(self) -> None:
        self._do("STC", lambda w, f: drafting.drop(w, drafting.live_draft(w.db, f)))

    @rule()
    def send_back(self) -> None:
        self._do("organizer", lambda w, f: service.send_back(w, f, reason="Chưa đủ."))

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "number"):
            return
        with self.province.work(write=False) as w:
            f = w.db.scalars(select(FollowUp).where(FollowUp.number == self.number)).one()
            rows = list(w.db.scalars(select(Draft).where(Draft.follow_up_id == f.id)))
            sent = list(w.db.scalars(select(Answer).where(Answer.follow_up_id == f.id).order_by(Answer.id)))
        assert sum(one.state in LIVE for one in rows) <= 1
        assert all(one.state in DRAFT.states for one in rows)
        assert [one.text for one in sent] == self.approved, "what was sent is what the head had read"
        assert sum(one.state == "sent" for one in rows) == len(sent)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_nothing_is_sent_unread(strict: Province, backend: str) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    Drafting.province = strict
    run_state_machine_as_test(
        Drafting,
        settings=settings(
            max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


# -- mentions ------------------------------------------------------------------------------------


def with_colleagues(province: Province) -> Province:
    """The door names everyone, with an address each."""
    people = {
        who: Actor(one.kind, one.id, one.name, one.roles, one.department_id, email=f"{who.lower()}@cb.example")
        for who, one in province.door.people.items()
        if who != "head"
    }
    province.door.people.update(people)
    province.door.colleagues = lambda _work: list(province.door.people.values())  # type: ignore[attr-defined]
    return province


def test_who_is_called_is_told(province: Province) -> None:
    with_colleagues(province)
    number = province.order(to="accepted", along=("SXD",))
    page = province.page(number)
    seen = province.as_("STC").soup(page).get_text(" ", strip=True)
    assert "@organizer" in seen
    assert "@STC" in seen
    said = "Nhờ @organizer và @sxd xem; @thue không liên quan, @aiđó không có, thư an@mot.example không phải."
    done = province.as_("STC").fill(page, {"text": said, "is_internal": "y"}, form=f"{page}/progress")
    assert re.search("Nobody who may read this is called @thue, @aiđó", done.text)
    told = {one.recipient for one in province.mails("follow_up_mention")}
    assert told == {"organizer@cb.example", "sxd@cb.example"}, "an agency that has no part in it reads nothing"
    province.as_("SXD").fill(page, {"text": "Không vướng, @STC."}, form=f"{page}/opinion")
    assert {one.recipient for one in province.mails("follow_up_mention")} - told == {"stc@cb.example"}


def test_an_agency_is_called_by_its_code_where_nobody_is_named(province: Province) -> None:
    number = province.order(to="accepted", along=("SXD",))
    page = province.page(number)
    province.as_("STC").fill(page, {"text": "Xin ý kiến @SXD, @NAMCAN.", "is_internal": "y"}, form=f"{page}/progress")
    assert [one.recipient for one in province.mails("follow_up_mention")] == ["sxd@province.example"]


def test_the_own_site_names_its_staff(mount: Any, work: Any) -> None:
    from meetup.staff import service as staff

    with work() as w:
        for name in ("lan", "minh"):
            staff.create_user(
                w, email=f"{name}@province.example", role="organizer", name=name, password="mot-mat-khau-dai-2026"
            )
        staff.deactivate(w, staff.get(w, "minh@province.example"))
        w.commit()
        assert [one.email for one in mount.identity.colleagues(w)] == ["lan@province.example"]
