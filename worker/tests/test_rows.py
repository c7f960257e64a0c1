"""Rows rendered with the target's own chat template: what is trained is exactly what the model is asked for at inference."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sectune_worker.jobs import JobError
from sectune_worker.rows import read_sft_rows, render_row
from sectune_worker.template import render_prompt
from tiny_model import TEMPLATE, make_tokenizer

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
#: As Qwen3: reasoning is kept in the last turn only.
QWEN3 = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n"
    "{% if m.reasoning_content and loop.last %}<think>\n{{ m.reasoning_content }}\n</think>\n\n{% endif %}"
    "{{ m.content }}<|end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
#: As DeepSeek-R1: the prompt opens the block, turns drop it.
DEEPSEEK = (
    "{% for m in messages %}{% if m.role == 'user' %}<|user|>{{ m.content }}{% elif m.role == 'system' %}{{ m.content }}"
    "{% else %}<|assistant|>{{ m.content.split('</think>')[-1] }}<|end|>{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|><think>\n{% endif %}"
)
TINY = (Path(__file__).parent.parent / "tiny" / "chat_template.jinja").read_text()
TEMPLATES = {"plain": TEMPLATE, "chatml": CHATML, "qwen3": QWEN3, "deepseek": DEEPSEEK, "tiny": TINY}

USER = {"role": "user", "content": "Write f, please 🙂."}
ANSWER = {"role": "assistant", "content": "def f(): pass", "reasoning": "Untrusted input."}


@pytest.fixture(params=TEMPLATES)
def tokenizer(request):
    return make_tokenizer(TEMPLATES[request.param], think_tokens=True)


def row(*messages: dict, mask: str = "assistant") -> dict:
    return {"id": "r", "taskId": "t", "purpose": "security", "kind": "sft", "messages": list(messages), "lossMask": mask}


def split(example) -> tuple[list[int], list[int]]:
    ids, weights = example
    return [i for i, w in zip(ids, weights, strict=True) if not w], [i for i, w in zip(ids, weights, strict=True) if w]


def test_loss_covers_reasoning_answer_and_end_and_the_prompt_is_the_inference_prompt(tokenizer):
    (example,) = render_row(tokenizer, row(USER, ANSWER))
    prompt, completion = split(example)
    assert prompt == render_prompt(tokenizer, [USER])
    text = tokenizer.decode(completion)
    assert completion[-1] == tokenizer.convert_tokens_to_ids("<|end|>")
    assert text.count(ANSWER["reasoning"]) == 1 and text.count(ANSWER["content"]) == 1
    assert tokenizer.decode(example[0]).count(ANSWER["reasoning"]) == 1
    assert tokenizer.decode(example[0]).count("<think>") == tokenizer.decode(example[0]).count("</think>") == 1


def test_without_reasoning_nothing_of_it_is_invented(tokenizer):
    plain = {"role": "assistant", "content": "def f(): pass"}
    _, completion = split(render_row(tokenizer, row(USER, plain))[0])
    text = tokenizer.decode(completion)
    # A template whose prompt opens the block must see it closed; every other trains on the answer alone.
    opened = tokenizer.decode(render_prompt(tokenizer, [USER])).endswith("<think>\n")
    assert text == ("\n</think>\n\n" if opened else "") + "def f(): pass<|end|>"


def test_every_trained_turn_of_a_conversation_follows_its_own_inference_prompt(tokenizer):
    again = {"role": "user", "content": "And g."}
    second = {"role": "assistant", "content": "def g(): pass", "reasoning": "As before."}
    messages = [USER, ANSWER, again, second]
    examples = render_row(tokenizer, row(*messages))
    last_ids, last_weights = examples[-1]
    prompt = render_prompt(tokenizer, messages[:3])
    assert last_ids[: len(prompt)] == prompt and all(last_weights[len(prompt) :])
    trained = "".join(tokenizer.decode(split(example)[1]) for example in examples)
    for message in (ANSWER, second):
        assert trained.count(message["reasoning"]) == 1 and trained.count(message["content"]) == 1
    first_ids = examples[0][0]
    assert first_ids[: len(render_prompt(tokenizer, [USER]))] == render_prompt(tokenizer, [USER])


def test_last_assistant_trains_the_last_turn_only(tokenizer):
    second = {"role": "assistant", "content": "def g(): pass"}
    (example,) = render_row(tokenizer, row(USER, ANSWER, {"role": "user", "content": "g"}, second, mask="last-assistant"))
    text = tokenizer.decode(split(example)[1])
    assert "def g" in text and "def f" not in text


def test_templates_that_keep_history_give_one_example_and_others_one_a_turn():
    messages = [USER, ANSWER, USER, ANSWER]
    counts = {name: len(render_row(make_tokenizer(t, think_tokens=True), row(*messages))) for name, t in TEMPLATES.items()}
    assert counts["tiny"] == 1 and counts["qwen3"] == 2


def test_rows_over_the_limit_are_counted_and_left_out_whole(tmp_path):
    tokenizer = make_tokenizer()
    long = row(USER, {"role": "assistant", "content": "x = 1\n" * 300})
    rows = read_sft_rows(write(tmp_path, [row(USER, ANSWER), long]), tokenizer, 200)
    assert (rows.rows, rows.excluded_too_long, len(rows.examples)) == (1, 1, 1)
    ids, weights = render_row(tokenizer, row(USER, ANSWER))[0]
    assert rows.examples.row(0)[0].tolist() == ids and rows.examples.row(0)[1].tolist() == weights
    exact = read_sft_rows(write(tmp_path, [row(USER, ANSWER)]), tokenizer, len(ids))
    assert exact.rows == 1 and read_sft_rows(write(tmp_path, [row(USER, ANSWER)]), tokenizer, len(ids) - 1).rows == 0


@pytest.mark.parametrize(
    "bad,reason",
    [
        ({"id": "x", "kind": "preference"}, "expected 'sft'"),
        ({**row(USER, ANSWER), "lossMask": "all"}, "lossMask"),
        (row(USER), "assistant's"),
        (row(USER, ANSWER, USER), "assistant's"),
        (row(USER, {"role": "robot", "content": "x"}), "role"),
        (row(USER, {"role": "assistant"}), "content"),
        ({"id": "x", "kind": "sft", "lossMask": "assistant"}, "messages"),
        ([], "list"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path, bad, reason):
    with pytest.raises(JobError, match=rf"rows\.ndjson, line 3.*{reason}") as caught:
        read_sft_rows(write(tmp_path, [row(USER, ANSWER), bad]), make_tokenizer(), 200)
    assert caught.value.code == "data"


def test_the_header_is_required(tmp_path):
    path = tmp_path / "rows.ndjson"
    path.write_text(json.dumps(row(USER, ANSWER)) + "\n")
    with pytest.raises(JobError, match="line 1: expected the header"):
        read_sft_rows(path, make_tokenizer(), 200)


def write(folder: Path, rows: list) -> Path:
    path = folder / "rows.ndjson"
    path.write_text("".join(json.dumps(line) + "\n" for line in [{"schema": "train-row", "version": 1}, *rows]))
    return path
