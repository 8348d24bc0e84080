"""What we correct in Rasa is still what it was: an upgrade that changes it fails here."""

from __future__ import annotations

import hashlib
import inspect

import pytest
import rasa
import rasa.core.actions.action as upstream
from jsonschema import ValidationError

from bot.engine import patches


def test_the_version_is_the_one_that_was_corrected() -> None:
    assert rasa.__version__ == "3.6.21"


def test_upstream_has_not_changed() -> None:
    source = inspect.getsource(upstream.RemoteAction)
    digest = hashlib.sha256(source.encode()).hexdigest()
    assert digest == "dc8df00f7d7119aafa2b3a53b32518b8d283f04c175237c318c1cf483a9b46e5", (
        "RemoteAction changed: look at bot/engine/patches.py again"
    )


def test_the_validator_built_once_judges_alike() -> None:
    patches.apply()
    action = upstream.RemoteAction("x", None)
    assert action._validate_action_result({"events": [], "responses": []})
    with pytest.raises(ValidationError):
        action._validate_action_result({"events": "no list"})


def test_an_action_call_has_five_seconds() -> None:
    patches.apply()
    assert upstream.DEFAULT_REQUEST_TIMEOUT == patches.ACTION_SECONDS == 5
