"""The states of a draft: an answer that is written, looked at by the head of the department, and then sent.

A draft is no state of the follow-up: until it is sent, the follow-up stands where it
stood, and its clock runs. Whoever changes a text that waits takes it back by that: what
is sent is what the head read.
"""

from __future__ import annotations

from meetup.domain.machine import START, Machine

DRAFT = Machine(
    "draft",
    {
        (START, "write"): "draft",
        ("draft", "rewrite"): "draft",
        ("draft", "ask"): "waiting",
        ("draft", "drop"): "dropped",
        ("waiting", "rewrite"): "draft",
        ("waiting", "approve"): "sent",
        ("waiting", "return"): "returned",
        ("waiting", "drop"): "dropped",
        ("returned", "rewrite"): "draft",
        ("returned", "ask"): "waiting",
        ("returned", "drop"): "dropped",
    },
    final=("sent", "dropped"),
)

#: Not settled yet; a follow-up has one of these at most.
LIVE = frozenset(DRAFT.states) - DRAFT.final
