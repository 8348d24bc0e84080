"""The learned safety screen: asks, never sets, asks little, asks nothing that is known."""

from __future__ import annotations

import numpy as np
import pytest

from bot.domain.errors import SettingsError
from bot.domain.findings import Reading
from bot.language.grammar.screened import SCREENED
from bot.language.reader import Reader
from bot.language.screen import made_files
from bot.language.screen.learned import SCREEN_FILE, learned_encoder_name, packed
from bot.language.screen.screen import MOST_ASKED, Screen, load_screen, screened
from bot.language.screen.screen_learned import Learned, read_learned, write_learned

from .conftest import DATE

NUMB = "when i dab myself dry with the tissue there is no sensation there, nothing at all"


@pytest.fixture(scope="module")
def screen() -> Screen:
    return load_screen()


def asks(screen: Screen, text: str, **known: object) -> tuple[str, ...]:
    given = {"facts": {}, "mentioned": (), "asked": None, **known}
    return screen.asks(screen.likely(text), **given)


def with_screen(reader: Reader, screen: Screen) -> Reader:
    return Reader(
        nlp=reader.nlp,
        words=reader._words,
        lexicon=reader._lexicon,
        dictionary=reader._dictionary,
        screen=screen,
    )


@pytest.mark.parametrize(
    ("text", "family"),
    [
        (NUMB, {"saddle_numbness", "rectal_sensation_loss"}),
        ("been stood at the toilet ten minutes and not a drop comes out", {"bladder_retention"}),
        ("I do not want to wake up tomorrow, what is the point of any of it", {"self_harm"}),
        ("the toes of my left foot scrape the carpet every step since friday", {"foot_drop"}),
        ("elephant sitting on my ribs and i cannot get air", {"chest_pain", "short_of_breath"}),
        ("shivering so hard the bed shakes and my skin is burning", {"fever"}),
    ],
)
def test_danger_in_words_of_its_own_is_asked_about(screen, text, family):
    assert family & set(asks(screen, text)), screen.probabilities(text)


@pytest.mark.parametrize(
    "text",
    [
        "what are your opening hours on saturday?",
        "can i get a copy of my mri records please",
        "my lower back has been sore for about three months, worse when i sit",
        "no",
        "nope none of those",
        "ok thanks, tuesday at 3 works for me",
    ],
)
def test_everyday_messages_are_not_asked_about(screen, text):
    assert asks(screen, text) == ()


@pytest.mark.parametrize("text", ["blorp fnord", "zzxq wvvk qqpl", "?? !!"])
def test_what_nobody_could_read_is_no_sign_of_danger(screen, text):
    assert asks(screen, text) == ()


def test_what_is_known_is_not_asked_and_the_open_question_is_its_own_business(screen):
    first = asks(screen, NUMB)[0]
    assert first not in asks(screen, NUMB, facts={first: "yes"})
    assert first not in asks(screen, NUMB, asked=first)


def test_a_denial_or_a_mention_takes_a_surer_screen(screen):
    likely = screen.probabilities(NUMB)["saddle_numbness"]
    sure = likely >= screen.heads.sure_from
    assert ("saddle_numbness" in asks(screen, NUMB, facts={"saddle_numbness": "no"})) == sure
    assert ("saddle_numbness" in asks(screen, NUMB, mentioned=("saddle_numbness",))) == sure


def test_three_at_most_and_the_most_urgent_first(screen):
    text = (
        "crushing chest, cannot breathe, fainted twice, cannot pee since monday, numb between the legs, "
        "both legs weak, fever of 103, and I fell off a roof"
    )
    found = asks(screen, text)
    assert len(found) == MOST_ASKED
    assert list(found) == sorted(found, key=SCREENED.index)


def test_abuse_is_never_asked_about(screen):
    assert "abuse_unsafe" not in screen.heads.names


def test_the_reader_asks_with_a_screen_and_is_whole_without(reader, screen):
    both = with_screen(reader, screen)
    text = "been stood at the toilet ten minutes and not a drop comes out"
    alone, together = reader.read(text, date=DATE), both.read(text, date=DATE)
    assert {**together.facts, **alone.facts} == together.facts
    assert set(together.facts) - set(alone.facts) <= set(together.half_read)
    assert set(alone.ask) <= set(together.ask)


def test_the_grammar_asks_first_and_nothing_twice(screen):
    reading = Reading(ask=("weakness", "saddle_numbness"))
    found = screened(reading, screen.likely(NUMB), screen, text=NUMB, asked=None).ask
    assert found[:2] == ("weakness", "saddle_numbness")
    assert len(found) == len(set(found)) <= MOST_ASKED


def test_a_language_it_was_not_trained_on_is_left_alone(reader, screen):
    both = with_screen(reader, screen)
    text = "no siento nada entre las piernas y no puedo orinar desde el lunes, me duele mucho la espalda"
    assert both.read(text, date=DATE).language == "es"
    assert both.read(text, date=DATE) == reader.read(text, date=DATE)


def test_a_fact_in_the_middle_of_a_long_story_is_seen(screen):
    story = "We drove to see my sister and the weather was nice and we had soup. " * 6
    likely = screen.probabilities(f"{story}{NUMB}. {story}")["saddle_numbness"]
    assert likely > 5 * screen.probabilities(story)["saddle_numbness"]


def test_what_was_learned_survives_its_file(tmp_path, screen):
    draw = np.random.default_rng(0)
    changes = {
        "a.bias": draw.normal(0, 0.1, 6).astype("float32"),
        "a.weight": draw.normal(0, 1, (4, 6)).astype("float32"),
    }
    write_learned(
        Learned(heads=screen.heads, changes=changes, corpus="c", summary="s"), tmp_path / "learned.npz"
    )
    again = read_learned(tmp_path / "learned.npz")
    assert again.heads.names == screen.heads.names
    assert again.heads.sure_from == screen.heads.sure_from
    assert np.array_equal(again.heads.attend, screen.heads.attend)
    assert np.allclose(again.changes["a.bias"], changes["a.bias"], atol=1e-3)
    assert np.abs(again.changes["a.weight"] - changes["a.weight"]).max() < 0.6


def test_four_bits_keep_almost_all_of_a_change():
    change = np.random.default_rng(0).normal(0, 0.01, (64, 384)).astype("float32")
    steps, scale = packed(change)
    again = (np.stack([steps // 16, steps % 16], axis=-1).reshape(change.shape) - 7.5) * scale
    assert ((again - change) ** 2).mean() < 0.02 * (change**2).mean()


def test_without_its_encoder_the_remedy_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"screen's encoder is missing .*make train"):
        made_files.verified(learned_encoder_name(SCREEN_FILE), "the safety screen's encoder", models=tmp_path)


def test_without_what_it_learned_the_remedy_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"safety-screen.npz.*make tune"):
        read_learned(tmp_path / "safety-screen.npz")


def test_odd_texts_are_read_too(screen):
    for text in (" ", "😂", "\u0301" * 300, "," * 500):
        assert set(screen.probabilities(text)) == set(screen.heads.names)
        assert asks(screen, text) == () or text.strip()


def test_a_short_answer_in_full_is_not_doubted_but_what_it_says_besides_is(reader, screen):
    both = with_screen(reader, screen)
    assert both.read("quite a lot, I gave up bowling", asked="function_limit", date=DATE).ask == ()
    besides = both.read(f"quite a lot, and {NUMB}", asked="function_limit", date=DATE)
    assert "saddle_numbness" in {*besides.facts, *besides.ask}


def test_weeks_are_no_pregnancy_when_weeks_were_asked_for(reader, screen):
    both = with_screen(reader, screen)
    reading = both.read("20 weeks, a little better", asked="cons_weeks", date=DATE)
    assert "pregnant" not in {*reading.facts, *reading.ask}
    assert reading.facts["cons_weeks"] == 20
