"""Which device computes, and how many cores there are. torch is imported only where it has to be asked."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.errors import ModelError

if TYPE_CHECKING:
    import torch

Device = Literal["auto", "cpu", "cuda"]

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


class DeviceError(ModelError):
    """The device asked for is not there."""


def choose_device(device: Device) -> torch.device:
    """`auto` takes the GPU where one can be used. Raises DeviceError for `cuda` where none can."""
    import torch

    usable = device != "cpu" and torch.cuda.is_available()
    if device == "cuda" and not usable:
        raise DeviceError(
            "no usable GPU on this machine; use --device cpu, or auto to take one where there is one"
        )
    return torch.device("cuda" if usable else "cpu")


def half_precision(device: torch.device) -> torch.dtype:
    """bfloat16 where a GPU computes it in hardware, else float16."""
    import torch

    with torch.cuda.device(device):
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.bfloat16 if native else torch.float16


def takes_gpu(device: Device) -> bool:
    """Whether `choose_device` gives a GPU, without torch where there is no driver. Raises DeviceError as it does."""
    if device == "cpu" or (device == "auto" and not has_gpu_driver()):
        return False
    return choose_device(device).type == "cuda"


def usable_cores() -> int:
    """Cores that this process may use: its affinity, within the quota of its container."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _quota(_QUOTA) or cores)


def has_gpu_driver() -> bool:
    """Whether a GPU's driver is installed: NVIDIA's library, or the device of AMD's."""
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return Path("/dev/kfd").exists()
    return True


def _quota(file: Path) -> int | None:
    """Whole cores that a container may use (cgroup v2: microseconds, then the period); None without a limit."""
    try:
        allowed, period = file.read_text().split()
        return max(1, -(-int(allowed) // int(period)))
    except (OSError, ValueError):
        return None


def may_have_children() -> None:
    """Workers of Dask and the like are daemons, which may start no processes; ours end with the worker all the same."""
    process = multiprocessing.current_process()
    if process.daemon:
        process._config["daemon"] = False  # type: ignore[attr-defined]
