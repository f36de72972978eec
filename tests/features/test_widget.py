"""The widget for the province's own site: what it shows, what it never shows, and who may frame it (R28)."""

from __future__ import annotations

from typing import Any

import pytest

from meetup import create_app
from meetup.errors import BadConfiguration
from meetup.sessions import service as sessions
from tests.factories import ADMIN, Unit, make_programme, make_session, sign_in
from tests.rig.visitor import Visitor


@pytest.fixture
def settings() -> dict[str, Any]:
    """Two sites."""
    return {"MEETUP_WIDGET_SITES": "https://province.example, https://*.gov.example"}


def _told(work: Any, title: str, **values: Any) -> None:
    session = make_session(work, title=title, **values)
    sessions.hold(work, session)
    sessions.report(work, session, summary=f"Kết quả của {title}.")


def test_it_shows_what_comes_and_what_came_of_the_last_ones(client: Visitor, work: Unit) -> None:
    with work() as w:
        make_session(w, title="Phiên tới")
        make_session(w, title="Bản nháp", published=False)
        make_session(w, title="Phiên kín", is_private=True)
        _told(w, "phiên một")
        _told(w, "phiên kín đã qua", is_private=True)
        w.commit()
    soup = client.soup("/widget/")
    words = soup.get_text()
    assert "Phiên tới" in words
    assert "Kết quả của phiên một." in words
    assert not [one for one in ("Bản nháp", "Phiên kín", "phiên kín đã qua") if one in words]
    assert {one["target"] for one in soup.find_all("a")} == {"_top"}
    with work() as w:
        _told(w, "phiên hai")
        w.commit()
    assert "Kết quả của phiên hai." in client.soup("/widget/").get_text()
    assert "Sessions to come" in client.soup("/widget/?lang=en").get_text()


def test_one_programme_alone(client: Visitor, work: Unit) -> None:
    with work() as w:
        make_session(w, title="Của chương trình thứ nhất")
        other = make_programme(w, name="Chương trình thứ hai")
        make_session(w, other, title="Của chương trình thứ hai")
        slug = other.slug
        w.commit()
    words = client.soup(f"/widget/?programme={slug}").get_text()
    assert "Của chương trình thứ hai" in words
    assert "Của chương trình thứ nhất" not in words


def test_the_sites_of_the_setting_may_frame_it_and_no_other_page(client: Visitor) -> None:
    policy = client.get("/widget/").headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self' https://province.example https://*.gov.example")
    # The second time it comes out of what is kept.
    assert client.get("/widget/").headers["Content-Security-Policy"] == policy
    assert client.get("/sessions/").headers["Content-Security-Policy"].endswith("frame-ancestors 'self'")


@pytest.mark.parametrize("site", ["province.example", "https://a.example; script-src *", "https://a.example/path", "*"])
def test_what_is_no_site_stops_the_start(config: dict[str, Any], tmp_path: Any, site: str) -> None:
    with pytest.raises(BadConfiguration, match="MEETUP_WIDGET_SITES"):
        create_app({**config, "MEETUP_WIDGET_SITES": site}, instance=tmp_path)


def test_the_programmes_page_says_how_to_put_it_there(client: Visitor, work: Unit, mount: Any) -> None:
    with work() as w:
        slug = make_programme(w).slug
        w.commit()
    sign_in(mount, ADMIN)
    words = client.soup(f"/organize/programmes/{slug}").get_text()
    assert f'<iframe src="http://localhost/widget/?programme={slug}"' in words
    assert "https://province.example, https://*.gov.example" in words
