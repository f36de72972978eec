"""A test client that fills in forms as a person does: it looks at the page first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Visitor(FlaskClient):
    """Flask's test client, and forms."""

    def soup(self, path: str, status: int = 200) -> BeautifulSoup:
        """The page at `path`, parsed; it has to answer with `status`."""
        response = self.get(path)
        assert response.status_code == status, f"{path}: {response.status_code}\n{response.text[:2000]}"
        return parse(response)

    def fill(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        form: str = "",
        follow: bool = True,
    ) -> TestResponse:
        """Open the page at `path`, fill in its form and send it.

        Everything that the page has put into the form already is sent along,
        the token against forgery too.

        Args:
            path: the page's path.
            data: what is typed, by field name; a list for several of one name; None empties a field.
            form: which form, if the page has several: a CSS selector, or the path that it is sent to.
            follow: whether to go where the answer leads.
        """
        return self.send(self.soup(path), path, data, form=form, follow=follow)

    def send(
        self,
        page: BeautifulSoup,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        form: str = "",
        follow: bool = True,
    ) -> TestResponse:
        """Like :meth:`fill`, for a page that is open already."""
        found = find_form(page, form)
        values = form_values(found)
        for name, value in (data or {}).items():
            if value is None:
                values.pop(name, None)
            else:
                values[name] = value
        target = urlsplit(urljoin(f"http://localhost{path}", str(found.get("action") or "")))
        url = f"{target.path}?{target.query}" if target.query else target.path
        if str(found.get("method", "get")).lower() == "get":
            return self.get(target.path, query_string=values, follow_redirects=follow)
        return self.post(url, data=values, follow_redirects=follow, content_type="multipart/form-data")


def parse(response: TestResponse) -> BeautifulSoup:
    """A response's page."""
    return BeautifulSoup(response.text, "html.parser")


def find_form(page: BeautifulSoup, which: str = "") -> Tag:
    """The form that `which` (a selector, or the path it is sent to) says; otherwise the page's main one."""
    forms = page.find_all("form")
    if which.startswith("/"):
        forms = [form for form in forms if urlsplit(str(form.get("action") or "")).path == which]
    elif which:
        forms = page.select(which)
    else:
        # Language and sign-out stand in every page's head.
        main = page.find("main")
        own = main.find_all("form", method=lambda method: (method or "").lower() == "post") if main else []
        forms = own or forms
    assert forms, f"no form {which!r} on {page.title.string if page.title else 'the page'}"
    assert len(forms) == 1 or not which, f"{len(forms)} forms are {which!r}"
    return forms[0]


def form_values(form: Tag) -> dict[str, Any]:
    """What a browser would send if nothing were typed."""
    values: dict[str, list[str]] = {}
    for field in form.find_all(["input", "select", "textarea"]):
        name = field.get("name")
        if not name or field.has_attr("disabled"):
            continue
        values.setdefault(str(name), []).extend(_sent(field))
    return {name: sent[0] if len(sent) == 1 else sent for name, sent in values.items() if sent}


def _sent(field: Tag) -> list[str]:
    kind = str(field.get("type", "text")).lower()
    if field.name == "textarea":
        # HTML swallows one line break right after the tag.
        return [field.get_text().removeprefix("\n")]
    if field.name == "select":
        options = field.find_all("option")
        chosen = [option for option in options if option.has_attr("selected")]
        if not chosen and not field.has_attr("multiple"):
            chosen = options[:1]
        return [str(option.get("value", option.get_text())) for option in chosen]
    if kind in {"submit", "button", "image", "reset", "file"}:
        return []
    if kind in {"checkbox", "radio"}:
        return [str(field.get("value", "on"))] if field.has_attr("checked") else []
    return [str(field.get("value", ""))]
