"""Training of the letter reader on letters drawn in the PDF base fonts and matplotlib's.

    python -m tasks.developing.letter_training IMAGES_FOLDER WEIGHTS_FILE

IMAGES_FOLDER holds pictures without panel letters (micrographs, photographs); their marks teach what no letter is.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import numpy as np
import pymupdf
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from models.letters import class_of, train_reader
from tasks.panels.glyphs import crop_glyph, find_glyphs

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
OTHERS = "0123456789+-*/%&#@<>=?!$µαβγθλ→←↑↓()[]{}"
BASE_FONTS = ("helv", "hebo", "heit", "hebi", "tiro", "tibo", "tiit", "tibi", "cour", "cobo")
OTHER_FONTS = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSerif",
    "DejaVuSerif-Bold",
    "STIXGeneralBol",
    "cmr10",
    "cmss10",
)


def load_fonts() -> list[bytes]:
    """The fonts as files in memory; sans serif ones, which most figures use, several times."""
    folder = Path(matplotlib.get_data_path(), "fonts/ttf")
    base = {name: bytes(pymupdf.Font(name).buffer) for name in BASE_FONTS}
    others = [(folder / f"{name}.ttf").read_bytes() for name in OTHER_FONTS]
    return [*base.values(), *others, *[base["helv"], base["hebo"]] * 4, base["tiro"], base["tibo"]]


def draw_glyph(character: str, font: bytes, random: np.random.Generator, turn: float) -> np.ndarray | None:
    """`character` as a worn (24, 24) uint8 glyph, turned by `turn` degrees; None where the font does not show it."""
    size = int(random.integers(9, 48))
    pen = ImageFont.truetype(io.BytesIO(font), 4 * size)
    ground, ink = (int(value) for value in (random.integers(110, 256), random.integers(0, 60)))
    canvas = Image.new("L", (12 * size, 12 * size), ground)
    ImageDraw.Draw(canvas).text((6 * size, 6 * size), character, fill=ink, font=pen, anchor="mm")
    canvas = canvas.rotate(turn, Image.Resampling.BILINEAR, fillcolor=ground)
    small = canvas.resize((3 * size, 3 * size), Image.Resampling.BOX)
    if random.random() < 0.5:
        small = small.filter(ImageFilter.GaussianBlur(float(random.uniform(0.2, 0.9))))
    gray = np.asarray(small).astype(np.float32) + random.normal(
        0, random.uniform(0, 14), (3 * size, 3 * size)
    )
    mask = np.asarray(small) < ground - (ground - ink) * random.uniform(0.3, 0.7)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows) < 5 or len(columns) < 2:
        return None
    box = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    return crop_glyph(np.clip(gray, 0, 255).astype(np.uint8), box, dark=True)


def drawn_examples(count: int, random: np.random.Generator) -> Iterator[tuple[np.ndarray, str]]:
    """About `count` drawn glyphs with their class: upright letters, and digits, signs and turned letters as none."""
    fonts = load_fonts()
    for _ in range(count):
        kind = random.random()
        character = str(random.choice(list(OTHERS if kind < 0.2 else LETTERS)))
        turned = 0.2 <= kind < 0.3
        turn = float(random.normal(0, 2)) + (float(random.choice([90, 270, 45])) if turned else 0)
        picture = draw_glyph(character, fonts[random.integers(len(fonts))], random, turn)
        if picture is not None and not (turned and character in "iloxzsNHIOSXZ"):
            yield picture, class_of(character) if kind >= 0.3 else ""


def marks_of(paths: list[Path]) -> Iterator[np.ndarray]:
    """The marks found in pictures that hold no panel letters."""
    for path in paths:
        gray = np.asarray(Image.open(path).convert("L"))
        for glyph in find_glyphs(gray, max(gray.shape) / 250)[:60]:
            yield glyph.picture


def train(folder: Path, file: Path, count: int = 120_000, epochs: int = 16) -> float:
    """Train a reader on `count` drawn letters and the marks of `folder`'s pictures; its held-out accuracy.

    The weights go to `file`.
    """
    random = np.random.default_rng(7)
    examples = list(drawn_examples(count, random))
    examples += [(mark, "") for mark in marks_of(sorted([*folder.rglob("*.jpg"), *folder.rglob("*.png")]))]
    order = random.permutation(len(examples))
    pictures = np.stack([examples[index][0] for index in order])
    return train_reader(pictures, [examples[index][1] for index in order], file, epochs)


if __name__ == "__main__":
    sys.stdout.write(f"held-out accuracy {train(Path(sys.argv[1]), Path(sys.argv[2])):.4f}\n")
