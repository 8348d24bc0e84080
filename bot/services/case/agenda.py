"""What is asked next. Stages in the order of clinical.md 2.1; the first that has a question wins.

The safety gate and the clinical questions come from the protocols' planner; this module only knows
the frame around them: consent, who it is about, the story, contact, the summary.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace

from bot.domain.dictionary import Value
from bot.domain.judgement import Judgement
from bot.domain.levels import Level
from bot.protocols import AskPlan, Protocols
from bot.services.case_view import CaseView

NO_INTAKE_REASONS = frozenset({"reschedule", "billing", "records", "question"})
"""Visit reasons that want no clinical intake (clinical.md 3.5)."""
PERSON_WANTED = "person_wanted"
MINOR_ALONE = "minor_alone"
ABUSE_SCRIPT = "abuse_script"
NOT_SAFE_HERE = "not_safe_here"
"""Somebody else may read the phone or the screen: nothing more is written there (clinical.md 6.6)."""
LEFT_INTAKE = frozenset({PERSON_WANTED, MINOR_ALONE})
"""Flags that a new beginning lifts."""
_CONTACT = ("contact_name", "contact_phone", "callback_ok_time")
_MOST_TIMES = 3
DISC_OR_SLIP = "disc_or_slip"

Stage = Callable[[Protocols, CaseView, Judgement], AskPlan | None]


def next_ask(protocols: Protocols, view: CaseView) -> AskPlan | None:
    """The next question, or None when nothing is left to ask."""
    judgement = protocols.judge(view.values)
    if judgement.level < view.case.level:  # a level that still stands although facts have changed since
        judgement = replace(judgement, level=view.case.level)
    return next(_offers(protocols, view, judgement), None)


def danger_in_doubt(protocols: Protocols, view: CaseView) -> AskPlan | None:
    """The closed question about a danger sign that is due, if any."""
    return _at_once(protocols, view, protocols.judge(view.values))


def wants_intake(view: CaseView) -> bool:
    """Whether the clinical questions are wanted at all."""
    return intake_is_wanted(view.values, view.case.flags)


def intake_is_wanted(values: Mapping[str, Value], flags: Collection[str]) -> bool:
    """Not by who wants the office or a person, nor after the abuse script (clinical.md 3.5)."""
    return values.get("visit_reason") not in NO_INTAKE_REASONS and not {PERSON_WANTED, ABUSE_SCRIPT} & set(
        flags
    )


def open_names(view: CaseView) -> frozenset[str]:
    """Names over for good: closed, declined, or put too often."""
    worn_out = {name for name, ask in view.asks.items() if ask.times >= _MOST_TIMES}
    return view.closed() | worn_out


def _offers(protocols: Protocols, view: CaseView, judgement: Judgement) -> Iterator[AskPlan]:
    if MINOR_ALONE in view.case.flags or view.case.consent == "refused":
        return
    for stage in _STAGES:
        plan = stage(protocols, view, judgement)
        if plan is not None:
            yield plan


def _consent(_: Protocols, view: CaseView, __: Judgement) -> AskPlan | None:
    return AskPlan(name="consent", variables=()) if view.case.consent == "unasked" else None


def _who(_: Protocols, view: CaseView, __: Judgement) -> AskPlan | None:
    over = open_names(view)
    wanted = tuple(name for name in ("who_for", "age") if name not in view.values and name not in over)
    return AskPlan(name=wanted[0], variables=wanted) if wanted and wants_intake(view) else None


def _parent(_: Protocols, view: CaseView, __: Judgement) -> AskPlan | None:
    age = view.values.get("age")
    if not isinstance(age, (int, float)) or age >= 18 or view.proxy or "parent_present" in open_names(view):
        return None
    return AskPlan(name="parent_present", variables=())


def _at_once(protocols: Protocols, view: CaseView, judgement: Judgement) -> AskPlan | None:
    """A doubt about a danger sign comes before everything else, consent too (clinical.md 3.3)."""
    plan = _requested(protocols, view, judgement)
    if plan is None or ABUSE_SCRIPT in view.case.flags or not _open_or_denied(view, plan):
        return None
    return plan if _dangerous(protocols, plan) else None


def _open_or_denied(view: CaseView, plan: AskPlan) -> bool:
    """Not when a danger sign is known to be there already; of a gate, not when nothing is left to ask."""
    told = [name for name in plan.variables if view.values.get(name) not in (None, "no", "none")]
    return len(told) < len(plan.variables)


def _requested(protocols: Protocols, view: CaseView, _: Judgement) -> AskPlan | None:
    """Put on the list by a doubt, a correction or "go back": asked whatever is known; dangers first."""
    names = [name for name, ask in view.asks.items() if ask.state == "wanted"]
    wanted = [plan for name in names if (plan := _plan(protocols, name))]
    return min(wanted, key=lambda plan: not _dangerous(protocols, plan), default=None)


def _plan(protocols: Protocols, name: str) -> AskPlan | None:
    gate = protocols.dictionary.gates.get(name)
    if gate is not None:
        return AskPlan(name=name, variables=tuple(gate.clear_no))
    if name == "opening":
        return AskPlan(name=name, variables=())
    return AskPlan(name=name, variables=(name,)) if name in protocols.dictionary else None


def _dangerous(protocols: Protocols, plan: AskPlan) -> bool:
    return bool(plan.variables) and all(protocols.dictionary[name].safety for name in plan.variables)


def _disc_or_slip(_: Protocols, view: CaseView, __: Judgement) -> AskPlan | None:
    """ "A slipped disc" is a disc for some and a slipped bone for others: asked once (X19)."""
    if view.values.get("dx") != ("disc_unclear",) or DISC_OR_SLIP in view.asks or not wants_intake(view):
        return None
    return AskPlan(name="dx", variables=("dx",))


def _opening(protocols: Protocols, view: CaseView, _: Judgement) -> AskPlan | None:
    told = any(protocols.dictionary[name].section != "A" for name in view.facts)
    if told or "opening" in open_names(view) or not wants_intake(view):
        return None
    return AskPlan(name="opening", variables=())


def _planned(protocols: Protocols, view: CaseView, judgement: Judgement) -> AskPlan | None:
    if not wants_intake(view):
        return None
    plan = protocols.next_question(view.values, closed=open_names(view))
    if plan is None or judgement.level < Level.SAME_DAY:
        return plan
    # At same_day only the safety gate may still be finished (clinical.md 3.0).
    return plan if plan.name in protocols.dictionary.gates or _of_gate(protocols, plan) else None


def _of_gate(protocols: Protocols, plan: AskPlan) -> bool:
    asked = [protocols.dictionary[name] for name in plan.variables]
    return any(variable.safety and variable.ask in ("gate", "when") for variable in asked)


def _contact(protocols: Protocols, view: CaseView, judgement: Judgement) -> AskPlan | None:
    over = open_names(view)
    wanted = _CONTACT if _will_call(protocols, view, judgement) else _CONTACT[:2]
    if not view.reachable and "contact_phone" in over:
        wanted = _CONTACT[:2]  # nobody can call: when to call is no question
    missing = tuple(name for name in wanted if name not in view.values and name not in over)
    if not missing:
        return None
    together = missing[:2] == _CONTACT[:2]  # a name and a number are asked in one breath
    return AskPlan(name=missing[0], variables=missing[:2] if together else missing[:1])


def _will_call(protocols: Protocols, view: CaseView, judgement: Judgement) -> bool:
    if not wants_intake(view):
        return True
    rule = protocols.handoff_for(judgement, gate_complete=protocols.gate_complete(view.values))
    return rule.kind == "callback"


def _summary(_: Protocols, view: CaseView, judgement: Judgement) -> AskPlan | None:
    if judgement.level >= Level.SAME_DAY or not wants_intake(view) or "confirm_summary" in view.closed():
        return None
    return AskPlan(name="confirm_summary", variables=())


_STAGES: tuple[Stage, ...] = (
    _at_once, _consent, _who, _parent, _opening, _requested, _planned, _disc_or_slip, _contact, _summary,
)  # fmt: skip
