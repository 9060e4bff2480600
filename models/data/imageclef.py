"""Labelled images as their organisers ship them: ImageCLEF's lists and class folders, and one's own.

DATA may be
- a folder of class folders (`DMEL/1.jpg`), perhaps below `train`, `validation` and `test`;
- a list, `name code` or `name,code` per line, as of ImageCLEF 2013 and 2016;
- a CSV or TSV with a header: a column with the image (`path`, `name`, `fig_name` or `id`), one with the class
  (`code`, `modality`, `label` or `class`), perhaps `split`, `article` or `group`, `caption`,
  `subcaption`, `licence`, `source`. Images of a list are looked for where it says, then by name below its folder or
  `images`.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.errors import ModelError

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".ppm"})

_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "test",
    "test": "test",
}
_IMAGE_COLUMNS = ("path", "name", "fig_name", "image", "file", "id")
_CLASS_COLUMNS = ("code", "modality", "label", "class")
_SPLIT_COLUMNS = ("split", "set")
_GROUP_COLUMNS = ("group", "article", "paper_id")

# Names in the official lists that differ from the files that ship with them.
_MISNAMED = (
    (re.compile(r"^(1471-2105-6-S2-S11-7)_(\d+)$"), r"\1-\2"),
    (re.compile(r"^(IJBI2010-308627)-003-(\d+)$"), r"\1.003-\2"),
    (re.compile(r"^(IJBI2010-535329)-(\d+)\.015$"), r"\1.015-\2"),
)


class DataError(ModelError):
    """Labelled images that cannot be used; the message is one line that says what to do."""


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """An image file with its class. `split` is `train`, `validation`, `test` or empty where none is given."""

    path: Path
    code: str
    split: str = ""
    group: str = ""
    """What must not be parted by a split, such as the article; empty where nothing is known."""
    caption: str = ""
    subcaption: str = ""
    """The caption's part for this image alone, where there is one."""
    source: str = ""
    licence: str = ""
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class LabelledImages:
    """Images in a fixed order, and the names of those that a list has and no folder holds."""

    images: tuple[LabelledImage, ...]
    missing: tuple[str, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes in alphabetical order."""
        return tuple(sorted({image.code for image in self.images}))

    def counts(self, split: str | None = None) -> dict[str, int]:
        """Images per class, in one split or in all."""
        codes = Counter(image.code for image in self.images if split is None or image.split == split)
        return dict(sorted(codes.items()))


def read_data(
    data: Sequence[str | Path], images: Path | None = None, where: Mapping[str, Sequence[str]] | None = None
) -> LabelledImages:
    """Reads one or several DATA into one set; the first mention of a file wins.

    `where` keeps the rows of a table with one of these values in a column (a table without it stays whole).
    Raises DataError where nothing is found.
    """
    found: dict[Path, LabelledImage] = {}
    missing: list[str] = []
    _require_columns([Path(item) for item in data], where or {})
    for item in map(Path, data):
        part = _read_one(item, images, where or {})
        missing += part.missing
        for image in part.images:
            found.setdefault(image.path.resolve(), image)
    if not found:
        lost = f"; {len(missing)} listed images are not there, first {missing[0]}" if missing else ""
        lost += f"; no row has {_in_words(where)}" if where and not missing else ""
        raise DataError(f"no labelled images in {', '.join(map(str, data))}{lost}")
    return LabelledImages(tuple(found.values()), tuple(missing))


def _in_words(where: Mapping[str, Sequence[str]]) -> str:
    return " and ".join(f"{column} {' or '.join(values)}" for column, values in where.items())


def _require_columns(data: Sequence[Path], where: Mapping[str, Sequence[str]]) -> None:
    """A condition on a column that no table has would keep every row, whatever their licence."""
    if where:
        columns = {name for item in data if item.is_file() for row in _read_rows(item)[:1] for name in row}
        unknown = [name for name in where if name not in columns]
        if unknown:
            raise DataError(f"no list has a column {unknown[0]!r}; there are {', '.join(sorted(columns))}")


def _read_one(item: Path, images: Path | None, where: Mapping[str, Sequence[str]]) -> LabelledImages:
    if item.is_dir():
        return LabelledImages(tuple(_read_folders(item)))
    if item.is_file():
        return _read_list(item, images or item.parent, where)
    raise DataError(f"{item} does not exist; give a folder of class folders, an ImageCLEF list or a CSV")


def _read_folders(root: Path) -> Iterator[LabelledImage]:
    """Class folders, perhaps one level below folders named after splits."""
    for folder in _subfolders(root):
        split = _SPLITS.get(folder.name.lower(), "")
        for class_folder in _subfolders(folder) if split else (folder,):
            for path in _image_files(class_folder):
                yield LabelledImage(path, class_folder.name, split, source=root.name)


def _subfolders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def _image_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in IMAGE_SUFFIXES)


def _read_list(file: Path, folder: Path, where: Mapping[str, Sequence[str]]) -> LabelledImages:
    rows = [row for row in _read_rows(file) if _kept(row, where)]
    by_name: dict[str, Path] | None = None
    images, missing = [], []
    for row in rows:
        name = row["image"]
        path: Path | None = file.parent / name
        if path is None or not path.is_file():
            by_name = {_bare(p.name): p for p in _image_files(folder)} if by_name is None else by_name
            path = next((by_name[spelling] for spelling in spellings(name) if spelling in by_name), None)
        if path is None:
            missing.append(name)
        else:
            images.append(_labelled(path, row, file.stem))
    return LabelledImages(tuple(images), tuple(missing))


def spellings(name: str) -> list[str]:
    """A listed name without folder and suffix, then the file's own where the list is known to be wrong."""
    bare = _bare(Path(name).name)
    fixed = [pattern.sub(repair, bare) for pattern, repair in _MISNAMED]
    return [bare, *(spelling for spelling in fixed if spelling != bare)]


def _bare(name: str) -> str:
    """The name without an image suffix; other dots belong to the name."""
    stem, dot, suffix = name.rpartition(".")
    return stem if dot + suffix.lower() in IMAGE_SUFFIXES else name


def _read_rows(file: Path) -> list[dict[str, str]]:
    """The rows of a list or table with at least `image` and `code`, column names in lower case."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file} cannot be read as a list of images: {error}") from error
    if not lines:
        raise DataError(f"{file} is empty")
    delimiter = next((sign for sign in "\t," if sign in lines[0]), " ")
    # `name  code` of a plain list may be apart by several spaces.
    table = (
        [line.split() for line in lines] if delimiter == " " else list(csv.reader(lines, delimiter=delimiter))
    )
    header = [name.strip().lower() for name in table[0]]
    image, code = _column(header, _IMAGE_COLUMNS), _column(header, _CLASS_COLUMNS)
    if image and code:
        rows = [dict(zip(header, row, strict=False)) for row in table[1:]]
        return [row | {"image": row[image], "code": row[code]} for row in rows if row.get(code)]
    if any(len(row) != 2 for row in table if row):
        raise DataError(f"{file} is no list of images: give `name code` lines, or columns `path` and `code`")
    return [{"image": row[0].strip(), "code": row[1].strip()} for row in table if row]


def _column(header: Sequence[str], known: Iterable[str]) -> str | None:
    return next((name for name in known if name in header), None)


def _kept(row: Mapping[str, str], where: Mapping[str, Sequence[str]]) -> bool:
    return all(row[column] in values for column, values in where.items() if column in row)


def _split(word: str, path: Path) -> str:
    """The split that a list's word means; "" where it gives none. A word nobody knows must not become training data."""
    if word and word.lower() not in _SPLITS:
        raise DataError(f"{path}: its split is {word!r}, which is none of {', '.join(_SPLITS)}")
    return _SPLITS.get(word.lower(), "")


def _labelled(path: Path, row: Mapping[str, str], source: str) -> LabelledImage:
    split = next((row[name] for name in _SPLIT_COLUMNS if row.get(name)), "")
    return LabelledImage(
        path=path,
        code=row["code"],
        split=_split(split, path),
        group=next((row[name] for name in _GROUP_COLUMNS if row.get(name)), ""),
        caption=row.get("caption", ""),
        subcaption=row.get("subcaption", ""),
        source=row.get("source") or source,
        licence=row.get("licence", ""),
        unsure=row.get("unsure", "0") not in {"0", "", "false", "False"},
    )
