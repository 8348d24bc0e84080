"""Conversations over the chat API, timed turn by turn."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import uuid4

import httpx

OPENING = (
    "my lower back has been killing me for about 8 months, down the left leg. did PT and 2 epidurals, "
    "MRI in September showed a grade 1 slip at L4-5"
)
WORDS = ("yes", "for me, i'm 44", OPENING, *("no",) * 8, "how long is recovery?", *("not sure",) * 4)
"""Typed words only; after the opening most of a patient's answers are as short as these."""


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Milliseconds of each turn, in order, and how many were not answered."""

    ms: tuple[float, ...]
    refused: int


def converse(url: str) -> Timing:
    """One patient, one conversation, one turn after the other."""
    with httpx.Client(base_url=url, timeout=30) as client:
        opened = client.post("/api/chat/sessions", json={"channel": "web"})
        opened.raise_for_status()
        key = {"Authorization": f"Bearer {opened.json()['token']}"}
        taken = [_turn(client, key, text) for text in WORDS]
    return Timing(
        ms=tuple(ms for ms, answered in taken if answered),
        refused=sum(not answered for _, answered in taken),
    )


def converse_in_parallel(url: str, *, patients: int) -> tuple[Timing, float]:
    """That many patients at once: all their turns, and the seconds it took."""
    began = time.perf_counter()
    with ThreadPoolExecutor(patients) as pool:
        timings = list(pool.map(lambda _: converse(url), range(patients)))
    together = Timing(
        ms=tuple(ms for timing in timings for ms in timing.ms), refused=sum(t.refused for t in timings)
    )
    return together, time.perf_counter() - began


def _turn(client: httpx.Client, key: dict[str, str], text: str) -> tuple[float, bool]:
    body = {"client_message_id": uuid4().hex, "text": text}
    began = time.perf_counter()
    answer = client.post("/api/chat/messages", json=body, headers=key)
    return (time.perf_counter() - began) * 1000, answer.status_code == 200
