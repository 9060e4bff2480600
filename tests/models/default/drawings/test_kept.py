from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.default.drawings import kept
from models.default.drawings.kept import keep_drawings


def test_what_was_drawn_is_not_drawn_again(tmp_path: Path) -> None:
    drawn = []

    def draw() -> Iterator[tuple[str, bytes]]:
        drawn.append(1)
        yield from (("bar", b"one"), ("line", b"the other"))

    first, again = (keep_drawings(draw, "charts", tmp_path) for _ in range(2))
    assert first == again == [("bar", b"one"), ("line", b"the other")]
    keep_drawings(draw, "others", tmp_path)
    assert len(drawn) == 2


@pytest.mark.parametrize("source", ["gels.py", "charts/maps.py"])
def test_what_other_code_drew_is_drawn_again(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = tmp_path / "code"
    (code / "charts").mkdir(parents=True)
    monkeypatch.setattr(kept, "__file__", str(code / "kept.py"))
    for colour in (b"red", b"blue"):
        (code / source).write_bytes(colour)
        drawn = keep_drawings(lambda: [("map", (code / source).read_bytes())], "charts", tmp_path / "kept")
        assert drawn == [("map", colour)]
