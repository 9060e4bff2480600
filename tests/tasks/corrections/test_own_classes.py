"""Classes of one's own are read from TOML, and what is none is named."""

from pathlib import Path

import pytest

from tasks.corrections.files import read_corrections
from tasks.corrections.own_classes import OwnClass, read_classes
from tasks.errors import InputError
from tests.tasks.corrections.acts import keep, rows_of, say
from tests.tasks.index.small import dataset


def _read(tmp_path: Path, text: str) -> list[OwnClass]:
    file = tmp_path / "classes.toml"
    file.write_text(text, encoding="utf-8")
    return read_classes(file)


def test_below_and_beside(tmp_path: Path):
    text = '[[class]]\nname = "Western blot,  Ponceau"\nbelow = "gel"\n'
    with pytest.raises(InputError, match="class 1: no class 'gel'"):
        _read(tmp_path, text)
    text = text.replace('"gel"', '"ggel"') + '[[class]]\nname = "Heat / map"\nexamples = ["a/0/1"]\n'
    assert _read(tmp_path, text) == [
        OwnClass("GGEL/Western blot, Ponceau"),
        OwnClass("Heat - map", ("a/0/1",)),
    ]


def test_the_longest_class_may_be_said_of_a_row(tmp_path: Path):
    (own,) = _read(tmp_path, f'[[class]]\nname = "{"x" * 95}"\nbelow = "GGEL"\n')
    out = dataset(tmp_path / "dataset")
    keep(out, say("label", rows_of(out)[0], own.code))
    assert [one.value for one in read_corrections(out).corrections] == [own.code]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[class]\n",
        "class = 3\n",
        'other = 1\n[[class]]\nname = "A"\n',
        "[[class]]\nname = 3\n",
        '[[class]]\nnamed = "A"\n',
        '[[class]]\nname = ""\n',
        '[[class]]\nname = "A"\nexamples = [1]\n',
        '[[class]]\nname = "A"\n[[class]]\nname = "A"\n',
        '[[class]]\nname = "GGEL"\n',
        '[[class]]\nname = "No  figure"\n',
        '[[class]]\nname = "Subfigure"\nbelow = "GGEL"\n',
        '[[class]]\nname = "figure"\n',
        f'[[class]]\nname = "{"x" * 98}"\nbelow = "GGEL"\n',
    ],
)
def test_what_is_none_is_named(tmp_path: Path, text: str):
    with pytest.raises(InputError, match=r"classes\.toml"):
        _read(tmp_path, text)
