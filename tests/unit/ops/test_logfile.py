"""What a child process prints is never written raw."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.ops.logfile import LONGEST_LINE, LogFile, lines_of, own_part, redacted


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("call 314-555-0123 now", "call [number] now"),
        ("call (314) 555 0123", "call [number]"),
        ("+13145550123", "[number]"),
        ("mail to jo.ann+x@clinic.example please", "mail to [mail] please"),
        ("2026-11-21T10:00:00Z up", "2026-11-21T10:00:00Z up"),
        ("2026-11-21 10:00:00,123 INFO up", "2026-11-21 10:00:00,123 INFO up"),
        ("took 123456 us", "took 123456 us"),
        ("1234567", "[number]"),
        ("case 237daa1234567890e9e012015dcf7719 up", "case 237daa1234567890e9e012015dcf7719 up"),
        ("1" * 32, "[number]"),
        ("a\rb\x1b[31mc\u2028d", "a b [31mc d"),
    ],
)
def test_numbers_addresses_and_control_characters(line: str, kept: str) -> None:
    assert redacted(line) == kept


def test_secrets_are_blanked() -> None:
    assert redacted("token=s3cr3t;", secrets=["s3cr3t"]) == "token=[secret];"


def test_a_line_has_an_end() -> None:
    assert len(redacted("x" * 100_000)) <= LONGEST_LINE + 3


def test_a_line_is_not_cut_inside_a_number() -> None:
    assert redacted("x " * (LONGEST_LINE // 2 - 3) + "3145550123").endswith("x...")


def test_lines_carry_time_and_name(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "log", "engine", secrets=[])
    log.write("up %s")
    log.close()
    (line,) = log.path.read_text().splitlines()
    assert line.endswith(" engine | up %s")


async def test_lines_are_split_and_an_endless_one_is_cut() -> None:
    stream = asyncio.StreamReader(limit=2**20)
    stream.feed_data(b"one\ntwo\n" + b"x" * 100_000 + b"\nthree\xff")
    stream.feed_eof()
    lines = [line async for line in lines_of(stream)]
    assert lines[:2] == ["one", "two"]
    assert lines[-1] == "three�"
    assert "".join(lines[2:-1]) == "x" * 100_000


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-21 10:01:55,689 INFO __main__ engine is up with model 45472f55fb1b293b.tar.gz",
        "2026-11-21 10:01:55,689 ERROR bot.engine.channel a turn failed: KeyError",
        "engine: INTAKE_ENGINE_SECRET is missing",
        '  File "rasa/core/processor.py", line 12, in handle_message',
    ],
)
def test_own_lines_of_the_engine_are_kept(line: str) -> None:
    assert own_part(line) == line


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("2026-11-21 10:01:36 [debug    ] processor.message.parse  parse_data_text='numb when i wipe'", ""),
        ("[state 1] user text: numb when i wipe | previous action name: action_listen", ""),
        (" requested_slot: consent", ""),
        ("2026-11-21 10:01:36,123 INFO rasa.core numb when i wipe", ""),
        ("    result = parse('numb when i wipe')", ""),
        ("rasa.shared.exceptions.RasaException: numb when i wipe", "rasa.shared.exceptions.RasaException"),
        ("KeyError: 'numb when i wipe'", "KeyError"),
    ],
)
def test_what_the_engines_libraries_print_is_left_out(line: str, kept: str) -> None:
    assert own_part(line) == kept


def test_a_foreign_log_holds_own_lines_only(tmp_path: Path) -> None:
    log = LogFile(tmp_path, "engine", foreign=True)
    for line in ("engine: up", "[state 1] user text: numb when i wipe", "ValueError: numb"):
        log.write(line)
    log.close()
    assert [line.split(" | ")[1] for line in log.path.read_text().splitlines()] == [
        "engine: up",
        "ValueError",
    ]
