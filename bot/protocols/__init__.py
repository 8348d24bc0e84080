"""The clinic's protocols: loaded strictly, judged purely, explained, planned.

`load_protocols(folder)` is the only door; `Protocols` is what the other rooms hold.
"""

from bot.protocols.protocols import Protocols, load_protocols

__all__ = ["Protocols", "load_protocols"]
