"""Settings: read once, strict, silent about values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.domain.errors import SettingsError
from bot.settings import ROOT, Settings, load_settings

SECRETS: dict[str, Any] = {"engine_secret": "e" * 64, "actions_secret": "a" * 64}
TWILIO: dict[str, Any] = {
    "twilio_account_sid": "AC0", "twilio_auth_token": "t0ken", "sms_number": "+13145550100",
    "public_url": "https://intake.example",
}  # fmt: skip


def load(**given: Any) -> Settings:
    return load_settings(_env_file=None, **{**SECRETS, **given})


def complaint(**given: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        load(**given)
    return str(caught.value)


def test_a_missing_secret_is_named() -> None:
    with pytest.raises(SettingsError, match="INTAKE_ENGINE_SECRET is missing"):
        load_settings(_env_file=None, actions_secret="a" * 64)


def test_all_wrong_settings_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(_env_file=None, port=70000)
    named = [line.split()[0].strip(":") for line in str(caught.value).splitlines()]
    assert named == ["INTAKE_PORT", "INTAKE_ENGINE_SECRET", "INTAKE_ACTIONS_SECRET"]


@pytest.mark.parametrize(("length", "taken"), [(31, False), (32, True), (33, True)])
def test_a_secret_has_32_characters_or_more(length: int, taken: bool) -> None:
    if taken:
        assert load(engine_secret="s" * length).engine_secret.get_secret_value() == "s" * length
    else:
        said = complaint(engine_secret="s" * length)
        assert "INTAKE_ENGINE_SECRET" in said
        assert "sss" not in said


def test_secrets_do_not_show() -> None:
    shown = repr(load(**TWILIO, database_url="postgresql://intake:pa55@localhost/intake"))
    assert not any(secret in shown for secret in ("eeee", "aaaa", "t0ken", "pa55"))


def test_a_loaded_setting_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        load().port = 1


def test_an_unknown_key_of_the_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("INTAKE_PROT=8001\n")
    with pytest.raises(SettingsError, match="INTAKE_PROT is not a setting"):
        load_settings(_env_file=file, **SECRETS)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("INTAKE_PORT=8001\nINTAKE_DEMO=true\n")
    monkeypatch.setenv("INTAKE_PORT", "8002")
    loaded = load_settings(_env_file=file, **SECRETS)
    assert (loaded.port, loaded.demo) == (8002, True)


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE_CLINIC_PHONE", "")
    assert load().clinic_phone is None


@pytest.mark.parametrize("missing", TWILIO)
def test_text_messages_need_all_four(missing: str) -> None:
    given = {name: value for name, value in TWILIO.items() if name != missing}
    assert f"INTAKE_{missing.upper()}" in complaint(**given)


def test_the_sms_door_opens_with_all_four_and_is_closed_with_none() -> None:
    assert load(**TWILIO).sms_is_open
    assert not load().sms_is_open


@pytest.mark.parametrize(
    "origins", ["*", "https://*.clinic.example", "clinic.example", "https://clinic.example/"]
)
def test_an_origin_is_exact(origins: str) -> None:
    assert "INTAKE_ALLOWED_ORIGINS" in complaint(allowed_origins=origins)


def test_origins_are_split_at_commas() -> None:
    loaded = load(allowed_origins="https://a.example, https://b.example:8443,")
    assert loaded.allowed_origins == ("https://a.example", "https://b.example:8443")


def test_the_data_folder_is_relative_to_the_checkout() -> None:
    assert load().data_dir == ROOT / "var"
    assert load(data_dir="var2").database == f"sqlite+aiosqlite:///{ROOT}/var2/intake.sqlite3"


def test_an_absolute_data_folder_and_a_database_address_are_taken_as_they_are(tmp_path: Path) -> None:
    assert load(data_dir=tmp_path).data_dir == tmp_path
    assert load(database_url="postgresql://localhost/intake").database == "postgresql://localhost/intake"


def test_outside_url_has_no_final_slash() -> None:
    assert load(public_url="https://intake.example/").outside_url == "https://intake.example"
    assert load(port=8001).outside_url == "http://127.0.0.1:8001"


NAMESPACE = {"fhir_namespace": "https://clinic.example/fhir"}
LOGIN = {"caldav_user": "clinic", "caldav_password": "secret"}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"fhir_url": "http://ehr.example/fhir", **NAMESPACE}, "INTAKE_FHIR_URL must begin with https://"),
        ({"fhir_url": "https://ehr.example/fhir"}, "INTAKE_FHIR_NAMESPACE"),
        ({"caldav_url": "http://cal.example/clinic", **LOGIN}, "INTAKE_CALDAV_URL must begin with https://"),
        ({"caldav_url": "https://cal.example/clinic"}, "INTAKE_CALDAV_USER"),
        ({"calendar_secret": "short"}, "INTAKE_CALENDAR_SECRET"),
    ],
)
def test_a_line_outward_is_private_and_whole(given: dict[str, Any], named: str) -> None:
    assert named in complaint(**given)


@pytest.mark.parametrize("host", ["127.0.0.1:9000", "localhost", "[::1]:8080"])
def test_a_server_on_this_machine_needs_no_https(host: str) -> None:
    loaded = load(fhir_url=f"http://{host}/fhir/", caldav_url=f"http://{host}/cal", **NAMESPACE, **LOGIN)
    assert loaded.fhir_url == f"http://{host}/fhir"


def test_nothing_goes_out_unless_it_is_set() -> None:
    loaded = load()
    assert (loaded.fhir_url, loaded.caldav_url, loaded.calendar_secret) == (None, None, None)


@pytest.mark.parametrize(("colour", "ratio"), [("#8ad0c8", "1.8"), ("#ffffff", "1.0"), ("#7f8f8d", "3.4")])
def test_a_colour_that_white_cannot_be_read_on_is_refused_with_its_contrast(colour: str, ratio: str) -> None:
    said = complaint(widget_colour=colour)
    assert said.startswith("INTAKE_WIDGET_COLOUR: white has a contrast of")
    assert f"of {ratio} on it and needs 4.5" in said
    assert "choose a darker colour" in said


def test_a_background_that_text_cannot_be_read_on_is_refused() -> None:
    said = complaint(widget_background="#1d3a55")
    assert said.startswith("INTAKE_WIDGET_BACKGROUND: ")
    assert "choose a lighter colour" in said


@pytest.mark.parametrize("colour", ["green", "#123", "1d5a55", "#1d5a5g", "#1d5a55;}"])
def test_a_colour_is_written_with_six_digits(colour: str) -> None:
    assert "INTAKE_WIDGET_COLOUR" in complaint(widget_colour=colour)


def test_a_logo_is_a_small_picture_that_is_there(tmp_path: Path) -> None:
    large, page = tmp_path / "large.png", tmp_path / "page.html"
    large.write_bytes(b"x" * 8193)
    page.write_bytes(b"x")
    for file in (large, page, tmp_path / "absent.svg"):
        assert "INTAKE_WIDGET_LOGO" in complaint(widget_logo=file)
    large.write_bytes(b"x" * 8192)
    assert load(widget_logo=large).widget_logo == large


SECRET = "whsec_" + "A" * 43 + "="


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"smtp_host": "mail.example"}, "INTAKE_SMTP_HOST also needs INTAKE_MAIL_FROM"),
        ({"smtp_host": "mail.example", "mail_from": "Clinic <a@b.example>"}, "INTAKE_MAIL_FROM, like"),
        (
            {"smtp_host": "mail.example", "mail_from": "a@b.example", "smtp_security": "none"},
            "INTAKE_SMTP_SECURITY may be none",
        ),
        (
            {"smtp_host": "mail.example", "mail_from": "a@b.example", "smtp_user": "intake"},
            "INTAKE_SMTP_USER and INTAKE_SMTP_PASSWORD go together",
        ),
        (
            {"webhooks": {"pager": {"url": "http://pager.example", "secrets": [SECRET]}}},
            "must begin with https",
        ),
        ({"webhooks": {"pager": {"url": "https://pager.example", "secrets": []}}}, "at least 1 item"),
        (
            {"webhooks": {"pager": {"url": "https://pager.example", "secrets": ["whsec_c2hvcnQ="]}}},
            "whsec_ and",
        ),
    ],
)
def test_half_a_way_out_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(**given)
    assert says in str(refused.value)
    assert "c2hvcnQ" not in str(refused.value)


def test_the_ways_out_that_are_set_up_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load().reach == frozenset()
    target = f'{{"pager": {{"url": "https://pager.example/in", "secrets": ["{SECRET}"]}}}}'
    monkeypatch.setenv("INTAKE_WEBHOOKS", target)
    found = load(smtp_host="mail.example", mail_from="intake@clinic.example")
    assert found.reach == {"email", "webhook"}
    assert found.webhooks["pager"].keys == (b"\0" * 32,)
