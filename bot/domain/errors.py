"""The error tree.

IntakeError
├── InvalidInput      the caller sent something we cannot take: field, allowed values, remedy
│   ├── TooLong       more characters than a message may have
│   └── UnknownChoice a choice id that the pending question does not offer
├── NotAllowed        no right to it, or it is not there: the two are never told apart
│   ├── NotSignedIn   no live staff session or API token
│   └── RoleRefused   the role may not do this kind of thing, whatever it is done to
├── TooManyTries      refused for a while: seconds until the next try
├── Conflict          the same id came before with other content
├── HoldExpired       the offered time is no longer held for this case
├── TimeTaken         somebody else holds or booked that time
├── TooManyHolds      this person holds as many times as one may
├── DialogueFailed    the engine was silent, late, garbled, or answered for someone else
├── DeliveryFailed    a provider refused or could not be reached
├── StoreUnavailable  the record cannot be written or read now
├── ProtocolError     a protocol file is wrong: file, line, field, allowed values, remedy
└── SettingsError     a setting is missing or wrong: its name and the remedy, never its value

No error text ever carries a patient's word, name or number.
"""

from __future__ import annotations


class IntakeError(Exception):
    """Root of everything this service raises on purpose."""


class InvalidInput(IntakeError):
    """The caller sent something we cannot take.

    `code` is a stable word for programs, `field` names what was wrong, the message says what is
    allowed and what to do.
    """

    def __init__(self, message: str, *, code: str = "invalid", field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


class TooLong(InvalidInput):
    """More characters than a message may have."""


class UnknownChoice(InvalidInput):
    """A choice id that the pending question does not offer."""


class NotAllowed(IntakeError):
    """No right to it, or it does not exist: the answer is the same."""


class NotSignedIn(NotAllowed):
    """No live staff session or API token."""


class RoleRefused(NotAllowed):
    """The role may not do this kind of thing, whatever it is done to; decided before any look-up."""


class TooManyTries(IntakeError):
    """Refused for a while. `retry_after_seconds` says how long."""

    def __init__(self, message: str, *, retry_after_seconds: float) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Conflict(IntakeError):
    """The same id came before with other content."""


class HoldExpired(IntakeError):
    """The offered time is no longer held for this case."""


class TimeTaken(IntakeError):
    """Somebody else holds or booked that time."""


class TooManyHolds(IntakeError):
    """This person holds as many times as one may."""


class DialogueFailed(IntakeError):
    """The engine was silent, late, garbled, or answered for someone else."""


class DeliveryFailed(IntakeError):
    """A provider refused or could not be reached; `permanent` ends the retries."""

    def __init__(self, message: str, *, permanent: bool = False, code: str | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.code = code


class StoreUnavailable(IntakeError):
    """The record cannot be written or read now."""


class ProtocolError(IntakeError):
    """A protocol file is wrong; the message names file, line, field, allowed values, remedy."""


class SettingsError(IntakeError):
    """A setting is missing or wrong; the message names it and the remedy, never its value."""
