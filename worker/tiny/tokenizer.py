"""The tokenizer: byte-level BPE whose words are split so that identifiers are easy to copy.

Copying a rare identifier from the prompt into the code is a small model's main functional error. Therefore parts of an
identifier (`user`, `_name`) are the same tokens wherever it stands: a space is joined to a word only where no `_` follows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

PAD, END = "<|pad|>", "<|end|>"
ROLES = ("<|system|>", "<|user|>", "<|assistant|>")
THINK = ("<think>", "</think>")

WORDS = Regex(
    r" ?[A-Za-z]+(?![A-Za-z_])"  # a word of prose or a plain name, with its space
    r"|_?[A-Za-z]+"  # part of a snake_case name
    r"|[0-9]"  # digits one by one
    r"|\r?\n *"  # a line break with its indentation
    r"| ?[^\sA-Za-z0-9]+"  # punctuation
    r"|\s+"
)


def train_tokenizer(texts: Iterable[str], vocabulary: int, max_length: int) -> PreTrainedTokenizerFast:
    """Learns the merges from `texts` (rendered conversations without special tokens)."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(WORDS, behavior="isolated"),
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
