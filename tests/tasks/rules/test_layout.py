"""One settings object for page layout, each number with its reason, read at the time of use."""

from __future__ import annotations

import ast
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest

import tasks.rules.layout as module
from tasks.pdf.found_figure import is_large
from tasks.rules.layout import LayoutSettings, rules, using


def test_every_setting_says_its_unit_or_reason() -> None:
    classes = [n for n in ast.parse(Path(module.__file__).read_text()).body if isinstance(n, ast.ClassDef)]
    silent = [
        f"{one.name}.{field.target.id}"
        for one in classes
        for field, after in zip(one.body, [*one.body[1:], None], strict=True)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if one.name != "LayoutSettings"
        and not (isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant))
    ]
    assert silent == []


def test_every_setting_is_read_by_a_rule() -> None:
    sources = "\n".join(path.read_text() for path in (Path(module.__file__).parents[1] / "pdf").rglob("*.py"))
    names = [field.name for group in fields(LayoutSettings) for field in fields(getattr(rules(), group.name))]
    assert len(names) > 100
    assert [name for name in names if f".{name}" not in sources] == []


def test_other_settings_hold_as_long_as_their_context_lasts() -> None:
    narrow = (0, 0, 100, 100)
    assert not is_large(narrow)
    uncaptioned = replace(rules().uncaptioned, least_width=90.0)
    with using(replace(rules(), uncaptioned=uncaptioned)):
        assert is_large(narrow)
    assert not is_large(narrow)


def test_they_hold_no_longer_when_the_work_fails() -> None:
    before = rules()
    with pytest.raises(ZeroDivisionError), using(replace(before)):
        _ = 1 / 0
    assert rules() is before


def test_settings_are_frozen() -> None:
    assert all(is_dataclass(getattr(rules(), group.name)) for group in fields(LayoutSettings))
    with pytest.raises(AttributeError):
        rules().text.faintest = 1  # type: ignore[misc]
