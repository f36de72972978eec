"""The other language is one press away, also from the page of a step that was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.features.issuing import ORGANIZER, Province, build
from tests.rig.visitor import Visitor, parse

if TYPE_CHECKING:
    from meetup.mount import Mount


@pytest.fixture
def province(mount: Mount, work: Any) -> Province:
    return build(mount, work)


def other(answer: Any) -> str:
    """Where the header leads for the other language."""
    return str(parse(answer).select_one(".mu-tool[hreflang]")["href"])  # type: ignore[index]


def test_of_a_page_and_of_a_refused_step(client: Visitor, province: Province) -> None:
    number = province.raise_issue()
    own = f"/r/{province.thuy}/issues/{number}"
    assert other(client.get(own)) == "?lang=en"
    refused = client.fill(own, {"body": ""}, form=f"{own}/write")
    assert refused.status_code == 422
    assert other(refused) == f"{own}?lang=en"
    english = client.get(other(refused))
    assert english.status_code == 200 and '<html lang="en">' in english.text
    # Where form and step have one address, it is that one.
    new = f"/r/{province.thuy}/issues/new"
    assert other(client.fill(new, {"title": ""})) == "?lang=vi"


def test_on_the_desk(client: Visitor, province: Province) -> None:
    number = province.raise_issue()
    province.sign_in(ORGANIZER)
    desk = f"/organize/issues/{number}"
    refused = client.fill(desk, {"reason": ""}, form=f"{desk}/decline")
    assert refused.status_code == 422
    assert other(refused) == f"{desk}?lang=en"
    assert client.get(other(refused)).status_code == 200
