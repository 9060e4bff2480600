"""Text that is safe to print and to store."""

import pytest

from tasks.texts import printable, storable, with_extra


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é µ", "plain é µ"),
        ("two\nlines", "two\\nlines"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("right\u202eleft", "right\\u202eleft"),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_printable_escapes_what_a_terminal_would_obey(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_storable_is_always_utf8() -> None:
    assert storable("a\udcffb").encode() == b"a\\udcffb"
    assert storable(None) is None


def test_an_extra_is_installed_from_figmills_folder_in_either_way() -> None:
    said = with_extra("s3")
    assert "`uv sync --extra s3`" in said
    assert "`uv pip install '.[s3]'`" in said
    assert "folder" in said
