"""Settings out of range are refused in one line, whoever makes them."""

import datetime as dt
import math

import pytest

from tasks.errors import SettingsError
from tasks.settings import ExtractionLimits, IngestSettings, LabelSettings


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


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"licenses": ()}, "licence"),
        ({"since": dt.date(2026, 11, 1), "inventory": "a..b"}, "one of them"),
        ({"limit": 0}, "limit"),
        ({"device": "tpu"}, "tpu"),
    ],
)
def test_an_ingest_is_told_what_to_take(changes: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        IngestSettings(out="out", **changes)


def test_an_ingest_labels_as_it_was_told() -> None:
    told = IngestSettings(out="out", model="m", device="cpu", workers=3, captions=False, runner="dask")
    label = told.labelling()
    names = ("out", "model", "device", "workers", "window", "captions", "limits", "runner", "shard_size")
    assert [getattr(label, name) for name in names] == [getattr(told, name) for name in names]
