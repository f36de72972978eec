"""What is done to remedies: planned, worked on, finished, opened again."""

from __future__ import annotations

from datetime import date

from meetup.api import N_, Faults, FrozenPeriod, InvalidInput, NotFound, Stale, Work, change, create, edit
from meetup_coffee_connect import agencies
from meetup_coffee_connect.remedies.models import Remedy


def plan(
    work: Work,
    period: FrozenPeriod,
    component: str,
    *,
    task: str,
    lead_department_id: int | None,
    due_on: date | None,
) -> Remedy:
    """Plan a remedy for a component criterion of a closed period.

    Args:
        component: its key.
        task: what is to be done.
        lead_department_id: whose it is.
        due_on: by when, in the site's zone.

    Raises:
        InvalidInput: with every fault.
        NotFound: if the period has no such component.
    """
    if component not in {one.key for one in period.versions[0].cards()[0].components}:
        raise NotFound()
    faults = Faults()
    remedy = Remedy(period_id=period.key, component=component, evidence="", evidence_url="")
    text, lead, day = _ordered(work, faults, task, lead_department_id, due_on, period.ends_on)
    faults.stop()
    remedy.task, remedy.lead_department_id, remedy.due_on = text, lead, day
    create(work, remedy, "plan", details={"component": component})
    return remedy


def reorder(
    work: Work,
    remedy: Remedy,
    *,
    task: str,
    lead_department_id: int | None,
    due_on: date | None,
    evidence: str,
    evidence_url: str,
    version: int,
) -> None:
    """Change everything about a remedy that is open: for organisers.

    Raises:
        InvalidInput: with every fault.
        Stale: if someone else changed it since `version`.
    """
    _check_open(remedy, version)
    faults = Faults()
    text, lead, day = _ordered(work, faults, task, lead_department_id, due_on, date(1990, 1, 1))
    shown, address = _evidence(faults, evidence, evidence_url)
    faults.stop()
    before = {"due_on": remedy.due_on.isoformat()} if day != remedy.due_on else {}
    values = {"task": text, "lead_department_id": lead, "due_on": day, "evidence": shown, "evidence_url": address}
    edit(work, remedy, "reorder", details=before, **values)


def report(work: Work, remedy: Remedy, *, evidence: str, evidence_url: str, version: int) -> None:
    """Say how far a remedy is: for the agency whose it is.

    Raises:
        InvalidInput: with every fault.
        Stale: if someone else changed it since `version`.
    """
    _check_open(remedy, version)
    faults = Faults()
    shown, address = _evidence(faults, evidence, evidence_url)
    faults.stop()
    edit(work, remedy, "report", evidence=shown, evidence_url=address)


def finish(work: Work, remedy: Remedy) -> None:
    """Say that it is done; what shows it has been written down before.

    Raises:
        InvalidInput: without evidence.
        WrongState: if it is done already.
    """
    if remedy.state == "open" and not (remedy.evidence or remedy.evidence_url):
        raise InvalidInput(
            "evidence", N_("Nothing shows yet that it is done."), N_("Write down what shows it, or give a link.")
        )
    change(work, remedy, "finish", done_at=work.now)


def reopen(work: Work, remedy: Remedy) -> None:
    """It is not done after all.

    Raises:
        WrongState: if it is open.
    """
    change(work, remedy, "reopen", done_at=None)


def _check_open(remedy: Remedy, version: int) -> None:
    if remedy.version != version:
        raise Stale()
    if remedy.state != "open":
        raise InvalidInput("", N_("It is done and no longer changed."), N_("Open it again first."))


def _ordered(
    work: Work, faults: Faults, task: str, lead_department_id: int | None, due_on: date | None, earliest: date
) -> tuple[str, int, date]:
    text = faults.text("task", task, 2_000, required=True, multiline=True)
    lead = agencies.check(work, faults, "lead_department_id", lead_department_id)
    if due_on is None:
        faults.add("due_on", N_("A due date is needed."), N_("Write it as 30/06/2027."))
    elif not earliest < due_on < date(2200, 1, 1):
        faults.add("due_on", N_("The due date has to lie after the period."))
    return text, lead, due_on or earliest


def _evidence(faults: Faults, evidence: str, evidence_url: str) -> tuple[str, str]:
    text = faults.text("evidence", evidence, 5_000, multiline=True)
    return text, faults.web_address("evidence_url", evidence_url)
