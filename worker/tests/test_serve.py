"""The OpenAI-compatible server, spoken to by hand: what the adapters' contract suites do not ask."""

import json
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from sectune_worker import serve
from sectune_worker.channel import Channel
from sectune_worker.jobs import JobError


@pytest.fixture(scope="module")
def url(checkpoint, tmp_path_factory):
    from sectune_worker.jobs import Job

    directory = tmp_path_factory.mktemp("serve")
    running = threading.Event()

    def send(message):
        if message["type"] == "ask":
            channel.answer(message["question"], message["file"])
            running.set()

    channel = Channel("serve-1", directory, send)
    params = {"name": "tiny", "batchSize": 16, "gatherMs": 20}
    ended = []

    def work():
        try:
            serve.run(Job("serve-1", "serve", directory, params, {"checkpoint": checkpoint}), channel)
        except JobError as error:
            ended.append(error.code)

    thread = threading.Thread(target=work)
    thread.start()
    assert running.wait(300)
    yield json.loads((directory / "endpoint.json").read_text())["url"]
    channel.cancel()
    thread.join(60)
    assert ended == ["cancelled"]


def post(url, path, body):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}{path}", data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=120) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def chat(content="read a file", **more):
    return {"model": "tiny", "messages": [{"role": "user", "content": content}], "max_tokens": 8, **more}


def test_a_chat_completion_has_the_protocols_shape(url):
    status, body = post(url, "/chat/completions", chat(n=2, seed=3, logprobs=True))
    assert status == 200 and body["object"] == "chat.completion" and body["model"] == "tiny"
    assert [choice["index"] for choice in body["choices"]] == [0, 1]
    for choice in body["choices"]:
        assert choice["message"]["role"] == "assistant" and choice["finish_reason"] in ("stop", "length")
        assert all(entry["logprob"] <= 0 for entry in choice["logprobs"]["content"])
    usage = body["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_text_parts_and_developer_messages_are_understood(url):
    parts = [{"type": "text", "text": "read "}, {"type": "text", "text": "a file"}]
    plain, split = chat(seed=1), {**chat(seed=1), "messages": [{"role": "user", "content": parts}]}
    assert post(url, "/chat/completions", plain)[1]["choices"] == post(url, "/chat/completions", split)[1]["choices"]
    developer = {**chat(), "messages": [{"role": "developer", "content": "be brief"}, {"role": "user", "content": "x"}]}
    assert post(url, "/chat/completions", developer)[0] == 200


def test_an_answer_already_begun_is_continued(url):
    body = {**chat(), "messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "def f("}]}
    status, reply = post(url, "/chat/completions", {**body, "continue_final_message": True, "add_generation_prompt": False})
    plain = post(url, "/chat/completions", chat("x"))[1]["usage"]["prompt_tokens"]
    assert status == 200 and reply["usage"]["prompt_tokens"] > plain


@pytest.mark.parametrize(
    "path,body,status,words",
    [
        ("/chat/completions", chat(stream=True), 400, "stream"),
        ("/chat/completions", chat(tools=[{"type": "function"}]), 400, "tools"),
        ("/chat/completions", chat(frequency_penalty=0.5), 400, "frequency_penalty"),
        ("/chat/completions", chat(temperature=-1), 400, "temperature"),
        ("/chat/completions", chat(n=0), 400, "n must be"),
        ("/chat/completions", chat(n=True), 400, "n must be"),
        ("/chat/completions", chat(max_tokens=1.5), 400, "whole number"),
        ("/chat/completions", {**chat(), "model": "other"}, 404, "other"),
        ("/chat/completions", {**chat(), "messages": []}, 400, "at least one"),
        ("/chat/completions", {**chat(), "messages": [{"role": "tool", "content": "x"}]}, 400, "role"),
        ("/chat/completions", {**chat(), "messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, 400, "text parts"),
        ("/chat/completions", chat("word " * 2000), 400, "511 is the limit"),
        ("/chat/completions", [], 400, "JSON object"),
        ("/chat/completions", b"{", 400, "not JSON"),
        ("/completions", {"model": "tiny", "prompt": ["a", "b"]}, 400, "one text"),
        ("/completions", {"model": "tiny", "prompt": "a", "echo": True}, 400, "echo"),
        ("/embeddings", {}, 404, "there is no"),
    ],
)
def test_what_cannot_be_honoured_is_refused(url, path, body, status, words):
    answered, reply = post(url, path, body)
    assert answered == status and words in reply["error"]["message"]
    assert reply["error"]["type"] == "invalid_request_error"


def test_concurrent_requests_share_batches_and_get_their_own_answers(url):
    bodies = [chat(f"read {index}", seed=index, temperature=0) for index in range(40)]
    alone = [post(url, "/chat/completions", body)[1]["choices"] for body in bodies[:4]]
    with ThreadPoolExecutor(40) as pool:
        together = list(pool.map(lambda body: post(url, "/chat/completions", body), bodies))
    assert [status for status, _ in together] == [200] * 40
    assert [body["choices"] for _, body in together[:4]] == alone


def test_without_a_seed_answers_differ(url):
    texts = {post(url, "/chat/completions", chat(max_tokens=12))[1]["choices"][0]["message"]["content"] for _ in range(4)}
    assert len(texts) > 1
