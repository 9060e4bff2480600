"""Inputs that have not changed are not read again, and those that have are."""

import os
from pathlib import Path
from typing import Any

import pytest

from tasks.inputs import listing
from tasks.inputs.fingerprints import FILE, FingerprintCache
from tasks.inputs.listing import identify
from tasks.records import PaperFiles
from tasks.stores import paths

ID = "ab" * 32


@pytest.fixture(params=["disk", "store"])
def out(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "disk":
        return tmp_path
    request.getfixturevalue("s3")
    return paths.store_path("s3://bucket/out")


def test_what_was_noted_of_papers_in_the_ledger_is_known_to_the_next_run(out: Any) -> None:
    fingerprints = FingerprintCache(out)
    fingerprints.note("/a.pdf", "1", ID)
    fingerprints.note("/b.pdf", "1", "cd" * 32)
    fingerprints.note("/c.pdf", None, ID)
    fingerprints.save(lambda paper_id: paper_id == ID)
    again = FingerprintCache(out)
    assert again.paper_id("/a.pdf", "1") == ID
    for uri, version in (
        ("/a.pdf", "2"),
        ("/a.pdf", None),
        ("/b.pdf", "1"),
        ("/c.pdf", "1"),
        ("/d.pdf", "1"),
    ):
        assert again.paper_id(uri, version) is None


def test_nothing_is_written_where_nothing_is_new(out: Any) -> None:
    fingerprints = FingerprintCache(out)
    fingerprints.note("/a.pdf", "1", ID)
    fingerprints.save(lambda _: False)
    assert FILE not in paths.names(out)
    fingerprints.save(lambda _: True, now=False)  # not every time
    assert FILE not in paths.names(out)


def test_a_torn_file_costs_time_and_no_more(out: Any, caplog: pytest.LogCaptureFixture) -> None:
    paths.put_bytes(b"PAR1 torn", out / FILE)
    assert FingerprintCache(out).paper_id("/a.pdf", "1") is None
    assert "every file is read again" in caplog.text


def test_a_file_is_read_again_once_it_has_changed_even_with_its_old_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_SETTLED", -1.0)
    file = tmp_path / "a.pdf"
    file.write_bytes(b"1")
    fingerprints = FingerprintCache(tmp_path)
    (first,) = identify([file], fingerprints)
    state = file.stat()
    monkeypatch.setattr("hashlib.file_digest", lambda *_: pytest.fail("it was read again"))
    assert list(identify([file], fingerprints)) == [first]
    monkeypatch.undo()
    file.write_bytes(b"2")
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    (second,) = identify([file], fingerprints)
    assert isinstance(second, PaperFiles)
    assert second != first


def test_a_file_that_has_just_been_written_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_SETTLED", 1e9)
    file = tmp_path / "a.pdf"
    file.write_bytes(b"1")
    fingerprints = FingerprintCache(tmp_path)
    (found,) = identify([file], fingerprints)
    fingerprints.save(lambda _: True)
    assert isinstance(found, PaperFiles)
    assert FILE not in paths.names(tmp_path)
