"""How `assets/tiny-coder` is made: tokenizer and pre-training, outside the worker's protocol."""
