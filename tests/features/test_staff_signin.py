"""Signing in and out, as a person does it: pages, passwords, links, codes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from passlib.totp import TOTP
from sqlalchemy import select

from meetup.access import ADMIN, ORGANIZER
from meetup.activity.models import Activity
from meetup.errors import InvalidInput
from meetup.outbox.models import Outgoing
from meetup.staff import notices, service
from meetup.staff.models import StaffUser
from tests.rig.visitor import Visitor, parse

if TYPE_CHECKING:
    from meetup.mount import Mount
    from meetup.work import Work

Unit = Callable[..., AbstractContextManager["Work"]]

EMAIL, PASSWORD = "lan@province.example", "ba con trau den"


@pytest.fixture
def lan(work: Unit) -> str:
    """An organiser with a password."""
    with work() as w:
        service.create_user(w, EMAIL, ORGANIZER, name="Nguyễn Thị Lan", password=PASSWORD, locale="en")
        w.commit()
    return EMAIL


def sign_in(client: Visitor, password: str = PASSWORD, *, email: str = EMAIL, path: str = "/login", **more: Any) -> Any:
    return client.fill(path, {"email": email, "password": password, **more}, follow=False)


def is_in(client: Visitor) -> bool:
    return client.get("/account").status_code == 200


def test_the_right_password_opens_the_desk(client: Visitor, lan: str, work: Unit) -> None:
    answer = sign_in(client)
    assert (answer.status_code, answer.location) == (302, "/desk")
    assert is_in(client)
    assert "Nguyễn Thị Lan" in client.get("/account?lang=vi").text
    with work(write=False) as w:
        entry = w.db.scalars(select(Activity).where(Activity.action == "staff.sign_in")).one()
        assert (entry.actor_kind, entry.actor_name) == ("staff", "Nguyễn Thị Lan")
        user = w.db.scalars(select(StaffUser)).one()
        assert user.login_count == 1
        assert user.password is not None
        assert user.password.startswith("$argon2id$")


def test_the_address_may_be_written_in_any_case(client: Visitor, lan: str) -> None:
    assert sign_in(client, email="LAN@Province.Example").status_code == 302


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_wrong_password_and_a_wrong_address_read_the_same(client: Visitor, lan: str) -> None:
    def said(answer: Any) -> list[str]:
        assert answer.status_code == 422
        return [point.get_text(strip=True) for point in parse(answer).select(".mu-summary li")]

    wrong = said(sign_in(client, "not the password"))
    assert wrong == said(sign_in(client, email="nobody@province.example"))
    assert len(wrong) == 1
    answer = sign_in(client, "not the password")
    field = parse(answer).find("input", {"name": "email"})
    assert field is not None
    assert field["value"] == EMAIL
    assert "not the password" not in answer.text
    assert not is_in(client)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_pages_speak_both_languages(client: Visitor) -> None:
    assert "Đăng nhập" in client.get("/login?lang=vi").text
    english = client.get("/login?lang=en&next=/account")
    assert "Sign in" in english.text
    assert english.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert "no-store" in english.headers["Cache-Control"]
    # The other language's link keeps where one was going.
    assert "next=%2Faccount" in english.text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("page", ["/login", "/reset"])
def test_reading_the_pages_writes_nothing(client: Visitor, page: str, query_counter: Any) -> None:
    with query_counter() as statements:
        assert client.get(page).status_code == 200
    assert statements == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_after_the_sign_in_one_is_where_one_wanted_to_be(client: Visitor, lan: str) -> None:
    asked = client.get("/account")
    assert asked.status_code == 302
    assert sign_in(client, path=asked.location).location == "/account"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "///evil.example", "javascript:alert(1)"]
)
def test_no_link_sends_staff_elsewhere(client: Visitor, lan: str, target: str) -> None:
    asked = client.get("/login", query_string={"next": target})
    assert (asked.status_code, asked.location) == (302, "/login")
    answer = sign_in(client, next=target)
    assert answer.status_code == 400
    assert answer.location is None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_form_from_elsewhere_is_refused(client: Visitor, lan: str) -> None:
    answer = client.post("/login", data={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("body", ["[]", "{}", '{"email": "a", "password": "b"}', "not json"])
def test_there_is_no_other_door_in_json(client: Visitor, lan: str, body: str) -> None:
    assert client.post("/login", data=body, content_type="application/json").status_code == 415


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("page", ["/register", "/tf-rescue", "/tf-select", "/confirm", "/fs-static/x", "/us-signin"])
def test_what_we_do_not_use_is_not_there(client: Visitor, page: str) -> None:
    assert client.get(page).status_code == 404


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", "a" * 5000, "'; DROP TABLE x --", "a\r\nBcc: b@c", "́😀‮"]
)
def test_hostile_input_is_only_wrong(client: Visitor, lan: str, typed: str) -> None:
    answer = sign_in(client, typed, email=typed)
    assert answer.status_code == 422
    assert "<script>alert(1)" not in answer.text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_signing_out_takes_a_post_and_a_token(client: Visitor, lan: str) -> None:
    sign_in(client)
    assert client.get("/logout").status_code == 405
    asked = client.post("/logout")
    assert is_in(client)
    client.send(parse(asked), "/logout", form="main form")
    assert not is_in(client)
    sign_in(client)
    # The button in the head of every page of the desk.
    client.fill("/account", form="/logout")
    assert not is_in(client)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_token_against_forgery_changes_with_the_sign_in(client: Visitor, lan: str) -> None:
    client.get("/login")
    with client.session_transaction() as before:
        known = before["csrf_token"]
    sign_in(client)
    with client.session_transaction() as after:
        assert after.get("csrf_token") != known


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_closed_account_is_out_at_once(client: Visitor, lan: str, work: Unit) -> None:
    sign_in(client)
    with work() as w:
        service.deactivate(w, service.get(w, EMAIL))
        w.commit()
    assert not is_in(client)
    assert sign_in(client).status_code == 422


def link_for(mount: Mount) -> str:
    """Where the newest message leads: the link is made when the message is, so we make it as the worker does."""
    with mount.work() as w:
        row = w.db.scalars(select(Outgoing).order_by(Outgoing.id.desc())).first()
        assert row is not None
        prepared = mount.notices[row.kind].prepare(w, row)
        return str(prepared.context["link"])


def test_a_forgotten_password_is_set_anew_by_mail(client: Visitor, lan: str, mount: Mount, work: Unit) -> None:
    answer = client.fill("/reset", {"email": EMAIL}, follow=True)
    assert answer.status_code == 200
    with work(write=False) as w:
        row = w.db.scalars(select(Outgoing)).one()
        assert (row.kind, row.recipient, row.locale) == (notices.RESET, EMAIL, "en")
        # Whoever reads the table cannot set the password.
        assert set(row.context) == {"user_id", "what"}
    link = link_for(mount)
    assert link.startswith("http://localhost/reset/")
    path = link.removeprefix("http://localhost")
    new = "mot hai ba bon nam"
    short = client.fill(path, {"password": "short", "password_confirm": "short"})
    assert short.status_code == 422
    other = client.fill(path, {"password": new, "password_confirm": new + "!"})
    assert other.status_code == 422
    client.fill(path, {"password": new, "password_confirm": new})
    assert sign_in(client).status_code == 422
    assert sign_in(client, new).status_code == 302
    # Used once, it is of no use any more; and who owns the account is told.
    assert client.get(path).status_code == 302
    with work(write=False) as w:
        kinds = w.db.scalars(select(Outgoing.kind).order_by(Outgoing.id)).all()
        assert kinds == [notices.RESET, notices.CHANGED]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_unknown_address_gets_the_same_answer_and_no_mail(client: Visitor, lan: str, work: Unit) -> None:
    known, unknown = (client.fill("/reset", {"email": email}).text for email in (EMAIL, "nobody@province.example"))
    plain = re.compile(r'value="[^"]*"')
    assert plain.sub("", known) == plain.sub("", unknown)
    with work(write=False) as w:
        assert len(w.db.scalars(select(Outgoing)).all()) == 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_link_leads_to_our_site_whatever_host_was_asked(client: Visitor, lan: str, mount: Mount) -> None:
    elsewhere = "http://evil.example"
    token = parse(client.get("/reset", base_url=elsewhere)).find("input", {"name": "csrf_token"})
    assert token is not None
    client.post("/reset", data={"email": EMAIL, "csrf_token": token["value"]}, base_url=elsewhere)
    assert "evil.example" not in link_for(mount)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_changing_the_password_signs_other_devices_out(site: Flask, client: Visitor, lan: str) -> None:
    other = site.test_client()
    assert isinstance(other, Visitor)
    sign_in(client)
    sign_in(other)
    new = "mot hai ba bon nam"
    typed = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    assert client.fill("/change", {**typed, "password": "wrong"}).status_code == 422
    assert client.fill("/change", typed).status_code == 200
    assert is_in(client)
    assert not is_in(other)


def code_of(secret: str) -> str:
    return str(TOTP(key=secret.replace(" ", "").replace("-", "")).generate(time=time.time()).token)


def switch_on(client: Visitor) -> str:
    """Set up the second factor as a person does; gives the secret that the app holds."""
    page = client.fill("/tf-setup")
    shown = parse(page)
    assert shown.select_one("svg.mu-qr") is not None
    assert "data:" not in page.text
    secret = shown.select("code")[0].get_text()
    form = 'form[action^="/tf-setup/"]'
    answer = client.send(shown, "/tf-setup", {"code": code_of(secret)}, form=form)
    assert answer.status_code == 200
    return secret


def test_with_a_second_factor_a_password_alone_opens_nothing(
    client: Visitor, lan: str, work: Unit, site: Flask
) -> None:
    sign_in(client)
    secret = switch_on(client)
    with work(write=False) as w:
        user = service.get(w, EMAIL)
        assert user.tf_primary_method == "authenticator"
        assert secret.replace("-", "") not in (user.tf_totp_secret or "")
        assert notices.CHANGED in w.db.scalars(select(Outgoing.kind)).all()
    codes = [code.get_text() for code in parse(client.fill("/mf-recovery-codes")).select("main ul code")]
    assert len(codes) == 8

    phone = site.test_client()
    assert isinstance(phone, Visitor)
    first = sign_in(phone)
    assert first.location.startswith("/tf-validate")
    assert not is_in(phone)
    assert phone.fill("/tf-validate", {"code": "000000"}).status_code == 422
    assert not is_in(phone)
    assert phone.fill("/tf-validate", {"code": code_of(secret)}, follow=False).status_code == 302
    assert is_in(phone)

    lost = site.test_client()
    assert isinstance(lost, Visitor)
    sign_in(lost)
    assert lost.fill("/mf-recovery", {"code": "0000-0000-0000"}).status_code == 422
    assert lost.fill("/mf-recovery", {"code": codes[0]}, follow=False).status_code == 302
    assert is_in(lost)
    again = site.test_client()
    assert isinstance(again, Visitor)
    sign_in(again)
    assert again.fill("/mf-recovery", {"code": codes[0]}).status_code == 422


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_second_factor_can_be_switched_off(client: Visitor, lan: str, work: Unit) -> None:
    sign_in(client)
    switch_on(client)
    page = client.soup("/tf-setup")
    switch = next(form for form in page.select("main form") if form.find("input", {"value": "disable"}))
    token = switch.find("input", {"name": "csrf_token"})
    assert token is not None
    client.post("/tf-setup", data={"setup": "disable", "csrf_token": token["value"]})
    with work(write=False) as w:
        assert service.get(w, EMAIL).tf_totp_secret is None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
class TestLimits:
    """Guessing is slow."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"MEETUP_RATE_LIMITS": True}

    def test_after_too_many_tries_one_waits(self, client: Visitor, lan: str) -> None:
        answers = [sign_in(client, "guess").status_code for _ in range(20)]
        assert set(answers) == {422}
        refused = client.fill("/login", {"email": EMAIL, "password": PASSWORD}, follow=False)
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
        assert client.get("/login").status_code == 200

    @pytest.mark.parametrize(
        ("address", "others", "waits"),
        [
            ("203.0.113.5", "203.0.113.{}", False),
            # As a listener for both kinds gives IPv4: they are not all one network.
            ("::ffff:203.0.113.5", "::ffff:203.0.113.{}", False),
            # A proxy that adds the port, which is another for each connection.
            ("203.0.113.5:1000", "203.0.113.5:20{}", True),
            ("[2001:db8::5]:1000", "[2001:db8::{}]:2000", True),
            ("2001:db8::5", "2001:db8::{}", True),
        ],
    )
    def test_each_address_is_counted_by_itself(
        self, client: Visitor, lan: str, address: str, others: str, waits: bool
    ) -> None:
        client.environ_base["REMOTE_ADDR"] = address
        assert {sign_in(client, "guess").status_code for _ in range(20)} == {422}
        client.environ_base["REMOTE_ADDR"] = others.format(77)
        assert (sign_in(client, "guess").status_code == 429) is waits


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
class TestHttps:
    """Behind https, nothing leaves in the clear."""

    @pytest.fixture
    def base_url(self) -> str:
        return "https://coffee.province.example"

    def test_cookies_and_headers_say_so(self, client: Visitor) -> None:
        answer = client.get("/login", base_url="https://coffee.province.example")
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        cookie = answer.headers["Set-Cookie"]
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
        missing = client.get("/nowhere", base_url="https://coffee.province.example")
        assert missing.status_code == 404
        assert "Strict-Transport-Security" in missing.headers
        assert "Content-Security-Policy" in missing.headers


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_fault_of_a_new_account_is_said_at_once(work: Unit) -> None:
    with work() as w, pytest.raises(InvalidInput) as caught:
        service.create_user(w, "no address", "officer", password="short")
    assert set(caught.value.by_field()) == {"email", "department", "password"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_who_is_new_sets_the_password_by_the_link(client: Visitor, mount: Mount, work: Unit) -> None:
    with work() as w:
        service.create_user(w, EMAIL, ADMIN)
        w.commit()
    path = link_for(mount).removeprefix("http://localhost")
    client.fill(path, {"password": PASSWORD, "password_confirm": PASSWORD})
    assert sign_in(client).status_code == 302
