"""`POST /sms/twilio`, `.../status` and `.../voice`: check, hand over, answer at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from sanic import Blueprint, HTTPResponse
from sanic.request import Request

from bot.domain.errors import StoreUnavailable
from bot.gateway.errors import HttpProblem
from bot.gateway.sms.form import read_fields, required, words
from bot.gateway.sms.signature import is_genuine
from bot.services.context import Context
from bot.services.queues import outgoing, sms_text
from bot.services.texting import sms
from bot.settings import Settings

PATH = "/sms/twilio"
INBOUND = ("AccountSid", "MessageSid", "From", "To", "Body")
CALL = ("AccountSid", "CallSid", "From", "To")
STATUS = ("AccountSid", "MessageSid", "MessageStatus")

_SID = re.compile(r"[A-Za-z0-9]{1,64}\Z")
_SENDER = re.compile(r"\+?[0-9A-Za-z]{3,20}\Z")
_WORDS: Mapping[str, sms.SteeringWord] = {"STOP": "stop", "START": "start", "HELP": "help"}
_ID = re.compile(r"[0-9a-f]{32}\Z")
_CODE = re.compile(r"[0-9a-z_-]{1,32}\Z")


def sms_blueprint(ctx: Context, settings: Settings) -> Blueprint:
    """The SMS door; without the provider's settings it has no routes, so everything is 404."""
    blueprint = Blueprint("sms")
    if not settings.sms_is_open:
        return blueprint
    door = TwilioDoor(ctx, settings)
    blueprint.add_route(door.inbound, PATH, methods=["POST"], name="inbound")
    blueprint.add_route(door.call, f"{PATH}/voice", methods=["POST"], name="voice")
    blueprint.add_route(door.status, f"{PATH}/status", methods=["POST"], name="status")
    return blueprint


class TwilioDoor:
    """What Twilio calls. A wrong signature, account or number is 403, a missing field 400."""

    def __init__(self, ctx: Context, settings: Settings) -> None:
        assert settings.twilio_auth_token is not None  # noqa: S101 - `sms_is_open` said so
        self._ctx = ctx
        self._token = settings.twilio_auth_token.get_secret_value()
        self._account = settings.twilio_account_sid
        self._number = settings.sms_number
        self._public_url = settings.outside_url

    async def inbound(self, request: Request) -> HTTPResponse:
        """A text came in: stored here, answered later by the worker."""
        fields = self._checked(request, *INBOUND)
        self._must_be_ours(fields)
        text = sms.InboundSms(
            provider_id=_matching(_SID, fields, "MessageSid"),
            sender=_matching(_SENDER, fields, "From"),
            body=words(fields["Body"]),
            media=_count(fields.get("NumMedia", "")),
            country=fields.get("FromCountry", "")[:2],
            carrier_word=_WORDS.get(fields.get("OptOutType", "").upper()),
        )
        try:
            await sms.take_sms(self._ctx, text)
        except StoreUnavailable:
            return self._answer_without_store(text.body)
        return _twiml("")

    async def call(self, request: Request) -> HTTPResponse:
        """Somebody called the number for texts: they hear where to call, and the line is hung up."""
        fields = self._checked(request, *CALL)
        self._must_be_ours(fields)
        call_id, sender = _matching(_SID, fields, "CallSid"), fields["From"]
        try:
            heard = await sms.note_call(self._ctx, call_id=call_id, sender=sender)
        except StoreUnavailable:
            heard = sms.what_callers_hear(self._ctx)
        return _twiml(f"<Say>{escape(heard)}</Say><Hangup/>")

    async def status(self, request: Request) -> HTTPResponse:
        """A text of ours got somewhere, or did not."""
        fields = self._checked(request, *STATUS)
        await outgoing.note_delivery(
            self._ctx,
            _matching(_SID, fields, "MessageSid"),
            state=_matching(_CODE, fields, "MessageStatus"),
            error=_matching(_CODE, fields, "ErrorCode") if fields.get("ErrorCode") else None,
            item_id=_text_of(request),
        )
        return HTTPResponse(status=204)

    def _checked(self, request: Request, *names: str) -> Mapping[str, str]:
        """The form of a request that Twilio signed for our account."""
        fields = read_fields(request)
        url = f"{self._public_url}{request.path}"
        if request.query_string:
            url = f"{url}?{request.query_string}"
        signature = request.headers.get("x-twilio-signature", "")
        if not is_genuine(signature, url=url, fields=fields, token=self._token):
            raise HttpProblem(403, "forbidden", "The signature is not valid for this address and body.")
        found = required(fields, *names)
        if found["AccountSid"] != self._account:
            raise HttpProblem(403, "forbidden", "This account is not ours.")
        return found

    def _must_be_ours(self, fields: Mapping[str, str]) -> None:
        if fields["To"] != self._number:
            raise HttpProblem(403, "forbidden", "This number is not ours.")

    def _answer_without_store(self, body: str) -> HTTPResponse:
        """Nothing could be stored, so no worker will answer: the webhook's own reply does."""
        said = sms.answer_without_store(self._ctx, body)
        if said is None:
            raise HttpProblem(503, "unavailable", "The text could not be stored.", retry_after=5)
        return _twiml(f"<Message>{escape(sms_text.render(said))}</Message>")


def _text_of(request: Request) -> str | None:
    """Our id of the text, from the signed address; None where there is none."""
    given = request.args.get("text", "")
    return given if _ID.match(given) else None


def _matching(pattern: re.Pattern[str], fields: Mapping[str, str], name: str) -> str:
    if not pattern.match(fields[name]):
        raise HttpProblem(400, "bad_field", f"{name} is not what the provider sends.", field=name)
    return fields[name]


def _count(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,2}", text) else 0


def _twiml(content: str) -> HTTPResponse:
    body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{content}</Response>'
    if not content:
        body = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
    return HTTPResponse(body, content_type="text/xml; charset=utf-8")
