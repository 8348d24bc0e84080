"""The console's own words for codes: what a nurse reads instead of `deferred_same_day`.

A code without a word is shown as it is, with spaces: never hidden.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

LEVELS: Mapping[str, str] = {
    "emergency_now": "Emergency",
    "same_day": "Same day",
    "urgent_48h": "Within 48 h",
    "note": "Note",
    "none": "Routine",
}
MARKS: Mapping[str, str] = {
    "emergency_now": "!!",
    "same_day": "!",
    "urgent_48h": "48",
    "note": "i",
    "none": "·",
}
"""A sign beside the word, so that the level is never told by colour alone."""

NOT_YET = "None so far"
"""In place of `Routine` while safety questions are open: nobody may read it as "no red flag"."""

PRIORITIES: Mapping[str, str] = {
    "P0": "emergency",
    "P1": "within an hour",
    "P2": "within a working day",
    "P3": "within two working days",
}
STATUSES: Mapping[str, str] = {
    "open": "Chatting",
    "waiting_for_staff": "Waiting for staff",
    "booked": "Booked",
    "callback": "Callback",
    "emergency": "Emergency",
    "closed": "Closed",
}
INTENTS: Mapping[str, str] = {
    "greet": "says hello",
    "affirm": "says yes",
    "deny": "says no",
    "unsure": "is not sure",
    "inform": "tells something",
    "correct": "corrects something",
    "go_back": "wants to go back",
    "skip": "skips the question",
    "repeat": "asks to say it again",
    "why": "asks why",
    "start_over": "wants to start over",
    "person": "asks for a person",
    "faq": "asks a question",
    "book": "wants a visit",
    "reschedule": "wants to move the visit",
    "cancel_appointment": "wants to cancel the visit",
    "admin": "asks about papers or bills",
    "thanks": "says thanks",
    "goodbye": "says goodbye",
    "chitchat": "small talk",
    "complaint": "complains",
    "abuse": "writes abuse",
    "injection": "gives the bot orders",
    "other_language": "another language",
    "out_of_scope": "something else",
}
"""What a message was taken for."""
GATES: Mapping[str, str] = {
    "G1": "Chest, breath, stroke",
    "G2": "Bladder, bowel, numb between the legs",
    "G3": "Weakness, hands, walking",
    "G4": "Fever, infection",
    "G5": "Cancer, weight loss",
    "G6": "Injury, weak bones, blood thinner",
}
"""The safety questions by what they are about."""
HANDOFFS: Mapping[str, str] = {
    "booking": "Appointment",
    "callback": "Callback",
    "urgent_callback": "Urgent callback",
    "emergency": "Sent to emergency care",
    "crisis": "Crisis: a person must call",
    "none": "Nothing arranged yet",
}
TASKS: Mapping[str, str] = {
    "emergency": "Emergency: acknowledge, reach the patient",
    "crisis": "Crisis: call the patient now",
    "urgent_callback": "Urgent call back",
    "callback": "Call back",
    "engine_failure": "The bot failed: continue by hand",
    "safety_flag": "Private safety flag",
    "test_flag": "Looks like a test",
    "complaint": "The patient complains: read it, answer it",
    "person_wanted": "Patient asks for a person",
    "undelivered": "A text did not arrive",
    "export_failed": "The record did not reach the other system",
    "calendar_conflict": "The calendar says something else",
    "phone_unacknowledged": "Phone now: an urgent text has no answer",
    "rejudged": "New rules make this urgent: look again",
    "imaging_coordination": "Get the pictures",
    "benefits_check": "Check the insurance benefits",
    "records_collection": "Collect the records",
    "visit_at_risk": "A booked visit no longer fits the schedule: move it or call",
}
OUTCOMES: Mapping[str, str] = {
    "crisis_support": "Crisis support",
    "deferred_emergency": "Emergency care, no booking",
    "deferred_same_day": "Clinician call today",
    "refer_pediatric": "Pediatric referral",
    "not_spine": "Not a spine problem",
    "postop_followup": "Post-op follow-up",
    "conservative_first": "Conservative care first",
    "needs_records_review": "Records review first",
    "deformity_consult": "Deformity consult",
    "new_patient_eval": "New patient evaluation",
    "revision_consult": "Revision consult",
    "cervical_consult": "Cervical consult",
    "surgical_consult_mis_fusion": "Surgical consult (fusion)",
    "surgical_consult_decompression": "Surgical consult (decompression)",
}
ROLES: Mapping[str, str] = {
    "front_desk": "Front desk",
    "nurse": "Nurse",
    "surgeon": "Surgeon",
    "language_editor": "Language editor",
    "protocol_approver": "Protocol approver",
    "admin": "Administrator",
    "auditor": "Auditor",
}
CHANNELS: Mapping[str, str] = {"web": "Web", "sms": "SMS", "shell": "Shell"}
SENDERS: Mapping[str, str] = {"patient": "Patient", "bot": "Bot", "staff": "Staff"}
FLAGS: Mapping[str, str] = {
    "downgraded_by_patient": "Level lowered by the patient's correction",
    "downgraded_by_staff": "Level lowered by staff",
    "conflict": "Answers contradict each other",
    "gate_incomplete": "Safety questions not complete",
    "gate_by_exception": "Criteria met by a named exception",
    "minor_alone": "Minor, no parent present",
    "person_wanted": "Asked for a person",
    "abuse_script": "Was given the safety script",
    "not_safe_here": "Writing is not safe: call",
    "needs_interpreter": "Writes in another language",
    "threat": "Threatened to hurt somebody",
    "nudged": "Was reminded once",
    "incomplete": "Fell silent before the end",
    "complaint": "The patient complained",
    "unacknowledged_p0": "Emergency not acknowledged in time",
    "test?": "Looks like a test",
    "erasure_wish": "Asked to be erased",
    "legal_hold": "Kept by law",
    "test": "A test by staff, not a patient",
    "many_texts": "Sent very many texts: no longer answered",
    "goes_in_circles": "Texts lead nowhere, perhaps a machine: no longer answered",
    "foreign_number": "Number of another country: call, texts are not sent there",
    "sent_picture": "Sent a picture or file; it was not opened",
    "same_phone": "This number has written about somebody before",
    "moved": "Same person: went on in the earlier case",
    "no_texts": "Texts do not reach this number, perhaps a land line: call",
}


def word(words: Mapping[str, str], code: object) -> str:
    """The word for a code; the code itself, readable, when there is none; empty for None."""
    if code is None:
        return ""
    text = str(code)
    return words.get(text) or text.replace("_", " ")


def level_word(level: str, status: str, flags: Collection[str]) -> str:
    """The level for the eye, of a case in a list: while safety questions are open it is never `Routine`."""
    unclear = status == "open" or "gate_incomplete" in flags
    return NOT_YET if level == "none" and unclear else word(LEVELS, level)
