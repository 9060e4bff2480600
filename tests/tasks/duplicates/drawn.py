"""Pictures with something to see, their variants, and datasets of them."""

import hashlib
import io
import random
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from tests.tasks.small_datasets import paper, subfigure, write_part


def picture(seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Blobs of many sizes on a ground, another for each seed: like cells."""
    chance = random.Random(seed)
    image = Image.new("RGB", size, (chance.randrange(20, 90),) * 3)
    pen = ImageDraw.Draw(image)
    for _ in range(90):
        x, y, r = chance.randrange(size[0]), chance.randrange(size[1]), chance.randrange(4, 30)
        colour = tuple(chance.randrange(256) for _ in range(3))
        pen.ellipse((x - r, y - r * chance.uniform(0.5, 1), x + r, y + r), fill=colour)
    return image.filter(ImageFilter.GaussianBlur(1))


def encoded(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    data = io.BytesIO()
    image.save(data, form, **options)
    return data.getvalue()


def cut(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    """Without these shares of its sides."""
    w, h = image.size
    return image.crop((int(left * w), int(top * h), int((1 - right) * w), int((1 - bottom) * h)))


def variants(image: Image.Image) -> dict[str, bytes]:
    w, h = image.size
    return {
        "cut": encoded(cut(image, 0.02, 0.1, 0.12, 0.0)),
        "one side cut": encoded(cut(image, 0.1, 0.0, 0.0, 0.0)),
        "small": encoded(image.resize((w // 3, h // 3))),
        "large": encoded(image.resize((w * 2, h * 2)), "JPEG", quality=90),
        "bad": encoded(image, "JPEG", quality=25),
        "grey": encoded(image.convert("L")),
        "all": encoded(cut(image.convert("L"), 0.05, 0.0, 0.05, 0.1).resize((150, 110)), "JPEG", quality=40),
    }


def row(index: int, data: bytes, paper_index: int | None = None, **other: Any) -> dict[str, Any]:
    """A row of the picture `data`; of a paper of its own unless `paper_index` says of which."""
    try:
        width, height = Image.open(io.BytesIO(data)).size
    except OSError:
        width, height = 10, 10
    whose = index if paper_index is None else paper_index
    return subfigure(
        index,
        subfigure_id=f"{whose:016x}/0/{index}",
        paper_id=f"{whose:064x}",
        image={"bytes": data, "path": "x.png"},
        image_width=width,
        image_height=height,
        image_sha256=hashlib.sha256(data).hexdigest(),
        probabilities=[0.9, 0.1],
        embedding=[1.0, 0.0],
        **other,
    )


def part(out: Path, number: int, rows: list[dict[str, Any]]) -> str:
    """Writes a part of these rows; its name."""
    name = f"part-{number:016x}.parquet"
    papers = dict.fromkeys(one["paper_id"] for one in rows)
    write_part(out, name, rows, [paper(0, paper_id=paper_id, part=name) for paper_id in papers])
    return name
