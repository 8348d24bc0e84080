"""A small FHIR R4 server that takes nothing on trust: transactions, reads, version checks.

with StrictServer.running() as server:
    ...point the client at server.url...
    server.kept["Patient/1"] -> [version 1, version 2, ...]

From the standard (http://hl7.org/fhir/R4/http.html#transaction): all or nothing; a resource is named once;
PUT under the id it holds; `ifMatch` against the version kept (412); a conditional create finds none
(201), one (200) or several (412); references must lead to something in the bundle or kept (409 here).
Resources must pass `rules.problems` (422).
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl

from tests.fhir.cases import NAMESPACE
from tests.fhir.rules import ID, problems, references
from tests.listening import listening

JSON = "application/fhir+json"
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of zero seconds: closing sends a reset."""


class Refused(Exception):  # noqa: N818 (an answer, not a failure)
    """An answer with an error status and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(kw_only=True)
class Failure:
    """What to do instead of answering, so many times. `after`: the transaction is taken first."""

    status: int = 503
    times: int = 1
    after: bool = False
    reset: bool = False
    delay_seconds: float = 0.0
    hangs: bool = False
    """Until `go_on` is set."""


@dataclass(kw_only=True)
class StrictServer:
    """`kept`: address -> versions, oldest first. `refusals`: why, for the tests' messages."""

    token: str = "server-token"
    namespace: str = NAMESPACE
    visits: frozenset[str] = frozenset()
    """The kinds of visit it knows, as `system|code`."""
    kept: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    fails_reads: bool = False
    """Whether failures befall what is read and searched, too."""
    refusals: list[str] = field(default_factory=list)
    transactions: int = 0
    url: str = ""
    hanging: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    @contextmanager
    def running(cls, **given: Any) -> Iterator[Self]:
        """On a free loopback port."""
        server = cls(**given)
        with listening(_handler(server)) as address:
            server.url = f"{address}/fhir"
            yield server

    def latest(self, address: str) -> dict[str, Any]:
        """The newest version of a resource."""
        return self.kept[address][-1]

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """The newest version of each resource of a type."""
        return [versions[-1] for name, versions in self.kept.items() if name.startswith(f"{kind}/")]

    def edit(self, address: str, **changed: Any) -> None:
        """Somebody of the other system changes a resource."""
        self._keep({**self.latest(address), **changed})

    def query(self, kind: str, terms: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """A search, or what the server says of itself; raises Refused."""
        raise Refused(404, "not here")

    def operate(self, name: str, body: Any) -> dict[str, Any]:
        """An operation; raises Refused."""
        raise Refused(404, "no such operation")

    # --- what it does with a transaction ---------------------------------------------------------

    def transact(self, bundle: Any) -> dict[str, Any]:
        """The answer; raises Refused, and then nothing was changed."""
        if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
            raise Refused(400, "not a Bundle")
        if bundle.get("type") != "transaction":
            raise Refused(400, "not a transaction")
        with self.lock:
            entries = [self._checked(entry) for entry in bundle.get("entry", [])]
            _check_once(entries)
            self._check_references(entries)
            done = [self._write(entry) for entry in entries]
            self.transactions += 1
        return {"resourceType": "Bundle", "type": "transaction-response", "entry": done}

    def _checked(self, entry: dict[str, Any]) -> dict[str, Any]:
        resource, request = entry.get("resource"), entry.get("request")
        if not isinstance(resource, dict) or not isinstance(request, dict):
            raise Refused(400, "an entry without resource or request")
        wrong = problems(resource, namespace=self.namespace, own=self.visits)
        if wrong:
            raise Refused(422, wrong[0])
        if request["method"] == "PUT":
            self._check_put(resource, request)
        elif request["method"] != "POST" or request["url"] != resource["resourceType"]:
            raise Refused(400, "not a request of this server")
        return entry

    def _check_put(self, resource: dict[str, Any], request: dict[str, Any]) -> None:
        if request["url"] != f"{resource['resourceType']}/{resource.get('id')}" or not ID.fullmatch(
            resource["id"]
        ):
            raise Refused(400, "PUT to an address that is not the resource's")
        expected = request.get("ifMatch")
        if expected is not None and expected != self._etag(request["url"]):
            raise Refused(412, f"{request['url']} is not in the version named")

    def _check_references(self, entries: list[dict[str, Any]]) -> None:
        there = {entry["request"]["url"] for entry in entries} | set(self.kept)
        for entry in entries:
            lost = [name for name in references(entry["resource"]) if name not in there]
            if lost:
                raise Refused(409, f"a reference leads nowhere: {lost[0]}")

    def _write(self, entry: dict[str, Any]) -> dict[str, Any]:
        resource, request = entry["resource"], entry["request"]
        if request["method"] == "POST":
            found = self._matching(resource["resourceType"], request.get("ifNoneExist"))
            if len(found) > 1:
                raise Refused(412, "several match")
            if found:
                return {"response": {"status": "200 OK", "etag": self._etag(found[0])}}
            resource = {**resource, "id": f"srv-{len(self.kept) + 1}"}
        address = f"{resource['resourceType']}/{resource['id']}"
        status = "200 OK" if address in self.kept else "201 Created"
        self._keep(resource)
        return {
            "response": {"status": status, "etag": self._etag(address), "location": f"{address}/_history/1"}
        }

    def _matching(self, kind: str, search: str | None) -> list[str]:
        wanted = {
            name: values[0] for name, values in parse_qs(search or "", strict_parsing=bool(search)).items()
        }
        return [
            address
            for address, versions in self.kept.items()
            if wanted and address.startswith(f"{kind}/") and _meets(versions[-1], wanted)
        ]

    def _keep(self, resource: Mapping[str, Any]) -> None:
        versions = self.kept.setdefault(f"{resource['resourceType']}/{resource['id']}", [])
        versions.append({**resource, "meta": {"versionId": str(len(versions) + 1)}})

    def _etag(self, address: str) -> str | None:
        versions = self.kept.get(address)
        return f'W/"{len(versions)}"' if versions else None


def _meets(resource: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    """Whether a resource is what a search finds: `identifier` as a token, all else as it is written."""
    rest = {name: value for name, value in wanted.items() if name != "identifier"}
    known = {f"{one.get('system', '')}|{one['value']}" for one in resource.get("identifier", ())}
    return rest.items() <= resource.items() and wanted.get("identifier", next(iter(known), "")) in known | {
        ""
    }


def _check_once(entries: list[dict[str, Any]]) -> None:
    named = [entry["request"]["url"] for entry in entries if entry["request"]["method"] == "PUT"]
    full = [entry["fullUrl"] for entry in entries]
    if len(set(named)) < len(named) or len(set(full)) < len(full):
        raise Refused(400, "a resource comes twice")


def _handler(server: StrictServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                self._check_door()
                if self.headers.get("Content-Type") != JSON:
                    raise Refused(415, "send application/fhir+json")
                failure = _next(server)
                if failure is not None and not failure.after:
                    self._fail(failure)
                    return
                name = self.path.removeprefix("/fhir").strip("/")
                given = json.loads(body)
                answer = server.operate(name, given) if name else server.transact(given)
            except Refused as refused:
                self._refuse(refused)
                return
            if failure is not None:
                self._fail(failure)
                return
            self._answer(200, answer)

        def do_GET(self) -> None:
            address, _, terms = self.path.removeprefix("/fhir/").partition("?")
            try:
                self._check_door()
                failure = _next(server) if server.fails_reads else None
                if failure is not None:
                    self._fail(failure)
                    return
                known = address in server.kept
                answer = server.latest(address) if known else server.query(address, parse_qsl(terms))
            except Refused as refused:
                self._refuse(refused)
                return
            self._answer(200, answer, etag=server._etag(address))

        def _check_door(self) -> None:
            if self.headers.get("Authorization") != f"Bearer {server.token}":
                raise Refused(401, "who are you?")

        def _refuse(self, refused: Refused) -> None:
            server.refusals.append(str(refused))
            issue = {"severity": "error", "code": "processing", "diagnostics": str(refused)}
            self._answer(refused.status, {"resourceType": "OperationOutcome", "issue": [issue]})

        def _fail(self, failure: Failure) -> None:
            time.sleep(failure.delay_seconds)
            if failure.hangs:
                server.hanging.set()
                server.go_on.wait(timeout=60)
                self.close_connection = True
                return
            if failure.reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                self.close_connection = True
                self.connection.close()
                return
            self._answer(failure.status, {"resourceType": "OperationOutcome", "issue": []})

        def _answer(self, status: int, body: Mapping[str, Any], *, etag: str | None = None) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", JSON)
            self.send_header("Content-Length", str(len(content)))
            if etag is not None:
                self.send_header("ETag", etag)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    return Handler


def _next(server: StrictServer) -> Failure | None:
    if not server.failures:
        return None
    failure = server.failures[0]
    failure.times -= 1
    if failure.times == 0:
        server.failures.pop(0)
    return failure
