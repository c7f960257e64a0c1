"""`accelerate launch`: two real processes over gloo against one process, and the command line that FSDP and DeepSpeed get."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sectune_worker import launch, sft
from sectune_worker.jobs import Job, JobError
from test_sft import HEADER, PARAMS, rows

TWO_PROCESSES = """
compute_environment: LOCAL_MACHINE
distributed_type: MULTI_CPU
num_machines: 1
num_processes: 2
machine_rank: 0
mixed_precision: 'no'
use_cpu: true
main_process_ip: 127.0.0.1
main_process_port: 0
"""


@pytest.fixture
def config(tmp_path) -> Path:
    path = tmp_path / "two-processes.yaml"
    path.write_text(TWO_PROCESSES)
    return path


@pytest.fixture(autouse=True)
def quiet_threads(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))


def test_two_processes_train_as_one_does_and_resume(make_job, channel, checkpoint, tmp_path, config, sent):
    # 14 rows in steps of 5: the last step has 4 rows, so both ranks meet uneven work.
    params = {**PARAMS, "batchRows": 5, "checkpointEverySteps": 2}
    job = make_job("sft", params, checkpoint=checkpoint, rows=[HEADER, *rows()])
    alone = sft.run(at(job, tmp_path / "one"), channel)
    together = sft.run(at(job, tmp_path / "two", accelerateConfig=str(config)), channel)
    for name in ("steps", "rows", "tokens", "lossTokens", "excludedTooLong"):
        assert together[name] == alone[name]
    assert together["firstLoss"] == pytest.approx(alone["firstLoss"], rel=1e-5)
    assert together["lastLoss"] == pytest.approx(alone["lastLoss"], rel=1e-3)
    assert any(m["type"] == "checkpoint" for m in sent) and sent[-1]["done"] == together["steps"]
    written = (tmp_path / "two/out/model.safetensors").read_bytes()
    again = sft.run(at(job, tmp_path / "two", accelerateConfig=str(config)), channel)
    assert again["lastLoss"] == together["lastLoss"]
    assert (tmp_path / "two/out/model.safetensors").read_bytes() == written


def test_a_launched_processs_typed_error_comes_back(make_job, channel, checkpoint, tmp_path, config):
    job = make_job("sft", PARAMS, checkpoint=checkpoint, rows=[HEADER, {"kind": "rl"}])
    with pytest.raises(JobError, match="line 2.*expected 'sft'") as caught:
        sft.run(at(job, tmp_path / "two", accelerateConfig=str(config)), channel)
    assert caught.value.code == "data"


def test_launched_processes_end_with_the_worker(make_job, checkpoint, tmp_path, config):
    job = make_job("sft", {**PARAMS, "epochs": 5000}, checkpoint=checkpoint, rows=[HEADER, *rows()])
    where = json.dumps([str(tmp_path), {**job.params, "accelerateConfig": str(config)}, {k: str(v) for k, v in job.inputs.items()}])
    script = (
        "import json, sys; from pathlib import Path; from sectune_worker import sft; from sectune_worker.channel import Channel\n"
        "from sectune_worker.jobs import Job; folder, params, inputs = json.loads(sys.argv[1]); folder = Path(folder)\n"
        "job = Job('job-1', 'sft', folder, params, {k: Path(v) for k, v in inputs.items()}, folder / 'out', folder / 'scratch')\n"
        "sft.run(job, Channel('job-1', folder, lambda message: None))"
    )
    worker = subprocess.Popen([sys.executable, "-c", script, where], stderr=subprocess.DEVNULL)
    try:
        events = tmp_path / "launch" / "events.ndjson"
        wait_until(lambda: events.exists() and events.stat().st_size > 0)
        assert len(launched(tmp_path)) >= 2
    finally:
        worker.kill()
        worker.wait()
    wait_until(lambda: launched(tmp_path) == [])


def wait_until(true, seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.2)


def launched(folder: Path) -> list[str]:
    """Processes that name the job's spec."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes().decode() if entry.name.isdigit() else ""
        except OSError:
            continue
        if str(folder / "launch" / "spec.json") in command:
            found.append(entry.name)
    return found


def test_a_launcher_that_fails_is_quoted(make_job, channel, checkpoint, tmp_path):
    config = tmp_path / "broken.yaml"
    config.write_text("num_processes: 2\n")
    job = make_job("sft", PARAMS, checkpoint=checkpoint, rows=[HEADER, *rows()])
    with pytest.raises(JobError, match="accelerate launch ended with 1: ValueError: .*distributed_type") as caught:
        sft.run(at(job, tmp_path / "x", accelerateConfig=str(config)), channel)
    assert caught.value.code == "internal"


def test_command_line_passes_the_config_on():
    command = launch.launch_command("zero3.yaml", Path("/jobs/1/spec.json"))
    assert command == [
        sys.executable,
        *"-m accelerate.commands.launch --config_file zero3.yaml -m sectune_worker.launch /jobs/1/spec.json".split(),
    ]


@pytest.mark.parametrize(
    "kind,lines",
    [
        ("FSDP", "distributed_type: FSDP\nfsdp_config:\n  fsdp_version: 2\n  fsdp_auto_wrap_policy: TRANSFORMER_BASED_WRAP\n"),
        ("DEEPSPEED", "distributed_type: DEEPSPEED\ndeepspeed_config:\n  zero_stage: 3\n"),
    ],
)
def test_accelerate_reads_the_configs_we_pass_on(tmp_path, kind, lines):
    from accelerate.commands.config.config_args import load_config_from_file

    path = tmp_path / "config.yaml"
    path.write_text(f"compute_environment: LOCAL_MACHINE\nnum_processes: 8\nnum_machines: 1\nmixed_precision: bf16\n{lines}")
    assert load_config_from_file(str(path)).distributed_type.value == kind


def at(job: Job, folder: Path, **params) -> Job:
    return Job(job.id, job.op, job.directory, {**job.params, **params}, job.inputs, folder / "out", folder / "scratch")
