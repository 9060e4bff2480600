"""Classes of one's own are read from TOML, and what is none is named."""

from pathlib import Path

import pytest

from tasks.corrections.own_classes import OwnClass, read_classes
from tasks.errors import InputError


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
    ],
)
def test_what_is_none_is_named(tmp_path: Path, text: str):
    with pytest.raises(InputError, match=r"classes\.toml"):
        _read(tmp_path, text)
