"""What no call of the API can read is the caller's fault, whichever call it is sent to."""

from __future__ import annotations

import re
from typing import Any

import pytest

from meetup.rest.tokens import create_token

#: Each is JSON, or looks like it for long enough.
BODIES = {
    "lists in lists": b"[" * 200_000,
    "objects in objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep in a field": b'{"title":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "a number without end": b'{"title": ' + b"1" * 6_000 + b"}",
    "half a pair": b'{"to": "\\ud800"}',
    "half a pair, deep down": b'{"a": [{"b": ["x", "\\udc00"]}]}',
    "half a pair as a name": b'{"title": {"vi": "x", "\\ud800": 1}}',
    "NUL": b'{"text": "a\\u0000b"}',
}
METHODS = ("POST", "PUT", "PATCH")


@pytest.fixture
def calls(site: Any) -> list[tuple[str, str]]:
    """Every call that takes a body."""
    return [
        (method, re.sub(r"<int[^<>]*>", "1", re.sub(r"<[^<>]*code>", "STC", rule.rule)))
        for rule in site.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in METHODS
        if method in (rule.methods or ())
    ]


@pytest.mark.parametrize("name", BODIES)
def test_it_is_the_callers_fault(site: Any, work: Any, calls: list[tuple[str, str]], name: str) -> None:
    with work() as w:
        _row, token = create_token(w, name="thử", role="admin")
        w.commit()
    client = site.test_client()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    found = {
        (method, path): client.open(path, method=method, data=BODIES[name], headers=headers) for method, path in calls
    }
    assert len(found) > 40
    wanted = 422 if "half" in name or name == "NUL" else 400
    read = {one for one, answer in found.items() if "The body " in answer.text or "Invalid JSON" in answer.text}
    assert {found[one].status_code for one in read} == {wanted}
    assert len(read) > 20, "most of them read a body"
    # The others take none: what they say is about the thing, which is not there.
    left = {one: answer.status_code for one, answer in found.items() if one not in read}
    assert {one: code for one, code in left.items() if code >= 500} == {}
    for one in sorted(read):
        assert found[one].content_type == "application/problem+json"
        assert "body" in found[one].json["detail"]


def test_a_text_may_have_every_other_escape(site: Any, work: Any) -> None:
    with work() as w:
        _row, token = create_token(w, name="thử", role="admin")
        w.commit()
    answer = site.test_client().post(
        "/api/v1/programmes",
        data=b'{"name": "C\\u00e0 ph\\u00ea \\ud83d\\ude00 \\\\u0000"}',
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    assert answer.status_code == 201, answer.json
    assert answer.json["name"] == "Cà phê 😀 \\u0000"
