"""What this process computes with: device, threads and package versions, found without importing torch (hello must be quick)."""

from __future__ import annotations

import ctypes
import os
import platform
from importlib import metadata

from .jobs import JobError

PACKAGES = ("torch", "transformers", "tokenizers", "peft", "accelerate", "safetensors", "numpy")
#: More threads than this do not help models that run on a CPU, and would make keys differ between larger machines.
MAX_THREADS = 8


def package_versions() -> dict[str, str]:
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            pass
    return versions


def thread_count() -> int:
    """SECTUNE_THREADS, or the processors this process may use (affinity and cgroup quota), at most MAX_THREADS."""
    asked = os.environ.get("SECTUNE_THREADS")
    if asked:
        return max(1, int(asked))
    return max(1, min(MAX_THREADS, len(os.sched_getaffinity(0)), _cgroup_processors()))


def device_name() -> str:
    """`cpu` or `cuda`. SECTUNE_DEVICE decides; else whether the driver shows a GPU and torch is a CUDA build."""
    asked = os.environ.get("SECTUNE_DEVICE")
    if asked:
        return asked
    torch_version = package_versions().get("torch", "+cpu")
    return "cpu" if torch_version.endswith("+cpu") or _cuda_devices() == 0 else "cuda"


def fingerprint() -> str:
    """Everything about this process that the last bits of a result may depend on."""
    versions = " ".join(f"{name}={version}" for name, version in package_versions().items())
    bf16 = "yes" if has_bf16() else "no"
    return f"python={platform.python_version()} {versions} device={_device_label()} threads={thread_count()} bf16={bf16}"


def has_bf16() -> bool:
    """Whether the device multiplies bf16 itself, found without torch: training with `precision: auto` follows it."""
    if device_name().startswith("cuda"):
        return True
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            return any(line.startswith("flags") and "avx512_bf16" in line for line in file)
    except OSError:
        return False


def setup_torch():
    """Imports torch with the thread count of hello and checks that the device is really there. Gives (torch, device)."""
    import torch

    threads = thread_count()
    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
    name = device_name()
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise JobError(
            "dependency",
            f"the driver shows a GPU, but torch {torch.__version__} cannot use it",
            hint="update the NVIDIA driver or install a torch build for it; SECTUNE_DEVICE=cpu computes without",
        )
    return torch, torch.device(name)


def _device_label() -> str:
    name = device_name()
    if not name.startswith("cuda"):
        return name
    try:
        driver = ctypes.CDLL("libcuda.so.1")
        label = ctypes.create_string_buffer(128)
        driver.cuInit(0)
        driver.cuDeviceGetName(label, 128, 0)
        return f"{name}:{label.value.decode().replace(' ', '-')}x{_cuda_devices()}"
    except OSError:
        return name


def _cuda_devices() -> int:
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return 0
    count = ctypes.c_int(0)
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return 0
    return count.value


def _cgroup_processors() -> int:
    """Processors that the cgroup's quota allows, rounded up; a large number without a quota."""
    for read in (_quota_v2, _quota_v1):
        try:
            quota, period = read()
        except (OSError, ValueError):
            continue
        if quota > 0:
            return -(-quota // period)
    return 1 << 16


def _quota_v2() -> tuple[int, int]:
    with open("/sys/fs/cgroup/cpu.max") as file:
        quota, period = file.read().split()
    return (-1 if quota == "max" else int(quota)), int(period)


def _quota_v1() -> tuple[int, int]:
    with open("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") as file:
        quota = int(file.read())
    with open("/sys/fs/cgroup/cpu/cpu.cfs_period_us") as file:
        return quota, int(file.read())
