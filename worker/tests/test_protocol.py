"""The transcripts that vitest reads too (test/worker/protocol.test.ts), and the real process driven over pipes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sectune_worker.jobs import JobError
from sectune_worker.protocol import check, parse_host_message

ROOT = Path(__file__).resolve().parents[2]
TRANSCRIPTS = ROOT / "test" / "fixtures" / "protocol"
DEFINITIONS = {"host": "hostMessage", "worker": "workerMessage"}


def lines(name):
    return [json.loads(line) for line in (TRANSCRIPTS / name).read_text().splitlines()]


@pytest.mark.parametrize("name", sorted(path.name for path in TRANSCRIPTS.glob("*.ndjson") if path.name != "invalid.ndjson"))
def test_every_line_of_a_transcript_is_accepted(name):
    for line in lines(name):
        check(DEFINITIONS[line["from"]], line["message"], "internal", name)


@pytest.mark.parametrize("line", lines("invalid.ndjson"), ids=lambda line: line["why"])
def test_invalid_messages_are_refused(line):
    with pytest.raises(JobError):
        check(DEFINITIONS[line["from"]], line["message"], "internal", line["why"])


def test_params_of_the_transcripts_fit_their_ops():
    for name in ("generate.ndjson", "failures.ndjson"):
        for line in lines(name):
            if line["message"]["type"] == "job":
                check(f"{line['message']['op']}Params", line["message"]["params"], "data", "params")


def test_a_line_that_is_not_json_is_an_error_of_the_host():
    with pytest.raises(JobError, match="not a JSON line") as caught:
        parse_host_message(b'{"type": "job"')
    assert caught.value.code == "internal"


# The process. Its ops are replaced: what is tested is the loop around them.

PROBE_OP = """
import os, subprocess, sys, time, types
from sectune_worker import ops
from sectune_worker.jobs import JobError

def run(job, channel):
    what = job.params["what"]
    if what == "noise":
        print("print on stdout")
        os.write(1, b"raw write on stdout\\n")
        subprocess.run([sys.executable, "-c", "print('child on stdout')"], check=True)
        return {"text": "é🙂"}
    if what == "sleep":
        channel.progress(0, 1)
        time.sleep(job.params.get("seconds", 600))
        return {}
    if what == "wait":
        while True:
            channel.progress(0, None, {"x": 0.5}, "waiting")
            time.sleep(0.02)
    if what == "ask":
        (job.directory / "q.json").write_text("1")
        return {"answer": channel.ask("reward", job.directory / "q.json").read_text()}
    if what == "oom-cpu":
        import torch
        torch.empty(1 << 60, dtype=torch.uint8)
    if what == "oom-python":
        raise MemoryError()
    if what == "import":
        import flash_attn_of_the_future
    if what == "pinned":
        raise ImportError("cannot import", name="peft.tuners")
    if what == "data":
        raise JobError("data", "row 7 is bad", hint="look at row 7")
    if what == "bug":
        return {"x": 1 / 0}
    if what == "nan":
        return {"x": float("nan")}
    if what == "threads":
        from sectune_worker.device import setup_torch
        torch, device = setup_torch()
        return {"threads": torch.get_num_threads(), "device": str(device), "offline": os.environ["HF_HUB_OFFLINE"], "telemetry": os.environ["HF_HUB_DISABLE_TELEMETRY"]}

module = types.ModuleType("sectune_worker.probe_op")
module.run = run
sys.modules["sectune_worker.probe_op"] = module
ops.OPS["embed"] = "probe_op"
from sectune_worker.__main__ import main
main()
"""


class Process:
    def __init__(self, **environment):
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "worker"), **environment}
        self.child = subprocess.Popen(
            [sys.executable, "-c", PROBE_OP], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
        )
        self.hello = self.read()

    def send(self, message):
        self.child.stdin.write(json.dumps(message).encode() + b"\n")
        self.child.stdin.flush()

    def read(self):
        """The next message that is not a heartbeat. Each must be of the protocol."""
        while True:
            message = json.loads(self.child.stdout.readline())
            check("workerMessage", message, "internal", "message")
            if message["type"] != "heartbeat":
                return message

    def job(self, directory, job_id, **params):
        message = {"type": "job", "id": job_id, "op": "embed", "directory": str(directory), "params": params, "inputs": {}}
        self.send(message)

    def result(self, directory, **params):
        self.job(directory, "j", **params)
        assert self.read() == {"type": "accepted", "job": "j"}
        return self.read()

    def end(self):
        self.child.kill()
        self.child.wait()
        for stream in (self.child.stdin, self.child.stdout, self.child.stderr):
            stream.close()


@pytest.fixture
def process():
    process = Process()
    yield process
    process.end()


def test_stdout_belongs_to_the_protocol(process, tmp_path):
    assert process.hello["type"] == "hello" and process.hello["protocol"] == 1
    assert process.result(tmp_path, what="noise") == {"type": "done", "job": "j", "result": {"text": "é🙂"}}
    process.child.stdin.close()
    assert process.child.wait(10) == 0
    noise = process.child.stderr.read().decode()
    assert all(text in noise for text in ("print on stdout", "raw write on stdout", "child on stdout"))
    process.child.stdin = open(os.devnull)


@pytest.mark.parametrize(
    "what,code,words",
    [
        ("oom-cpu", "oom", "batchSize"),
        ("oom-python", "oom", "batchSize"),
        ("import", "dependency", "pip install -r worker/requirements.lock"),
        ("pinned", "dependency", "pip install peft=="),
        ("data", "data", "look at row 7"),
        ("bug", "internal", "ZeroDivisionError"),
        ("nan", "internal", "JSON"),
        ("nothing", "internal", "NoneType instead of an object"),
    ],
)
def test_failures_are_typed_and_say_what_to_do(process, tmp_path, what, code, words):
    error = process.result(tmp_path, what=what)
    assert (error["type"], error["code"]) == ("error", code)
    assert words in f"{error['message']} {error['hint']}"
    assert error["traceback"]
    assert process.result(tmp_path, what="noise")["type"] == "done", "the next job must run"


def test_jobs_run_in_sequence_and_a_cancelled_one_ends_alone(process, tmp_path):
    process.job(tmp_path, "first", what="wait")
    process.job(tmp_path, "second", what="noise")
    process.job(tmp_path, "third", what="noise")
    process.send({"type": "cancel", "job": "third"})
    assert process.read() == {"type": "accepted", "job": "first"}
    progress = process.read()
    assert progress == {"type": "progress", "job": "first", "done": 0, "total": None, "metrics": {"x": 0.5}, "note": "waiting"}
    process.send({"type": "cancel", "job": "first"})
    messages = []
    while not messages or messages[-1].get("job") != "third" or messages[-1]["type"] == "accepted":
        message = process.read()
        if message["type"] != "progress":
            messages.append(message)
    ends = [(m["job"], m["type"], m.get("code")) for m in messages if m["type"] != "accepted"]
    assert ends == [("first", "error", "cancelled"), ("second", "done", None), ("third", "error", "cancelled")]


def test_a_question_waits_for_its_answer(process, tmp_path):
    process.job(tmp_path, "j", what="ask")
    process.read()
    question = process.read()
    assert question == {"type": "ask", "job": "j", "question": "1", "kind": "reward", "file": "q.json"}
    (tmp_path / "a.json").write_text("42")
    process.send({"type": "answer", "job": "j", "question": "1", "file": "a.json"})
    assert process.read()["result"] == {"answer": "42"}


def test_the_end_of_stdin_ends_the_process_at_once_in_the_middle_of_a_job(process, tmp_path):
    process.job(tmp_path, "j", what="sleep")
    process.read(), process.read()
    started = time.monotonic()
    process.child.stdin.close()
    assert process.child.wait(10) == 0
    assert time.monotonic() - started < 3
    process.child.stdin = open(os.devnull)


def test_a_shutdown_lets_the_job_in_progress_end(process, tmp_path):
    process.job(tmp_path, "j", what="sleep", seconds=0.3)
    process.send({"type": "shutdown"})
    assert [process.read()["type"] for _ in range(3)] == ["accepted", "progress", "done"]
    assert process.child.wait(10) == 0


def test_a_line_that_is_no_message_is_answered_and_ends_the_process(process):
    process.child.stdin.write(b"hello?\n")
    process.child.stdin.flush()
    error = process.read()
    assert error["type"] == "error" and error["job"] is None
    assert process.child.wait(10) == 0


def test_ctrl_c_is_left_to_the_host(process, tmp_path):
    process.child.send_signal(signal.SIGINT)
    assert process.result(tmp_path, what="noise")["type"] == "done"


def test_heartbeats_come_while_a_job_computes(process, tmp_path):
    process.job(tmp_path, "j", what="sleep")
    beats = 0
    while beats < 2:
        message = json.loads(process.child.stdout.readline())
        beats += message == {"type": "heartbeat", "job": "j"}


def test_hello_states_what_computing_really_uses(tmp_path):
    process = Process(SECTUNE_THREADS="1", SECTUNE_DEVICE="cpu")
    try:
        result = process.result(tmp_path, what="threads")["result"]
        assert result == {"threads": 1, "device": "cpu", "offline": "1", "telemetry": "1"}
        assert process.hello["threads"] == 1 and "device=cpu threads=1" in process.hello["fingerprint"]
    finally:
        process.end()


def test_the_process_dies_with_a_parent_that_keeps_its_stdin_open(tmp_path):
    """A grandchild holds the write end, so no end of file ever comes: only the death signal is left."""
    script = (
        "import subprocess, sys, os, time\n"
        f"child = subprocess.Popen([sys.executable, '-m', 'sectune_worker'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd={str(tmp_path)!r})\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "subprocess.Popen(['sleep', '30'], pass_fds=[child.stdin.fileno()], stdout=subprocess.DEVNULL)\n"
        "time.sleep(30)\n"
    )
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "worker")}
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=env, start_new_session=True)
    try:
        pid = int(parent.stdout.readline())
        time.sleep(0.2)
        parent.kill()
        parent.wait()
        deadline = time.monotonic() + 10
        while _runs(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not _runs(pid)
    finally:
        os.killpg(parent.pid, signal.SIGKILL)
        parent.stdout.close()


def _runs(pid):
    """Whether a process runs; one that is dead but not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
