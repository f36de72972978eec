"""A mail server as a process of its own: takes what comes, keeps a line about each, and fails as it is told to.

``python -m tests.rig.sink FOLDER [--faults SEED] [--pause MS]`` prints its port. Of each message that it took stands
a line in ``FOLDER/taken``: the recipient, the Message-ID, and whether the sender has heard the final 250.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

#: Recipients with this in their address do not exist.
UNKNOWN = "gone"
#: How long a stalling server says nothing; the test's workers wait for less.
STALL_SECONDS = 6
_MESSAGE_ID = re.compile(rb"^Message-ID: *(?:\r\n )?(\S+)", re.IGNORECASE | re.MULTILINE)

#: What may go wrong and how often, in a thousand times.
FAULTS = {
    "connect": {"refuse": 30, "421": 30},
    "MAIL": {"421": 4, "450": 4, "drop": 3},
    "RCPT": {"450": 10, "451": 5, "drop": 3},
    "CONTENT": {"450": 5, "drop": 4, "stall": 1, "keep and drop": 4, "keep and stall": 1},
}


@dataclass(frozen=True)
class Taken:
    """One message that the server took."""

    recipient: str
    message_id: str
    answered: bool


class Sink:
    """The server.

    Args:
        file: where a line about each message goes.
        faults: what it rolls dice with; None: nothing goes wrong.
        pause: seconds that it needs for a message before it answers for it.
    """

    def __init__(self, file: Path, faults: random.Random | None, *, pause: float = 0.0) -> None:
        self.out = file.open("ab", buffering=0)
        self.faults = faults
        self.pause = pause
        self.happened: Counter[str] = Counter()

    def _fault(self, step: str) -> str:
        if self.faults is None:
            return ""
        roll = self.faults.randrange(1000)
        for name, share in FAULTS[step].items():
            if roll < share:
                self.happened[f"{step} {name}"] += 1
                return name
            roll -= share
        return ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._dialogue(reader, writer)
        writer.transport.abort()

    async def _dialogue(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self._fault("connect")
        if fault == "refuse":
            return
        writer.write(b"421 4.3.2 too busy\r\n" if fault else b"220 sink ESMTP\r\n")
        if fault:
            await writer.drain()
            return
        recipient = ""
        while line := await reader.readline():
            verb = line[:4].upper().decode("ascii", "replace")
            answer = b"250 2.0.0 OK\r\n"
            if verb == "EHLO":
                answer = b"250-sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 20000000\r\n"
            elif verb in ("MAIL", "RCPT"):
                if verb == "RCPT":
                    recipient = line.decode().partition("<")[2].partition(">")[0]
                    if UNKNOWN in recipient:
                        writer.write(b"550 5.1.1 no such user here\r\n")
                        continue
                fault = self._fault(verb)
                if fault == "drop":
                    return
                if fault:
                    writer.write(f"{fault} 4.3.0 not now\r\n".encode())
                    if fault == "421":
                        await writer.drain()
                        return
                    continue
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                content = await reader.readuntil(b"\r\n.\r\n")
                fault = self._fault("CONTENT")
                kept = not fault or fault.startswith("keep")
                if kept:
                    self._keep(recipient, content, answered=not fault)
                if self.pause:
                    await asyncio.sleep(self.pause)
                if fault.endswith("stall"):
                    await asyncio.sleep(STALL_SECONDS)
                if fault.endswith(("drop", "stall")):
                    return
                if fault:
                    answer = b"450 4.3.0 not now\r\n"
            elif verb == "QUIT":
                writer.write(b"221 2.0.0 bye\r\n")
                await writer.drain()
                return
            writer.write(answer)

    def _keep(self, recipient: str, content: bytes, *, answered: bool) -> None:
        found = _MESSAGE_ID.search(content)
        self.out.write(b"%s\t%s\t%d\n" % (recipient.encode(), found[1] if found else b"", answered))


def _say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


async def main() -> None:
    """Serve until SIGTERM, then print what went wrong on purpose."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--faults", type=int)
    parser.add_argument("--pause", type=float, default=0.0, metavar="MS")
    given = parser.parse_args()
    dice = random.Random(given.faults) if given.faults is not None else None
    sink = Sink(given.folder / "taken", dice, pause=given.pause / 1000)
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0, limit=2**24, backlog=200)
    _say(server.sockets[0].getsockname()[1])
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    await over.wait()
    _say(dict(sorted(sink.happened.items())))
    os._exit(0)


@dataclass
class Running:
    """A sink that runs: its port, and what it took."""

    port: int
    folder: Path
    faults: str = ""

    @property
    def taken(self) -> list[Taken]:
        """Every message that it took, in order."""
        path = self.folder / "taken"
        rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()] if path.is_file() else []
        return [Taken(recipient, message_id, answered == "1") for recipient, message_id, answered in rows]


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Running]:
    """A sink in a process of its own; after the block, ``faults`` says what went wrong on purpose."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.rig.sink", str(folder), *options]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
    assert process.stdout is not None
    found = Running(int(process.stdout.readline()), folder)
    try:
        yield found
    finally:
        process.terminate()
        found.faults = process.stdout.read().strip()
        process.wait(10)


if __name__ == "__main__":
    asyncio.run(main())
