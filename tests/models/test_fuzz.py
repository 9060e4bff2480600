"""Bundles with bytes and values changed at random: a bundle, or a BundleError of one line; never another exception.

FIGMILL_FUZZ_SECONDS (default 6) is what each of the tests may take. Without it, every run tries the same changes.
"""

import json
import os
import shutil
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models.bundle.bundle import DESCRIPTION_FILE, WEIGHTS_FILE, BundleError
from models.bundle.description import bundle_info
from models.bundle.serialization import load_bundle, read_weights

SECONDS = float(os.environ.get("FIGMILL_FUZZ_SECONDS", "6"))

fuzzed = settings(
    max_examples=max(100, int(100 * SECONDS)),
    deadline=None,
    database=None,
    derandomize="FIGMILL_FUZZ_SECONDS" not in os.environ,
    phases=(Phase.generate,),  # no shrinking: a find is the seed that is printed
    suppress_health_check=list(HealthCheck),
)

ANYTHING = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        st.sampled_from(["../../etc/passwd", "resnet152:b9-9", "x" * 101, "\x1b[31m", 10**400, -1, 2**63]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in a JSON."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for key, one in inner for place in places(one, (*way, key)))]


def changed(value: Any, way: tuple[Any, ...], new: Any, deed: str) -> Any:
    """A copy with the value at `way` replaced, or gone, or under another name."""
    if not way:
        return new
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in way[:-1]:
        inner = inner[key]
    if deed == "drop":
        del inner[way[-1]]
    elif deed == "rename" and isinstance(inner, dict):
        inner[str(new)[:50]] = inner.pop(way[-1])
    else:
        inner[way[-1]] = new
    return copy


def changes(new: st.SearchStrategy[Any]) -> st.SearchStrategy[list[tuple[float, str, Any]]]:
    """What to do at which part of the way through the values of a JSON."""
    deed = st.sampled_from(["set", "set", "drop", "rename"])
    return st.lists(st.tuples(st.floats(0, 1, exclude_max=True), deed, new), min_size=1, max_size=3)


def mutated(value: Any, deeds: list[tuple[float, str, Any]]) -> Any:
    for where, deed, new in deeds:
        ways = places(value)
        value = changed(value, ways[int(where * len(ways))], new, deed)
    return value


def refusal(read: Callable[[], object]) -> str | None:
    """Why a bundle is not taken; None where it is."""
    try:
        read()
    except BundleError as error:
        return str(error)
    return None


def check_bundle(folder: Path) -> None:
    """It is taken, or refused in a line, its tensors checked."""
    for read in (lambda: read_weights(bundle_info(folder)), lambda: load_bundle(folder)):
        said = refusal(read)
        assert said is None or "\n" not in said.strip()


def test_a_description_with_changed_values_is_a_bundle_or_refused(tiny_bundle: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_bundle, tmp_path / "bundle")
    sound = json.loads((folder / DESCRIPTION_FILE).read_text())
    end = time.monotonic() + SECONDS

    @fuzzed
    @given(changes(ANYTHING))
    def fuzz(deeds: list[tuple[float, str, Any]]) -> None:
        if time.monotonic() < end:
            (folder / DESCRIPTION_FILE).write_text(json.dumps(mutated(sound, deeds)))
            check_bundle(folder)

    fuzz()
    (folder / DESCRIPTION_FILE).write_text(json.dumps(sound))
    assert refusal(lambda: load_bundle(folder)) is None


def test_changed_bytes_of_a_description_are_a_bundle_or_refused(tiny_bundle: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_bundle, tmp_path / "bundle")
    sound = (folder / DESCRIPTION_FILE).read_bytes()
    end = time.monotonic() + SECONDS

    @fuzzed
    @given(
        st.lists(
            st.tuples(st.integers(0, len(sound) - 1), st.binary(min_size=1, max_size=4)),
            min_size=1,
            max_size=4,
        )
    )
    def fuzz(changes: list[tuple[int, bytes]]) -> None:
        if time.monotonic() > end:
            return
        harmed = sound
        for at, junk in changes:
            harmed = harmed[:at] + junk + harmed[at + len(junk) :]
        (folder / DESCRIPTION_FILE).write_bytes(harmed)
        check_bundle(folder)

    fuzz()


def test_weights_with_a_changed_header_are_a_bundles_or_refused(tiny_bundle: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_bundle, tmp_path / "bundle")
    data = (folder / WEIGHTS_FILE).read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header, tensors = json.loads(data[8 : 8 + length]), data[8 + length :]
    end = time.monotonic() + SECONDS
    strange = st.one_of(
        ANYTHING,
        st.sampled_from(["F64", "F16", "BF16", "F8_E4M3", "I64", "U8", "BOOL", "C64", "F4"]),
        st.lists(st.sampled_from([0, 1, 2, 2**31, 2**62, 2**64 - 1, -1]), max_size=5),
    )

    @fuzzed
    @given(
        changes(strange),
        st.sampled_from([None] * 6 + [0, 7, -1, 2**40, 2**64 - 1]),
        st.sampled_from([len(tensors)] * 6 + [0, 100]),
    )
    def fuzz(deeds: list[tuple[float, str, Any]], size: int | None, kept: int) -> None:
        if time.monotonic() > end:
            return
        written = json.dumps(mutated(header, deeds)).encode()
        size = len(written) if size is None else len(written) - 1 if size < 0 else size
        (folder / WEIGHTS_FILE).write_bytes(struct.pack("<Q", size) + written + tensors[:kept])
        check_bundle(folder)

    fuzz()
