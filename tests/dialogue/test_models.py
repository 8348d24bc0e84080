"""Models as files: refused when missing or touched, new when a source changes. And: Rasa really decides."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.engine import model_store
from bot.engine.model_store import ModelRefused
from bot.engine.run import SettingRefused, read_settings
from bot.engine.train import train
from bot.language.screen.learned import INTENTS_FILE
from tests.dialogue.conftest import ROOT, SECRET, Talk, Wire, running_engine

FULL = {"answer": "full", "polarity": "affirm"}


@pytest.fixture
def models(tmp_path: Path) -> Path:
    (tmp_path / "abc.tar.gz").write_bytes(b"a model")
    model_store.write_manifest("abc", {"config.yml": "0"}, models=tmp_path)
    return tmp_path


def test_an_untouched_model_is_taken(models: Path) -> None:
    assert model_store.verified("abc", models=models) == models / "abc.tar.gz"
    assert model_store.fits("abc", models=models)


def test_a_missing_model_is_refused(models: Path) -> None:
    with pytest.raises(ModelRefused, match="run `make train`"):
        model_store.verified("other", models=models)


def test_a_touched_model_is_refused(models: Path) -> None:
    (models / "abc.tar.gz").write_bytes(b"another model")
    with pytest.raises(ModelRefused, match="not the model that was trained"):
        model_store.verified("abc", models=models)


@pytest.mark.parametrize("manifest", ["", "[]", "{}", "no json"])
def test_a_broken_manifest_is_refused(models: Path, manifest: str) -> None:
    (models / "abc.json").write_text(manifest)
    with pytest.raises(ModelRefused):
        model_store.verified("abc", models=models)


def test_every_source_counts(wire: Wire) -> None:
    hashes = model_store.source_hashes()
    assert {"config.yml", "domain.yml", "data/rules/intake.yml", "data/nlu/inform.yml"} <= set(hashes)
    name = model_store.fingerprint(hashes)
    assert name == wire.get("/webhooks/intake/health").body["model"]
    assert all(model_store.fingerprint({**hashes, path: "changed"}) != name for path in hashes)


def test_the_manifest_names_archive_and_sources(wire: Wire) -> None:
    name = wire.get("/webhooks/intake/health").body["model"]
    body = json.loads(model_store.manifest_of(name).read_text())
    assert body["archive_sha256"] == model_store.sha256(model_store.archive_of(name))
    assert body["sources"] == model_store.source_hashes()


def test_training_again_does_nothing_when_a_model_fits(wire: Wire) -> None:
    command = [sys.executable, "-m", "bot.engine.train", "--if-needed"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, "fits the sources" in done.stdout) == (0, True)


GOOD = {"INTAKE_ENGINE_URL": "http://127.0.0.1:5", "INTAKE_ENGINE_SECRET": SECRET,
        "INTAKE_ACTIONS_URL": "http://127.0.0.1:6", "INTAKE_ACTIONS_SECRET": SECRET}  # fmt: skip


def test_settings_come_from_the_environment() -> None:
    assert read_settings(GOOD).port == 5
    assert read_settings({**GOOD, "INTAKE_ENGINE_PORT": "7"}).port == 7
    assert SECRET not in repr(read_settings(GOOD))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INTAKE_ENGINE_URL", "http://0.0.0.0:5"),
        ("INTAKE_ENGINE_URL", ""),
        ("INTAKE_ENGINE_SECRET", "short"),
        ("INTAKE_ENGINE_SECRET", ""),
        ("INTAKE_ACTIONS_URL", ""),
        ("INTAKE_ACTIONS_SECRET", "short"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingRefused, match=name):
        read_settings({**GOOD, name: value})


@pytest.fixture(scope="module")
def trained_anew(wire: Wire, actions_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """Another engine, of another model: one rule was changed and the model trained again."""
    root = tmp_path_factory.mktemp("anew")
    for name in ("bot", "data", "config.yml", "domain.yml"):
        source, target = ROOT / name, root / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
        else:
            shutil.copy(source, target)
    rules = root / "data" / "rules" / "small_talk.yml"
    before = rules.read_text()
    marked = "- intent: thanks\n      - action: action_small_talk"
    assert marked in before
    rules.write_text(before.replace(marked, "- intent: thanks\n      - action: action_explain_why", 1))
    (root / "models").mkdir()
    made = model_store.MODELS.glob("*.onnx*")  # the encoders, which set-up makes
    for file in (*made, INTENTS_FILE):
        shutil.copy(file, root / "models" / file.name)
    assert train(root, models=root / "models", cache=model_store.MODELS / ".cache")
    with running_engine(actions_url, root=root) as changed:
        yield changed


@pytest.mark.slow
def test_one_changed_rule_changes_the_reply(wire: Wire, trained_anew: Wire) -> None:
    """The dialogue model decides: without this rule's change the same words are answered otherwise."""
    assert Talk(wire).say("thank you so much") == ["interject thanks", "resume consent"]
    assert Talk(trained_anew).say("thank you so much") == ["interject why", "resume consent"]
    assert Talk(trained_anew).say("hello there") == ["interject greet", "resume consent"]


@pytest.mark.slow
def test_a_conversation_goes_on_under_another_model(wire: Wire, trained_anew: Wire) -> None:
    """What the first model left does not fit the second: the place in the conversation is the case's own."""
    health = "/webhooks/intake/health"
    assert wire.get(health).body["model"] != trained_anew.get(health).body["model"]
    talk = Talk(wire)
    assert talk.say("flurb znork") == ["not_understood 1"]
    talk.wire = trained_anew
    assert talk.say("how long is recovery?")[1:] == ["resume consent"]
    assert talk.say("yes", **FULL) == ["take_turn affirm -> opening"]
    assert talk.say("my back has hurt for a year") == ["take_turn inform -> G1"]
    talk.wire = wire  # the change is taken back
    assert talk.say("no", answer="full", polarity="deny") == ["take_turn deny -> duration_weeks"]


@pytest.mark.slow
def test_booking_goes_on_under_another_model(wire: Wire, trained_anew: Wire) -> None:
    """Also where another form is open: the time that is chosen under the second model is booked."""
    talk = Talk(wire, phase="booking", asked="choose_time")
    talk.say("thank you so much")
    talk.wire = trained_anew
    assert talk.say("the first one", **FULL) == ["booked"]
