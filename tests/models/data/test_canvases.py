from pathlib import Path

import numpy as np
from PIL import Image

from models.data.canvases import decode
from models.transforms import Transform
from tests.models.pictures import class_folders

SMALL = Transform(size=32, fit="stretch")


def test_images_are_decoded_once_and_in_order(tmp_path: Path) -> None:
    files = sorted(class_folders(tmp_path / "set", 3).rglob("*.png"))
    calls: list[tuple[int, int]] = []
    first = decode(files, SMALL, tmp_path / "cache", lambda done, total: calls.append((done, total)))
    assert calls[-1] == (12, 12)
    for index, file in enumerate(files):
        assert np.array_equal(first.pixels[index], SMALL.canvas(file.read_bytes()))
    calls.clear()
    again = decode(files, SMALL, tmp_path / "cache", lambda done, total: calls.append((done, total)))
    assert calls == []
    assert np.array_equal(first.pixels, again.pixels)


def test_a_changed_file_or_transform_is_decoded_anew(tmp_path: Path) -> None:
    files = sorted(class_folders(tmp_path / "set", 1).rglob("*.png"))
    before = decode(files, SMALL, tmp_path / "cache")
    files[0].write_bytes(files[1].read_bytes())
    after = decode(files, SMALL, tmp_path / "cache")
    assert not np.array_equal(before.pixels[0], after.pixels[0])
    assert decode(files, Transform(size=48, fit="stretch"), tmp_path / "cache").pixels.shape == (4, 48, 48, 3)


def test_an_unreadable_image_is_named_and_stops_nothing(tmp_path: Path) -> None:
    files = sorted(class_folders(tmp_path / "set", 1).rglob("*.png"))
    files[2].write_bytes(b"broken")
    for _ in range(2):
        canvases = decode(files, SMALL, tmp_path / "cache")
        assert list(canvases.unreadable) == [2]
        assert "is no image (PNG" in canvases.unreadable[2]
        assert canvases.pixels[3].any()


def test_canvases_of_different_shapes_are_kept_as_they_are(tmp_path: Path) -> None:
    transform = Transform(size=28, fit="proportions")
    sizes = [(30, 30), (90, 30), (30, 90), (40, 30)]
    files = [tmp_path / f"{number}.png" for number in range(len(sizes))]
    for file, (width, height) in zip(files, sizes, strict=True):
        Image.linear_gradient("L").resize((width, height)).save(file)
    (tmp_path / "broken.png").write_bytes(b"broken")
    for _ in range(2):
        kept = decode([*files, tmp_path / "broken.png"], transform, tmp_path / "cache")
        assert kept.shapes[:4] == ((28, 28), (16, 48), (48, 16), (24, 32))
        for row, file in enumerate(files):
            assert np.array_equal(kept.canvas(row), transform.prepare(file.read_bytes()))
        assert (kept.canvas(4) == 255).all()
        assert list(kept.unreadable) == [4]


def test_canvases_of_another_fit_are_decoded_anew(tmp_path: Path) -> None:
    file = tmp_path / "wide.png"
    Image.linear_gradient("L").resize((90, 30)).save(file)
    for fit, shape in (("stretch", (28, 28, 3)), ("letterbox", (28, 28, 3)), ("proportions", (16, 48, 3))):
        transform = Transform(size=28, fit=fit)
        canvas = decode([file], transform, tmp_path / "cache").canvas(0)
        assert canvas.shape == shape
        assert np.array_equal(canvas, transform.prepare(file.read_bytes()))
