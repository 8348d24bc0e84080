"""What an emergency rests on: the signs that a plain "no" takes away."""

from __future__ import annotations

from bot.domain.judgement import Judgement
from bot.domain.levels import Level
from bot.services.context import Context


def signs_behind(ctx: Context, judgement: Judgement) -> list[str]:
    """Names of the danger signs behind an emergency, in the order of the rules."""
    dictionary = ctx.protocols.dictionary
    read = [
        (name, value)
        for why in judgement.why
        if why.level is Level.EMERGENCY_NOW
        for name, value in why.facts.items()
    ]
    signs = [
        name
        for name, value in read
        if name in dictionary and dictionary[name].kind == "four_valued" and value not in ("no", None)
    ]
    return [name for name in dict.fromkeys(signs) if dictionary[name].safety and dictionary[name].label]
