"""By which bytes an XML is known, and how much of a huge one is read."""

import hashlib
import io
from pathlib import Path

import pytest

from tasks.article.jats_bytes import fingerprint, fingerprint_of


def test_an_xml_is_known_by_all_its_bytes_and_one_that_is_not_there_by_none(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    assert fingerprint_of(file) is None
    file.write_bytes(b"<article/>")
    assert fingerprint_of(file) == hashlib.sha256(b"<article/>").hexdigest()


def test_of_one_that_is_too_large_the_beginning_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.article.jats_bytes.MOST_JATS_BYTES", 10)
    huge, larger, at_most = io.BytesIO(b"x" * 100), io.BytesIO(b"x" * 200), io.BytesIO(b"x" * 10)
    assert fingerprint(huge) == fingerprint(larger) != fingerprint(at_most)
    assert huge.tell() == 11
