"""What somebody agreed to is seen and taken back as easily as it was given (Law 91/2025/QH15)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from meetup.activity.models import Activity
from meetup.enterprises.models import Consent
from meetup.enterprises.service import CONSENT_TEXTS
from meetup.outbox.models import Outgoing
from meetup.rest.tokens import create_token
from tests.factories import make_invitation, make_registration, make_session, own_path, sign_in, tax_code

if TYPE_CHECKING:
    from flask.testing import FlaskCliRunner

    from meetup.mount import Mount
    from tests.factories import Unit
    from tests.rig.clock import SettableClock
    from tests.rig.visitor import Visitor


@pytest.fixture
def path(work: Unit) -> str:
    """The own page of an enterprise that agreed to what is needed and to nothing else."""
    with work() as w:
        row = make_registration(w, make_session(w), 1)
        found = own_path(w, row)
        w.commit()
    return found


def held(work: Unit) -> list[tuple[str, bool]]:
    """Every consent in its order: to what, and whether it stands."""
    with work(write=False) as w:
        rows = w.db.scalars(select(Consent).order_by(Consent.id)).all()
        return [(row.purpose, row.withdrawn_at is None) for row in rows]


def ticked(client: Visitor, path: str) -> list[str]:
    form = client.soup(path).select_one(f"form[action$='{path}/consents']")
    assert form is not None
    boxes = form.select("input[type=checkbox]")
    assert [box["name"] for box in boxes] == [purpose for purpose in CONSENT_TEXTS if purpose != "registration"]
    return [str(box["name"]) for box in boxes if box.has_attr("checked")]


def save(client: Visitor, path: str, **boxes: Any) -> None:
    answer = client.fill(path, boxes, form=f"{path}/consents", follow=False)
    assert (answer.status_code, answer.location) == (302, path)


def test_given_and_taken_back_on_the_own_page(client: Visitor, work: Unit, path: str, clock: SettableClock) -> None:
    assert ticked(client, path) == []
    save(client, path, publication="y", photo="y")
    assert ticked(client, path) == ["publication", "photo"]
    clock.travel(hours=1)
    save(client, path, publication=None, contact="y")
    assert ticked(client, path) == ["contact", "photo"]
    assert held(work) == [("registration", True), ("publication", False), ("photo", True), ("contact", True)]
    with work(write=False) as w:
        rows = {row.purpose: row for row in w.db.scalars(select(Consent))}
        photo, publication = rows["photo"], rows["publication"]
        # What stood already is the one that was given first, by its own text.
        assert (photo.text_version, photo.channel) == (CONSENT_TEXTS["photo"][0], "web")
        assert publication.withdrawn_at == w.now and photo.given_at < w.now
        entries = w.db.execute(
            select(Activity.action, Activity.actor_kind)
            .where(Activity.action.like("consent.%"))
            .order_by(Activity.seq)
            .offset(1)
        ).all()
    assert [tuple(entry) for entry in entries] == [
        ("consent.give", "enterprise"),
        ("consent.give", "enterprise"),
        ("consent.withdraw", "enterprise"),
        ("consent.give", "enterprise"),
    ]


def test_saved_twice_nothing_is_added(client: Visitor, work: Unit, path: str) -> None:
    save(client, path, contact="y")
    before = held(work)
    save(client, path)
    assert held(work) == before == [("registration", True), ("contact", True)]


def test_what_is_needed_is_said_and_cannot_be_unticked(client: Visitor, work: Unit, path: str) -> None:
    text = client.soup(f"{path}?lang=en").select_one("#consents").get_text(" ", strip=True)  # type: ignore[union-attr]
    assert "Since 02/11/2026" in text and "write to the organiser" in text
    save(client, path, registration=None)
    assert ("registration", True) in held(work)


def test_whoever_was_only_invited_agreed_to_nothing_yet(client: Visitor, work: Unit) -> None:
    with work() as w:
        path = own_path(w, make_invitation(w, make_session(w), 2))
        w.commit()
    text = client.soup(f"{path}?lang=en").select_one("#consents").get_text(" ", strip=True)  # type: ignore[union-attr]
    assert "Since" not in text
    assert ticked(client, path) == []


def test_a_link_opens_its_own_consents_alone(client: Visitor, work: Unit, path: str) -> None:
    with work() as w:
        other = own_path(w, make_registration(w, make_session(w), 2))
        w.commit()
    save(client, other, contact="y")
    assert ticked(client, path) == [] and ticked(client, other) == ["contact"]
    assert client.post("/r/no-such-link/consents").status_code in {400, 404}


def test_taken_back_long_after_the_session(client: Visitor, work: Unit, path: str, clock: SettableClock) -> None:
    save(client, path, publication="y")
    clock.travel(days=400)
    save(client, path, publication=None)
    assert ("publication", False) in held(work)


def test_taken_back_by_a_word_to_the_staff(
    client: Visitor, runner: FlaskCliRunner, work: Unit, path: str, clock: SettableClock
) -> None:
    save(client, path, contact="y", photo="y")
    told = runner.invoke(args=["meetup", "privacy", "withdraw", "DN1@example.com", "contact"])
    assert (told.exit_code, told.output) == (0, "withdrawn: 1\n")
    assert held(work) == [("registration", True), ("contact", False), ("photo", True)]
    assert ticked(client, path) == ["photo"]
    again = runner.invoke(args=["meetup", "privacy", "withdraw", "dn1@example.com", "contact"])
    assert (again.exit_code, again.output) == (0, "no agreement to “contact” is held of dn1@example.com\n")
    needed = runner.invoke(args=["meetup", "privacy", "withdraw", "dn1@example.com", "registration"])
    assert needed.exit_code == 0 and "privacy erase" in needed.output
    assert ("registration", False) in held(work)
    unknown = runner.invoke(args=["meetup", "privacy", "withdraw", "dn1@example.com", "nonsense"])
    assert unknown.exit_code == 2


ROWS = f"""{tax_code(1)}\tCông ty TNHH Mẫu 1\tNguyễn Văn 1\tDN1@example.com
{tax_code(9)}\tCông ty Mới\tBà Mới\tmoi@example.com
"""


def invited(work: Unit) -> list[str]:
    """To whom invitations went, in their order."""
    with work(write=False) as w:
        query = select(Outgoing.recipient).where(Outgoing.kind == "calendar_invitation").order_by(Outgoing.id)
        return list(w.db.scalars(query))


def test_who_took_back_invitations_gets_none(
    mount: Mount, client: Visitor, work: Unit, path: str, clock: SettableClock
) -> None:
    with work() as w:
        slug = make_session(w, title="Kỳ sau").slug
        w.commit()
    save(client, path, contact="y")
    clock.travel(minutes=1)
    save(client, path, contact=None)
    sign_in(mount)
    page = f"/organize/sessions/{slug}/invitations"
    refused = client.fill(f"{page}?lang=en", {"rows": ROWS})
    assert refused.status_code == 422 and "no longer agrees to be invited" in refused.text
    assert invited(work) == []
    client.fill(page, {"rows": ROWS, "skip_faulty": "y"})
    assert invited(work) == ["moi@example.com"]
    # The last word counts.
    clock.travel(minutes=1)
    save(client, path, contact="y")
    client.fill(page, {"rows": ROWS})
    assert invited(work) == ["moi@example.com", "dn1@example.com"]


def test_who_was_never_asked_is_invited(mount: Mount, client: Visitor, work: Unit, path: str) -> None:
    with work() as w:
        slug = make_session(w, title="Kỳ sau").slug
        w.commit()
    sign_in(mount)
    assert client.fill(f"/organize/sessions/{slug}/invitations", {"rows": ROWS}).status_code == 200
    assert invited(work) == ["dn1@example.com", "moi@example.com"]


def test_over_the_api_the_row_is_named(client: Visitor, runner: FlaskCliRunner, work: Unit, path: str) -> None:
    with work() as w:
        later = make_session(w, title="Kỳ sau").id
        _row, token = create_token(w, name="program", role="organizer")
        w.commit()
    save(client, path, contact="y")
    runner.invoke(args=["meetup", "privacy", "withdraw", "dn1@example.com", "contact"])
    rows = [
        {"tax_code": "", "name": "Công ty khác", "contact_name": "Nguyễn Văn 1", "email": "dn1@example.com"},
        {"name": "Hộ Mới", "contact_name": "Bà Mới", "email": "moi@example.com"},
    ]
    answer = client.post(
        f"/api/v1/sessions/{later}/invitations",
        json=rows,
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "k" * 20},
    )
    assert answer.status_code == 202, answer.text
    assert (answer.json["sent"], list(answer.json["faults"])) == (1, ["1"])
    assert list(answer.json["faults"]["1"]) == ["email"]
    assert invited(work) == ["moi@example.com"]
