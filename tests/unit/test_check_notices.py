"""`bot check`: whom of the staff the service can call; and what is set up to call them."""

from __future__ import annotations

from typing import Any

import pytest

from bot import bootstrap
from bot.cli.check import notices
from bot.domain.errors import SettingsError
from bot.protocols import Protocols
from tests.conftest import make_settings

MAIL: dict[str, Any] = {"smtp_host": "mail.example", "mail_from": "intake@clinic.example"}


def hook(name: str) -> dict[str, Any]:
    return {"webhooks": {name: {"url": "https://pager.example/in", "secrets": ["whsec_" + "A" * 43 + "="]}}}


def test_it_says_how_staff_are_called() -> None:
    assert notices(make_settings()) == "staff are called by nothing: no way out is set up"
    assert notices(make_settings(**MAIL, **hook("pager"))) == "staff are called by email, webhook"


def test_a_webhook_that_the_settings_do_not_name_is_wrong() -> None:
    with pytest.raises(SettingsError, match="INTAKE_WEBHOOKS does not name: pager"):
        notices(make_settings(**hook("other")))


def test_made_up_addresses_are_wrong_outside_demo_mode() -> None:
    with pytest.raises(SettingsError, match="placeholder"):
        notices(make_settings(**MAIL, demo=False, clinic_phone="314-555-0100"))


async def test_what_is_set_up_gets_a_worker_and_nothing_else(protocols: Protocols) -> None:
    closed = make_settings()
    assert bootstrap.build_mail_server(closed, lambda: protocols) is None
    assert bootstrap.build_webhooks(closed) is None
    ready = make_settings(**MAIL, **hook("pager"))
    mail, webhooks = bootstrap.build_mail_server(ready, lambda: protocols), bootstrap.build_webhooks(ready)
    assert mail is not None
    assert webhooks is not None
    assert (mail.channel, webhooks.channel) == ("email", "webhook")
    context: Any = None
    assert len(bootstrap._carriers(context, mail, None, webhooks)) == 2
    await webhooks.close()
