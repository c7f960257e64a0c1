"""Fixtures shared by all tests of the worker."""

from __future__ import annotations

import os
from pathlib import Path

# As in the worker itself, and before anything reads them.
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import pytest
from sectune_worker.channel import Channel
from sectune_worker.jobs import Job
from tiny_model import make_checkpoint


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory) -> Path:
    """A random tiny Llama with a chat template."""
    return make_checkpoint(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture
def sent() -> list[dict]:
    """What the job under test has sent to the host."""
    return []


@pytest.fixture
def channel(tmp_path, sent) -> Channel:
    return Channel("job-1", tmp_path, sent.append)


@pytest.fixture
def make_job(tmp_path):
    """Builds a Job: `make_job("generate", params, checkpoint=path, requests=[rows])`."""
    import json

    def make(op: str, params: dict, **inputs) -> Job:
        paths = {}
        for name, value in inputs.items():
            if isinstance(value, Path):
                paths[name] = value
            else:
                paths[name] = tmp_path / f"{name}.ndjson"
                paths[name].write_text("".join(json.dumps(row) + "\n" for row in value))
        output = tmp_path / "output"
        output.mkdir(exist_ok=True)
        scratch = tmp_path / "scratch"
        scratch.mkdir(exist_ok=True)
        return Job("job-1", op, tmp_path, params, paths, output, scratch)

    return make
