"""`python -m bot.engine.shell`: `rasa shell` with the model that fits the sources, on loopback, no telemetry.

Needs a running action server (`python -m bot actions`) and its address and secret in INTAKE_ACTIONS_URL and
INTAKE_ACTIONS_SECRET.
"""

from __future__ import annotations

import sys
import uuid

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
    sys.argv = [
        "rasa", "shell", "--model", str(model), "--endpoints", str(model_store.ROOT / "endpoints.yml"),
        "--interface", "127.0.0.1", "--conversation-id", uuid.uuid4().hex, "--quiet",
    ]  # fmt: skip
    rasa_main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
