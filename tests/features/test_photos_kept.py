"""How long a photograph's files are kept: withheld, removed, forgotten, rolled back, restored (R5)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from meetup.activity.models import Activity
from meetup.errors import Stale, WrongState
from meetup.photos import service
from meetup.photos.models import Photo
from tests.factories import sign_in
from tests.features.photographing import DESK, figures, files, held, one, picture, put_up, step, upload
from tests.rig.racing import at_once

if TYPE_CHECKING:
    from tests.rig.visitor import Visitor


@pytest.fixture
def slug(mount: Any, work: Any, clock: Any) -> str:
    return held(mount, work, clock)


def test_withheld_is_gone_at_once_and_removed_for_good(client: Visitor, slug: str, work: Any, mount: Any) -> None:
    photo = put_up(client, slug, work)
    sign_in(mount, None)
    addresses = [f"/sessions/{slug}/photos/{name}" for name in (photo.name, photo.small_name)]
    # Twice: what is kept of the page must not outlive the photograph.
    for _ in range(2):
        assert len(figures(client, slug)) == 1
    assert [client.get(path).status_code for path in addresses] == [200, 200]
    sign_in(mount)
    assert step(client, slug, photo.id, "withhold").status_code == 200
    # Its address is nobody's, not even the organiser's, who looks at it on the desk.
    assert [client.get(path).status_code for path in addresses] == [404, 404]
    assert client.get(f"{DESK.format(slug)}{photo.id}/small").status_code == 200
    sign_in(mount, None)
    assert figures(client, slug) == []
    assert [client.get(path).status_code for path in addresses] == [404, 404]
    sign_in(mount)
    assert step(client, slug, photo.id, "publish", nobody_unasked="y").status_code == 200
    assert client.get(addresses[0]).status_code == 200
    path = DESK.format(slug)
    page = client.soup(path)
    assert len(files(mount)) == 2
    assert step(client, slug, photo.id, "remove").status_code == 200
    assert [client.get(one).status_code for one in (*addresses, f"{path}{photo.id}/whole")] == [404, 404, 404]
    assert files(mount) == set()
    left = one(work)
    assert (left.state, left.alt, left.caption, left.credit, left.key) == ("removed", "", "", "", "")
    # Whoever still had the page open: twice is once, and words for what is gone are given back.
    assert client.send(page, path, form=f"{path}{photo.id}/remove").status_code == 200
    late = client.send(page, path, {"alt": "Lời đã gõ"}, form=f"{path}{photo.id}/describe")
    assert late.status_code == 422
    assert "Lời đã gõ" in late.text
    with work(write=False) as w:
        acts = w.db.scalars(
            select(Activity.action).where(Activity.subject == left.subject).order_by(Activity.seq)
        ).all()
    assert acts == [
        "photo.add", "photo.describe", "photo.publish", "photo.withhold", "photo.publish", "photo.remove"
    ]  # fmt: skip


def test_what_nobody_publishes_is_not_kept_for_ever(
    client: Visitor, slug: str, work: Any, mount: Any, clock: Any, runner: Any
) -> None:
    shown = put_up(client, slug, work)
    upload(client, slug, ("b.jpg", picture(colour="green")))
    assert len(files(mount)) == 4
    clock.travel(days=182)
    assert runner.invoke(args=["meetup", "worker", "--once"]).exit_code == 0
    assert (len(files(mount)), one(work).state) == (4, "withheld")
    clock.travel(days=2)
    assert runner.invoke(args=["meetup", "worker", "--once"]).exit_code == 0
    assert (len(files(mount)), one(work).state) == (2, "removed")
    assert client.get(f"/sessions/{slug}/photos/{shown.name}").status_code == 200
    assert runner.invoke(args=["meetup", "audit", "verify"]).exit_code == 0


def test_a_change_that_is_rolled_back_keeps_the_files(client: Visitor, slug: str, work: Any, mount: Any) -> None:
    photo = put_up(client, slug, work)
    with work() as w:
        service.remove(w, w.db.get_one(Photo, photo.id))
        w.db.rollback()
    assert len(files(mount)) == 2
    assert client.get(f"/sessions/{slug}/photos/{photo.name}").status_code == 200


def test_published_and_removed_at_once_is_never_both(client: Visitor, slug: str, work: Any, mount: Any) -> None:
    def take(action: Callable[[Any, Photo], object]) -> None:
        with work() as w:
            action(w, w.db.get_one(Photo, photo.id))
            w.commit()

    for colour in ("red", "green", "blue", "gold"):
        upload(client, slug, ("a.jpg", picture(colour=colour)))
        photo = one(work)
        step(client, slug, photo.id, "describe", alt="Mô tả")
        at_once(
            lambda: take(lambda w, found: service.publish(w, found, nobody_unasked=True)),
            lambda: take(service.remove),
            forgive=(Stale, WrongState),
        )
        left = one(work)
        there = client.get(f"/sessions/{slug}/photos/{photo.name}").status_code
        assert (left.state, there, bool(left.key)) in {("published", 200, True), ("removed", 404, False)}


def test_a_backup_brings_them_back(
    client: Visitor, runner: Any, slug: str, work: Any, mount: Any, tmp_path: Path, elsewhere: Callable[[], Any]
) -> None:
    photo = put_up(client, slug, work)
    upload(client, slug, ("b.jpg", picture(colour="green")))
    upload(client, slug, ("c.jpg", picture(colour="red")))
    step(client, slug, one(work).id, "remove")
    file = tmp_path / "night.tar"
    assert runner.invoke(args=["meetup", "backup", str(file)]).exit_code == 0
    app = elsewhere()
    done = app.test_cli_runner().invoke(args=["meetup", "restore", str(file)])
    assert done.exit_code == 0, done.output
    there: Any = app.test_client()
    for name in (photo.name, photo.small_name):
        path = f"/sessions/{slug}/photos/{name}"
        assert there.get(path).data == client.get(path).data != b""
    assert files(app.extensions["meetup"]["meetup"]) == files(mount)


def test_a_backup_before_the_migration_needs_none(runner: Any, mount: Any, tmp_path: Path) -> None:
    with mount.database.engine.begin() as connection:
        connection.execute(text("DROP TABLE meetup_photo"))
    done = runner.invoke(args=["meetup", "backup", str(tmp_path / "before.tar")])
    assert done.exit_code == 0, done.output
