"""A row is rendered for training and for inference by the same code: over templates in the styles of well-known models."""

import pytest
from sectune_worker.jobs import JobError
from sectune_worker.reasoning import leaves_reasoning_open, split_reasoning
from sectune_worker.stop_strings import decode_text
from sectune_worker.template import completion_text, prompt_text, render_prompt, render_training, turn_format
from tiny_model import TEMPLATE, make_tokenizer

PLAIN = TEMPLATE
# Qwen3: reasoning is stripped from all but the last turn, which always has a think block, empty where there is none.
QWEN3 = (
    "{% for m in messages %}<|{{ m.role }}|>\n"
    "{% if m.role == 'assistant' and loop.last %}<think>\n{{ (m.reasoning_content or '').strip('\\n') }}\n</think>\n\n{{ m.content.lstrip('\\n') }}"
    "{% else %}{{ m.content }}{% endif %}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
# DeepSeek-R1: the prompt opens the block, turns lose everything up to </think>.
DEEPSEEK = (
    "{% for m in messages %}{% if m.role == 'assistant' %}<|assistant|>{{ m.content.split('</think>')[-1] }}<|end|>"
    "{% else %}<|{{ m.role }}|>{{ m.content }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|><think>\n{% endif %}"
)
# Knows nothing of reasoning, trims contents, and ends turns without a special token.
TRIMMING = (
    "{% for m in messages %}### {{ m.role }}:\n{{ m.content | trim }}\n\n{% endfor %}"
    "{% if add_generation_prompt %}### assistant:\n{% endif %}"
)
# Adds a system turn of its own and refuses two user turns in a row.
STRICT = (
    "{% if messages[0].role != 'system' %}<|system|>\nYou are a helper.<|end|>\n{% endif %}"
    "{% for m in messages %}{% if not loop.first and m.role == 'user' and messages[loop.index0 - 1].role == 'user' %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}<|{{ m.role }}|>\n{{ m.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
STYLES = {"plain": PLAIN, "qwen3": QWEN3, "deepseek": DEEPSEEK, "trimming": TRIMMING, "strict": STRICT}
TURNS = [
    {"role": "assistant", "content": "def f():\n    return 1\n", "reasoning": "The input is not trusted.\nUse parameters."},
    {"role": "assistant", "content": "```py\nx = '🙂'\n```"},
]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("turn", TURNS, ids=["reasoning", "answer only"])
@pytest.mark.parametrize("think_tokens", [False, True])
def test_training_is_the_inference_prompt_and_then_the_whole_turn(style, turn, think_tokens):
    tokenizer = make_tokenizer(STYLES[style], think_tokens=think_tokens)
    messages = [{"role": "user", "content": "Write f."}, turn]
    ids, start = render_training(tokenizer, messages)
    assert ids[:start] == render_prompt(tokenizer, messages[:-1])
    completion = tokenizer.decode(ids[start:])
    # Reasoning, answer and end token, once each, in this order, and nothing after it.
    assert ids[-1] == tokenizer.eos_token_id and completion.count("<|end|>") == 1
    assert completion.count(turn["content"]) == 1
    reasoning = turn.get("reasoning")
    if reasoning:
        assert completion.count(reasoning) == 1
        assert completion.index(reasoning) < completion.index("</think>") < completion.index(turn["content"])
    # What is learnt is read back as what was taught.
    answer = completion.removesuffix("<|end|>")
    opened = leaves_reasoning_open(prompt_text(tokenizer, messages[:-1]))
    assert split_reasoning(answer, opened) == (turn["content"], reasoning)


def test_the_templates_own_format_is_used_where_it_has_one():
    qwen = make_tokenizer(QWEN3)
    assert completion_text(qwen, TURNS[1]).startswith("<think>\n\n</think>\n\n```py")
    assert completion_text(make_tokenizer(PLAIN), TURNS[1]).startswith("```py")
    assert completion_text(make_tokenizer(DEEPSEEK), TURNS[0]).startswith("The input is not trusted")
    bare = TEMPLATE.replace("<think>\n", "<think>").replace("\n</think>\n\n", "</think>")
    assert completion_text(make_tokenizer(bare), {"content": "b", "reasoning": "a"}) == "<think>a</think>b"


def test_earlier_turns_are_the_templates_business():
    tokenizer = make_tokenizer(QWEN3)
    history = [{"role": "user", "content": "one"}, TURNS[0], {"role": "user", "content": "two"}]
    ids, start = render_training(tokenizer, [*history, TURNS[1]])
    assert ids[:start] == render_prompt(tokenizer, history)
    assert "not trusted" not in tokenizer.decode(ids)


def test_the_end_of_a_turn_comes_from_the_template():
    template = TEMPLATE.replace("<|end|>", "<|pad|>")
    tokenizer = make_tokenizer(template)
    assert turn_format(tokenizer).end_id == tokenizer.convert_tokens_to_ids("<|pad|>") != tokenizer.eos_token_id


def test_a_special_token_without_a_name_ends_turns_and_is_no_text():
    tokenizer = make_tokenizer(eos="<|pad|>")  # as Phi: turns end in <|end|>, eos is another token
    end = tokenizer.convert_tokens_to_ids("<|end|>")
    assert end not in tokenizer.all_special_ids
    assert turn_format(tokenizer).end_id == end
    assert decode_text(tokenizer, [*tokenizer("x = 1")["input_ids"], end]) == "x = 1"


def test_a_template_that_tells_the_date_says_the_same_every_day():
    tokenizer = make_tokenizer("{{ strftime_now('%d %B %Y') }} " + TEMPLATE)
    assert prompt_text(tokenizer, [{"role": "user", "content": "a"}]).startswith("01 January 2026 ")


def test_what_cannot_be_rendered_is_a_data_error():
    strict = make_tokenizer(STRICT)
    with pytest.raises(JobError, match="roles must alternate") as caught:
        render_prompt(strict, [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}])
    assert caught.value.code == "data"
    with pytest.raises(JobError, match="no chat template"):
        render_prompt(make_tokenizer(None), [{"role": "user", "content": "a"}])
    with pytest.raises(JobError, match="end with an assistant"):
        render_training(strict, [{"role": "user", "content": "a"}])


def test_half_an_emoji_does_not_end_a_run():
    tokenizer = make_tokenizer()
    ids = render_prompt(tokenizer, [{"role": "user", "content": "a\ud83d b"}])
    assert "a\ufffd b" in tokenizer.decode(ids)


# The table of src/algorithms/reasoning.test.ts: both sides must read answers alike.
@pytest.mark.parametrize(
    "raw,opened,expected",
    [
        ("plain", False, ("plain", None)),
        ("<think>why</think>\n\nbecause", False, ("because", "why")),
        ("  \n<think>\nwhy\n</think>  x", False, ("  x", "why")),
        ("<think>never closed", False, ("", "never closed")),
        ("why</think>\nbecause", False, ("because", "why")),
        ("<think>\n\n</think>\n\nfast", False, ("fast", None)),
        ("cut off", True, ("", "cut off")),
        ("why</think>because", True, ("because", "why")),
        ("say <think>hm</think> aloud", False, ("say <think>hm</think> aloud", None)),
        ("<think>a</think>b</think>c", False, ("b</think>c", "a")),
        ("mentions <think> only", False, ("mentions <think> only", None)),
    ],
)
def test_reasoning_is_split_as_in_typescript(raw, opened, expected):
    assert split_reasoning(raw, opened) == expected
