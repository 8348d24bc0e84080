"""`python -m bot.engine.shell`: `rasa shell` with the model that fits the sources, on loopback, no telemetry.

Needs a running action server (`python -m bot actions`) and its address and secret in INTAKE_ACTIONS_URL and
INTAKE_ACTIONS_SECRET.
"""

from __future__ import annotations

import sys
import uuid
from typing import Any

from bot.engine import model_store
from bot.engine.train import prepare


def main() -> int:
    """Talk until /stop; 1 with one line when no model fits."""
    prepare()
    try:
        model = model_store.verified(model_store.fingerprint(model_store.source_hashes()))
    except model_store.ModelRefused as error:
        print(f"engine: {error}", file=sys.stderr)
        return 1
    from rasa.__main__ import main as rasa_main

    from bot.engine import patches

    patches.apply()
    _say_what_is_asked()
    sys.argv = [
        "rasa", "shell", "--model", str(model), "--endpoints", str(model_store.ROOT / "endpoints.yml"),
        "--interface", "127.0.0.1", "--conversation-id", uuid.uuid4().hex, "--quiet",
    ]  # fmt: skip
    rasa_main()
    return 0


def _say_what_is_asked() -> None:
    """No service says what was asked here: the open form does, so that answers are read in context."""
    from rasa.core.processor import MessageProcessor

    upstream = MessageProcessor.parse_message

    async def parse(self: Any, message: Any, tracker: Any = None, only_output_properties: bool = True) -> Any:
        asked = tracker.get_slot("requested_slot") if tracker is not None else None
        message.metadata = {**(message.metadata or {}), "asked": asked}
        return await upstream(self, message, tracker, only_output_properties)

    MessageProcessor.parse_message = parse


if __name__ == "__main__":
    sys.exit(main())
