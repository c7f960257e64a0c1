"""A random-initialised Llama and a small BPE tokenizer, made in a temporary directory: real code paths, no committed weights."""

from __future__ import annotations

from pathlib import Path

TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>\n"
    "{% if m.reasoning_content %}<think>\n{{ m.reasoning_content }}\n</think>\n\n{% endif %}{{ m.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
SPECIALS = ["<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
CORPUS = [
    "def read_file(name):\n    with open(name) as handle:\n        return handle.read()\n",
    "Write a function that builds an SQL query for a user name and returns the rows.",
    "<think>\nThe input is not trusted, so the query takes parameters.\n</think>\n\n",
    "import os, re, json, subprocess\n\nclass Store:\n    def get(self, key): return self.rows[key]\n",
    "Größe, naïve café, 你好, 🙂 and other characters",
]


def make_tokenizer(template: str | None = TEMPLATE, vocabulary: int = 512, think_tokens: bool = False, eos: str = "<|end|>"):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    specials = [*SPECIALS, *(["<think>", "</think>"] if think_tokens else [])]
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=specials, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator(CORPUS * 4, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token=eos, pad_token="<|pad|>", padding_side="left"
    )
    if template is not None:
        fast.chat_template = template
    return fast


def make_checkpoint(
    directory: Path,
    template: str | None = TEMPLATE,
    vocabulary: int = 512,
    hidden: int = 64,
    layers: int = 2,
    context: int = 512,
    seed: int = 0,
    sharpness: float = 4.0,
) -> Path:
    """`sharpness` scales the output so that a random model's distribution is peaked like a trained one's."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    tokenizer = make_tokenizer(template, vocabulary)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=hidden * 11 // 4,
        num_hidden_layers=layers,
        num_attention_heads=max(2, hidden // 32),
        max_position_embeddings=context,
        tie_word_embeddings=False,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        model.lm_head.weight.mul_(sharpness * 5)
    model.save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return directory
