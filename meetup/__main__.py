"""``python -m meetup`` is the ``meetup`` command."""

from __future__ import annotations

from meetup.cli import main

if __name__ == "__main__":
    main()
