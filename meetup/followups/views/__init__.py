"""The pages about follow-ups: department, organiser, secretary, leader, enterprise, and a department's feed."""

from __future__ import annotations

from meetup.followups.views import department, feed, leader, live, minutes, one, organize, own
from meetup.followups.views.base import bp

__all__ = ["bp", "department", "feed", "leader", "live", "minutes", "one", "organize", "own"]
