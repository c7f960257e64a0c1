import numpy as np
import pytest
import torch
from sectune_worker.generate import generate
from sectune_worker.jobs import JobError
from sectune_worker.loading import open_checkpoint
from sectune_worker.sampler import Sampler, SamplingSettings, uniform_stream
from sectune_worker.template import render_prompt
from tiny_model import make_checkpoint

SAMPLING = {"temperature": 0.8, "topP": 0.95, "maxTokens": 24, "seed": 0}
WORDS = "read write open file user query rows key value path name table json regex shell temp".split()


@pytest.fixture(scope="module")
def loaded(checkpoint):
    return open_checkpoint(checkpoint)


def chat(text, **changes):
    return {"messages": [{"role": "user", "content": text}], "sampling": {**SAMPLING, **changes}, "n": 1, "sampleIndex": 0}


def texts(count):
    return [" ".join(WORDS[(i * 7 + k) % len(WORDS)] for k in range(1 + i % 9)) for i in range(count)]


def naive(loaded, request):
    """One request alone, no cache, no padding, the whole forward pass for each token, the whole vocabulary sorted."""
    ids = render_prompt(loaded.tokenizer, request["messages"])
    sampling = request["sampling"]
    uniforms = uniform_stream(
        sampling["seed"], [request["messages"], None, request.get("prefill")], request["sampleIndex"], sampling["maxTokens"]
    )
    output, logprobs = [], []
    for uniform in uniforms:
        with torch.inference_mode():
            logits = loaded.model(input_ids=torch.tensor([ids + output])).logits[0, -1].float()
        if sampling["temperature"] == 0:
            token = int(logits.argmax())
        else:
            probabilities, order = (logits / sampling["temperature"]).double().softmax(-1).sort(descending=True)
            cumulative = probabilities.cumsum(-1)
            size = min(int((cumulative < sampling["topP"]).sum()) + 1, sampling.get("topK") or len(order))
            token = int(order[int((cumulative[:size] <= uniform * cumulative[size - 1]).sum())])
        output.append(token)
        logprobs.append(float(logits.log_softmax(-1)[token]))
        if token in loaded.end_ids:
            break
    return output, logprobs


@pytest.mark.parametrize("changes", [{}, {"temperature": 0}, {"topP": 1.0}, {"topK": 5}, {"temperature": 1.5, "topP": 0.5}])
def test_batches_give_what_each_request_alone_would(loaded, channel, changes):
    requests = [{**chat(text, **changes), "logprobs": True} for text in texts(12)]
    replies = generate(loaded, requests, 5, None, channel)
    for request, reply in zip(requests, replies):
        output, logprobs = naive(loaded, request)
        sample = reply["samples"][0]
        assert [entry["token"] for entry in sample["logprobs"]] == loaded.tokenizer.convert_ids_to_tokens(output)
        assert [entry["logprob"] for entry in sample["logprobs"]] == pytest.approx(logprobs, abs=1e-4)
        assert sample["usage"]["output"] == len(output)
        assert sample["finish"] == ("stop" if output[-1] in loaded.end_ids else "length")


def test_repetition_is_bit_identical_and_in_input_order(loaded, channel):
    requests = [{**chat(text), "logprobs": True, "n": 1 + index % 3} for index, text in enumerate(texts(20))]
    first = generate(loaded, requests, 8, None, channel)
    assert generate(loaded, requests, 8, None, channel) == first
    assert [len(reply["samples"]) for reply in first] == [request["n"] for request in requests]
    lengths = [len(render_prompt(loaded.tokenizer, request["messages"])) for request in requests]
    assert [reply["samples"][0]["usage"]["input"] for reply in first] == lengths


def test_samples_depend_on_seed_and_index_and_not_on_how_they_are_asked_for(loaded, channel):
    together = generate(loaded, [{**chat("read a file"), "n": 4}], 8, None, channel)[0]["samples"]
    apart = [generate(loaded, [{**chat("read a file"), "sampleIndex": i}], 8, None, channel)[0]["samples"][0] for i in range(4)]
    assert together == apart
    assert len({sample["text"] for sample in together}) > 1
    other = generate(loaded, [{**chat("read a file", seed=1), "n": 4}], 8, None, channel)[0]["samples"]
    assert other != together


def test_stop_strings_end_the_answer_before_them(loaded, channel):
    whole = generate(loaded, [chat("read", maxTokens=40)], 4, None, channel)[0]["samples"][0]
    stop = whole["text"][10:13]
    cut = generate(loaded, [chat("read", maxTokens=40, stop=["never seen", stop])], 4, None, channel)[0]["samples"][0]
    assert cut["text"] == whole["text"][: whole["text"].index(stop)]
    assert cut["finish"] == "stop" and cut["usage"]["output"] < whole["usage"]["output"]


def test_prefill_continues_and_is_not_repeated(loaded, channel):
    request = {**chat("read", temperature=0), "prefill": "def read("}
    sample = generate(loaded, [request], 4, None, channel)[0]["samples"][0]
    plain = render_prompt(loaded.tokenizer, request["messages"])
    assert sample["usage"]["input"] == len(plain) + len(loaded.tokenizer("def read(")["input_ids"])
    assert not sample["text"].startswith("def read(")


def test_a_raw_prefix_takes_no_template(loaded, channel):
    request = {"prefix": "def read_file(name):\n", "sampling": SAMPLING, "n": 1, "sampleIndex": 0}
    sample = generate(loaded, [request], 4, None, channel)[0]["samples"][0]
    assert sample["usage"]["input"] == len(loaded.tokenizer(request["prefix"])["input_ids"])


def test_a_prompt_that_is_too_long_fails_alone_and_is_not_cut(loaded, channel):
    replies = generate(loaded, [chat("read"), chat("word " * 2000), chat("write")], 4, None, channel)
    assert "samples" in replies[0] and "samples" in replies[2]
    assert replies[1]["failure"]["code"] == "provider-rejected" and "511 is the limit" in replies[1]["failure"]["message"]
    limited = generate(loaded, [chat("read a file, then write it")], 4, 4, channel)
    assert "4 is the limit" in limited[0]["failure"]["message"]


def test_the_context_ends_an_answer(tmp_path, channel):
    loaded = open_checkpoint(make_checkpoint(tmp_path, context=24))
    sample = generate(loaded, [chat("ab", maxTokens=100, temperature=0)], 4, None, channel)[0]["samples"][0]
    assert sample["usage"]["input"] + sample["usage"]["output"] <= 24
    assert sample["finish"] in ("length", "stop")


def test_cancelling_ends_the_loop(loaded, channel):
    channel.cancel()
    with pytest.raises(JobError) as caught:
        generate(loaded, [chat("read")], 4, None, channel)
    assert caught.value.code == "cancelled"


@pytest.mark.parametrize("top_p,top_k,temperature", [(0.95, None, 0.8), (1.0, None, 1.0), (0.3, None, 2.0), (1.0, 3, 1.0)])
def test_the_sampler_draws_from_the_cut_distribution(top_p, top_k, temperature):
    torch.manual_seed(0)
    logits = torch.randn(400) * 2
    probabilities, order = (logits.double() / temperature).softmax(-1).sort(descending=True)
    size = min(int((probabilities.cumsum(-1) < top_p).sum()) + 1, top_k or 400)
    expected = torch.zeros(400, dtype=torch.float64)
    expected[order[:size]] = probabilities[:size] / probabilities[:size].sum()
    count = 40_000
    settings = SamplingSettings(temperature, top_p, top_k, 1, (), 0)
    sampler = Sampler(torch, [settings] * count, "cpu")
    uniforms = torch.from_numpy(np.random.default_rng(0).random(count))
    drawn = sampler.draw(logits.expand(count, -1), uniforms)
    observed = torch.bincount(drawn, minlength=400) / count
    assert observed[expected == 0].sum() == 0
    # Total variation of a correct sampler is about sqrt(support / count) / 2; a wrong nucleus or temperature is far above.
    assert float((observed - expected).abs().sum() / 2) < 0.6 * (size / count) ** 0.5 + 1e-3


def test_uniform_streams_are_independent_and_stable():
    stream = uniform_stream(0, ["a"], 0, 4)
    assert stream.tolist() == uniform_stream(0, ["a"], 0, 9)[:4].tolist()
    others = [uniform_stream(1, ["a"], 0, 4), uniform_stream(0, ["b"], 0, 4), uniform_stream(0, ["a"], 1, 4)]
    assert all(other.tolist() != stream.tolist() for other in others)
