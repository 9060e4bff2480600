"""`kill -9` at random moments: what tests/benchmarks/kill.py does fifty times, a few times for each kind of work."""

import io
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.benchmarks.kill import differences


@pytest.mark.timeout(1800)
@pytest.mark.skipif(sys.platform != "linux", reason="finds the reading processes in /proc")
def test_nothing_is_lost_or_doubled_by_kills_at_random_moments(tiny_bundle: Path) -> None:
    works = ["label", "ingest", "relabel", "index", "corrections"]
    kills = ["--kills", "15", "--papers", "6", "--model", tiny_bundle, "--work", *works]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.kill", *kills],
        capture_output=True,
        text=True,
        timeout=1700,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("0 rows lost, 0 doubled, 0 others") == len(works)


def test_pictures_that_differ_are_said_to_differ_where_and_by_how_much(tmp_path: Path) -> None:
    def keep(name: str, **pictures: Image.Image) -> Path:
        images = []
        for picture in pictures.values():
            stream = io.BytesIO()
            picture.save(stream, "PNG")
            images.append({"bytes": stream.getvalue(), "path": "panel.png"})
        (tmp_path / name / "subfigures").mkdir(parents=True)
        table = pa.table({"subfigure_id": list(pictures), "image": images})
        pq.write_table(table, tmp_path / name / "subfigures" / "part.parquet")
        return tmp_path / name

    white = Image.new("RGB", (30, 20), "white")
    spoilt = white.copy()
    spoilt.putpixel((7, 3), (255, 250, 255))
    spoilt.putpixel((9, 5), (0, 0, 0))
    whole = keep("whole", one=white, two=white, three=white)
    out = keep("out", one=white, two=spoilt, three=white.crop((0, 0, 30, 19)))
    strange = [("gone", "x"), ("one", "x"), ("two", "x"), ("three", "x")]
    second, third = differences(whole, out, strange)
    assert second.startswith("two: ")
    assert second.endswith("2 of 600 pixels apart by 255 at most, rows 3 to 5, columns 7 to 9")
    assert third.endswith("(20, 30, 3) and (19, 30, 3)")
    assert differences(tmp_path / "none", out, strange) == []
