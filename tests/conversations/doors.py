"""The two doors a patient has, seen alike: send something, get the replies as messages."""

from __future__ import annotations

import re
import time
import uuid
from typing import Any, Protocol

import httpx

from tests.acceptance.people import TextingPatient
from tests.conversations.record import Record

Said = dict[str, Any]
PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.05
SETTLED_SECONDS = 0.5
"""After texts that belong to no turn: an answer to STOP, the greeting behind an emergency."""
SILENT_SECONDS = 8.0
AGAIN_AFTER_SECONDS = (1.0, 2.0, 0.0)
"""Pauses before a message is sent again."""


class Door(Protocol):
    """`heard` is everything the service said, in order; `reference` finds the case for staff."""

    heard: list[Said]
    status: str

    @property
    def reference(self) -> str: ...

    def say(self, text: str) -> list[Said]: ...

    def press(self, *labels: str) -> list[Said]: ...

    def come_back(self) -> None: ...

    def listen(self) -> list[Said]: ...

    def close(self) -> None: ...


class Staff:
    """The staff API with a token: nobody is signed in by it, so nobody counts as sitting at the desk."""

    def __init__(self, url: str, token: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=60, headers={"Authorization": f"Bearer {token}"})

    def close(self) -> None:
        self.http.close()

    def case(self, reference: str) -> Said:
        """The whole case with that reference."""
        row = self._get("/api/staff/cases", reference=reference)["cases"][0]
        return self.whole(row["id"])

    def whole(self, case_id: str) -> Said:
        """The whole case."""
        return self._get(f"/api/staff/cases/{case_id}")

    def newest_of(self, number: str) -> Said | None:
        """The latest case of a phone number, whole."""
        rows = self._get("/api/staff/cases", q=number)["cases"]
        newest = max(rows, key=lambda row: str(row["created_at"]), default=None)
        return self.whole(newest["id"]) if newest else None

    def take_over(self, case_id: str) -> None:
        self._post(f"/api/staff/cases/{case_id}/take-over", {})

    def say(self, case_id: str, text: str) -> None:
        self._post(f"/api/staff/cases/{case_id}/messages", {"text": text})

    def hand_back(self, case_id: str) -> None:
        self._post(f"/api/staff/cases/{case_id}/hand-back", {})

    def _get(self, path: str, **query: str) -> Said:
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        found: Said = answer.json()
        return found

    def _post(self, path: str, body: Said) -> None:
        answer = self.http.post(path, json=body)
        assert answer.status_code < 300, answer.text


class WebDoor:
    """The chat API."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=60)
        opened = self.http.post("/api/chat/sessions", json={"channel": "web"})
        assert opened.status_code == 201, opened.text
        body = opened.json()
        self.token, self.reference = body["token"], body["reference"]
        self.heard: list[Said] = list(body["messages"])
        self.status = "open"

    def close(self) -> None:
        self.http.close()

    def say(self, text: str) -> list[Said]:
        return self._send({"text": text})

    def press(self, *labels: str) -> list[Said]:
        ids = [choice_of(self.heard, label)["id"] for label in labels]
        return self._send({"choice": ids if len(ids) > 1 else ids[0]})

    def come_back(self) -> None:
        """Another day: the page is opened again; only the token is left."""
        self.http.close()
        self.http = httpx.Client(base_url=self.url, timeout=60)
        before = [one["id"] for one in self.heard]
        kept = self._read(0)
        assert [one["id"] for one in kept if one["from"] != "patient"] == before, "messages are missing"

    def listen(self) -> list[Said]:
        """What was said meanwhile, without a message of the patient."""
        news = [one for one in self._read(self.heard[-1]["seq"]) if one["from"] != "patient"]
        self.heard += news
        return news

    def _read(self, after: int) -> list[Said]:
        answer = self.http.get("/api/chat/messages", params={"after": after}, headers=self._rights)
        assert answer.status_code == 200, answer.text
        found: list[Said] = answer.json()["messages"]
        return found

    def _send(self, body: Said) -> list[Said]:
        answer = self._post({"client_message_id": uuid.uuid4().hex, **body})
        assert answer.status_code == 200, answer.text
        self.status = answer.json()["status"]
        reply: list[Said] = answer.json()["messages"]
        self.heard += reply
        return reply

    def _post(self, body: Said) -> httpx.Response:
        """Sent again when the service was too busy, as the widget does; the id makes that harmless."""
        for wait in AGAIN_AFTER_SECONDS:
            answer = self.http.post("/api/chat/messages", json=body, headers=self._rights)
            if answer.status_code != 503:
                break
            time.sleep(wait)
        return answer

    @property
    def _rights(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


class SmsDoor:
    """The provider's webhook, and what the provider was asked to deliver.

    What was said is read from the record, for its kind and what it asks; and every message must have
    reached the provider, letter by letter as the service renders it.
    """

    def __init__(self, url: str, provider: Any, staff: Staff, record: Record, *, number: str) -> None:
        self.phone = TextingPatient(url, provider, number=number)
        self.staff, self.record, self.number = staff, record, number
        self.heard: list[Said] = []
        self.status = "open"
        self.reference, self.case_id, self.last, self.read_texts = "", "", 0, 0

    def close(self) -> None:
        self.phone.close()

    def say(self, text: str) -> list[Said]:
        before, form = len(self.phone.received()), self.phone.form(text)
        answer = self.phone.post(form)
        assert answer.status_code == 200, answer.text
        self._settle(before, form["MessageSid"])
        return self.listen()

    def press(self, *labels: str) -> list[Said]:
        offered = _open_question(self.heard)["choices"]
        digits = [str(offered.index(choice_of(self.heard, label)) + 1) for label in labels]
        return self.say(" ".join(digits))

    def come_back(self) -> None:
        """Nothing to do: the number is the key."""

    def listen(self) -> list[Said]:
        """What was said meanwhile and reached the provider; what an opted-out number missed is not heard."""
        case = self.staff.whole(self.case_id) if self.case_id else self.staff.newest_of(self.number)
        if case is None:
            return []
        if case["reference"] != self.reference:
            self.reference, self.last = case["reference"], 0
        self.status = case["status"]
        news = [one for one in case["messages"] if one["from"] != "patient" and one["seq"] > self.last]
        self.last = max((one["seq"] for one in case["messages"]), default=0)
        reached = [one for one in news if self._reaches(one)]
        self.heard += reached
        self.read_texts = len(self.phone.received())
        return reached

    def _reaches(self, message: Said) -> bool:
        """Whether the provider was asked to deliver it, letter by letter; False when it was dropped."""
        begins = _squeezed(message["text"])[:60]
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            left = self.record.has_left(message["id"])
            if begins in _squeezed("".join(self.phone.received()[self.read_texts :])):
                return True
            if left:
                return False
            time.sleep(POLL_SECONDS)
        return False

    def _settle(self, before: int, sid: str) -> None:
        """Until the turn is over in the record, where all its replies are by then.

        A text that belongs to no turn is answered by the texts that come; nothing may come at all where
        the number opted out.
        """
        deadline, quiet, seen = time.monotonic() + PATIENCE_SECONDS, 0.0, before
        while time.monotonic() < deadline:
            turn = self.record.turn_of(sid)
            self.case_id = turn.case_id if turn else ""
            now = len(self.phone.received())
            quiet = quiet + POLL_SECONDS if now == seen else 0.0
            seen = now
            over = turn.over if turn else seen > before
            if over and (quiet >= SETTLED_SECONDS or (turn and self.heard)):
                return
            if quiet >= SILENT_SECONDS and not turn:
                return
            time.sleep(POLL_SECONDS)


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _open_question(heard: list[Said]) -> Said:
    return next(message for message in reversed(heard) if message["asks"])


def choice_of(heard: list[Said], label: str) -> Said:
    """The button of the last question whose label holds these words."""
    offered = [m for m in reversed(heard) if m["choices"]]
    assert offered, "there is nothing to press"
    found = [one for one in offered[0]["choices"] if label.lower() in one["label"].lower()]
    assert found, f"no button {label!r}; there are {[one['label'] for one in offered[0]['choices']]}"
    choice: Said = found[0]
    return choice
