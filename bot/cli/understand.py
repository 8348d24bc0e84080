"""`python -m bot understand FILE.jsonl`: messages in, understanding out (contract: `understand`).

With an engine (a running one, or its own for the time of the run) the intent is what the live service would
see; `--no-engine` gives the language layer and the protocols' judgement alone.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from bot.domain.errors import DialogueFailed, InvalidInput
from bot.domain.facts import derive
from bot.domain.findings import Finding, Reading
from bot.evaluation.understood import understood
from bot.language import Reader, load_reader
from bot.language.screen.screen import load_screen
from bot.ops.addresses import run_folder
from bot.protocols import Protocols, load_protocols
from bot.services.ports import Intent

if TYPE_CHECKING:
    from bot.dialogue import EngineClient
    from bot.settings import Settings

PROTOCOLS = Path("data/protocols")
LEXICON = Path("data/lexicon")
MOST_CHARACTERS = 2000
ENGINE_UP_WITHIN_SECONDS = 180.0


class Understanding(Protocol):
    """The part of the engine this command asks (`bot.dialogue.EngineClient`)."""

    async def understand(self, text: str, *, asked: str | None, reading: Reading) -> Intent:
        """The intent of one message."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The file, with or without the engine, and where the data is."""
    parser.add_argument(
        "file", help='JSON lines {"id", "text", "asked", "question", "date"}; - reads standard input'
    )
    parser.add_argument("--no-engine", action="store_true", help="the language layer alone: no intent")
    parser.add_argument("--protocols", type=Path, default=PROTOCOLS, help="folder of the protocols")
    parser.add_argument("--lexicon", type=Path, default=LEXICON, help="folder of the lexicon")


def run(args: argparse.Namespace) -> int:
    """One line out per line in; 1 when a line was refused, the file cannot be read, or no engine came up."""
    protocols = load_protocols(args.protocols)
    reader = load_reader(protocols.dictionary, args.lexicon, screen=load_screen())
    try:
        source = _opened(args.file)
    except OSError as error:
        print(f"{args.file}: cannot be read ({error.strerror})", file=sys.stderr)
        return 1
    with source as lines:
        if args.no_engine:
            return _print_all(understand_lines(reader, protocols, lines))
        try:
            return asyncio.run(_with_engine(reader, protocols, lines))
        except DialogueFailed as error:
            print(f"engine: {error}; `--no-engine` works without it", file=sys.stderr)
            return 1


def understand_lines(
    reader: Reader, protocols: Protocols, lines: Iterable[bytes]
) -> Iterator[dict[str, Any]]:
    """The language layer's answer to each line that is not blank."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _answered(reader, protocols, line, number)[0]


async def understand_with(
    engine: Understanding, reader: Reader, protocols: Protocols, lines: Iterable[bytes]
) -> AsyncIterator[dict[str, Any]]:
    """The same with the engine's intent; a topic it names becomes a finding."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        started = time.perf_counter()
        answer, request, reading = _answered(reader, protocols, line, number)
        if reading is not None and request is not None:
            intent = await engine.understand(request["text"], asked=request.get("asked"), reading=reading)
            answer["intent"] = {"name": intent.name, "confidence": intent.confidence}
            if intent.topic is not None:
                answer["findings"].append(_finding_json(_topic(request["text"], intent.topic)))
            answer["ms"] = round((time.perf_counter() - started) * 1000, 2)
        yield answer


def _answered(
    reader: Reader, protocols: Protocols, line: bytes, number: int
) -> tuple[dict[str, Any], dict[str, Any] | None, Reading | None]:
    started = time.perf_counter()
    try:
        request = _request(line)
    except InvalidInput as error:
        refused = {"field": error.field, "value": number, "allowed": str(error)}
        return {"id": _id_of(line), "error": refused}, None, None
    reading = reader.read(request["text"], request.get("asked"), request.get("question"), request["date"])
    facts = understood(reading, request.get("asked"), protocols.dictionary)
    known = dict(facts)
    known.update({name: value for name, (value, _) in derive(known).items()})
    judgement = protocols.judge(known)
    answer: dict[str, Any] = {
        "id": request.get("id"),
        "facts": {name: _plain(value) for name, value in facts.items()},
        "findings": [_finding_json(finding) for finding in reading.findings],
        "intent": None,
        "level": judgement.level.value,
        "rules": sorted(judgement.rules),
        "ask": list(reading.ask),
        "ms": round((time.perf_counter() - started) * 1000, 2),
    }
    return answer, request, reading


def _request(line: bytes) -> dict[str, Any]:
    """A line as a request with a real date. Raises InvalidInput naming the field."""
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError):
        raise InvalidInput('JSON: {"id": ..., "text": "..."}', field="line") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("text"), str):
        raise InvalidInput("a text", field="text")
    if len(raw["text"]) > MOST_CHARACTERS:
        raise InvalidInput(f"at most {MOST_CHARACTERS} characters", field="text")
    for name in ("asked", "question"):
        if not isinstance(raw.get(name), (str, type(None))):
            raise InvalidInput("a text or null", field=name)
    return {**raw, "date": _date(raw.get("date"))}


def _date(raw: Any) -> dt.date:
    if raw is None:
        return dt.datetime.now(dt.UTC).date()
    try:
        return dt.date.fromisoformat(raw)
    except (TypeError, ValueError):
        raise InvalidInput('a date like "2026-11-18" or null', field="date") from None


def _id_of(line: bytes) -> Any:
    with contextlib.suppress(ValueError, RecursionError):
        raw = json.loads(line)
        return raw.get("id") if isinstance(raw, dict) else None
    return None


def _topic(text: str, topic: str) -> Finding:
    return Finding(variable="topic", value=topic, assertion="present", start=0, end=len(text), words=text)


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "variable": finding.variable,
        "value": _plain(finding.value),
        "assertion": finding.assertion,
        "start": finding.start,
        "end": finding.end,
        "words": finding.words,
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _print_all(answers: Iterable[Mapping[str, Any]]) -> int:
    refused = False
    for answer in answers:
        refused = refused or "error" in answer
        print(json.dumps(answer))
    return int(refused)


async def _with_engine(reader: Reader, protocols: Protocols, lines: Iterable[bytes]) -> int:
    refused = False
    async with engine_for_the_run() as engine:
        async for answer in understand_with(engine, reader, protocols, lines):
            refused = refused or "error" in answer
            print(json.dumps(answer), flush=True)
    return int(refused)


@contextlib.asynccontextmanager
async def engine_for_the_run() -> AsyncIterator[Understanding]:
    """The engine that runs already (settings, or the run files of `make run`), else our own for the run.

    Raises DialogueFailed when none answers in time.
    """
    from bot.settings import load_settings

    settings = load_settings()
    running = settings.engine_url or run_folder(settings.data_dir).url("engine")
    if running is not None:
        client = _client(settings, running)
        try:
            if await _answers(client):
                yield client
                return
        finally:
            await client.close()
    async with _own_engine(settings) as own:
        yield own


@contextlib.asynccontextmanager
async def _own_engine(settings: Settings) -> AsyncIterator[Understanding]:
    """An engine of ours that ends with the run. Raises DialogueFailed when it does not come up."""
    from bot.ops.parts import plan_parts

    part = next(part for part in plan_parts(settings) if part.name == "engine")
    process = await _started(part.command, {**part.environment}, part.folder)
    client = _client(settings, str(part.url))
    try:
        await _until_up(client.model_id, process)
        yield client
    finally:
        await client.close()
        await _ended(process)


def _client(settings: Settings, url: str) -> EngineClient:
    from bot.dialogue import EngineClient

    return EngineClient(
        url=url,
        secret=settings.engine_secret.get_secret_value(),
        timeout_seconds=settings.engine_timeout_seconds,
    )


async def _answers(client: EngineClient) -> bool:
    """Whether the engine at this address is up; run files may outlive a killed one."""
    try:
        await client.model_id()
    except DialogueFailed:
        return False
    return True


async def _started(
    command: tuple[str, ...], environment: dict[str, str], folder: Path
) -> asyncio.subprocess.Process:
    quiet = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(
        *command, env=environment, cwd=folder, stdin=quiet, stdout=quiet, stderr=quiet
    )


async def _until_up(health: Callable[[], Any], process: asyncio.subprocess.Process) -> None:
    ends_at = time.monotonic() + ENGINE_UP_WITHIN_SECONDS
    while process.returncode is None and time.monotonic() < ends_at:
        try:
            await health()
        except DialogueFailed:
            await asyncio.sleep(1)
        else:
            return
    raise DialogueFailed("the engine did not start; run `make train`, then look at `make run`'s log")


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


def _opened(name: str) -> contextlib.AbstractContextManager[IO[bytes]]:
    return contextlib.nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb")
