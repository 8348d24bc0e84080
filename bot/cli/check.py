"""`python -m bot check`: what must be right before patients come; status 1 when something is wrong."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path

from bot.bootstrap import build_protocols
from bot.domain.errors import IntakeError, SettingsError
from bot.ops.training import fitting_model
from bot.settings import Settings, load_settings
from bot.store import schema_version_ok

Check = Callable[[Settings], str]
"""Returns what it found; raises IntakeError with the remedy when that is wrong."""


PLACEHOLDER = re.compile(r"\.example$|55501\d\d$")


def configure(parser: argparse.ArgumentParser) -> None:
    """Everything it needs is in the settings."""


def run(args: argparse.Namespace) -> int:
    """0 when every line says ok."""
    try:
        settings = load_settings()
    except SettingsError as error:
        _say("settings", "wrong", str(error).replace("\n", "; "))
        return 1
    _say("settings", "ok", "demo mode" if settings.demo else "for patients")
    return max([_report(name, check, settings) for name, check in CHECKS])


def _report(name: str, check: Check, settings: Settings) -> int:
    try:
        found = check(settings)
    except IntakeError as error:
        _say(name, "wrong", str(error).replace("\n", "; "))
        return 1
    _say(name, "ok", found)
    return 0


def _say(name: str, state: str, found: str) -> None:
    print(f"{name:<10} {state:<6} {found}")


def protocols(settings: Settings) -> str:
    """They load, strictly; which of them nobody has approved."""
    stamps = build_protocols(settings).stamps
    drafts = [stamp.id for stamp in stamps if stamp.status == "draft"]
    unapproved = f"; drafts, not approved by a clinician: {', '.join(drafts)}" if drafts else ""
    return f"{len(stamps)} protocols{unapproved}"


def texts(settings: Settings) -> str:
    """Nothing that the lint of patients' texts would not pass."""
    from bot.protocols.lint import complaints

    found = complaints(build_protocols(settings))
    if found:
        raise SettingsError(f"{len(found)} texts break a rule: {found[0]}")
    return "reading grade, promises, keywords, segments"


def clinic(settings: Settings) -> str:
    """Outside demo mode the phone that patients are told to call must be real."""
    profile = build_protocols(settings).clinic
    if profile.demo_phone and not settings.demo:
        raise SettingsError("the clinic's phone is a placeholder: set INTAKE_CLINIC_PHONE or clinic.yaml")
    return f"{profile.name}, {'demo phone' if profile.demo_phone else 'phone set'}"


def notices(settings: Settings) -> str:
    """Whom the service can call: addresses that are real outside demo mode, targets that are set."""
    people = build_protocols(settings).clinic.notices.contacts
    targets = {one.addresses["webhook"] for one in people if "webhook" in one.addresses}
    if settings.webhooks and (unknown := sorted(targets - set(settings.webhooks))):
        raise SettingsError(f"clinic.yaml calls a webhook that INTAKE_WEBHOOKS does not name: {unknown[0]}")
    made_up = [one.name for one in people if any(map(PLACEHOLDER.search, one.addresses.values()))]
    if settings.reach and made_up and not settings.demo:
        raise SettingsError(f"clinic.yaml: notices: the address of {made_up[0]} is a placeholder: replace it")
    return f"staff are called by {', '.join(sorted(settings.reach)) or 'nothing: no way out is set up'}"


def model(settings: Settings) -> str:
    """A model that fits the sources, and nobody has touched since it was trained."""
    return f"{fitting_model()} fits the sources"


def encoder(settings: Settings) -> str:
    """The sentence encoder's file is there and as it was made."""
    from bot.language.screen.embeddings import encoder_name
    from bot.language.screen.made_files import verified

    return f"{verified(encoder_name(), 'the sentence encoder').name} is as it was made"


def screen(settings: Settings) -> str:
    """The learned safety screen and its encoder fit together; whether the corpus has changed since."""
    from bot.language.screen.learned import SCREEN_FILE, learned_encoder_name
    from bot.language.screen.made_files import fingerprint, verified
    from bot.language.screen.screen import corpus_files
    from bot.language.screen.screen_learned import read_learned

    verified(learned_encoder_name(SCREEN_FILE), "the safety screen's encoder")
    if read_learned().corpus != fingerprint(corpus_files()):
        return f"{SCREEN_FILE.name} learned from an older corpus: `make tune` learns it anew"
    return f"{SCREEN_FILE.name} fits the corpus"


def database(settings: Settings) -> str:
    """Its schema is the one of this code; a SQLite file that is not there yet is made by the first run."""
    file = Path(settings.database.partition(":///")[2])
    if settings.database_url is None and not file.exists():
        return "none yet: the first `make run` makes it"
    if not schema_version_ok(settings.database):
        raise SettingsError("the schema is not the one of this code: run `python -m bot migrate`")
    return "the schema is the newest"


CHECKS: tuple[tuple[str, Check], ...] = (
    ("protocols", protocols),
    ("texts", texts),
    ("clinic", clinic),
    ("notices", notices),
    ("encoder", encoder),
    ("screen", screen),
    ("model", model),
    ("database", database),
)
