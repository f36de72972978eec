"""Start a server, see that it answers, stop it, and see that nothing of it stays.

    python tools/answers.py PATH/TO/meetup demo

Prints how long it took. The server gets a free port and an empty folder.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

PATIENCE = 120


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    """Whether `address` answers with a success."""
    try:
        # The address is always our own: http://127.0.0.1.
        with urllib.request.urlopen(address, timeout=5) as reply:  # nosec B310
            return bool(reply.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def group_lives(group: int) -> bool:
    """Whether any process of `group` is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def main(command: list[str]) -> int:
    """Run `command` with a port of its own; 0 if it answered and left nothing behind."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("MEETUP_", "MAIL_"))}
        started = time.monotonic()
        server = subprocess.Popen([*command, "--port", str(port)], cwd=folder, env=clean, start_new_session=True)
        try:
            while not answers(f"http://127.0.0.1:{port}/readyz"):
                if server.poll() is not None:
                    print(f"ended with status {server.returncode} instead of answering", file=sys.stderr)
                    return 1
                if time.monotonic() - started > PATIENCE:
                    print(f"did not answer within {PATIENCE} s", file=sys.stderr)
                    return 1
                time.sleep(0.1)
            print(f"answers after {time.monotonic() - started:.1f} s")
            # As Ctrl-C does: to the whole group at once.
            os.killpg(server.pid, signal.SIGINT)
            server.wait(30)
            time.sleep(0.5)
            if group_lives(server.pid):
                print("left processes running", file=sys.stderr)
                return 1
            return 0
        finally:
            if group_lives(server.pid):
                os.killpg(server.pid, signal.SIGKILL)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
