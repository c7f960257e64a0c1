"""Op `serve`: the checkpoint behind an OpenAI-compatible endpoint on loopback, until the job is cancelled.

HTTP threads only parse and wait. The job's own thread computes: it takes what has gathered, up to a batch, and draws it to the
end. Answers with a seed do not depend on who shares their batch, up to the last bits of the arithmetic.

Not covered: streaming, tools, log-probabilities of alternatives (refused with 400), and keys: it listens on 127.0.0.1 alone.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .channel import Channel
from .decode import decode
from .failures import as_job_error
from .jobs import Job, JobError
from .loading import LoadedModel, load_model
from .openai_api import Refused, Work, read_work, reply_body
from .protocol import check

MAX_BODY_BYTES = 64 << 20
#: How often the computing thread looks whether the job has been cancelled.
POLL_SECONDS = 0.05


def run(job: Job, channel: Channel) -> dict[str, Any]:
    check("serveParams", job.params, "data", "params of serve")
    params = job.params
    loaded = load_model(job)
    desk = Desk(loaded, params["name"], params.get("maxPromptTokens"))
    server = _Server(("127.0.0.1", 0), _handler(desk))
    threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
    try:
        address = job.directory / "endpoint.json"
        url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        address.write_text(json.dumps({"url": url, "model": params["name"]}))
        channel.ask("endpoint", address)
        while True:
            channel.raise_if_cancelled()
            desk.compute(params["batchSize"], params["gatherMs"] / 1000, channel)
    finally:
        server.shutdown()
        server.server_close()
        desk.close()


class Ticket:
    """A request on its way: what to draw, and the reply or the error once it is there."""

    def __init__(self, work: Work):
        self.work = work
        self.error: Refused | None = None
        self.ready = threading.Event()

    def fail(self, error: Refused) -> None:
        self.error = error
        self.ready.set()


class Desk:
    """Between HTTP threads, which hand requests in, and the one that computes."""

    def __init__(self, loaded: LoadedModel, name: str, max_prompt_tokens: int | None):
        self.loaded, self.name = loaded, name
        self._max_prompt_tokens = max_prompt_tokens
        self._waiting: queue.Queue[Ticket] = queue.Queue()
        # A fast tokenizer keeps padding settings in itself and refuses two threads at once.
        self._tokenizing = threading.Lock()
        self._closed = False

    def answer(self, body: Any, chat: bool) -> dict[str, Any]:
        """Called by HTTP threads; waits. Throws Refused."""
        try:
            with self._tokenizing:
                work = read_work(self.loaded, body, chat, self.name, self._max_prompt_tokens)
        except JobError as error:  # the chat template refuses
            raise Refused(400, error.message) from error
        ticket = Ticket(work)
        self._waiting.put(ticket)
        if self._closed:
            ticket.fail(_shutting_down())
        ticket.ready.wait()
        if ticket.error is not None:
            raise ticket.error
        with self._tokenizing:
            return reply_body(self.loaded, work, self.name)

    def compute(self, batch_size: int, gather_seconds: float, channel: Channel) -> None:
        """One batch, if anybody waits."""
        batch = self._gather(batch_size, gather_seconds)
        if not batch:
            return
        rows = sorted((row for ticket in batch for row in ticket.work.rows), key=lambda row: len(row.prompt))
        try:
            for start in range(0, len(rows), batch_size):
                decode(self.loaded, rows[start : start + batch_size], lambda _: channel.raise_if_cancelled())
        except Exception as error:
            cancelled = isinstance(error, JobError) and error.code == "cancelled"
            failure = _shutting_down() if cancelled else _failed(error)
            for ticket in batch:
                ticket.fail(failure)
            if cancelled:
                raise
            return
        for ticket in batch:
            ticket.ready.set()

    def close(self) -> None:
        self._closed = True
        while True:
            try:
                self._waiting.get_nowait().fail(_shutting_down())
            except queue.Empty:
                return

    def _gather(self, batch_size: int, seconds: float) -> list[Ticket]:
        """Waits for a first request, then for others until the batch is full or the time is up."""
        batch: list[Ticket] = []
        until = time.monotonic() + POLL_SECONDS
        while sum(len(ticket.work.rows) for ticket in batch) < batch_size:
            try:
                ticket = self._waiting.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return batch
            if not batch:
                until = time.monotonic() + seconds
            batch.append(ticket)
        return batch


def _shutting_down() -> Refused:
    return Refused(503, "the server is shutting down")


def _failed(error: Exception) -> Refused:
    traceback.print_exception(error, file=sys.stderr)
    failure = as_job_error(error)
    return Refused(500, failure.message, failure.code)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Hundreds of clients connect in the same instant; the default of 5 makes them wait for retransmissions.
    request_queue_size = 1024


def _handler(desk: Desk) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body leave in two writes: without this the second waits for the client's delayed acknowledgement.
        disable_nagle_algorithm = True
        timeout = 300

        def do_GET(self) -> None:
            if self.path in ("/v1/models", f"/v1/models/{desk.name}"):
                card = {"id": desk.name, "object": "model", "created": 0, "owned_by": "sectune", "max_model_len": desk.loaded.context}
                self._send(200, card if self.path.endswith(desk.name) else {"object": "list", "data": [card]})
            elif self.path == "/health":
                self._send(200, {"status": "ok"})
            else:
                self._send(404, Refused(404, f"there is no {self.path}").body())

        def do_POST(self) -> None:
            try:
                if self.path not in ("/v1/chat/completions", "/v1/completions"):
                    raise Refused(404, f"there is no {self.path}")
                self._send(200, desk.answer(self._body(), chat=self.path == "/v1/chat/completions"))
            except Refused as refused:
                self._send(refused.status, refused.body())
            except Exception as error:
                self._send(500, _failed(error).body())

        def _body(self) -> Any:
            length = int(self.headers.get("Content-Length") or -1)
            if not 0 <= length <= MAX_BODY_BYTES:
                self.close_connection = True
                raise Refused(411 if length < 0 else 413, f"the body must state its length, at most {MAX_BODY_BYTES} bytes")
            try:
                return json.loads(self.rfile.read(length))
            except ValueError as error:
                raise Refused(400, f"the body is not JSON: {error}") from error

        def _send(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except OSError:
                self.close_connection = True  # the client has gone

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
