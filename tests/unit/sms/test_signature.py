"""Our validator against the vendor's own, on genuine, odd and forged requests."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.gateway.sms.signature import is_genuine

TOKEN = "f" * 32
URL = "https://clinic.example/sms/twilio"
ORDINARY = [
    ("AccountSid", "AC" + "0" * 32),
    ("MessageSid", "SM" + "1" * 32),
    ("From", "+15555550142"),
    ("To", "+15555550100"),
    ("Body", "my back hurts & it's 8/10 = bad + worse"),
    ("FromCity", ""),
    ("NumMedia", "0"),
]
FORMS = [
    ORDINARY,
    [*ORDINARY[:4], ("Body", "")],
    [*ORDINARY[:4], ("Body", "naïve 😀 \u202e עברית")],
    [*ORDINARY, ("MediaUrl0", "https://api.example/a?b=c"), ("NumMedia", "1")],
    [*ORDINARY[:4], ("Body", "b"), ("Body", "a"), ("Body", "a")],
    [*ORDINARY[:4], ("Body", "line\nline\r\n ")],
]
URLS = [
    URL,
    "http://127.0.0.1:8123/sms/twilio",
    "https://clinic.example:8443/sms/twilio?a=b&c=",
    "https://a.example/x/sms",
]


class Multi(dict[str, Any]):
    """How the SDK takes fields that come twice."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        super().__init__(fields)
        self.fields = fields

    def getall(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]


def oracle_sign(url: str, fields: list[tuple[str, str]], token: str = TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(url, Multi(fields)))


def oracle_says(url: str, fields: list[tuple[str, str]], signature: str) -> bool:
    return bool(RequestValidator(TOKEN).validate(url, Multi(fields), signature))


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("fields", FORMS)
def test_genuine_requests_pass(url: str, fields: list[tuple[str, str]]) -> None:
    assert is_genuine(oracle_sign(url, fields), url=url, fields=fields, token=TOKEN)


@pytest.mark.parametrize(
    ("configured", "signed"),
    [
        (URL, "https://clinic.example:443/sms/twilio"),
        ("https://clinic.example:8443/sms/twilio", URL),
        ("http://a.example/s", "http://a.example:80/s"),
        (URL, "https://clinic.example:8443/sms/twilio"),
        (URL, "http://clinic.example/sms/twilio"),
        (URL, "https://CLINIC.example/sms/twilio"),
        (URL, "https://clinic.example/sms/twilio/"),
    ],
)
def test_ports_are_read_as_the_vendor_reads_them(configured: str, signed: str) -> None:
    signature = oracle_sign(signed, ORDINARY)
    expected = oracle_says(configured, ORDINARY, signature)
    assert is_genuine(signature, url=configured, fields=ORDINARY, token=TOKEN) == expected


def mutations() -> Iterator[tuple[str, list[tuple[str, str]], str]]:
    """(url, fields, signature) with one thing wrong; deterministic."""
    dice = random.Random(20261121)
    genuine = oracle_sign(URL, ORDINARY)
    for position in range(len(genuine)):
        for letter in dice.sample(string.ascii_letters + string.digits + "+/=", 20):
            yield URL, ORDINARY, genuine[:position] + letter + genuine[position + 1 :]
    for position in range(len(URL)):
        for letter in dice.sample(string.ascii_lowercase + "/.:", 8):
            yield URL[:position] + letter + URL[position + 1 :], ORDINARY, genuine
    for number, (name, value) in enumerate(ORDINARY):
        rest = ORDINARY[:number] + ORDINARY[number + 1 :]
        yield URL, rest, genuine
        yield URL, [*rest, (name.lower(), value)], genuine
        for position in range(len(value) + 1):
            for letter in dice.sample(string.printable, 36):
                yield URL, [*rest, (name, value[:position] + letter + value[position:])], genuine
    for name in ("A", "Zz", "Body2", ""):
        yield URL, [*ORDINARY, (name, "x")], genuine
    for odd in ("", "=", genuine[:-1], genuine + "=", genuine.lower(), "é", "\udcff", " " + genuine):
        yield URL, ORDINARY, odd


def test_forged_requests_fail() -> None:
    tried = 0
    for url, fields, signature in mutations():
        if (url, fields, signature) == (URL, ORDINARY, oracle_sign(URL, ORDINARY)):
            continue
        if not url.startswith("https://") or "//" in url[8:] or ":" in url[6:]:
            continue  # not addresses anybody could configure
        tried += 1
        if signature.isascii() and oracle_says(url, fields, signature):
            continue  # the borders between fields are not signed: the door's own checks stop these
        assert not is_genuine(signature, url=url, fields=fields, token=TOKEN)
    assert tried >= 5_000


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ANY_FORM = st.lists(st.tuples(WORDS, WORDS), max_size=8)


@settings(max_examples=300, deadline=None)
@given(fields=ANY_FORM, url=st.sampled_from(URLS), other=ANY_FORM)
def test_any_form_is_judged_as_the_vendor_judges_it(
    fields: list[tuple[str, str]], url: str, other: list[tuple[str, str]]
) -> None:
    signature = oracle_sign(url, fields)
    assert is_genuine(signature, url=url, fields=fields, token=TOKEN)
    assert is_genuine(signature, url=url, fields=other, token=TOKEN) == oracle_says(url, other, signature)


def test_another_token_fails() -> None:
    signature = oracle_sign(URL, ORDINARY, token="e" * 32)
    assert not is_genuine(signature, url=URL, fields=ORDINARY, token=TOKEN)


def test_borders_between_fields_are_not_signed() -> None:
    """Why the door asks for every field: this shifted form has the same signature."""
    shifted = [("Body", "hiFrom+15555550142")]
    plain = [("Body", "hi"), ("From", "+15555550142")]
    assert is_genuine(oracle_sign(URL, plain), url=URL, fields=shifted, token=TOKEN)
