"""Trying facts on a draft of the rules, beside what is in force: nothing is stored, nobody is answered by it.

The bot itself talks by what is in force alone, in every process: a conversation under a draft would need a
second engine and second actions. What a draft changes is what is judged and asked next, and that is shown.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from bot.domain.errors import InvalidInput, NotAllowed, ProtocolError
from bot.protocols import Protocols
from bot.services.clinic import draft_check, in_force
from bot.services.clinic.rule_reading import Tried
from bot.services.context import Context
from bot.services.ports import Edition

KEPT = 4
"""Sets of protocols, about ten megabytes each; one takes half a second to make."""


@dataclass(kw_only=True)
class DraftProtocols:
    """The protocols as they would be with a draft; the last few are kept in this process."""

    _kept: OrderedDict[tuple[str, int], Protocols] = field(default_factory=OrderedDict, repr=False)

    async def of(self, ctx: Context, edition: Edition) -> Protocols:
        """What is in force, with the draft in the place of its file. Raises InvalidInput when it does not
        load, NotAllowed where nothing is published."""
        if ctx.shelf is None:
            raise NotAllowed("nothing can be published here")
        key = (edition.id, ctx.standing.revision)
        if key not in self._kept:
            editions = await draft_check.candidate(ctx, edition)
            try:
                made = await asyncio.to_thread(in_force.joined, ctx.shelf, editions)
            except ProtocolError as error:
                raise InvalidInput(f"this draft does not load: {error}", code="header") from error
            self._kept[key] = made
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]


def differences(draft: Tried, held: Tried) -> list[str]:
    """What comes out otherwise under the draft, by name; empty when all of it is the same."""
    one, other = draft.judgement, held.judgement
    compared = {
        "level": one.level != other.level,
        "rules that fire": set(one.rules) != set(other.rules),
        "outcome": (one.outcome, one.visit) != (other.outcome, other.visit),
        "what follows": draft.handoff != held.handoff,
        "need score": one.need != other.need,
        "next question": draft.asked_next != held.asked_next,
    }
    return [name for name, differs in compared.items() if differs]
