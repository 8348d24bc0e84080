"""Raw webhook bodies in the shape the provider sends them (numbers and ids are made up)."""

from __future__ import annotations

_HEAD = (
    "ToCountry=US&ToState=MO&SmsMessageSid=SM{sid}&NumMedia={media}&ToCity=&FromZip=&SmsSid=SM{sid}"
    "&FromState=&SmsStatus=received&FromCity="
)
_TAIL = (
    "&FromCountry=US&To=%2B15555550100&ToZip=&NumSegments={segments}&MessageSid=SM{sid}"
    "&AccountSid=AC00000000000000000000000000000000&From=%2B15555550142&ApiVersion=2010-04-01"
)


def payload(body: str, *, sid: str, media: int = 0, segments: int = 1, more: str = "") -> str:
    """A raw form; `body` is percent-encoded already."""
    head, tail = _HEAD.format(sid=sid, media=media), _TAIL.format(sid=sid, segments=segments)
    return f"{head}&Body={body}{tail}{more}"


ORDINARY = payload("my+lower+back+has+been+killing+me+for+8+months", sid="a" * 32)
PUNCTUATION = payload("8%2F10+pain+%26+numb+%3D+bad%2C+50%25+worse+%2B+stiff", sid="b" * 32)
UNICODE = payload(
    "Me+duele+la+espalda+%E2%80%94+mucho%E2%80%A6+%C2%BFpueden+ayudar%3F", sid="c" * 32, segments=2
)
EMOJI = payload("my+back+%F0%9F%98%AD%F0%9F%91%B5%F0%9F%8F%BD+hurts", sid="d" * 32)
LINES = payload("1%0A8+months%0D%0Ayes", sid="e" * 32)
LONG = payload("a+" * 800, sid="f" * 32, segments=11)
MMS = payload(
    "",
    sid="1" * 32,
    media=1,
    more="&MediaContentType0=image%2Fjpeg&MediaUrl0=https%3A%2F%2Fapi.twilio.com%2FMedia%2FME0",
)
MMS_WITH_WORDS = payload(
    "my+mri",
    sid="2" * 32,
    media=2,
    more="&MediaContentType0=image%2Fjpeg&MediaUrl0=https%3A%2F%2Fapi.twilio.com%2Fa&MediaUrl1=https%3A%2F%2Fb",
)
BLANK = payload("", sid="3" * 32)
NEW_FIELD = payload("hello", sid="4" * 32, more="&SomethingNew=%7B%22a%22%3A1%7D&MessagingServiceSid=MG0")
REORDERED = "&".join(sorted(payload("hello+there", sid="5" * 32).split("&"), reverse=True))
"""The provider promises no order of its fields."""

STORED = {
    ORDINARY: "my lower back has been killing me for 8 months",
    PUNCTUATION: "8/10 pain & numb = bad, 50% worse + stiff",
    UNICODE: "Me duele la espalda — mucho… ¿pueden ayudar?",
    EMOJI: "my back 😭👵🏽 hurts",
    LINES: "1\n8 months\nyes",
    LONG: "a " * 800,
    MMS: "",
    MMS_WITH_WORDS: "my mri",
    BLANK: "",
    NEW_FIELD: "hello",
    REORDERED: "hello there",
}
