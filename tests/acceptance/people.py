"""People who use the running service: a web patient, a texting patient, a staff member."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import re
import time
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.acceptance.stack import TWILIO

Said = dict[str, Any]
MOST_QUESTIONS = 40

PLAIN_ANSWERS: Mapping[str, str] = {
    "consent": "yes, that's fine",
    "who_for": "it's for me, I'm 58",
    "age": "58",
    "G1": "no, none of that",
    "G2": "no, nothing like that",
    "G3": "no",
    "G4": "nope, none",
    "G5": "no to all of those",
    "G6": "no, none of those",
    "course": "about the same",
    "duration_weeks": "8 months, about the same",
    "sudden_onset": "no, it came on slowly",
    "radiates": "down the left leg past the knee",
    "surgery_preference": "not sure about that",
    "surgery_recommended": "no",
    "second_opinion": "no",
    "imaging": "no pictures yet",
    "dx": "nobody told me anything",
    "levels": "not sure",
    "claudication": "no",
    "limb_numbness": "no",
    "function_limit": "a lot, I skip things",
    "dominant": "the leg is worse",
    "cons_weeks": "about 12 weeks in all",
    "cons_relief": "only helped a little",
    "cons_modalities": "physical therapy and shots",
    "prior_spine_surgery": "no, never had surgery on my back",
    "imaging_matches": "yes, the doctor said so",
    "contact_name": "Dana Example, 314-555-0123",
    "contact_phone": "314-555-0123",
    "callback_ok_time": "any weekday after 3 pm",
}


class WebPatient:
    """Somebody in the chat widget. `heard` is everything the service said, in order."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30)
        opened = self.http.post("/api/chat/sessions", json={"channel": "web"})
        assert opened.status_code == 201, opened.text
        body = opened.json()
        self.token, self.reference = body["token"], body["reference"]
        self.heard: list[Said] = list(body["messages"])
        self.status = "open"

    def close(self) -> None:
        """Leave the chat."""
        self.http.close()

    def say(self, text: str, *, message_id: str | None = None) -> list[Said]:
        """Send words; the reply to them."""
        return self._send({"text": text}, message_id)

    def choose(self, *labels: str) -> list[Said]:
        """Press the buttons of the last question whose labels hold these words."""
        offered = self.question["choices"]
        ids = [next(c["id"] for c in offered if label.lower() in c["label"].lower()) for label in labels]
        return self._send({"choice": ids if len(ids) > 1 else ids[0]}, None)

    def _send(self, body: dict[str, Any], message_id: str | None) -> list[Said]:
        answer = self.http.post(
            "/api/chat/messages",
            json={"client_message_id": message_id or uuid.uuid4().hex, **body},
            headers={"Authorization": f"Bearer {self.token}"},
        )
        assert answer.status_code == 200, answer.text
        self.status = answer.json()["status"]
        reply: list[Said] = answer.json()["messages"]
        self.heard += reply
        return reply

    @property
    def question(self) -> Said:
        """The last message that asks something."""
        return next(message for message in reversed(self.heard) if message["asks"])

    @property
    def asked(self) -> list[str]:
        """What was asked so far, in order."""
        return [message["asks"] for message in self.heard if message["asks"]]

    def answer_until(self, *stops: str, answers: Mapping[str, str] = {}) -> list[Said]:
        """Answer plainly until one of these is asked; the reply that asks it."""
        known = {**PLAIN_ANSWERS, **answers}
        reply: list[Said] = []
        for _ in range(MOST_QUESTIONS):
            asks = self.question["asks"]
            if asks in stops:
                return reply
            assert asks in known, f"no plain answer to {asks!r}: {self.question['text']}"
            reply = self.say(known[asks])
        raise AssertionError(f"never asked {stops}; asked {self.asked}")


class TextingPatient:
    """Somebody who texts. Requests are signed as the provider signs them."""

    def __init__(self, url: str, provider: Any, *, number: str) -> None:
        self.url, self.provider, self.number = url, provider, number
        self.http = httpx.Client(timeout=30)
        self.sids = itertools.count()

    def close(self) -> None:
        """Put the phone away."""
        self.http.close()

    def text(self, body: str, *, sid: str | None = None, expect: int = 1) -> list[str]:
        """Send a text; the texts that come back (waits for at least `expect` of them)."""
        before = len(self.received())
        answer = self.post(self.form(body, sid=sid))
        assert answer.status_code == 200, answer.text
        assert "<Response" in answer.text
        return self._wait(before, expect)

    def form(self, body: str, *, sid: str | None = None) -> dict[str, str]:
        return {
            "MessageSid": sid or "SM" + uuid.uuid4().hex,
            "AccountSid": TWILIO["INTAKE_TWILIO_ACCOUNT_SID"],
            "From": self.number,
            "To": TWILIO["INTAKE_SMS_NUMBER"],
            "Body": body,
            "NumMedia": "0",
            "FromCity": "",
        }

    def post(self, form: Mapping[str, str], *, signature: str | None = None) -> httpx.Response:
        address = f"{self.url}/sms/twilio"
        return self.http.post(
            address,
            content=urlencode(form),
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Twilio-Signature": signature or sign(address, form),
            },
        )

    def received(self) -> list[str]:
        """Every text the provider was asked to deliver to this number."""
        return [sent.body for sent in self.provider.sent if sent.to == self.number]

    def _wait(self, before: int, expect: int) -> list[str]:
        deadline = time.monotonic() + 30
        seen = -1
        while time.monotonic() < deadline:
            now = len(self.received())
            if now - before >= expect and now == seen:
                return self.received()[before:]
            seen = now
            time.sleep(1.0)
        raise AssertionError(f"{len(self.received()) - before} texts came back, expected {expect}")


def sign(address: str, form: Mapping[str, str]) -> str:
    """The provider's signature: HMAC-SHA1 over the address and the sorted fields, base64."""
    data = address + "".join(f"{name}{form[name]}" for name in sorted(form))
    token = TWILIO["INTAKE_TWILIO_AUTH_TOKEN"].encode()
    return base64.b64encode(hmac.new(token, data.encode(), hashlib.sha1).digest()).decode()


class StaffMember:
    """Somebody of the clinic, over the staff API; not signed in, so nobody counts as sitting at the desk."""

    def __init__(self, url: str, token: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30, headers={"Authorization": f"Bearer {token}"})

    def close(self) -> None:
        """Close the browser without signing out."""
        self.http.close()

    def cases(self, **query: str) -> list[dict[str, Any]]:
        answer = self.http.get("/api/staff/cases", params=query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["cases"]
        return found

    def case(self, reference: str) -> dict[str, Any]:
        """The whole case with that reference."""
        row = self.cases(reference=reference)[0]
        answer = self.http.get(f"/api/staff/cases/{row['id']}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def digit_of(text: str, words: str) -> str:
    """The digit before the choice that holds these words, in a text message."""
    found = re.search(rf"(\d)\)?[.) ]\s*[^\n]*{re.escape(words)}", text, re.IGNORECASE)
    assert found, f"no choice with {words!r} in: {text}"
    return found.group(1)
