"""How long messages are kept: as sent for the programme's retention, dead letters for 90 days."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from meetup.outbox.models import Outgoing
from meetup.work import Work

DEAD_DAYS = 90
_STEP = 500


def tidy(work: Work) -> int:
    """Delete what was kept long enough, a few hundred rows at a time; gives how many."""
    sent_before = work.now - timedelta(days=work.settings.mail_keep_days)
    count = _delete(work, ("sent",), sent_before)
    return count + _delete(work, ("dead", "superseded", "expired"), work.now - timedelta(days=DEAD_DAYS))


def _delete(work: Work, states: tuple[str, ...], before: datetime) -> int:
    # ``not_before`` moves with every try, and is in the index: nothing settled long ago has a late one.
    old = work.db.scalars(
        select(Outgoing.id)
        .where(Outgoing.state.in_(states), Outgoing.not_before < before)
        .order_by(Outgoing.not_before)
        .limit(_STEP)
    ).all()
    if old:
        work.db.execute(delete(Outgoing).where(Outgoing.id.in_(old)).execution_options(synchronize_session=False))
    return len(old)
