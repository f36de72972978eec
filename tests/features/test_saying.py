"""What readers hear of states and actions: their names on screen, never those of the table."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from meetup import create_app
from meetup.domain.machine import Machine
from meetup.errors import WrongState
from meetup.followups.models import Draft, FollowUp
from meetup.issues.models import Issue
from meetup.photos.models import Photo
from meetup.registrations.models import Registration
from meetup.scorecards.models import Period
from meetup.sessions.models import Session
from meetup.web.i18n import in_locale
from meetup.web.saying import action_words, say, state_words

MACHINES = [model.MACHINE for model in (Session, Registration, Issue, FollowUp, Draft, Period, Photo)]


@pytest.fixture(scope="module")
def talking(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("saying")
    return create_app(
        {"MEETUP_DATABASE_URL": f"sqlite:///{folder}/x.sqlite3", "SECRET_KEY": "x" * 40, "MEETUP_SECRET_KEY": "x" * 40},
        instance=folder,
    )


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
@pytest.mark.parametrize("locale", ["vi", "en"])
def test_every_arrow_and_state_has_words(talking: Flask, machine: Machine, locale: str) -> None:
    mount = talking.extensions["meetup"]["meetup"]
    with talking.test_request_context("/"), in_locale(mount, locale):
        for name in (*machine.actions, *machine.states):
            words = action_words(machine.name, name) if name in machine.actions else state_words(machine.name, name)
            assert words[0].isupper(), f"{machine.name}: {name} is shown as {words}"
            if locale == "vi":
                assert not words.isascii(), f"{machine.name}: {name} is shown as {words}"


def test_a_wrong_state_is_said_in_vietnamese(talking: Flask) -> None:
    mount = talking.extensions["meetup"]["meetup"]
    with talking.test_request_context("/"), in_locale(mount, "vi"):
        for machine in MACHINES:
            for state in machine.states:
                error = WrongState(machine.name, state, machine.actions[0], machine.possible(state))
                text = say(error)
                assert not re.search(r"[a-z]_[a-z]", text), text
                assert not set(re.findall(r"[a-z_]+", text)) & set(machine.actions), text
