"""Sessions out of a table, one row at a time: drafted, updated, and published where the table says so."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from meetup.domain.text import fold
from meetup.errors import N_, Fault
from meetup.programmes.models import Programme
from meetup.sessions.models import Session
from meetup.sessions.service import draft, publish, update
from meetup.tables.cells import clock_time, day, moment, whole, yes_no
from meetup.tables.columns import Cells, Column
from meetup.work import Work

COLUMNS = (
    Column("slug", N_("Short address"), ("Mã buổi", "Định danh")),
    Column("programme", N_("Programme"), ("Chương trình",)),
    Column("title", N_("Title of session"), ("Tên buổi", "Tiêu đề", "Buổi", "session"), required=True),
    Column("topic", N_("Topic"), ("Chuyên đề", "Chủ đề")),
    Column("description", N_("Description"), ("Nội dung", "Mô tả")),
    Column("date", N_("Date"), ("Ngày", "Ngày tổ chức"), required=True),
    Column("starts", N_("Starts"), ("Bắt đầu", "Giờ bắt đầu", "start", "starts at"), required=True),
    Column("ends", N_("Ends"), ("Kết thúc", "Giờ kết thúc", "end", "ends at"), required=True),
    Column("venue", N_("Venue"), ("Địa điểm",)),
    Column("online_url", N_("Online address"), ("Đường dẫn trực tuyến", "Link họp")),
    Column("capacity", N_("Seats"), ("Số chỗ", "Sức chứa")),
    Column("seats_per_enterprise", N_("Seats per enterprise"), ("Số chỗ mỗi doanh nghiệp",)),
    Column("chair", N_("Chair"), ("Chủ trì",)),
    Column("chair_role", N_("Position of the chair"), ("Chức danh chủ trì", "Chức vụ chủ trì")),
    Column("secretary", N_("Secretary"), ("Thư ký",)),
    Column("registration_opens_at", N_("Registration opens"), ("Mở đăng ký",)),
    Column("registration_closes_at", N_("Registration closes"), ("Đóng đăng ký",)),
    Column("is_private", N_("Private"), ("Riêng tư", "Không công khai")),
    Column("published", N_("Published"), ("Công bố", "publish")),
)

_TEXTS = {"title": 200, "topic": 200, "venue": 300, "online_url": 500, "chair": 120, "chair_role": 120}
_LAST_MINUTE = time(23, 59)


class SessionRows:
    """Takes rows of sessions.

    A session is known by its short address where the file has one, else by its
    programme, day and title.

    Args:
        programme: whose sessions they are where a row does not say.
    """

    columns = COLUMNS

    def __init__(self, work: Work, programme: Programme | None = None) -> None:
        self.work = work
        self.programmes = list(work.db.scalars(select(Programme).order_by(Programme.id)))
        self.programme = programme or (self.programmes[0] if len(self.programmes) == 1 else None)
        self._lines: dict[tuple[int, date, str], int] = {}

    def take(self, cells: Cells) -> str:
        """Take one row: ``created``, ``updated`` or ``unchanged``; faults are left in `cells`."""
        programme = self._programme(cells)
        zone = ZoneInfo(programme.timezone) if programme and programme.timezone else self.work.zone
        values: dict[str, Any] = {name: cells.text(name, length) for name, length in _TEXTS.items()}
        values["secretary"] = cells.text("secretary", 120)
        values["description"] = cells.text("description", 10_000, multiline=True)
        cells.text("title", 200, required=True)
        values["capacity"] = self._whole(cells, "capacity", 10_000)
        values["seats_per_enterprise"] = self._whole(cells, "seats_per_enterprise", 100)
        values["is_private"] = cells.take("is_private", partial(yes_no, field="is_private"))
        values.update(self._times(cells, zone))
        published = cells.take("published", partial(yes_no, field="published"))
        if programme is not None and values["starts_at"] is not None:
            key = (programme.id, values["starts_at"].date(), fold(values["title"]))
            line = self._lines.setdefault(key, cells.row.line)
            if line != cells.row.line:
                cells.faults.append(Fault("title", N_("Line %(line)s has the same session."), line=line))
        if cells.faults or programme is None:
            return "faulty"
        given = {name: value for name, value in values.items() if value not in (None, "")}
        return self._put(programme, zone, cells.text("slug", 120), given, bool(published))

    def _whole(self, cells: Cells, name: str, most: int) -> int | None:
        return cells.take(name, lambda text: whole(text, name, least=1, most=most))

    def _programme(self, cells: Cells) -> Programme | None:
        wanted = fold(cells.raw("programme"))
        if not wanted:
            if self.programme is None:
                cells.faults.append(
                    Fault("programme", N_("Say which programme: in a column, or with --programme SLUG."))
                )
            return self.programme
        for programme in self.programmes:
            if wanted in (programme.slug, fold(programme.name), fold(programme.name_en)):
                return programme
        cells.faults.append(
            Fault("programme", N_("There is no programme “%(text)s”."), text=cells.raw("programme")[:80])
        )
        return None

    def _times(self, cells: Cells, zone: ZoneInfo) -> dict[str, datetime | None]:
        on = cells.take("date", partial(day, field="date"), required=True)
        starts = cells.take("starts", partial(clock_time, field="starts"), required=True)
        ends = cells.take("ends", partial(clock_time, field="ends"), required=True)
        found: dict[str, datetime | None] = {"starts_at": None, "ends_at": None}
        if on and starts and ends:
            begin, end = datetime.combine(on, starts, zone), datetime.combine(on, ends, zone)
            if end <= begin:
                end += timedelta(days=1)
            if end - begin > timedelta(hours=16):
                cells.faults.append(Fault("ends", N_("This is before the beginning.")))
            found = {"starts_at": begin, "ends_at": end}
        for name, otherwise in (("registration_opens_at", time(0)), ("registration_closes_at", _LAST_MINUTE)):
            found[name] = cells.take(name, partial(moment, field=name, zone=zone, otherwise=otherwise))
        opens, closes = found["registration_opens_at"], found["registration_closes_at"]
        if opens and closes and closes <= opens:
            cells.faults.append(Fault("registration_closes_at", N_("Registration would close before it opens.")))
        return found

    def _put(self, programme: Programme, zone: ZoneInfo, slug: str, given: dict[str, Any], published: bool) -> str:
        session = self._find(programme, zone, slug, given)
        if session is None:
            session = draft(self.work, programme=programme, **given)
            result = "created"
        else:
            changed = {name: value for name, value in given.items() if getattr(session, name) != value}
            if changed:
                session = update(self.work, session, **changed)
            result = "updated" if changed else "unchanged"
        if published and session.state == "draft":
            publish(self.work, session)
            result = "updated" if result == "unchanged" else result
        return result

    def _find(self, programme: Programme, zone: ZoneInfo, slug: str, given: dict[str, Any]) -> Session | None:
        found = select(Session).where(Session.programme_id == programme.id).options(joinedload(Session.programme))
        if slug:
            by_slug = self.work.db.scalars(found.where(Session.slug == slug)).one_or_none()
            if by_slug is not None:
                return by_slug
        midnight = datetime.combine(given["starts_at"].date(), time(0), zone)
        found = found.where(Session.starts_at >= midnight, Session.starts_at < midnight + timedelta(days=1))
        for session in self.work.db.scalars(found.order_by(Session.id)):
            if fold(session.title) == fold(given["title"]) and session.state != "cancelled":
                return session
        return None
