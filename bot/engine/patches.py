"""Three corrections to Rasa 3.6.21, applied once when the engine starts.

1. `RemoteAction._validate_action_result` checks the schema itself at every call, 24 of the 41 ms of a
   turn. Here a validator is built once.
2. Rasa goes on when an action fails and answers 200 with whatever was said before. Here each failure
   is noted for the turn that runs, so that the channel can tell.
3. An action call may take five minutes. Here it may take ACTION_SECONDS; the service waits 10 for a turn.

`tests/dialogue/test_patches.py` fails when what is corrected has changed.
"""

from __future__ import annotations

import contextvars
from typing import Any

import jsonschema
import rasa.core.actions.action
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction

ACTION_SECONDS = 5

failed_actions: contextvars.ContextVar[list[str] | None] = contextvars.ContextVar(
    "failed_actions", default=None
)
"""Names of the actions that failed in the turn of this task; the channel sets the list."""

_upstream_run = RemoteAction.run


def apply() -> None:
    """Correct Rasa in this process; a second call changes nothing."""
    spec = RemoteAction.action_response_format_spec()
    kind = jsonschema.validators.validator_for(spec)
    kind.check_schema(spec)
    validator = kind(spec)

    def validate(self: RemoteAction, result: dict[str, Any]) -> bool:
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = validate
    RemoteAction.run = _noting_run
    rasa.core.actions.action.DEFAULT_REQUEST_TIMEOUT = ACTION_SECONDS


async def _noting_run(self: RemoteAction, *args: Any, **kwargs: Any) -> Any:
    try:
        return await _upstream_run(self, *args, **kwargs)
    except ActionExecutionRejection:
        raise
    except Exception:  # raised on; noted, as Rasa swallows it and the channel must refuse
        noted = failed_actions.get()
        if noted is not None:
            noted.append(self.name())
        raise
