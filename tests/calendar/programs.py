"""The four programs, each as something that reads a list of files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Protocol

import recurring_ical_events
from icalendar import Calendar

from tests.calendar.libical import Libical
from tests.calendar.reading import SEARCH_FROM, SEARCH_TO, Reading, instant, reading
from tests.rig.report import cannot_run

__all__ = ["Icalendar", "Libical", "Node", "NodeProgram", "Program"]

_HERE = Path(__file__).parent
_NODE_MODULES = _HERE.parent / "node_modules"


class Program(Protocol):
    """One program."""

    name: str

    def read(self, files: list[bytes]) -> list[Reading]:
        """What it finds in each of `files`."""


class Icalendar:
    """icalendar for Python, which we also write with, and recurring-ical-events."""

    name = "icalendar"

    def read(self, files: list[bytes]) -> list[Reading]:
        return [self._read(data) for data in files]

    def _read(self, data: bytes) -> Reading:
        calendar: Any = Calendar.from_ical(data)
        parts = [part for part in calendar.subcomponents if part.name in ("VEVENT", "VTODO")]
        return reading(
            {
                "entries": [self._entry(part) for part in parts],
                "occurrences": [
                    (str(one["UID"]), instant(one["DTSTART"].dt), instant(one["DTEND"].dt))
                    for one in recurring_ical_events.of(calendar).between(SEARCH_FROM, SEARCH_TO)
                ],
                "method": str(calendar.get("METHOD", "")),
                "faults": [str(error) for part in calendar.walk() for error in part.errors],
            }
        )

    def _entry(self, part: Any) -> dict[str, Any]:
        def when(name: str) -> str:
            return instant(part[name].dt) if name in part else ""

        attendees = part.get("ATTENDEE", [])
        return {
            "kind": part.name,
            "uid": str(part["UID"]),
            "recurrence_id": when("RECURRENCE-ID"),
            "start": when("DTSTART"),
            "end": when("DTEND"),
            "due": when("DUE"),
            "summary": str(part.get("SUMMARY", "")),
            "location": str(part.get("LOCATION", "")),
            "description": str(part.get("DESCRIPTION", "")),
            "status": str(part.get("STATUS", "")),
            "sequence": int(part.get("SEQUENCE", 0)),
            "organizer": self._who(part["ORGANIZER"]) if "ORGANIZER" in part else None,
            "attendees": [self._who(one) for one in (attendees if isinstance(attendees, list) else [attendees])],
        }

    def _who(self, found: Any) -> dict[str, str]:
        who = {"email": str(found).removeprefix("mailto:"), "name": str(found.params.get("CN", ""))}
        return who | ({"partstat": str(found.params["PARTSTAT"])} if "PARTSTAT" in found.params else {})


class Node:
    """The process that runs ``readers.cjs``; one for the whole run."""

    def __init__(self) -> None:
        program = shutil.which("node")
        if program is None:
            cannot_run("ical.js and node-ical", "node is not installed; run make test-deps")
        missing = [name for name in ("ical.js", "node-ical") if not (_NODE_MODULES / name / "package.json").is_file()]
        if missing:
            cannot_run(" and ".join(missing), "not installed in tests/node_modules; run make test-deps")
        self._process = subprocess.Popen(
            [program, _HERE / "readers.cjs", SEARCH_FROM.isoformat(), SEARCH_TO.isoformat()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            # Far from every zone that is tested, so that a time read without its zone is a wrong one.
            env=os.environ | {"TZ": "Pacific/Auckland"},
        )
        # The last files and what was found in them, for the second of the two programs.
        self._last: tuple[list[bytes], dict[str, dict[str, Any]]] = ([], {})

    def read(self, files: list[bytes]) -> dict[str, dict[str, Any]]:
        """What both find: program → name of the file → finding."""
        if self._last[0] != files:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            with tempfile.TemporaryDirectory(prefix="meetup-ics-") as folder:
                for number, data in enumerate(files):
                    (Path(folder) / f"{number:04}.ics").write_bytes(data)
                self._process.stdin.write(f"{folder}\n")
                self._process.stdin.flush()
                line = self._process.stdout.readline()
            assert line, "readers.cjs ended; its words are above"
            self._last = (list(files), json.loads(line))
        return self._last[1]

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=20)
        if self._process.stdout is not None:
            self._process.stdout.close()


class NodeProgram:
    """ical.js or node-ical."""

    def __init__(self, name: str, node: Node) -> None:
        self.name = name
        self._node = node

    def read(self, files: list[bytes]) -> list[Reading]:
        found = self._node.read(files)[self.name]
        for name in sorted(found):
            assert "error" not in found[name], f"{self.name} on {name}: {found[name]['error']}"
        return [reading(found[name]) for name in sorted(found)]
