"""Turns whatever escapes an op into the typed error the host shows: code, message, hint."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from .jobs import JobError

LOCK_PATH = Path(__file__).resolve().parent.parent / "requirements.lock"
OOM_HINT = "lower batchSize (generation), batchTokens or batchRows (training) or the maximum length, or use a smaller model"

# torch raises plain RuntimeErrors when the CPU's allocator fails; these are its words (c10/core/impl/alloc_cpu.cpp, Windows: not enough memory).
_CPU_OOM = re.compile(r"DefaultCPUAllocator|can't allocate memory|not enough memory|Cannot allocate memory|std::bad_alloc", re.I)


def as_job_error(error: BaseException) -> JobError:
    """A JobError passes through; out-of-memory in all its forms, missing packages and a full disk are recognised."""
    if isinstance(error, JobError):
        return error
    if is_out_of_memory(error):
        return JobError("oom", f"out of memory: {first_line(error)}", hint=OOM_HINT)
    if isinstance(error, ImportError):
        name = (error.name or "").split(".")[0]
        return JobError("dependency", f"a Python package is missing or broken: {first_line(error)}", hint=install_line(name))
    if isinstance(error, OSError) and error.errno == 28:
        return JobError("internal", f"no space left: {error.filename or first_line(error)}", hint="free space and run the same command again", retryable=True)
    return JobError("internal", f"{type(error).__name__}: {first_line(error)}")


def install_line(package: str) -> str:
    """The pip line that installs a package at its pinned version, or all of them where it is not pinned itself."""
    pins = LOCK_PATH.read_text().splitlines() if LOCK_PATH.exists() else []
    pin = next((line for line in pins if line.split("==")[0].lower().replace("-", "_") == package.lower().replace("-", "_")), None)
    what = pin if pin is not None else "-r worker/requirements.lock"
    return f"{sys.executable} -m pip install {what}"


def first_line(error: BaseException) -> str:
    text = str(error).strip()
    return (text.splitlines() or [type(error).__name__])[0][:500]


def is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError) and error.errno == 12:
        return True
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(error, torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and _CPU_OOM.search(str(error)) is not None
