"""Places where a test lets this process die, as a power cut would.

`FAILPOINT=fhir.sent:2` kills the process with SIGKILL when it reaches that place the second time. Nothing
happens without the variable; it is no setting, and no service starts its children with it.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

_reached: Counter[str] = Counter()


def reach(place: str) -> None:
    """Say that the process stands at this place."""
    name, _, count = os.environ.get("FAILPOINT", "").partition(":")
    if name != place:
        return
    _reached[place] += 1
    if _reached[place] >= int(count or 1):
        os.kill(os.getpid(), signal.SIGKILL)
