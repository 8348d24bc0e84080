"""Cues of answers that stand in the text as written, fillers and all: exceptions, doubt, now and then."""

from __future__ import annotations

import re

from bot.language.text.time_line import word_set

EXCEPTION = re.compile(
    r"\b(?:no|none|nope|nah|nothing|fine|good)\b.{0,40}?(?<!\bi )(?<!\bwe )(?<!\bhave )"
    r"\b(?:just|only|except(?: for| that)?|but|besides"
    r"|other than|apart from|aside from|although|unless you count)\b(?P<rest>[^?]{2,80})",
    re.DOTALL,
)
""" "No... just that I leak": what stands in `rest` is not denied."""
ASKS_BACK = re.compile(
    r"\bwhat(?:'?s| is| are| does| do|) .{0,30}\b(?:mean|supposed to)\b|\b(?:do|did) (?:you|u|ya) mean\b"
    r"|\b(?:don'?t|dont|not) (?:understand|know what|get) .{0,12}\b(?:what|question|word|mean)\b"
    r"|\A.{0,30}\b(?:like how|how so|meaning what)\W*\Z|\bwhy (?:does|do|would|are) (?:it|that|you|u|they)\b"
    r"|\bhow come\b|\bwhat (?:counts|has (?:that|this) got)\b|\bwhat'?s (?:that|this|it) got to do\b"
)
TAKES_BACK = re.compile(
    r"\A\W*no\W+(?:no\W+)?(?:wait|sorry|hold on(?! (?:my|the|to|it)\b)|i mean|i meant|it'?s"
    r"|it was|that'?s|make (?:it|that))\b"
)
""" "No wait, it's the left foot": the "no" takes back what was said before and denies nothing of the list."""
HUH = re.compile(r"\A\W*(?:huh|what|wut|wat|come again|say again|say what|sorry|pardon|eh)\W*\Z")
"""A question about the question: nothing in it answers."""
REST_NO = re.compile(
    r"\b(?:rest|others?|other (?:things?|stuff|ones?|two|three|four|five|parts?|items?|questions?)"
    r"|everything else|all else|anything else|otherwise)\b"
    r"(?: (?:is|are|was|of (?:it|them|that|those|the list)|on (?:that|the|your|this) list|all|i'?m|im)){0,3}"
    r"[ ,:=-]*\b(?:no|nope|none|nah|negative|fine|good|ok|okay|clear|normal|never)\b"
    r"|\b(?:no|nope|none|nah|negative)(?: to| on| for| of)?(?: all)? (?:the |those |them )?"
    r"(?:rest|others?|other (?:things?|stuff|ones?|two|three|four|five|parts?)|(?:every|any)thing else)\b"
    r"|\bnothing else\b|\bno to (?:all )?(?:the )?(?:rest|others?)\b"
)
""" "Others no", "the rest is fine", "no to the other two": what was not named is denied."""
ALL_BUT = re.compile(
    r"\b(?:all|everything|every one|each)(?: (?:of (?:it|them)|is|are)){0,2} (?:no |fine |good )?"
    r"(?:but|except(?: for)?|besides|other than|apart from)\b(?P<rest>.{2,60})"
)
""" "Everything but the headache one is no"."""
BENIGN = word_set(
    """
    pain back ach ache sore neck leg hurt stiff tired old age usual normal same hip sciatica job
    arthritis this that it i is am have here to and in from low lower bad regular one stuff thing
    me be thank thanks please you for ask good worry do not no know question spine disc waist
    shoulder arm getting get long so far sir ready want appointment help need see someone doctor
    can we move on everything els what why all day work much a the my or with of at up now will
    came come itself own prove let if anything chang change say tell mom dad wife husband had was
    years ago year he she they by its gradually blue woke slept wrong lifting lifted bent bending sneezed
    overdid yard garden desk sitting slow wear tear age out of nowhere
    """
)
"""Words of an exception that excepts nothing: "no, just my back"."""
AFTER_A_CLEAR_NO = word_set(
    """
    i it we that this he she they everything all no not nope never nothing none neither nor any anything
    thank thanks god goodness lord maam ma mam sir señor senor just only really i'm im don't dont haven't
    hasn't didn't doesn't isn't can't problem problems issue issue issu symptom symptoms change changes
    trouble other of to the these those such sorry way at well but actually luckily fortunately
    thankfully lol haha dear honey bud had have has been same more new recent sign signs concern
    concerns complaint complaints worry worries on for so far and or my mine as is are am do does did
    dice how one 1 please absolutely definitely def certainly nah nada zip sure yet ever since
    """
)
"""Behind a "no" that answers the whole question; another word is what the "no" denies."""
NOBODY_KNOWS = re.compile(
    r"\b(?:never (?:noticed|paid attention|checked|tried|thought about)"
    r"|(?:hard|difficult|tough) to (?:say|tell)|who knows|can'?t (?:really )?tell|call it a maybe|could be"
    r"|might be|might have|haven'?t (?:tried|checked|had occasion)|not tested|waiting on)\b"
)
FIRST_NO = re.compile(r"\A\W*(?:no|nope|nah|none|negative|never)(?: (?:sir|ma'?am|dear|doctor|hon))?\s*[.!]")
""" "No. Balance okay, grip okay": a sentence of its own denies the whole list."""
NAMES_NOTHING = re.compile(r"\W*(?:(?:no|nope|nah|none|well|so|um|uh|ok|okay|oh|yes|yeah|and|the|all)\W+)*")
"""Before "the rest": a yes or no only, no item that stands apart from the rest."""
ONE_ONLY = re.compile(
    r"\b(?:just|only)(?: ever)?(?: in| on)?(?: the| my)? (?:one|1|left|right)\b"
    r"|\bthe other(?: one| side)?(?: is|'s) fine\b"
    r"|\A\W*(?:one|one side|one leg|one hand|one foot)\W*\Z"
)
""" "Just the one, left": of two legs or hands only one."""
NOW_AND_THEN = re.compile(
    r"\b(?:only|just) (?:when|at|if|after|sometimes|once|on|in the)\b"
    r"|\b(?:sometimes|now and (?:then|again)|once in a while|on occasion|off and on|on and off"
    r"|here and there|a (?:little|bit|couple|few)|couple (?:of )?(?:drops|times)|once or twice|every time"
    r"|most days|at times|from time to time|some days|every so often)\b"
)
