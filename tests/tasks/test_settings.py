"""Settings out of range are refused in one line, whoever makes them."""

import math

import pytest

from tasks.errors import SettingsError
from tasks.settings import ExtractionLimits, LabelSettings


@pytest.mark.parametrize("timeout", [0, -1, math.inf, math.nan, 1e12])
def test_a_timeout_is_a_number_of_seconds_within_a_day(timeout: float) -> None:
    with pytest.raises(SettingsError, match="timeout"):
        ExtractionLimits(timeout=timeout)


@pytest.mark.parametrize("name", ["workers", "shard_size", "window", "batch_size", "limit"])
def test_counts_are_positive(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        LabelSettings(inputs=("in",), out="out", **{name: 0})


def test_an_unknown_device_is_named() -> None:
    with pytest.raises(SettingsError, match="tpu"):
        LabelSettings(inputs=("in",), out="out", device="tpu")


def test_the_defaults_work() -> None:
    assert LabelSettings(inputs=("in",), out="out").limits == ExtractionLimits()
