"""What is typed into the forms of a follow-up: taken, or refused at its field; twice; from afar."""

from __future__ import annotations

from typing import Any

import pytest

from meetup.followups import service
from tests.features.following import ANSWER, Province, build, worker

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "sql": "'; DROP TABLE meetup_follow_up; --",
    "crlf": "một\r\nBcc: x@evil.example\r\n\r\nhai",
    "emoji": "🦐🇻🇳 nước mắm",
    "combining": "a" + "\u0301" * 200,
    "rtl": "abc\u202egnp.exe",
    "zero": "a\x00b",
    "long": "x" * 100_000,
    "empty": "",
    "blank": " \t ",
    "template": "{{ 7 * 7 }} ${7*7} %(x)s %s",
}


@pytest.fixture
def province(site: Any, mount: Any, work: Any) -> Province:
    return build(site, mount, work)


@pytest.mark.parametrize("kind", HOSTILE)
def test_whatever_is_typed_is_taken_or_refused_at_its_field(province: Province, kind: str, site: Any) -> None:
    number = province.order(to="accepted", along=("SXD",))
    page, officer, organizer = province.page(number), province.as_("STC"), province.as_("organizer")
    text = HOSTILE[kind]
    for who, action, typed in (
        (officer, "progress", {"text": text}),
        (officer, "extend", {"due_on": text, "reason": text}),
        (officer, "transfer", {"to": text, "reason": text, "ground": text}),
        (province.as_("SXD"), "opinion", {"text": text}),
        (
            officer,
            "answer",
            {"outcome": "resolved", "text": text, "legal_references": text, "forwarded_to": text, "how_to_file": text},
        ),
    ):
        response = who.fill(page, typed, form=f"{page}/{action}")
        assert response.status_code in {200, 422}, (action, response.status_code)
        assert "<script>alert(1)</script>" not in response.text
        if response.status_code == 422:
            assert 'class="mu-error"' in response.text
            if kind not in {"empty", "blank", "long", "zero", "crlf"}:
                from markupsafe import escape

                assert str(escape(text)) in response.text, "what was typed is lost"
    if province.state(number) == "accepted":
        province.do(number, lambda w, f: service.answer(w, f, text=ANSWER))
    response = organizer.fill(page, {"reason": text}, form=f"{page}/send-back")
    assert response.status_code in {200, 422}
    worker(site)


@pytest.mark.parametrize("kind", HOSTILE)
def test_whatever_an_enterprise_types(province: Province, kind: str, site: Any, smtp: Any) -> None:
    number = province.order(to="verified")
    own, nobody = province.own(number), province.as_("nobody")
    text = HOSTILE[kind]
    for action, typed in (
        ("confirm", {"satisfaction": text, "comment": text}),
        ("reopen", {"reason": text}),
    ):
        if province.state(number) != "verified":
            break
        response = nobody.fill(own, typed, form=f"{own}/{action}")
        assert response.status_code in {200, 422}
        assert "<script>alert(1)</script>" not in response.text
    worker(site)
    for mail in smtp.messages:
        assert mail["Bcc"] is None
        assert "evil" not in str(mail["To"])


def test_repeated_and_from_afar(province: Province) -> None:
    number = province.order(to="verified")
    own, nobody = province.own(number), province.as_("nobody")
    opened = nobody.soup(own)
    for _again in range(2):
        nobody.send(opened, own, {"satisfaction": "5"}, form=f"{own}/confirm")
    assert province.row(number).satisfaction == 5
    assert len(province.mails("follow_up_closed", "an@mot.example")) == 1
    assert nobody.post(f"{own}/reopen", data={"reason": "x"}).status_code == 400
    other = f"/r/{'y' * 38}/follow-ups/{number}"
    assert nobody.get(other).status_code == 404
    assert nobody.get(f"/r/{province.token}/follow-ups/999999999999").status_code == 404
    assert province.as_("STC").get("/department/follow-ups/1").status_code == 404
    assert province.as_("STC").get("/department/?after=nonsense").status_code == 422
