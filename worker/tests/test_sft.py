"""The op sft: against a naive reference, killed and resumed, LoRA, errors, several processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from sectune_worker import merge, sft
from sectune_worker import train_loop as sft_loop
from sectune_worker.jobs import Job, JobError
from sectune_worker.loading import load_causal_lm, load_tokenizer
from sectune_worker.rows import render_row
from sectune_worker.train_loop import settle_deepspeed
from tiny_model import TEMPLATE, make_checkpoint

HEADER = {"schema": "train-row", "version": 1}
PARAMS = {
    "objective": "sft",
    "learningRate": 1e-3,
    "epochs": 2,
    "batchRows": 4,
    "maxLength": 256,
    "warmupRatio": 0.1,
    "schedule": "cosine",
    "optimizer": "adamw",
    "weightDecay": 0.01,
    "maxGradNorm": 1.0,
    "precision": "fp32",
    "seed": 3,
}
LORA = {"rank": 4, "alpha": 8, "dropout": 0.1, "targets": "all-linear"}


def rows(count: int = 14) -> list[dict]:
    def one(index: int) -> dict:
        answer = {"role": "assistant", "content": f"def f{index}(x):\n" + "    x += 1\n" * (index % 5) + "    return x\n"}
        if index % 2:
            answer["reasoning"] = f"Row {index}: x is not trusted."
        user = {"role": "user", "content": f"Write f{index}" + " please" * (index % 3)}
        return {"id": str(index), "taskId": "t", "purpose": "p", "kind": "sft", "messages": [user, answer], "lossMask": "assistant"}

    return [one(index) for index in range(count)]


@pytest.fixture
def train(make_job, channel, checkpoint, tmp_path):
    """Runs the op and gives (result, output directory)."""

    def run(name: str = "a", data: list | None = None, **params) -> tuple[dict, Path]:
        job = make_job("sft", {**PARAMS, **params}, checkpoint=checkpoint, rows=[HEADER, *(data or rows())])
        output, scratch = tmp_path / name, tmp_path / f"{name}-scratch"
        job = Job(job.id, job.op, job.directory, job.params, job.inputs, output, scratch)
        return sft.run(job, channel), output

    return run


def weights(directory: Path) -> bytes:
    return (directory / "model.safetensors").read_bytes()


def test_one_step_equals_the_naive_reference(train, checkpoint):
    result, output = train(epochs=1, batchRows=14, schedule="constant", warmupRatio=0, weightDecay=0)
    model, tokenizer = load_causal_lm(checkpoint, torch.float32), load_tokenizer(checkpoint)
    losses = []
    for row in rows():
        for ids, mask in render_row(tokenizer, row):
            logits = model(torch.tensor([ids])).logits[0]
            losses += [F.cross_entropy(logits[t - 1], torch.tensor(ids[t])) for t in range(1, len(ids)) if mask[t]]
    loss = torch.stack(losses).mean()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    assert result["firstLoss"] == pytest.approx(loss.item(), rel=1e-5)
    assert result["lossTokens"] == len(losses) and result["steps"] == 1 and result["rows"] == 14
    trained = load_causal_lm(output, torch.float32).state_dict()
    for name, value in model.state_dict().items():
        # Adam's first step is ±lr whatever the gradient's size, so the smallest gradients may flip by rounding.
        differing = (trained[name] - value).abs() > 1e-5
        assert differing.float().mean() < 0.01, name


@pytest.mark.parametrize("params", [{"batchRows": 4}, {"batchRows": None, "batchTokens": 400}])
def test_how_a_step_is_cut_into_passes_does_not_change_its_loss(train, params):
    whole, _ = train("whole", **params)
    cut, _ = train("cut", microBatchTokens=64, **params)
    assert cut["steps"] == whole["steps"]
    assert cut["firstLoss"] == pytest.approx(whole["firstLoss"], rel=1e-5)
    assert cut["lastLoss"] == pytest.approx(whole["lastLoss"], rel=1e-3)


def test_training_learns_and_reports(train, sent, tmp_path):
    result, output = train(epochs=12, learningRate=5e-3, optimizer="muon", batchRows=None, batchTokens=512, checkpointEverySteps=5)
    assert result["lastLoss"] < result["firstLoss"] / 2
    assert result["tokensPerSecond"] > 0 and result["peakMemoryBytes"] > 1e6 and result["device"] == "cpu/fp32"
    assert result["excludedTooLong"] == 0 and result["tokens"] > result["lossTokens"] > 0
    assert [m for m in sent if m["type"] == "progress"][-1]["done"] == result["steps"]
    assert len([m for m in sent if m["type"] == "checkpoint"]) == -(-result["steps"] // 5)
    assert [p.name for p in (tmp_path / "a-scratch/state").iterdir()] == [f"step-{result['steps']}"]
    assert load_tokenizer(output).chat_template


def test_bf16_computes_in_bf16_and_stores_as_the_base(train):
    result, output = train(precision="bf16", epochs=1)
    assert result["device"] == "cpu/bf16"
    assert json.loads((output / "config.json").read_text())["dtype"] == "float32"


@pytest.mark.parametrize("lora", [None, LORA])
@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_interrupted_at_every_step_it_ends_with_the_same_bits(train, tmp_path, channel, lora, optimizer):
    options = {"optimizer": optimizer, "checkpointEverySteps": 1, **({"lora": lora} if lora else {})}
    whole, output = train("whole", **options)
    stops = {2, 5}

    class Interrupting:
        def progress(self, done, *more) -> None:
            pass

        def checkpoint(self, path) -> None:
            step = int(Path(path).name.split("-")[1])
            if step in stops:
                stops.remove(step)
                raise KeyboardInterrupt

    original = sft.train_job
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            sft.train_job = lambda job, _channel: original(job, Interrupting())
            try:
                train("parts", **options)
            finally:
                sft.train_job = original
    resumed, parts = train("parts", **options)
    assert weights(parts) == weights(output)
    assert {k: resumed[k] for k in ("steps", "tokens", "lossTokens", "firstLoss", "lastLoss")} == {
        k: whole[k] for k in ("steps", "tokens", "lossTokens", "firstLoss", "lastLoss")
    }


KILLED = """
import json, sys
from pathlib import Path
from sectune_worker.channel import Channel
from sectune_worker.jobs import Job
from sectune_worker import sft
folder, checkpoint = Path(sys.argv[1]), Path(sys.argv[2])
params = json.loads(sys.argv[3])
job = Job("j", "sft", folder, params, {"checkpoint": checkpoint, "rows": folder / "rows.ndjson"}, folder / "out", folder / "scratch")
sft.run(job, Channel("j", folder, lambda message: print(json.dumps(message), flush=True)))
"""


def test_killed_at_any_moment_it_ends_with_the_same_bits(checkpoint, tmp_path):
    params = json.dumps({**PARAMS, "epochs": 6, "checkpointEverySteps": 1})
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parent.parent)}

    def start(folder: Path) -> subprocess.Popen:
        folder.mkdir(exist_ok=True)
        (folder / "rows.ndjson").write_text("".join(json.dumps(row) + "\n" for row in [HEADER, *rows()]))
        command = [sys.executable, "-c", KILLED, str(folder), str(checkpoint), params]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    whole = start(tmp_path / "whole")
    whole.communicate()
    assert whole.returncode == 0
    # SIGKILL some milliseconds after the third checkpoint since the start, wherever that hits.
    for delay_ms in (0, 7):
        victim = start(tmp_path / "killed")
        seen = 0
        while seen < 3 and (line := victim.stdout.readline()):
            seen += b'"checkpoint"' in line
        time.sleep(delay_ms / 1000)
        victim.send_signal(signal.SIGKILL)
        victim.communicate()
        assert victim.returncode == -signal.SIGKILL
    last = start(tmp_path / "killed")
    last.communicate()
    assert last.returncode == 0
    assert weights(tmp_path / "killed/out") == weights(tmp_path / "whole/out")


def test_a_state_of_another_job_is_refused_and_an_unreadable_one_is_named(train, tmp_path):
    train("a", checkpointEverySteps=1)
    with pytest.raises(JobError, match="belongs to another job") as caught:
        train("a", learningRate=2e-3)
    assert caught.value.code == "data" and "remove" in caught.value.hint
    (state,) = (tmp_path / "a-scratch/state").iterdir()
    (state / "state.pt").write_bytes(b"cut short")
    with pytest.raises(JobError, match="cannot be read"):
        train("a", checkpointEverySteps=1)


def test_lora_trains_the_adapter_only_and_merging_equals_its_forward(train, checkpoint, tmp_path, make_job, channel):
    from peft import PeftModel

    _, output = train("both", lora={**LORA, "output": "both"}, epochs=4, learningRate=1e-2)
    _, adapter = train("adapter", lora={**LORA, "output": "adapter"}, epochs=4, learningRate=1e-2)
    assert not (adapter / "model.safetensors").exists()
    ids = torch.arange(1, 30)[None]
    with torch.no_grad():
        base = load_causal_lm(checkpoint, torch.float32)
        plain = base(ids).logits.clone()
        adapted = PeftModel.from_pretrained(base, adapter).eval()(ids).logits
        merged = load_causal_lm(output, torch.float32)(ids).logits
    torch.testing.assert_close(merged, adapted, rtol=1e-4, atol=1e-3)
    assert (plain - merged).abs().max() > 0.1
    job = make_job("merge", {}, checkpoint=checkpoint, adapter=adapter)
    merge.run(job, channel)
    assert weights(job.output) == weights(output)
    assert (output / "adapter" / "adapter_model.safetensors").read_bytes() == (adapter / "adapter_model.safetensors").read_bytes()


def test_lora_targets_that_do_not_exist_are_named(train):
    with pytest.raises(JobError, match="lora.targets"):
        train(lora={**LORA, "targets": ["nothing_proj"]})


def test_too_long_rows_are_counted_and_none_left_is_an_error(train, checkpoint):
    tokenizer = load_tokenizer(checkpoint)
    lengths = sorted(len(ids) for row in rows() for ids, _ in render_row(tokenizer, row))
    result, _ = train(maxLength=lengths[6])
    excluded = sum(length > lengths[6] for length in lengths)
    assert (result["excludedTooLong"], result["rows"]) == (excluded, 14 - excluded) and excluded > 0
    with pytest.raises(JobError, match="14 are longer than maxLength 5") as caught:
        train("b", maxLength=5)
    assert caught.value.code == "data"


def test_out_of_memory_says_what_to_lower(train, monkeypatch):
    def fail(*_):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr("sectune_worker.objectives.sft.loss_sum", fail)
    with pytest.raises(JobError, match="out of memory") as caught:
        train()
    assert caught.value.code == "oom" and "microBatchTokens (now 8192" in caught.value.hint


def test_an_unreadable_checkpoint_is_bad_data(train, checkpoint, tmp_path, make_job, channel):
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in checkpoint.iterdir():
        content = file.read_bytes()
        (broken / file.name).write_bytes(content[: len(content) // 2] if file.suffix == ".safetensors" else content)
    job = make_job("sft", PARAMS, checkpoint=broken, rows=[HEADER, *rows()])
    with pytest.raises(JobError, match="cannot read the checkpoint") as caught:
        sft.run(job, channel)
    assert caught.value.code == "data"


def test_params_are_named(train):
    for wrong, reason in [
        ({"batchTokens": 100}, "one of batchTokens and batchRows"),
        ({"schedule": "step"}, "schedule is 'step'"),
        ({"optimizer": "sgd"}, "optimizer"),
        ({"objective": "dpo"}, "dpo"),
        ({"accelerateConfig": "/nowhere.yaml"}, "no file /nowhere.yaml"),
    ]:
        with pytest.raises(JobError, match=reason):
            train(**wrong)


def test_cancelling_stops_training(train, channel):
    channel.cancel()
    with pytest.raises(JobError) as caught:
        train(epochs=50)
    assert caught.value.code == "cancelled"


def test_cancelled_training_keeps_what_is_done(train, channel, tmp_path, monkeypatch):
    send = channel._send

    def cancel_after_progress(message):
        send(message)
        if message["type"] == "progress":
            channel.cancel()

    channel._send = cancel_after_progress
    monkeypatch.setattr(sft_loop, "REPORT_EVERY_S", 0.0)
    with pytest.raises(JobError, match="cancelled"):
        train(epochs=50)
    assert [path.name for path in (tmp_path / "a-scratch" / "state").iterdir()] == ["step-2"]


def test_a_training_state_is_kept_every_few_minutes_whatever_the_job_asks_for(train, sent, monkeypatch):
    monkeypatch.setattr(sft_loop, "SAVE_EVERY_S", 0.0)
    result, _ = train()
    assert len([message for message in sent if message["type"] == "checkpoint"]) == result["steps"]


def test_rows_beyond_the_models_context_are_left_out(train):
    long = rows(1)[0]
    long["messages"][1]["content"] = "x = 1\n" * 600
    result, _ = train(data=[*rows(), long], maxLength=8192)
    assert (result["rows"], result["excludedTooLong"]) == (14, 1)
    with pytest.raises(JobError, match="1 are longer than the model's context of 512 tokens"):
        train("b", data=[long], maxLength=8192)


def test_a_trained_checkpoint_names_the_end_token_that_it_was_taught(make_job, channel, tmp_path):
    base = make_checkpoint(tmp_path / "base", template=TEMPLATE.replace("<|end|>", "<|system|>"))
    job = make_job("sft", PARAMS, checkpoint=base, rows=[HEADER, *rows()])
    sft.run(job, channel)
    tokenizer = load_tokenizer(job.output)
    names = tokenizer.convert_ids_to_tokens(json.loads((job.output / "generation_config.json").read_text())["eos_token_id"])
    assert names == ["<|end|>", "<|system|>"]


def test_deepspeed_is_told_how_batches_are_put_together_and_its_config_may_not_say_otherwise():
    config = {"train_micro_batch_size_per_gpu": "auto", "gradient_accumulation_steps": 1, "zero_optimization": {"stage": 2}}
    settle_deepspeed(config, 0.5)
    assert config == {
        "train_micro_batch_size_per_gpu": 1,
        "gradient_accumulation_steps": 1,
        "gradient_clipping": 0.5,
        "zero_optimization": {"stage": 2},
    }
    with pytest.raises(JobError, match="gradient_accumulation_steps to 4"):
        settle_deepspeed({"gradient_accumulation_steps": 4}, 1.0)
    with pytest.raises(JobError, match="does not gather the weights"):
        settle_deepspeed({"zero_optimization": {"stage": 3}}, 1.0)


def test_gradient_checkpointing_changes_nothing_but_memory(train):
    _, plain = train("plain")
    _, recomputed = train("recomputed", gradientCheckpointing=True)
    assert weights(plain) == weights(recomputed)


def test_dropout_and_order_follow_the_seed(train):
    results = [train(f"s{i}", lora=LORA, seed=seed)[0]["lastLoss"] for i, seed in enumerate((1, 1, 2))]
    assert results[0] == results[1] != results[2]
