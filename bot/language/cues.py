"""Cues of answers that stand in the text as written, fillers and all: exceptions, doubt, now and then."""

from __future__ import annotations

import re

from bot.language.time_line import word_set

EXCEPTION = re.compile(
    r"\b(?:no|none|nope|nah|nothing|fine|good)\b.{0,40}?\b(?:just|only|except(?: for| that)?|but|besides"
    r"|other than|apart from|aside from|although|unless you count)\b(?P<rest>[^?]{2,80})",
    re.DOTALL,
)
""" "No... just that I leak": what stands in `rest` is not denied."""
BENIGN = word_set(
    """
    pain back ach ache sore neck leg hurt stiff tired old age usual normal same hip sciatica job
    arthritis this that it i is am have here to and in from low lower bad regular one stuff thing
    me be thank thanks please you for ask good worry do not no know question spine disc waist
    shoulder arm getting get long so far sir ready want appointment help need see someone doctor
    can we move on everything els what why all day work much a the my or with of at up now will
    let if anything chang change say tell mom dad wife husband had was years ago year he she they
    """
)
"""Words of an exception that excepts nothing: "no, just my back"."""
NOBODY_KNOWS = re.compile(
    r"\b(?:never (?:noticed|paid attention|checked|tried|thought about)"
    r"|(?:hard|difficult|tough) to (?:say|tell)|who knows|can'?t (?:really )?tell|call it a maybe|could be"
    r"|might be|might have|haven'?t (?:tried|checked|had occasion)|not tested|waiting on)\b"
)
NOW_AND_THEN = re.compile(
    r"\b(?:only|just) (?:when|at|if|after|sometimes|once|on|in the)\b"
    r"|\b(?:sometimes|now and (?:then|again)|once in a while|on occasion|off and on|on and off"
    r"|here and there|a (?:little|bit|couple|few)|couple (?:of )?(?:drops|times)|once or twice|every time"
    r"|most days|at times|from time to time|some days|every so often)\b"
)
