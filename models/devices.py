"""Which device computes."""

from __future__ import annotations

from typing import Literal

import torch

from models.errors import ModelError

Device = Literal["auto", "cpu", "cuda"]


class DeviceError(ModelError):
    """The device asked for is not there."""


def choose_device(device: Device) -> torch.device:
    """`auto` takes the GPU where one can be used. Raises DeviceError for `cuda` where none can."""
    usable = torch.cuda.is_available()
    if device == "cuda" and not usable:
        raise DeviceError(
            "no usable GPU on this machine; use --device cpu, or auto to take one where there is one"
        )
    return torch.device("cuda" if usable and device != "cpu" else "cpu")
