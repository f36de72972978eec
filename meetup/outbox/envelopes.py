"""Where answers to a message and its bounces go: asked of the plugins, checked before anything is sent (rule C4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meetup.errors import InvalidInput
from meetup.outbox import headers
from meetup.outbox.models import Outgoing
from meetup.outbox.transports import Envelope

if TYPE_CHECKING:
    from meetup.mount import Mount


def envelope(mount: Mount, row: Outgoing) -> Envelope:
    """The envelope of `row`, as the first plugin that has one says.

    Raises:
        RuntimeError: if a plugin fails or gives what is no address. That is the site's
            fault and not the recipient's, so the message waits instead of being dead.
    """
    given: Envelope = mount.plugins.first("meetup_envelope", mount=mount, outgoing=row) or Envelope()
    for address in filter(None, (given.reply_to, given.return_path)):
        try:
            headers.address(address)
        except InvalidInput as fault:
            raise RuntimeError(f"meetup_envelope gave {address!r}, which is no e-mail address") from fault
    return given
