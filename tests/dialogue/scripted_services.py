"""The real action server with scripted services behind it, as a process of the service's environment.

Run by the tests as `<service python> scripted_services.py SECRET`; prints the port it listens on. Each
text says which service was asked, so that a test sees what the dialogue decided. The services keep
the place of each case in a plain list of questions; nothing is judged.
"""

from __future__ import annotations

import socket
import sys
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.domain.cases import Draft
from bot.services.case.steps import Step, Turn
from bot.services.talk import asides, handoff, interview
from bot.services.visits import booking, time_choice

QUESTIONS = ("consent", "opening", "G1", "duration_weeks", "confirm_summary")
place: dict[str, int] = defaultdict(int)
wants_person: set[str] = set()


def step(said: str, asking: str | None, *, phase: Any = "intake") -> Step:
    kind: Any = "question" if asking else "info"
    return Step(drafts=(Draft(kind=kind, text=said, asks=asking),), asking=asking, phase=phase)


def asked_now(turn: Turn) -> str | None:
    number = place[turn.case_id]
    return QUESTIONS[number] if number < len(QUESTIONS) else None


async def take_turn(ctx: object, turn: Turn) -> Step:
    place[turn.case_id] += 1
    asking = None if turn.case_id in wants_person else asked_now(turn)
    return step(f"take_turn {turn.intent} -> {asking}", asking)


async def resume(ctx: object, turn: Turn) -> Step:
    return step(f"resume {asked_now(turn)}", asked_now(turn))


async def interject(ctx: object, turn: Turn, kind: str) -> tuple[Draft, ...]:
    return (
        ()
        if kind == "repeat"
        else (Draft(kind="answer", text=f"interject {kind} {turn.topic or ''}".strip()),)
    )


async def not_understood(ctx: object, turn: Turn, round: int) -> Step:
    if round == 3:
        return await person(ctx, turn)
    return step(f"not_understood {round}", asked_now(turn))


async def person(ctx: object, turn: Turn) -> Step:
    wants_person.add(turn.case_id)
    return step("wants_person", "contact_phone")


def going(name: str) -> Any:
    async def service(ctx: object, turn: Turn) -> Step:
        return step(name, asked_now(turn) or "opening")

    return service


async def admin(ctx: object, turn: Turn) -> Step:
    return step("admin", None)


async def hand_off(ctx: object, turn: Turn) -> Step:
    if turn.case_id in wants_person or turn.intent in ("admin", "reschedule", "cancel_appointment"):
        return step("callback", None, phase="done")
    return step("times", "choose_time", phase="booking")


async def take_booking_turn(ctx: object, turn: Turn) -> Step:
    return step("booked", None, phase="done")


def names_no_time(ctx: object, text: str) -> bool:
    return False


async def fail(ctx: object, turn: Turn) -> Step:
    raise RuntimeError("marked-secret-words")


def main() -> None:
    for name, service in {
        "take_turn": take_turn, "resume": resume, "not_understood": not_understood,
        "wants_person": person, "admin": admin, "go_back": going("go_back"), "skip": going("skip"),
        "correct": going("correct"), "start_over": fail if "--fail" in sys.argv else going("start_over"),
    }.items():  # fmt: skip
        setattr(interview, name, service)
    asides.interject = interject
    time_choice.asks_for_time = time_choice.speaks_of_time = names_no_time
    handoff.hand_off, booking.take_booking_turn = hand_off, take_booking_turn
    from actions.server import serve

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    print(port, flush=True)
    ctx: Any = SimpleNamespace(shelf=None)  # nothing is published here
    serve(ctx, secret=sys.argv[1], host="127.0.0.1", port=port)


if __name__ == "__main__":
    main()
