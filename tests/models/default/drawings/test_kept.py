from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
