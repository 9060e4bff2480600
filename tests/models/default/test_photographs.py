from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from PIL import Image

from models.default import photographs
from models.default.photographs import LISTING, read_photographs

HEADER = "use,package,version,licence,file,start,length\n"
FREE = re.compile(r"public domain|CC0-1\.0|CC-BY-\d\.\d|MIT|BSD-[23]-Clause|Apache-2\.0|Zlib")


def photograph(side: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (side, side), "olive").save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three packages: one has its image inside an archive."""
    image = photograph(200)
    for package, content in (("walls", image), ("toys", image), ("games", b"before" + image + b"after")):
        (tmp_path / package).mkdir()
        (tmp_path / package / "one.png").write_bytes(content)
    listing = tmp_path / "listing.csv"
    listing.write_text(
        f"{HEADER}train,games,2.0,CC0-1.0,one.png,6,{len(image)}\n"
        "test,walls,1.0,,one.png,,\nvalidation,toys,1.0,,one.png,,\n"
    )
    monkeypatch.setattr(photographs, "LISTING", listing)
    return tmp_path


def test_what_trains_comes_whole_in_parts_and_as_a_thumbnail(folder: Path) -> None:
    found = [p for p in read_photographs(folder) if p.kind == "photograph"]
    assert {(p.code, p.group, p.source, p.licence) for p in found} == {
        ("background", "games", "games 2.0", "CC0-1.0")
    }
    sizes = [Image.open(io.BytesIO(p.image)).size for p in found]
    assert (sizes[0], sizes[-1]) == ((200, 200), (32, 32))
    assert all(60 <= side <= 160 for part in sizes[1:-1] for side in part)
    assert len(set(sizes)) == len(sizes) == 3
    assert [p.image for p in read_photographs(folder) if p.kind == "photograph"] == [p.image for p in found]


def test_others_come_whole_and_as_a_thumbnail_by_their_use(folder: Path) -> None:
    found = [p for p in read_photographs(folder) if p.kind == "stranger"]
    assert [(p.group, p.code, Image.open(io.BytesIO(p.image)).size) for p in found] == [
        ("photographs", "", (200, 200)),
        ("photographs of 32 pixels", "", (32, 32)),
        ("validation photographs", "", (200, 200)),
        ("validation photographs of 32 pixels", "", (32, 32)),
    ]


def test_a_missing_package_is_named_with_its_version(folder: Path) -> None:
    (folder / "games" / "one.png").unlink()
    with pytest.raises(ValueError, match=r"unpack games 2\.0 into .*games"):
        list(read_photographs(folder))


def test_what_trains_is_free_and_of_packages_that_nothing_else_is_judged_by() -> None:
    with LISTING.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    packages = {
        use: {row["package"] for row in rows if row["use"] == use} for use in ("train", "validation", "test")
    }
    assert all(packages.values())
    assert sum(map(len, packages.values())) == len(set.union(*packages.values()))
    assert all(FREE.fullmatch(row["licence"]) for row in rows if row["use"] == "train")
    assert not any(Path(row["file"]).is_absolute() or ".." in Path(row["file"]).parts for row in rows)
