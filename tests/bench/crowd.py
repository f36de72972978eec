"""``python -m tests.bench.crowd PORT PATH TOKEN CLIENTS``: so many clients who all press the button at the same second.

Each has a connection of its own and one registration to send, and waits for its whole answer. It is a process of its
own, so that the site's does not also hold their sockets. Prints one JSON object: how many got which answer.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections import Counter
from typing import Any

#: Seconds that a browser waits for an answer before it gives up.
PATIENCE = 300


def body(name: str) -> dict[str, Any]:
    """A registration by an investor of this name."""
    return {
        "enterprise": {"kind": "investor", "name": name},
        "contact": {"name": "Bà Lan", "email": f"{name.replace(' ', '')}@invest.example", "language": "vi"},
        "participants": [{"name": "Bà Lan"}],
        "response": "accepted",
        "consent": True,
    }


async def _register(port: int, path: str, token: str, number: int) -> str:
    """What one client sees: the status and where its registration stands, or why there is no answer."""
    sent = json.dumps(body(f"d {number}")).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n"
    )
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head.encode() + sent)
        whole = await reader.read()
        writer.close()
    except OSError as error:
        return f"dropped: {type(error).__name__}"
    told, _, content = whole.partition(b"\r\n\r\n")
    if not told.startswith(b"HTTP/1.1 "):
        return "dropped: no answer"
    status = told[9:12].decode()
    return f"{status} {json.loads(content)['state']}" if status == "201" else status


async def _at_once(port: int, path: str, token: str, clients: int) -> dict[str, Any]:
    found: Counter[str] = Counter()
    begun, slowest = time.monotonic(), [0.0]

    async def client(number: int) -> None:
        try:
            found[await asyncio.wait_for(_register(port, path, token, number), PATIENCE)] += 1
        except TimeoutError:
            found["dropped: TimeoutError"] += 1
        slowest[0] = max(slowest[0], time.monotonic() - begun)

    await asyncio.gather(*(client(number) for number in range(clients)))
    return {"answers": found, "seconds": slowest[0]}


def main() -> None:
    """Let them come."""
    port, path, token, clients = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    json.dump(asyncio.run(_at_once(port, path, token, clients)), sys.stdout)


if __name__ == "__main__":
    main()
