"""The tokenizer: byte-level BPE whose words are split so that identifiers are easy to copy.

Copying a rare identifier from the prompt into the code is a small model's main functional error. Therefore parts of an
identifier (`user`, `_name`) are the same tokens wherever it stands, and so is a plain name (`conn`), which follows a space here and
a bracket there: a space is joined only to words that follow one practically always.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

PAD, END = "<|pad|>", "<|end|>"
ROLES = ("<|system|>", "<|user|>", "<|assistant|>")
THINK = ("<think>", "</think>")

#: A word outside snake_case names, with the space before it.
PLAIN_WORD = re.compile(r"( |(?<![A-Za-z0-9_ ]))([A-Za-z]+)(?![A-Za-z0-9_])")

#: A word needs this many occurrences, and at most this share of them without a space, to be joined to it.
MIN_OCCURRENCES = 40
MAX_BARE_SHARE = 0.05


def prose_words(texts: Iterable[str]) -> list[str]:
    """Words that follow a space practically always, in alphabetical order."""
    spaced: Counter[str] = Counter()
    bare: Counter[str] = Counter()
    for text in texts:
        for space, word in PLAIN_WORD.findall(text):
            (spaced if space else bare)[word] += 1
    enough = (word for word, count in spaced.items() if count + bare[word] >= MIN_OCCURRENCES)
    return sorted(word for word in enough if bare[word] <= MAX_BARE_SHARE * (spaced[word] + bare[word]))


def words_pattern(prose: list[str]) -> Regex:
    """What is cut into words before merges are learnt."""
    joined = rf" (?:{'|'.join(prose)})(?![A-Za-z0-9_])|" if prose else ""
    return Regex(
        joined
        + r"_?[A-Za-z]+"  # a name, or a part of a snake_case name
        r"|[0-9]"  # digits one by one
        r"|\r?\n *"  # a line break with its indentation
        r"| ?[^\sA-Za-z0-9]+"  # punctuation
        r"|\s+"
    )


def train_tokenizer(texts: Iterable[str], vocabulary: int, max_length: int) -> PreTrainedTokenizerFast:
    """Learns words and merges from `texts` (rendered conversations without special tokens)."""
    texts = list(texts)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(words_pattern(prose_words(texts)), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    marks = [AddedToken(token, special=True, normalized=False) for token in (PAD, END, *ROLES, *THINK)]
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=marks,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=_with_visible_reasoning(tokenizer),
        eos_token=END,
        pad_token=PAD,
        additional_special_tokens=list(ROLES),
        model_max_length=max_length,
        clean_up_tokenization_spaces=False,
        chat_template=(Path(__file__).parent / "chat_template.jinja").read_text(encoding="utf-8"),
    )


def _with_visible_reasoning(tokenizer: Tokenizer) -> Tokenizer:
    """The trainer makes every mark special; skip_special_tokens must leave the reasoning marks in, as with Qwen and DeepSeek."""
    content = json.loads(tokenizer.to_str())
    for token in content["added_tokens"]:
        token["special"] = token["content"] not in THINK
    return Tokenizer.from_str(json.dumps(content))
