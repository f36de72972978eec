"""The pages about issues: for the public, for the enterprise behind its link, for the staff, for the hall."""

from __future__ import annotations

from meetup.issues.views import agenda, bulk, comments, desk, entry, files, own, projector, public, triage
from meetup.issues.views.base import bp

__all__ = ["agenda", "bp", "bulk", "comments", "desk", "entry", "files", "own", "projector", "public", "triage"]
