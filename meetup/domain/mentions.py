"""Who is called by name in a text: ``@canbo.thue``, ``@STC``.

A handle is what stands before the ``@`` of somebody's address, or a department's code.
An address in the text is no mention.
"""

from __future__ import annotations

import re

#: More names than this in one text are not told.
MOST = 10

_HANDLE = re.compile(r"(?<![\w@.+-])@(\w(?:[\w.+-]{0,62}\w)?)(?![\w@])", re.UNICODE)


def handles(text: str) -> list[str]:
    """The handles in `text`, folded in case, each once, in their order; :data:`MOST` of them."""
    return list(dict.fromkeys(found.casefold() for found in _HANDLE.findall(text)))[:MOST]


def handle_of(email: str) -> str:
    """The handle of whoever has this address."""
    return email.partition("@")[0].casefold()
