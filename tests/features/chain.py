"""What the tests of the whole chain share: input files, staff, the worker, a caller of the API."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ENTERPRISES = (
    "Loại hình;Mã số thuế;Tên doanh nghiệp;Người liên hệ;Email;Điện thoại\n"
    "Doanh nghiệp;9999900013;Công ty TNHH Thủy sản Mẫu Một;Nguyễn Văn An;an@mot.example;0290 000 0001\n"
)
DEPARTMENTS = (
    "Mã;Tên cơ quan;Loại;Email;Email thủ trưởng\n"
    "STC;Sở Tài chính;Sở;stc@province.example;gd.stc@province.example\n"
    "SXD;Sở Xây dựng;Sở;sxd@province.example;gd.sxd@province.example\n"
)
PASSWORD = "mot-mat-khau-that-dai"
STAFF = (
    ("admin@province.example", "admin", ()),
    ("thuky@province.example", "organizer", ()),
    ("canbo@stc.example", "officer", ("--department", "STC")),
    ("canbo@sxd.example", "officer", ("--department", "SXD")),
    ("lanhdao@province.example", "leader", ()),
)


def command(runner: Any, *arguments: str) -> Any:
    """Run a command of ours; it has to succeed."""
    result = runner.invoke(args=["meetup", *arguments])
    assert result.exit_code == 0, result.output
    return result


def bring_in(runner: Any, folder: Path) -> None:
    """Departments and enterprises out of files, as an operator brings them in."""
    (folder / "enterprises.csv").write_text(ENTERPRISES, "utf-8-sig")
    (folder / "departments.csv").write_text(DEPARTMENTS, "utf-8-sig")
    for what in ("departments", "enterprises"):
        command(runner, "import", what, str(folder / f"{what}.csv"))


def hire(runner: Any) -> None:
    """The five who sign in."""
    for email, role, more in STAFF:
        command(runner, "user", "add", email, "--role", role, "--password", PASSWORD, "--name", email, *more)


def deliver(runner: Any) -> dict[str, Any]:
    """The worker, once; its counts."""
    counts: dict[str, Any] = json.loads(command(runner, "worker", "--once").stdout)
    assert counts.get("failed", 0) == counts.get("dead", 0) == 0, counts
    return counts


def sign_in(client: Any, email: str) -> Any:
    """Through the sign-in page."""
    answer = client.fill("/login", {"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text[:500]
    assert client.get("/desk", follow_redirects=True).status_code == 200, f"{email} is not signed in"
    return client


def own_path(text: str) -> str:
    """The path of the own page that a mail leads to."""
    found = re.search(r"http://[^/\s]+(/r/[\w-]+)", text)
    assert found, text
    return found[1]


class Api:
    """A caller with one token."""

    def __init__(self, site: Any, token: str) -> None:
        self.client = site.test_client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, body: Any = None, status: int | None = None, **headers: str) -> Any:
        response = self.client.open(f"/api/v1{path}", method=method, json=body, headers={**self.headers, **headers})
        if status is not None:
            assert response.status_code == status, f"{method} {path}: {response.status_code} {response.text}"
        return response


def tokens_of(runner: Any) -> Any:
    """Makes a token by the command and gives its text."""

    def make(role: str, *more: str) -> str:
        result = runner.invoke(args=["meetup", "token", "create", f"test {role}", "--role", role, *more])
        assert result.exit_code == 0, result.output
        return next(word for word in result.output.split() if word.startswith("mtp_"))

    return make
