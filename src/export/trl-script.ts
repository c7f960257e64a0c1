/** train.py of a TRL export. Its settings are in config.json beside it. */
export const TRL_SCRIPT = `"""Supervised fine-tuning with TRL on rows that SecTune exported."""

import json
import sys
from pathlib import Path

from datasets import Dataset
from transformers import AutoTokenizer
from trl import SFTConfig, SFTTrainer

HERE = Path(__file__).resolve().parent


def main() -> None:
    config = json.loads((HERE / "config.json").read_text(encoding="utf-8"))
    with (HERE / "train.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    where = {"revision": config["revision"]} if config["revision"] else {}
    tokenizer = AutoTokenizer.from_pretrained(config["model"], **where)
    rows = checked(rows, tokenizer, config["sft"]["max_length"])
    arguments = SFTConfig(**config["sft"], model_init_kwargs=where or None)
    peft_config = None
    if config["lora"]:
        from peft import LoraConfig

        peft_config = LoraConfig(**config["lora"])
    trainer = SFTTrainer(
        model=config["model"],
        args=arguments,
        train_dataset=Dataset.from_list([{key: row[key] for key in ("prompt", "completion")} for row in rows]),
        processing_class=tokenizer,
        peft_config=peft_config,
    )
    trainer.train()
    trainer.save_model()


def checked(rows: list, tokenizer, max_length: int) -> list:
    """The rows that fit. Stops when the chat template does not give what is to be learnt."""
    kept = []
    for row in rows:
        prompt = tokenizer.apply_chat_template(row["prompt"], tokenize=False, add_generation_prompt=True)
        whole = tokenizer.apply_chat_template(row["prompt"] + row["completion"], tokenize=False)
        answer = row["completion"][0]
        if not whole.startswith(prompt):
            sys.exit(f"row {row['id']}: with its answer the chat template does not begin like the prompt alone")
        for part in (answer["content"], answer["reasoning_content"] or ""):
            if part.strip() not in whole[len(prompt) :]:
                sys.exit(
                    f"row {row['id']}: the chat template leaves a part of the answer out, such as its reasoning; "
                    "use a template that renders reasoning_content"
                )
        if len(tokenizer(whole, add_special_tokens=False)["input_ids"]) <= max_length:
            kept.append(row)
    print(f"{len(kept)} rows, {len(rows) - len(kept)} left out because they are longer than {max_length} tokens")
    return kept


if __name__ == "__main__":
    main()
`;
