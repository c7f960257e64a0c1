import pytest
import torch
from sectune_worker import embed as embed_op
from sectune_worker import score as score_op
from sectune_worker.generate import generate
from sectune_worker.jobs import JobError
from sectune_worker.loading import open_checkpoint
from sectune_worker.ndjson import read_rows
from sectune_worker.template import render_training

ROWS = [
    {"messages": [{"role": "user", "content": "read " * (1 + i % 7)}], "completion": {"role": "assistant", "content": "open " * (1 + i % 5), **({"reasoning": "why"} if i % 2 else {})}}
    for i in range(17)
]


@pytest.fixture(scope="module")
def loaded(checkpoint):
    return open_checkpoint(checkpoint)


def naive(loaded, row):
    """One row, one forward pass, one position at a time: token t is predicted by the logits of position t - 1."""
    ids, start = render_training(loaded.tokenizer, [*row["messages"], row["completion"]])
    with torch.inference_mode():
        logits = loaded.model(input_ids=torch.tensor([ids])).logits[0].double()
    return [float(logits[t - 1].log_softmax(-1)[ids[t]]) for t in range(start, len(ids))]


@pytest.mark.parametrize("batch_tokens", [1, 64, 4096])
def test_scores_equal_a_naive_forward_pass(loaded, checkpoint, make_job, channel, batch_tokens):
    job = make_job("score", {"batchTokens": batch_tokens, "perToken": True}, checkpoint=checkpoint, requests=ROWS)
    assert score_op.run(job, channel)["replies"] == "replies.ndjson"
    replies = list(read_rows(job.output / "replies.ndjson"))
    for row, reply in zip(ROWS, replies, strict=True):
        expected = naive(loaded, row)
        assert reply["perToken"] == pytest.approx(expected, abs=1e-4)
        assert reply["logprob"] == pytest.approx(sum(expected), abs=1e-3)
        assert reply["tokens"] == len(expected)


def test_a_shift_by_one_would_be_seen(loaded):
    """The check above must be able to fail: scores read one position later are far away."""
    row = ROWS[3]
    ids, start = render_training(loaded.tokenizer, [*row["messages"], row["completion"]])
    with torch.inference_mode():
        logits = loaded.model(input_ids=torch.tensor([ids])).logits[0].double()
    shifted = [float(logits[t].log_softmax(-1)[ids[t]]) for t in range(start, len(ids))]
    assert max(abs(a - b) for a, b in zip(shifted, naive(loaded, row))) > 0.1


def test_scores_are_the_log_probabilities_generation_reports(loaded, checkpoint, make_job, channel):
    sampling = {"temperature": 1, "topP": 1, "maxTokens": 2, "seed": 5}
    requests = [{"messages": row["messages"], "sampling": sampling, "n": 32, "sampleIndex": 0, "logprobs": True} for row in ROWS[:7]]
    replies = generate(loaded, requests, 64, None, channel)
    rows, expected = [], []
    for request, sample in [(request, sample) for request, reply in zip(requests, replies) for sample in reply["samples"]]:
        row = {"messages": request["messages"], "completion": {"role": "assistant", "content": sample["text"]}}
        ids, start = render_training(loaded.tokenizer, [*row["messages"], row["completion"]])
        # Drawn tokens may be spelled otherwise when their text is tokenised again: only those that come back alike count.
        if loaded.tokenizer.convert_ids_to_tokens(ids[start : start + 2]) == [entry["token"] for entry in sample["logprobs"]]:
            rows.append(row)
            expected.append([entry["logprob"] for entry in sample["logprobs"]])
    assert len(rows) > 5
    job = make_job("score", {"batchTokens": 4096, "perToken": True}, checkpoint=checkpoint, requests=rows)
    score_op.run(job, channel)
    for reply, logprobs in zip(read_rows(job.output / "replies.ndjson"), expected, strict=True):
        assert reply["perToken"][:2] == pytest.approx(logprobs, abs=1e-4)


def test_rows_that_do_not_fit_are_named(checkpoint, make_job, channel):
    long = {"messages": [{"role": "user", "content": "x " * 2000}], "completion": {"role": "assistant", "content": "y"}}
    job = make_job("score", {"batchTokens": 64, "perToken": False}, checkpoint=checkpoint, requests=[ROWS[0], long])
    with pytest.raises(JobError, match="request 2 has") as caught:
        score_op.run(job, channel)
    assert caught.value.code == "data"


@pytest.mark.parametrize("row,where", [({"messages": []}, "request 1"), ({"messages": [{"role": "robot", "content": ""}], "completion": {"role": "assistant", "content": ""}}, "messages/0/role")])
def test_rows_of_the_wrong_shape_are_named(checkpoint, make_job, channel, row, where):
    job = make_job("score", {"batchTokens": 64, "perToken": False}, checkpoint=checkpoint, requests=[row])
    with pytest.raises(JobError, match=where):
        score_op.run(job, channel)


def test_embeddings_are_unit_means_of_hidden_states(loaded, checkpoint, make_job, channel):
    import numpy as np

    texts = ["read a file", "", "write " * 60, "read a file", "größe 🙂"]
    job = make_job("embed", {"batchTokens": 64, "maxTokens": 32}, checkpoint=checkpoint, texts=texts)
    result = embed_op.run(job, channel)
    vectors = np.fromfile(job.output / "vectors.f32", dtype="<f4").reshape(result["rows"], result["dimension"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1] * 5, abs=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        ids = loaded.tokenizer(text)["input_ids"][:32] or [loaded.tokenizer.eos_token_id]
        with torch.inference_mode():
            mean = loaded.model.model(input_ids=torch.tensor([ids])).last_hidden_state[0].mean(0)
        assert vector == pytest.approx((mean / mean.norm()).numpy(), abs=1e-4)
    assert vectors[0] == pytest.approx(vectors[3], abs=1e-5)
