"""Gold is a CSV that people fill in: what it says is taken as meant, what it cannot mean is named."""

from pathlib import Path

import pytest

from tasks.corrections.known import known_of
from tasks.errors import InputError
from tasks.report.gold_labels import read_gold_labels
from tests.tasks.index.small import dataset


def _read(tmp_path: Path, text: str | bytes) -> dict[str, str]:
    file = tmp_path / "gold.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return dict(read_gold_labels(file))


def test_codes_are_read_in_any_case_and_rows_nobody_looked_at_are_left_out(tmp_path: Path):
    text = "\ufeffnote,modality,subfigure_id\nmine, dmel ,a/0/0\n,,a/0/1\n,My class,a/0/2\n,DMEL,a/0/0\n"
    assert _read(tmp_path, text) == {"a/0/0": "DMEL", "a/0/2": "My class"}


@pytest.mark.parametrize(
    "text",
    [
        "subfigure_id;modality\na/0/0;DMEL\n",
        "subfigure_id\tmodality\r\na/0/0\tDMEL\r\n",
        b"\xff\xfe" + "subfigure_id;modality;note\na/0/0;DMEL;a, b\n".encode("utf-16-le"),
    ],
)
def test_what_office_programs_write_is_read(tmp_path: Path, text: str | bytes):
    assert _read(tmp_path, text) == {"a/0/0": "DMEL"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (f"{9:016x}/0/0,DMEL", "line 2: the dataset has no subfigure '0000000000000009/0/0'"),
        (f"{1:016x}/0/0,DMEX", "line 2: no class 'DMEX'; known are DMEL"),
        (f"{1:016x}/0/0,=cmd|' /C calc'!A0", "line 2: no class"),
    ],
)
def test_names_and_classes_that_the_dataset_has_not_are_refused_in_words(
    tmp_path: Path, line: str, words: str
):
    known = known_of(dataset(tmp_path / "dataset"))
    file = tmp_path / "gold.csv"
    file.write_text(f"subfigure_id,modality\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_gold_labels(file, known)


def test_a_class_may_be_given_by_its_name(tmp_path: Path):
    known = known_of(dataset(tmp_path / "dataset"))
    file = tmp_path / "gold.csv"
    file.write_text(
        f"subfigure_id,modality\n{1:016x}/0/0,Electron microscopy\n{2:016x}/0/0,\n", encoding="utf-8"
    )
    assert read_gold_labels(file, known) == {f"{1:016x}/0/0": "DMEL"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "needs the columns subfigure_id and modality"),
        ("id;modality\n", "needs the columns"),
        ("subfigure_id,modality\na,DMEL\na,DMFL\n", "line 3: a has two modalities"),
        ('subfigure_id,modality\n"a,DMEL\n', "is no CSV"),
        (b"subfigure_id,modality\n\xff,DMEL\n", "is no text in UTF-8"),
    ],
)
def test_what_it_cannot_mean_is_named(tmp_path: Path, text: str | bytes, words: str):
    with pytest.raises(InputError, match=words):
        _read(tmp_path, text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_gold_labels(tmp_path / "gold.csv")
