"""Reminders and invitations. A visit is booked on Tuesday, December 1, 10:00, for some days later."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import icalendar
import pytest

from bot.domain.errors import DeliveryFailed
from bot.domain.notices import Channel, Reminders
from bot.domain.schedule import Appointment
from bot.services.case import agenda
from bot.services.case_view import load_view
from bot.services.context import Context
from bot.services.ports import Outbound
from bot.services.queues import outgoing, post
from bot.services.visits import reminders, visit_mail
from tests.integration.services import seeds
from tests.integration.services.conftest import StandingClock
from tests.integration.services.patient import Patient
from tests.plain_dialogue import PlainDialogue

NUMBER = "+15555550142"
MAIL = "dana@example.com"
BORN = "1968-04-12"
ZONE = "America/Chicago"


class Line:
    """A provider that takes everything; `down`: or nothing."""

    def __init__(self, channel: Channel) -> None:
        self.channel, self.sent, self.down = channel, list[Outbound](), False

    async def carry(self, item: Outbound) -> str:
        if self.down:
            raise DeliveryFailed("away")
        self.sent.append(item)
        return item.id


@pytest.fixture
def ctx(ctx: Context, dialogue: PlainDialogue) -> Context:
    """Texts and e-mails are set up."""
    dialogue.ctx = replace(ctx, reach=frozenset({"sms", "email"}), mail_from="intake@clinic.example")
    return dialogue.ctx


async def change_case(ctx: Context, patient: Patient, **fields: object) -> None:
    async with ctx.unit_of_work() as uow:
        await uow.cases.save(replace(await uow.cases.get(patient.case_id), **fields))  # type: ignore[arg-type]
        await uow.commit()


async def texting(ctx: Context, clock: StandingClock, *, born: str = BORN, days: int = 7) -> Patient:
    """Somebody who texts and has a visit in so many days, booked now."""
    facts = {"birth_date": born} if born else {}
    patient = await seeds.with_a_visit(ctx, **facts)
    await change_case(ctx, patient, channel="sms", address=NUMBER)
    visit = await visit_of(patient)
    clock.time = visit.start - dt.timedelta(days=days)
    async with ctx.unit_of_work() as uow:
        await uow.appointments.cancel(visit.id, case_id=patient.case_id)
        held = replace(
            visit, id=ctx.ids.new(), status="held", hold_expires_at=clock.now() + dt.timedelta(minutes=5)
        )
        await uow.appointments.hold(held, now=clock.now())
        await uow.appointments.book(held.id, case_id=patient.case_id, now=clock.now())
        await uow.commit()
    return patient


async def visit_of(patient: Patient) -> Appointment:
    return next(one for one in await patient.appointments() if one.status == "booked")


async def deliver(ctx: Context, line: Line) -> list[str]:
    """What this line took by now, as one text each."""
    while await outgoing.deliver_due(ctx, line, owner="t", jitter=lambda: 1.0):
        pass
    return [item.body for item in line.sent]


async def before_visit(patient: Patient, clock: StandingClock, *, hours: float) -> None:
    clock.time = (await visit_of(patient)).start - dt.timedelta(hours=hours)


async def test_each_reminder_goes_out_once_and_says_when_and_where_alone(
    ctx: Context, clock: StandingClock
) -> None:
    patient, line = await texting(ctx, clock), Line("sms")
    for hours in (80, 72, 71, 24, 23, 5):
        await before_visit(patient, clock, hours=hours)
        for _ in range(2):
            await reminders.look(ctx)
    bodies = await deliver(ctx, line)
    assert len(bodies) == 2
    local = (await visit_of(patient)).start.astimezone(ctx.protocols.clinic.zone)
    assert bodies[0].startswith(f"{ctx.protocols.clinic.name}: you have a visit on {local:%a}, {local:%b}")
    assert bodies[0].endswith("1) I'll be there\n2) Pick another time\n3) Give up this visit")
    for word in ("Physician", "spine visit", "surg", "pain", "Dana", "STOP", "CANCEL", "YES"):
        assert word not in bodies[0].replace(ctx.protocols.clinic.name, "")


@pytest.mark.parametrize(
    ("words", "asks"), [("yep i'll be there", None), ("ok", None), ("no i cant make it", "check_birth_date")]
)
async def test_plain_words_are_understood_too(
    ctx: Context, clock: StandingClock, words: str, asks: str | None
) -> None:
    patient = await texting(ctx, clock)
    await before_visit(patient, clock, hours=24)
    await reminders.look(ctx)
    [reply] = await patient.say(words)
    assert reply.asks == asks
    assert reply.text.startswith("Thanks. We'll see you") is (asks is None)
    assert (await visit_of(patient)).status == "booked"


async def test_by_digit_the_patient_is_coming(ctx: Context, clock: StandingClock) -> None:
    patient = await texting(ctx, clock)
    await before_visit(patient, clock, hours=24)
    await reminders.look(ctx)
    [reply] = await patient.say("1")
    assert reply.text.startswith("Thanks. We'll see you on")
    assert (await visit_of(patient)).status == "booked"


@pytest.mark.parametrize(("digit", "then"), [("2", "choose_time"), ("3", None)])
async def test_by_digit_the_visit_is_moved_or_given_up_after_the_birth_date(
    ctx: Context, clock: StandingClock, digit: str, then: str | None
) -> None:
    patient = await texting(ctx, clock)
    await before_visit(patient, clock, hours=24)
    await reminders.look(ctx)
    [asked] = await patient.say(digit)
    assert asked.asks == "check_birth_date"
    [shown] = await patient.say("4/12/1968")
    assert shown.asks == "change_visit"
    reply = await patient.say("1" if digit == "2" else "2")
    assert reply[-1].asks == then
    if digit == "3":
        assert "is off" in reply[0].text


async def test_without_a_birth_date_a_person_calls(ctx: Context, clock: StandingClock) -> None:
    patient = await texting(ctx, clock, born="")
    await before_visit(patient, clock, hours=24)
    await reminders.look(ctx)
    reply = await patient.say("2")
    assert "person from our team" in reply[0].text
    assert any(task.kind == "callback" for task in await patient.tasks())
    assert (await visit_of(patient)).status == "booked"


async def test_a_visit_given_up_drops_the_reminder_that_was_queued(
    ctx: Context, clock: StandingClock
) -> None:
    patient, line = await texting(ctx, clock), Line("sms")
    await before_visit(patient, clock, hours=24)
    await reminders.look(ctx)
    visit = await visit_of(patient)
    async with ctx.unit_of_work() as uow:
        await uow.appointments.cancel(visit.id, case_id=patient.case_id)
        await uow.commit()
    assert await deliver(ctx, line) == []
    assert await reminders.look(ctx) == 0
    async with ctx.unit_of_work(write=False) as uow:
        assert await uow.outbox.undelivered(troubled_after=1) == [], "nobody has to look at it"


async def test_nothing_leaves_at_night_and_no_answer_waits_for_the_morning(
    ctx: Context, clock: StandingClock
) -> None:
    patient, line = await texting(ctx, clock), Line("sms")
    await before_visit(patient, clock, hours=24)
    await reminders.look(ctx)
    line.down = True
    await deliver(ctx, line)
    line.down = False
    zone = ctx.protocols.clinic.zone
    clock.time = clock.time.astimezone(zone).replace(hour=22).astimezone(dt.UTC)
    assert await deliver(ctx, line) == []
    async with ctx.unit_of_work() as uow:
        case = await uow.cases.get(patient.case_id)
        await post.queue(ctx, uow, to=NUMBER, body="an answer", case_id=case.id, dedupe_key="an answer")
        await uow.commit()
    assert await deliver(ctx, line) == ["an answer"]
    clock.time = clock.time.astimezone(zone).replace(hour=8).astimezone(dt.UTC) + dt.timedelta(days=1)
    assert [body[-3:] for body in await deliver(ctx, line)] == ["wer", "sit"], "in the morning it goes"


async def test_a_reminder_that_comes_too_late_is_dropped(ctx: Context, clock: StandingClock) -> None:
    patient, line = await texting(ctx, clock), Line("sms")
    await before_visit(patient, clock, hours=24)
    await reminders.look(ctx)
    await before_visit(patient, clock, hours=0)
    assert await deliver(ctx, line) == []


async def test_who_opted_out_gets_none(ctx: Context, clock: StandingClock) -> None:
    patient, line = await texting(ctx, clock), Line("sms")
    await before_visit(patient, clock, hours=72)
    await reminders.look(ctx)
    async with ctx.unit_of_work() as uow:
        await uow.opt_outs.set(NUMBER, out=True, at=clock.now(), source="test")
        await uow.commit()
    assert await deliver(ctx, line) == [], "queued before, dropped when it was to go"
    await before_visit(patient, clock, hours=24)
    assert await reminders.look(ctx) == 0


async def test_where_it_may_not_be_safe_to_write_nothing_is_sent(ctx: Context, clock: StandingClock) -> None:
    patient = await texting(ctx, clock)
    await change_case(ctx, patient, flags=(agenda.NOT_SAFE_HERE,))
    await before_visit(patient, clock, hours=24)
    assert await reminders.look(ctx) == 0


PLAN = Reminders(before=(dt.timedelta(hours=72), dt.timedelta(hours=24)))


@pytest.mark.parametrize(
    ("to_visit", "booked_ago", "due"),
    [
        (80, 200, None), (72, 200, 72), (30, 200, 72), (24, 200, 24), (3, 200, 24), (1.9, 200, None),
        (20, 1, None), (70, 1, None), (24, 49, 24), (23, 2, None), (23, 4, 24), (22, 0.1, None),
    ],
)  # fmt: skip
def test_which_reminder_is_due(to_visit: float, booked_ago: float, due: float | None) -> None:
    now = dt.datetime(2027, 3, 13, 20, 0, tzinfo=dt.UTC)
    visit = Appointment(
        id="a", case_id="c", provider_id="p", visit="v", start=now + dt.timedelta(hours=to_visit),
        end=now + dt.timedelta(hours=to_visit + 1), status="booked",
        booked_at=now - dt.timedelta(hours=booked_ago),
    )  # fmt: skip
    found = reminders.due(PLAN, visit, now)
    assert found == (None if due is None else dt.timedelta(hours=due))


async def test_a_known_address_is_invited_moved_and_told_that_it_is_off(
    ctx: Context, clock: StandingClock
) -> None:
    patient = await seeds.with_a_visit(ctx, birth_date=BORN, contact_email=MAIL)
    line, first = Line("email"), await visit_of(patient)
    await deliver(ctx, line)
    clock.forward(minutes=5)
    await patient.say("i need to reschedule")
    await patient.say("4/12/1968")
    await patient.say("1")
    await patient.say("1")
    second = await visit_of(patient)
    await deliver(ctx, line)
    await patient.say("cancel my appointment please")
    await patient.say("4/12/1968")
    await patient.say("2")
    await deliver(ctx, line)
    read = [icalendar.Calendar.from_ical(item.invitation or "") for item in line.sent]
    told = [(one["METHOD"], one.walk("VEVENT")[0]) for one in read]
    assert [(method, str(event["UID"]), int(event["SEQUENCE"])) for method, event in told] == [
        ("REQUEST", f"{first.id}@spine-intake", 0),
        ("REQUEST", f"{first.id}@spine-intake", 2),
        ("CANCEL", f"{first.id}@spine-intake", 3),
    ], "one event, whose number only rises"
    assert told[1][1].start == second.start != first.start
    assert "has a new time" in line.sent[1].body
    assert {item.to for item in line.sent} == {MAIL}
    words = " ".join(f"{item.subject} {item.body} {item.invitation}" for item in line.sent)
    for word in ("Dana", "Physician", "evaluation", "pain"):
        assert word not in words


async def test_who_does_not_text_is_reminded_by_email(ctx: Context, clock: StandingClock) -> None:
    patient = await seeds.with_a_visit(ctx, contact_email=MAIL)
    line, visit = Line("email"), await visit_of(patient)
    await deliver(ctx, line)
    clock.time = visit.start - dt.timedelta(hours=3)
    booked_long_ago = replace(visit, booked_at=None)
    async with ctx.unit_of_work() as uow:
        view = await load_view(uow, patient.case_id)
        for _ in range(2):
            await visit_mail.remind(ctx, uow, view, booked_long_ago, key="reminder:24")
        await uow.commit()
    await deliver(ctx, line)
    assert [item.invitation is None for item in line.sent] == [False, True]


@pytest.mark.parametrize("address", ["dana@@example.com", "daná@example.com", "dana"])
async def test_an_odd_address_is_not_written_to(ctx: Context, address: str) -> None:
    await seeds.with_a_visit(ctx, contact_email=address)
    assert await deliver(ctx, Line("email")) == []


async def test_who_can_get_no_reminder_is_told_and_may_give_an_address_then(ctx: Context) -> None:
    patient = await seeds.with_a_visit(ctx)
    assert any("type your email here" in message.text for message in patient.heard)
    assert patient.question.asks == "birth_date"
    reply = await patient.say(f"{MAIL} please")
    assert "reminder before it" in reply[0].text
    assert reply[-1].asks == "birth_date", "what was asked stays asked"
    line = Line("email")
    await deliver(ctx, line)
    [mail] = line.sent
    assert mail.to == MAIL
    assert mail.invitation
    again = await seeds.with_a_visit(ctx, contact_email=MAIL, contact_phone="314-555-0124")
    assert not any("reminder yet" in message.text for message in again.heard)


async def test_where_no_email_leaves_the_house_it_is_plainly_said(
    ctx: Context, dialogue: PlainDialogue
) -> None:
    dialogue.ctx = replace(ctx, reach=frozenset())
    patient = await seeds.with_a_visit(dialogue.ctx)
    assert any("write down the day and time" in message.text for message in patient.heard)
