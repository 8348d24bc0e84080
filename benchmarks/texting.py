"""How long the provider waits for our answer to a text, while the engine works, hangs, and is down."""

from __future__ import annotations

import hmac
import os
import signal
import statistics
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from uuid import uuid4

import httpx

from benchmarks.service import PUBLIC_URL, TEXTING, Service, running_service
from tests.recorder import Recorder

TEXTS, EACH_SECONDS = 120, 0.5
"""They come at this pace whatever the answers take, as from as many phones: 120 texts a minute."""
SENDERS = 100
"""Numbers like +1 314 555 0100: nobody's, and so many that none of them is a flood."""
WORDS = "my lower back has been killing me for about 8 months"
PATH = "/sms/twilio"
Rows = Iterator[tuple[str, str]]


def texting_rows(service: Service) -> Rows:
    """The webhook's answers in each state of the engine; leaves it as it was."""
    states: dict[str, Callable[[], AbstractContextManager[None]]] = {
        "works": _works,
        "hangs": partial(_hangs, service),
        "is down": partial(_is_down, service),
    }
    for state, given in states.items():
        with given():
            yield (
                f"a text is taken while the engine {state}, {1 / EACH_SECONDS:.0f} a second",
                _measured(service.url),
            )


def _measured(url: str) -> str:
    began = time.perf_counter()
    with ThreadPoolExecutor(TEXTS) as pool:
        took = list(pool.map(partial(_send_at, url, began), range(TEXTS)))
    cuts = statistics.quantiles([ms for ms, _ in took], n=100, method="inclusive")
    refused = sum(status != 200 for _, status in took)
    return f"p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms, {refused} of {TEXTS} refused"


def _send_at(url: str, began: float, number: int) -> tuple[float, int]:
    time.sleep(max(0.0, began + number * EACH_SECONDS - time.perf_counter()))
    return _send(url, number)


def _send(url: str, number: int) -> tuple[float, int]:
    """(milliseconds, status) of one signed webhook."""
    form = {
        "AccountSid": TEXTING["INTAKE_TWILIO_ACCOUNT_SID"],
        "MessageSid": "SM" + uuid4().hex,
        "From": f"+131455501{number % SENDERS:02d}",
        "To": TEXTING["INTAKE_SMS_NUMBER"],
        "Body": WORDS,
        "NumMedia": "0",
        "FromCountry": "US",
    }
    signed = PUBLIC_URL + PATH + "".join(f"{name}{form[name]}" for name in sorted(form))
    token = TEXTING["INTAKE_TWILIO_AUTH_TOKEN"].encode()
    headers = {"X-Twilio-Signature": b64encode(hmac.digest(token, signed.encode(), "sha1")).decode()}
    began = time.perf_counter()
    answer = httpx.post(url + PATH, data=form, headers=headers, timeout=30, trust_env=False)
    return (time.perf_counter() - began) * 1000, answer.status_code


@contextmanager
def _works() -> Iterator[None]:
    yield


@contextmanager
def _hangs(service: Service) -> Iterator[None]:
    """It takes requests and answers none."""
    engine = service.pids()["engine"]
    os.kill(engine, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(engine, signal.SIGCONT)


@contextmanager
def _is_down(service: Service) -> Iterator[None]:
    hold = service.runs.folder / "engine.hold"
    hold.touch()
    try:
        yield
    finally:
        hold.unlink()


def main() -> int:
    """These rows alone."""
    with Recorder.running() as provider, running_service(provider=provider.url) as service:
        for row in texting_rows(service):
            print("| {} | {} |".format(*row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
