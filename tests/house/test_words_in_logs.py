"""No line of ours prints or logs what a patient wrote: a look at the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.tree import python_files

LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
LOGGERS = {"log", "logger", "logging"}
WORDS = {
    "text",
    "body",
    "words",
    "message",
    "phone",
    "address",
    "question",
    "draft",
    "reading",
    "facts",
}
MAY_PRINT = ("bot/cli/", "bot/ops/", "bot/__main__.py", "bot/engine/", "benchmarks/")


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def is_log_call(call: ast.Call) -> bool:
    function = call.func
    if not (isinstance(function, ast.Attribute) and function.attr in LOG_METHODS):
        return False
    target = function.value
    name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
    return name.lstrip("_") in LOGGERS


def spoken_names(call: ast.Call) -> set[str]:
    """Variables and attributes whose values reach the log line."""
    given = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg != "exc_info")]
    nodes = [node for argument in given for node in ast.walk(argument)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}


def test_the_check_sees_words() -> None:
    (call,) = calls(ast.parse("log.info('got %s', message.text)"))
    assert is_log_call(call)
    assert spoken_names(call) & WORDS == {"message", "text"}


def test_no_log_call_is_given_words() -> None:
    found = [
        f"{name}:{call.lineno}"
        for name, tree in python_files("bot/", "actions/")
        for call in calls(tree)
        if is_log_call(call) and spoken_names(call) & WORDS
    ]
    assert found == []


def test_nothing_prints_but_the_command_line() -> None:
    found = [
        f"{name}:{call.lineno}"
        for name, tree in python_files("bot/", "actions/")
        if not name.startswith(MAY_PRINT)
        for call in calls(tree)
        if isinstance(call.func, ast.Name) and call.func.id == "print"
    ]
    assert found == []
