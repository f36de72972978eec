"""The rules and questions of a programme: what holds until somebody changes them, and changing them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as DbSession

from meetup.api import N_, Fault, InvalidInput, Programme, Stale, Work, guarded_update
from meetup_survey.models import KINDS, Choice, Question, Rules
from meetup_survey.numbers import whole_number

#: How many questions a programme asks at most: what is short is answered.
MOST = 10
MOST_CHOICES = 12
#: The longest delay in hours, and the longest time in days to answer in.
LONGEST_DELAY, LONGEST_OPEN, LONGEST_OUTCOME = 720, 60, 365

_YES = (Choice(1, "Có", "Yes"), Choice(2, "Có thể", "Maybe"), Choice(3, "Không", "No"))
_DEFAULTS = (
    (
        "mark",
        "Buổi gặp hữu ích thế nào đối với đơn vị của Quý vị?",
        "How useful was the session to your business?",
        (),
        True,
    ),
    (
        "mark",
        "Các ý kiến của Quý vị được trả lời đúng trọng tâm đến mức nào?",
        "How much to the point were the answers that you got?",
        (),
        False,
    ),
    ("choice", "Quý vị có muốn dự lần sau không?", "Would you come again?", _YES, False),
    ("text", "Chúng tôi nên làm tốt hơn điều gì?", "What should we do better?", (), False),
)


@dataclass(frozen=True)
class Typed:
    """A question as it was typed.

    Args:
        key: of the question that it was; empty: a new one.
        place: where it is to stand; empty: where it stands among the others.
        choices: one a line, Vietnamese and English with a | between.
    """

    key: str
    place: str
    kind: str
    name: str
    name_en: str
    choices: str
    is_required: bool


def standard_rules(programme_id: int) -> Rules:
    """What holds until somebody changes it; not stored."""
    return Rules(
        programme_id=programme_id,
        is_on=True,
        delay_hours=3,
        open_days=14,
        outcome_is_on=True,
        outcome_days=30,
        version=0,
    )


def standard_questions(programme_id: int) -> list[Question]:
    """The questions that are shipped; not stored."""
    return [
        Question(
            programme_id=programme_id,
            place=place,
            kind=kind,
            name=name,
            name_en=name_en,
            offered=[asdict(one) for one in choices],
            is_required=needed,
        )
        for place, (kind, name, name_en, choices, needed) in enumerate(_DEFAULTS, 1)
    ]


def rules_by_programme(db: DbSession) -> dict[int, Rules]:
    """The rules of every programme, stored or standard; one statement."""
    rows = db.execute(select(Programme.id, Rules).outerjoin(Rules, Rules.programme_id == Programme.id))
    return {key: standard_rules(key) if rules is None else rules for key, rules in rows}


def rules_of(db: DbSession, programme_id: int) -> Rules:
    """The rules of one programme, stored or standard."""
    return db.scalar(select(Rules).where(Rules.programme_id == programme_id)) or standard_rules(programme_id)


def questions_of(db: DbSession, programme_id: int) -> Sequence[Question]:
    """What a programme asks now, in order; the standard questions, not stored, if nothing was stored yet."""
    found = db.scalars(
        select(Question)
        .where(Question.programme_id == programme_id, Question.retired_at.is_(None))
        .order_by(Question.place, Question.id)
    ).all()
    return found or standard_questions(programme_id)


def store_standard(work: Work, programme_id: int) -> Rules:
    """The rules of a programme, stored with its questions if they were not; for whoever is about to need their keys."""
    rules = rules_of(work.db, programme_id)
    if rules.version:
        return rules
    rules.version = 1
    try:
        with work.db.begin_nested():
            work.db.add_all([rules, *standard_questions(programme_id)])
            work.db.flush()
    except IntegrityError:
        # Another worker has just done so.
        return rules_of(work.db, programme_id)
    return rules


def save(
    work: Work, programme: Programme, *, version: int, rules: Mapping[str, object], typed: Sequence[Typed]
) -> Rules:
    """Make the rules and questions of `programme` what was typed.

    A question that is answered keeps its answers: with other words it is the same one, as another kind it is
    a new one; what is left out retires.

    Args:
        version: the version that was changed; 0: the standard rules.
        rules: ``is_on``, ``delay`` and ``unit`` (``hours`` or ``days``), ``open_days``, ``outcome_is_on``,
            ``outcome_days``.
        typed: the questions; one without words is left out.

    Raises:
        InvalidInput: with every fault; those of a question under ``questions.<row>.<field>``.
        Stale: if somebody else changed them since.
    """
    faults: list[Fault] = []
    values = _rules(rules, faults)
    asked = [(at, one) for at, one in enumerate(typed) if one.name.strip()]
    for at, one in asked:
        _check(at, one, faults)
    faults += [
        Fault(f"questions.{at}.name", N_("The question has no words in Vietnamese."), N_("Say it in Vietnamese too."))
        for at, one in enumerate(typed)
        if not one.name.strip() and one.name_en.strip()
    ]
    if not asked:
        faults.append(Fault("questions", N_("There is no question."), N_("Ask at least one.")))
    if len(asked) > MOST:
        faults.append(Fault("questions", N_("These are more than %(most)s questions."), N_("Ask less."), most=MOST))
    if faults:
        raise InvalidInput.many(faults)
    kept = store_standard(work, programme.id)
    if kept.version != (version or 1):
        raise Stale()
    guarded_update(work.db, kept, **values)
    _store(work, programme.id, [one for _at, one in asked], standard=not version)
    work.log("survey.edit", kept, questions=len(asked), rules=values)
    return kept


def _rules(given: Mapping[str, object], faults: list[Fault]) -> dict[str, int | bool]:
    def number(name: str, least: int, most: int) -> int:
        found = whole_number(str(given.get(name) or ""), most)
        if found is None or found < least:
            rule = N_("This is no whole number from %(least)s to %(most)s.")
            faults.append(Fault(name, rule, N_("Correct it."), least=least, most=most))
            return least
        return found

    days = given.get("unit") == "days"
    delay = number("delay", 0, LONGEST_DELAY // 24 if days else LONGEST_DELAY)
    return {
        "is_on": bool(given.get("is_on")),
        "delay_hours": delay * 24 if days else delay,
        "open_days": number("open_days", 1, LONGEST_OPEN),
        "outcome_is_on": bool(given.get("outcome_is_on")),
        "outcome_days": number("outcome_days", 0, LONGEST_OUTCOME),
    }


def _check(at: int, one: Typed, faults: list[Fault]) -> None:
    def fault(field: str, rule: str, mend: str, **more: object) -> None:
        faults.append(Fault(f"questions.{at}.{field}", rule, mend, **more))

    if one.kind not in KINDS:
        fault("kind", N_("There is no such kind of question."), N_("Choose one of the list."))
    for field in ("name", "name_en"):
        if len(getattr(one, field).strip()) > 300:
            fault(field, N_("This is longer than %(most)s characters."), N_("Shorten it."), most=300)
    if one.place.strip() and whole_number(one.place, 999) is None:
        fault("place", N_("This is no place in the order."), N_("Write 1 for the first, 2 for the second."))
    if one.kind == "choice":
        choices = _choices(one.choices)
        if not 2 <= len(choices) <= MOST_CHOICES:
            rule = N_("A choice is between 2 and %(most)s things.")
            fault("choices", rule, N_("Write each on a line of its own."), most=MOST_CHOICES)
        elif any(len(part) > 120 for pair in choices for part in pair):
            fault("choices", N_("This is longer than %(most)s characters."), N_("Shorten it."), most=120)


def _choices(text: str) -> list[tuple[str, str]]:
    pairs = (line.partition("|") for line in text.splitlines())
    found = {name.strip(): name_en.strip() for name, _sign, name_en in pairs if name.strip()}
    return list(found.items())


def _store(work: Work, programme_id: int, typed: Iterable[Typed], *, standard: bool) -> None:
    present = list(questions_of(work.db, programme_id))
    # The standard questions had no keys while they were changed: they are known by their order.
    keys = {str(place if standard else one.id): one for place, one in enumerate(present, 1)}
    left = {one.id for one in present}
    ordered = sorted(typed, key=lambda one: whole_number(one.place, 999) or 1000)
    for place, one in enumerate(ordered, 1):
        question = keys.pop(one.key, None)
        if question is None or question.kind != one.kind:
            question = Question(programme_id=programme_id, kind=one.kind, offered=[])
            work.db.add(question)
        else:
            left.discard(question.id)
        question.place, question.name, question.name_en = place, one.name.strip(), one.name_en.strip()
        question.is_required = one.is_required
        if one.kind == "choice":
            question.offered = [asdict(choice) for choice in merged(question.all_choices, _choices(one.choices))]
    for before in present:
        if before.id in left:
            before.retired_at = work.now
    work.db.flush()


def merged(before: Sequence[Choice], now: Sequence[tuple[str, str]]) -> list[Choice]:
    """The choices `now`, each with the key that its words had before; what is gone stays, and is offered no more."""
    known = {one.name: one.key for one in before}
    free = max(known.values(), default=0)
    made = []
    for name, name_en in now:
        if name not in known:
            free += 1
            known[name] = free
        made.append(Choice(known[name], name, name_en))
    names = {name for name, _english in now}
    return [*made, *(replace(one, is_offered=False) for one in before if one.name not in names)]
