"""Pre-training of tiny-coder on a small synthetic corpus: format, exact resume, and that the result is a plain checkpoint."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from sectune_worker.template import render_prompt, render_training
from tiny.corpus import PROMPT_WEIGHT, encode_corpus, plain_texts, read_documents
from tiny.tokenizer import prose_words, train_tokenizer

SMALL = "--vocabulary 400 --hidden 32 --layers 1 --heads 2 --feed-forward 64 --batch-tokens 512 --precision fp32".split()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    random_ = random.Random(0)
    names = "user name path file query value item list key host port url".split()
    path = tmp_path_factory.mktemp("corpus") / "corpus.ndjson"
    with open(path, "w", encoding="utf-8") as file:
        for index in range(400):
            name, argument = "_".join(random_.sample(names, 2)), random_.choice(names)
            answer = {"role": "assistant", "content": f"def {name}({argument}):\n    return {argument} + {index % 7}\n"}
            if index % 3 == 0:
                answer["reasoning"] = f"The input {argument} comes from outside."
            messages = [{"role": "user", "content": f"Write `{name}`, which adds {index % 7} to {argument}."}, answer]
            file.write(json.dumps({"messages": messages}) + "\n")
        file.write(json.dumps({"text": "x = 1\n"}) + "\n")
    return path


@pytest.fixture(scope="module")
def tokenizer(corpus):
    return train_tokenizer((text for row in read_documents(corpus) for text in plain_texts(row)), 400, 256)


def test_identifiers_are_the_same_tokens_wherever_they_stand(tokenizer):
    in_prose = tokenizer.tokenize("call user_name now")
    in_code = tokenizer.tokenize("f(user_name)")
    expected = tokenizer.tokenize("user_name")
    assert in_code[-1 - len(expected) : -1] == expected
    assert any(in_prose[i : i + len(expected)] == expected for i in range(len(in_prose)))


def test_only_words_that_always_follow_a_space_are_joined_to_it():
    texts = ["use the conn to read", "conn.read(the_path)", "def read(conn): the end"] * 40
    assert prose_words(texts) == ["end", "the", "to"]


@pytest.mark.parametrize("text", ["", "a  b\t\tc\n\n\n    d\r\n", "__init__(self, _x1, 42)", "Größe 你好 🙂", "x=='a'  # y_"])
def test_tokenizer_loses_nothing(tokenizer, text):
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_reasoning_marks_survive_decoding_without_special_tokens(tokenizer):
    text = "<think>why</think>x<|end|>"
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids, skip_special_tokens=True) == "<think>why</think>x"
    assert len([i for i in ids if i in tokenizer.convert_tokens_to_ids(["<think>", "</think>"])]) == 2


def test_corpus_tokens_equal_the_chat_template_and_the_worker(corpus, tokenizer):
    examples, excluded = encode_corpus(corpus, tokenizer, 256)
    assert (len(examples), excluded) == (401, 0)
    for index, document in enumerate(read_documents(corpus)):
        ids, weights = examples.row(index)
        if "text" in document:
            assert weights[1:].tolist() == [1.0] * (len(ids) - 1)
            continue
        trained, start = render_training(tokenizer, document["messages"])
        assert ids.tolist() == trained
        assert trained[:start] == render_prompt(tokenizer, document["messages"][:1])
        assert weights.tolist() == pytest.approx([0.0] + [PROMPT_WEIGHT] * (start - 1) + [1.0] * (len(ids) - start))


def test_too_long_documents_are_counted(corpus, tokenizer):
    whole, _ = encode_corpus(corpus, tokenizer, 256)
    limit = int(sorted(whole.lengths)[200])
    examples, excluded = encode_corpus(corpus, tokenizer, limit)
    assert excluded == int((whole.lengths > limit).sum()) > 0
    assert len(examples) == 401 - excluded and examples.lengths.max() == limit


def test_a_bad_line_is_named(tmp_path):
    path = tmp_path / "bad.ndjson"
    path.write_text('{"text": "x"}\n{"nothing": 1}\n')
    with pytest.raises(ValueError, match=r"bad\.ndjson:2"):
        list(read_documents(path))


def test_stopped_and_resumed_run_ends_with_the_same_bytes_and_loads_in_plain_transformers(corpus, tmp_path):
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    pretrain(corpus, whole, "--steps", "8")
    # No time at all: every run does one step and stops.
    for _ in range(3):
        pretrain(corpus, halves, "--steps", "8", "--max-minutes", "0.0000001")
        assert not halves.exists()
    pretrain(corpus, halves, "--steps", "8")
    assert (whole / "model.safetensors").read_bytes() == (halves / "model.safetensors").read_bytes()

    from transformers import AutoModelForCausalLM, AutoTokenizer

    model, tokenizer = AutoModelForCausalLM.from_pretrained(whole), AutoTokenizer.from_pretrained(whole)
    ids = tokenizer.apply_chat_template([{"role": "user", "content": "x"}], add_generation_prompt=True, return_tensors="pt")
    assert model.generate(**ids, max_new_tokens=3, do_sample=False).shape[1] <= ids["input_ids"].shape[1] + 3
    assert model.generation_config.eos_token_id == tokenizer.eos_token_id
    assert str(model.dtype) == "torch.bfloat16"


def test_a_checkpoint_is_trained_further_with_its_tokenizer_and_weights(corpus, tmp_path):
    first, second, again = tmp_path / "first", tmp_path / "second", tmp_path / "again"
    pretrain(corpus, first, "--steps", "8")
    other = tmp_path / "other.ndjson"
    other.write_text("".join(reversed(corpus.read_text().splitlines(keepends=True))))
    pretrain(other, second, "--from", str(first), "--steps", "8")
    pretrain(other, again, "--from", str(first), "--steps", "8", "--max-minutes", "0.0000001")
    pretrain(other, again, "--from", str(first), "--steps", "8")
    assert (second / "model.safetensors").read_bytes() == (again / "model.safetensors").read_bytes()
    assert (first / "tokenizer.json").read_bytes() == (second / "tokenizer.json").read_bytes()
    before, after = (json.loads((path / "training.json").read_text()) for path in (first, second))
    assert after["first_loss"] < before["first_loss"]
    weights = hashlib.sha256((first / "model.safetensors").read_bytes()).hexdigest()
    assert after["from"] == {"weights_sha256": weights, **before}


def pretrain(corpus: Path, out: Path, *more: str) -> None:
    worker = Path(__file__).parent.parent
    command = [sys.executable, "-m", "tiny.pretrain", "--corpus", str(corpus), "--out", str(out), *SMALL, *more]
    done = subprocess.run(command, cwd=worker, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
