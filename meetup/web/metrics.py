"""What Prometheus may ask about a mount: requests as they pass, and the outbox as it stands."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator

from flask import Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from meetup.mount import Mount
from meetup.outbox.models import Outgoing, TransportState

#: Where the processes of ``meetup run`` keep their numbers together; prometheus-client's own name.
SHARED = "PROMETHEUS_MULTIPROC_DIR"

_STATES = ("queued", "leased", "sent", "dead", "superseded", "expired")


class Metrics:
    """The numbers of one mount, in a registry of its own."""

    def __init__(self, mount: Mount) -> None:
        self.mount = mount
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "meetup_requests",
            "Requests answered.",
            ("endpoint", "method", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "meetup_request_seconds",
            "How long an answer took.",
            ("endpoint",),
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
            registry=self.registry,
        )

    def count(self, response: Response) -> Response:
        """Count the request that is being answered, if it came to this mount."""
        blueprint = request.blueprint or ""
        if blueprint == self.mount.name or blueprint.startswith(f"{self.mount.name}."):
            started = g.get("meetup_started")
            took = None if started is None else time.perf_counter() - started
            self.add(request.endpoint or "", request.method, response.status_code, took)
        return response

    def add(self, endpoint: str, method: str, status: int, seconds: float | None) -> None:
        """Count one request, and how long its answer took if that is known."""
        self.requests.labels(endpoint, method, str(status)).inc()
        if seconds is not None:
            self.seconds.labels(endpoint).observe(seconds)

    def text(self) -> bytes:
        """All numbers, in Prometheus' text format; of all web processes where they share a folder."""
        outbox = CollectorRegistry()
        outbox.register(_Outbox(self.mount))
        if os.environ.get(SHARED):
            shared = CollectorRegistry()
            MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
            return generate_latest(shared) + generate_latest(outbox)
        return generate_latest(self.registry) + generate_latest(outbox)


class _Outbox(Collector):
    """The outbox by state. Read from the database, since the worker is another process, on another machine perhaps."""

    def __init__(self, mount: Mount) -> None:
        self.mount = mount

    def describe(self) -> Iterable[Metric]:
        """Nothing: what there is, the database says when asked."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Messages by state, how late the next one is, and which channels are ill."""
        messages = GaugeMetricFamily("meetup_outbox_messages", "Messages in the outbox.", labels=("state",))
        late = GaugeMetricFamily("meetup_outbox_late_seconds", "How long the oldest message that is due has waited.")
        alarm = GaugeMetricFamily("meetup_transport_alarm", "1 while a channel is ill.", labels=("channel",))
        with self.mount.work(write=False) as work:
            counted = work.db.execute(select(Outgoing.state, func.count()).group_by(Outgoing.state)).all()
            found: dict[str, int] = {row[0]: row[1] for row in counted}
            oldest = work.db.scalar(
                select(func.min(Outgoing.not_before)).where(Outgoing.state == "queued", Outgoing.not_before <= work.now)
            )
            channels = work.db.execute(select(TransportState.channel, TransportState.alarm)).all()
            waited = (work.now - oldest).total_seconds() if oldest else 0.0
        for state in sorted({*_STATES, *found}):
            messages.add_metric((state,), found.get(state, 0))
        late.add_metric((), waited)
        for channel, text in channels:
            alarm.add_metric((channel,), 1 if text else 0)
        yield from (messages, late, alarm)
