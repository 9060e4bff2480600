from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from PIL import Image

from flows import photographs
from flows.photographs import LISTING, read_photographs

HEADER = "use,package,version,licence,file,start,length\n"


def photograph(side: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (side, side), "olive").save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two packages: one with an image of its own, one with an image inside an archive."""
    image = photograph(200)
    for package, content in (("walls", image), ("games", b"before" + image + b"after")):
        (tmp_path / package).mkdir()
        (tmp_path / package / "one.png").write_bytes(content)
    listing = tmp_path / "listing.csv"
    listing.write_text(f"{HEADER}train,games,2.0,CC0-1.0,one.png,6,{len(image)}\ntest,walls,1.0,,one.png,,\n")
    monkeypatch.setattr(photographs, "LISTING", listing)
    return tmp_path


def test_a_photograph_comes_whole_and_as_a_thumbnail(folder: Path) -> None:
    found = list(read_photographs(folder))
    assert [(p.kind, p.code, p.group) for p in found] == [
        ("photograph", "background", "games"),
        ("photograph", "background", "games"),
        ("stranger", "", "photographs"),
        ("stranger", "", "photographs of 32 pixels"),
    ]
    sizes = [Image.open(io.BytesIO(p.image)).size for p in found]
    assert sizes == [(200, 200), (32, 32), (200, 200), (32, 32)]
    assert (found[0].source, found[0].licence) == ("games 2.0", "CC0-1.0")


def test_a_missing_package_is_named_with_its_version(folder: Path) -> None:
    (folder / "games" / "one.png").unlink()
    with pytest.raises(ValueError, match=r"unpack games 2\.0 into .*games"):
        list(read_photographs(folder))


def test_no_package_both_trains_and_tests_and_what_trains_has_a_licence() -> None:
    with LISTING.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    used = {use: {row["package"] for row in rows if row["use"] == use} for use in ("train", "test")}
    assert used["train"]
    assert used["test"]
    assert not used["train"] & used["test"]
    assert all(row["licence"] for row in rows if row["use"] == "train")
    assert not any(Path(row["file"]).is_absolute() or ".." in Path(row["file"]).parts for row in rows)
