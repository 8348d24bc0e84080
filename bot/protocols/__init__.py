"""The clinic's protocols: loaded strictly, judged purely, explained, planned.

`load_protocols(folder)` is the only door; `Protocols` is what the other rooms hold.
"""

from bot.protocols.planner import AskPlan
from bot.protocols.protocols import Protocols, load_protocols

__all__ = ["AskPlan", "Protocols", "load_protocols"]
