"""How fast messages leave, beside smtplib alone on one kept-open connection to the same sink."""

from __future__ import annotations

import smtplib
import tempfile
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import delete, select

from meetup.access import SYSTEM
from meetup.mount import Mount
from meetup.outbox import worker
from meetup.outbox.models import Outgoing
from meetup.outbox.service import enqueue
from tests.bench.measured import Measured, site
from tests.features.outboxing import Letters
from tests.rig import sink

LIMIT = 0.8
#: What a server needs for a message, in milliseconds: one that keeps it on two disks and looks through it takes
#: 25 and more; 0 is a server that does nothing at all.
PAUSES = (25, 5, 0)


def _run(mount: Mount, server: sink.Running, messages: int, senders: int) -> float:
    """Seconds that one ``meetup worker`` takes, from its start to the last message's arrival."""
    stop = threading.Event()
    loop = threading.Thread(target=worker.run_for_ever, args=(mount, stop, senders))
    taken = server.folder / "taken"
    begun = time.perf_counter()
    loop.start()
    while not taken.is_file() or taken.read_bytes().count(b"\n") < messages:
        time.sleep(0.01)
    seconds = time.perf_counter() - begun
    stop.set()
    loop.join()
    return seconds


def measure(database_url: str, messages: int) -> Iterator[Measured]:
    """Delivery by one worker at each pause of the server; the first is held to the limit, the others are told.

    A worker sends in two threads, so it may be faster than smtplib; what one thread reaches is told too.
    """
    for pause, senders in ((PAUSES[0], 1), *((pause, worker.SENDERS) for pause in PAUSES)):
        with (
            tempfile.TemporaryDirectory() as folder,
            sink.running(Path(folder) / "sink", "--pause", str(pause)) as server,
            site(database_url, Path(folder), MAIL_SERVER="127.0.0.1", MAIL_PORT=server.port) as mount,
        ):
            Letters(mount)
            with mount.work(SYSTEM) as work:
                work.db.execute(delete(Outgoing))
                for number in range(messages):
                    enqueue(work, "test_plain", to=f"p{number}@d{number % 50}.example", subject=f"n:{number}")
                work.commit()
            ours = _run(mount, server, messages, senders)
            with mount.work(write=False) as work:
                rows = work.db.scalars(select(Outgoing)).all()
                letters = [(row.recipient, zlib.decompress(row.sent_bytes or b"")) for row in rows]
            begun = time.perf_counter()
            with smtplib.SMTP("127.0.0.1", server.port) as line:
                for recipient, content in letters:
                    line.sendmail("coffee@province.example", [recipient], content)
            alone = time.perf_counter() - begun
        rates = f"{messages / ours:.0f} against {messages / alone:.0f} a second"
        yield Measured(
            f"delivery, {senders} sending, server takes {pause} ms ({rates})",
            alone / ours,
            LIMIT if (pause, senders) == (PAUSES[0], worker.SENDERS) else None,
            at_least=True,
        )
