"""Frames: concepts composed into findings inside one clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.language.text.lexicon import Frame
from bot.language.text.segments import Token


class Mention(NamedTuple):
    """One concept at word positions start..end (exclusive)."""

    concept: str
    start: int
    end: int


class Hit(NamedTuple):
    """A frame found: its words (start..end) and the head whose assertion counts."""

    frame: Frame
    start: int
    end: int
    head: tuple[int, int]


Others = tuple[tuple[int, frozenset[str]], ...]
"""Parts of a frame beside its head, with their places in it."""


class FrameMatcher:
    """Looks a message's mentions up in the frames; only frames whose head occurs are tried."""

    def __init__(self, frames: Sequence[Frame]) -> None:
        self._by_head: dict[str, dict[str, list[tuple[Frame, Others]]]] = {}
        for frame in frames:
            others = _outward(frame)
            for concept in frame.parts[frame.head]:
                self._by_head.setdefault(frame.reach, {}).setdefault(concept, []).append((frame, others))

    def hits(self, mentions: Sequence[Mention], tokens: Sequence[Token]) -> list[Hit]:
        """All frames found, in reading order."""
        clauses: dict[int, list[Mention]] = {}
        sentences: dict[int, list[Mention]] = {}
        for mention in mentions:
            token = tokens[mention.start]
            clauses.setdefault(token.clause, []).append(mention)
            sentences.setdefault(token.sentence, []).append(mention)
        found = [hit for group in clauses.values() for hit in self._within(group, "clause")]
        found += [hit for group in sentences.values() for hit in self._within(group, "sentence")]
        found += self._over_pairs(sentences)
        return sorted(found, key=_in_order)

    def _over_pairs(self, sentences: Mapping[int, Sequence[Mention]]) -> Iterator[Hit]:
        """ "Two shots, acupuncture. None of it lasted.": the head here, the rest here or one before."""
        heads = self._by_head.get("pair", {})
        for number, group in sentences.items():
            if any(mention.concept in heads for mention in group):
                yield from self._within([*sentences.get(number - 1, ()), *group], "pair", among=group)

    def _within(
        self, mentions: Sequence[Mention], reach: str, *, among: Sequence[Mention] = ()
    ) -> Iterator[Hit]:
        present = {mention.concept for mention in mentions}
        by_head = self._by_head.get(reach, {})
        possible = {
            concept: _possible(by_head[concept], present) for concept in present if concept in by_head
        }
        for head in among or mentions:
            for frame, others in possible.get(head.concept, ()):
                hit = _compose(frame, others, head, mentions) if others else _alone(frame, head)
                if hit is not None:
                    yield hit


def _in_order(hit: Hit) -> tuple[int, int, str]:
    return hit.start, hit.end, hit.frame.name


def _possible(tried: Sequence[tuple[Frame, Others]], present: set[str]) -> list[tuple[Frame, Others]]:
    """The frames of which every part is there, and nothing that rules them out."""
    kept = []
    for frame, others in tried:
        for _, part in others:
            if present.isdisjoint(part):
                break
        else:
            if frame.unless.isdisjoint(present):
                kept.append((frame, others))
    return kept


def _alone(frame: Frame, head: Mention) -> Hit:
    span = (head.start, head.end)
    return Hit(frame, *span, span)


def _compose(frame: Frame, others: Others, head: Mention, mentions: Sequence[Mention]) -> Hit | None:
    start, end = head.start, head.end
    chosen = {frame.head: head}
    for index, part in others:
        nearest = _nearest(part, (start, end), mentions, frame.within)
        if nearest is None:
            return None
        chosen[index] = nearest
        start, end = min(start, nearest.start), max(end, nearest.end)
    if frame.ordered and any(chosen[i].start > chosen[i + 1].start for i in range(len(frame.parts) - 1)):
        return None
    return Hit(frame, start, end, (head.start, head.end))


def _outward(frame: Frame) -> Others:
    """The parts beside the head, the nearest to it first."""
    others = [(i, part) for i, part in enumerate(frame.parts) if i != frame.head]
    return tuple(sorted(others, key=lambda item: abs(item[0] - frame.head)))


def _nearest(
    part: frozenset[str], span: tuple[int, int], mentions: Sequence[Mention], within: int
) -> Mention | None:
    best: Mention | None = None
    best_gap = within + 1
    for mention in mentions:
        if mention.concept not in part:
            continue
        gap = max(mention.start - span[1], span[0] - mention.end)
        if 0 <= gap < best_gap:
            best, best_gap = mention, gap
    return best
