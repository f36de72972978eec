"""The pages about sessions: for the public, for calendars, for the organiser's desk."""

from __future__ import annotations

from meetup.sessions.views import calendars, desk, editing, month, public, widget
from meetup.sessions.views.base import bp
from meetup.sessions.views.public import home

__all__ = ["bp", "calendars", "desk", "editing", "home", "month", "public", "widget"]
