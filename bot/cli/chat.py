"""`python -m bot chat`: a conversation in the terminal, through the whole running service over HTTP."""

from __future__ import annotations

import argparse
import sys
import textwrap
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

import httpx

from bot.settings import load_settings

WIDTH = 78
TRIES = 3
TIMEOUT_SECONDS = 70
"""Longer than the slowest turn: the engine's budget and the wait for the turn before it."""
URGENT = frozenset({"emergency", "crisis", "same_day"})
BYE = frozenset({"/q", "/quit", "/exit"})


def configure(parser: argparse.ArgumentParser) -> None:
    """Where the service is, when it is not this checkout's own."""
    parser.add_argument("--url", help="address of the service; default: that of the settings")


def run(args: argparse.Namespace) -> int:
    """Talk until the end of the input or /q."""
    url = args.url or load_settings().outside_url
    try:
        with httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            return Conversation(client, source=sys.stdin, sink=sys.stdout).hold()
    except httpx.TransportError:
        print(f"Nothing answers at {url}: start the service with `make run` first.", file=sys.stderr)
        return 1


class Conversation:
    """One session: reads a line, sends it, prints what is answered."""

    def __init__(self, client: httpx.Client, *, source: TextIO, sink: TextIO) -> None:
        self._client = client
        self._source = source
        self._sink = sink
        self._token = ""
        self._choices: list[Mapping[str, str]] = []

    def hold(self) -> int:
        """The whole conversation; 0 when it ended as the person wanted."""
        session = self._call("POST", "/api/chat/sessions", {"channel": "web"})
        if session is None:
            return 1
        self._token = session["token"]
        self._write(f"(reference {session['reference']}; a number picks a choice, /q ends)\n")
        self._show(session["messages"])
        for line in self._lines():
            reply = self._call("POST", "/api/chat/messages", self._message(line))
            if reply is not None:
                self._show(reply["messages"])
                self._write(f"({reply['status']})\n")
        return 0

    def _lines(self) -> Iterator[str]:
        while True:
            self._write("you> ")
            line = self._source.readline()
            if not line or line.strip() in BYE:
                self._write("\n")
                return
            if line.strip():
                yield line.strip()

    def _message(self, line: str) -> dict[str, Any]:
        message: dict[str, Any] = {"client_message_id": uuid.uuid4().hex}
        chosen = picked(line, self._choices)
        return message | ({"choice": chosen} if chosen else {"text": line})

    def _call(self, method: str, path: str, body: Mapping[str, Any]) -> Any | None:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        for _ in range(TRIES):
            answer = self._client.request(method, path, json=body, headers=headers)
            if answer.is_success:
                return answer.json()
            self._complain(answer)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
        return None

    def _complain(self, answer: httpx.Response) -> None:
        try:
            body = answer.json()
        except ValueError:
            body = {}
        message = body.get("error", {}).get("message", f"status {answer.status_code}")
        self._write(f"! {message}\n")
        self._show(body.get("messages", []))

    def _show(self, messages: Sequence[Mapping[str, Any]]) -> None:
        for message in messages:
            self._write(as_text(message))
        self._choices = next((one["choices"] for one in reversed(messages) if one["choices"]), [])

    def _write(self, text: str) -> None:
        self._sink.write(text)
        self._sink.flush()


def picked(line: str, choices: Sequence[Mapping[str, str]]) -> list[str]:
    """The ids behind "2" or "1 3"; empty when the line is words, or a number that is not offered."""
    numbers = line.replace(",", " ").split()
    if not numbers or not all(word.isascii() and word.isdigit() for word in numbers):
        return []
    places = [int(word) for word in numbers]
    if not all(1 <= place <= len(choices) for place in places):
        return []
    return [choices[place - 1]["id"] for place in dict.fromkeys(places)]


def as_text(message: Mapping[str, Any]) -> str:
    """A message for the terminal: who, wrapped words, numbered choices; urgent ones stand out."""
    mark = "!!! " if message["kind"] in URGENT else "  "
    lines = [f"\n{message['from']} ({message['kind']})"]
    for line in message["text"].splitlines():
        safe = "".join(letter for letter in line if letter.isprintable())
        lines += textwrap.wrap(safe, WIDTH, initial_indent=mark, subsequent_indent=mark) or [""]
    lines += [f"    {place}  {choice['label']}" for place, choice in enumerate(message["choices"], 1)]
    return "\n".join(lines) + "\n"
