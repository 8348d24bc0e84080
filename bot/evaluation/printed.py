"""The report as a page of text. Ids only; patients' words on request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def lines_of(report: Mapping[str, Any], *, words: Mapping[str, str]) -> Iterator[str]:
    """A page of text; `words` (id to text) adds what the missed messages say."""
    yield f"{report['rows']} messages, {report['effective_rows']} without near duplicates"
    yield from _safety(report["safety"], words)
    yield from _facts(report["facts"])
    yield from _context(report["context"])
    if "intents" in report:
        yield from _intents(report["intents"])
    if "speed" in report:
        yield from _speed(report["speed"])


def _safety(safety: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[str]:
    yield ""
    yield f"{'safety':<30} {'count':>6} {'fired':>7} {'or asked':>9}"
    rows = {**safety["levels"], "all safety facts": safety["all_facts"], **safety["facts"]}
    for name, recall in rows.items():
        yield f"{name:<30} {recall['count']:>6} {_p(recall['fired']):>7} {_p(recall['fired_or_asked']):>9}"
    for name, recall in safety["facts"].items():
        yield from _listed(f"missed {name}", recall["missed"], words)
        yield from _listed(f"only asked {name}", recall["only_asked"], words)
    for name, recall in safety["levels"].items():
        yield from _listed(f"level missed {name}", recall["missed"], words)
        yield from _listed(f"level only asked {name}", recall["only_asked"], words)
    for name, ids in safety["wrong_facts"].items():
        yield from _listed(f"wrong {name}", ids, words)
    for name in ("traps", "quiet"):
        cries = safety[name]
        flag, ask = _p(cries["wrong_flag_rate"]), _p(cries["needless_ask_rate"])
        yield f"{name}: {cries['count']}, wrong flag {flag}, needless ask {ask}"
        yield from _listed("wrong flag", cries["wrong_flag"], words)
        yield from _listed("needless ask", cries["needless_ask"], words)


def _facts(facts: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"{'facts':<32} {'right':>6} {'missed':>6} {'wrong':>6} {'prec':>6} {'recall':>6} {'F1':>6}"
    named = {"all (micro)": facts["all"], "durations and onsets": facts["times"], **facts["by_variable"]}
    for name, one in named.items():
        counts = f"{one['right']:>6} {one['missed']:>6} {one['wrong']:>6}"
        yield f"{name:<32} {counts} {_p(one['precision']):>6} {_p(one['recall']):>6} {_p(one['f1']):>6}"


def _context(context: Mapping[str, Any]) -> Iterator[str]:
    denials, mentions, answers = context["denials"], context["mentions"], context["answers"]
    yield ""
    turned = len(denials["turned_into_facts"])
    yield f"denials: {denials['count']}, read {_p(denials['read'])}, turned into facts {turned}"
    yield (
        f"mentions that make no fact: {mentions['count']}, kept out {_p(mentions['kept_out'])}, "
        f"named {_p(mentions['named'])} {mentions['named_by_assertion']}"
    )
    yield from _listed("let in", mentions["let_in"], {})
    for name in ("all", "short"):
        yield f"answers in context, {name}: {answers[name]['count']}, right {_p(answers[name]['right'])}"
    yield from _listed("wrong answer", answers["wrong"], {})


def _intents(intents: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield (
        f"intents: {intents['count']}, macro-F1 {_p(intents['macro_f1'])}, "
        f"accuracy {_p(intents['accuracy'])}, out of scope AUROC {_p(intents['out_of_scope_auroc'])}"
    )
    for name, one in intents["by_intent"].items():
        yield f"{name:<32} {one['right']:>6} {one['missed']:>6} {one['wrong']:>6} {_p(one['f1']):>6}"
    for meant, said, count in intents["confusions"]:
        yield f"  {count:>4} {meant} taken for {said}"


def _speed(speed: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    for name, value in speed.items():
        yield f"{name}: {value}"


def _listed(title: str, ids: list[str], words: Mapping[str, str]) -> Iterator[str]:
    if ids and not words:
        yield f"  {title}: {' '.join(ids)}"
    for one in ids if words else ():
        yield f"  {title}: {one}: {words.get(one, '')}"


def _p(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"
