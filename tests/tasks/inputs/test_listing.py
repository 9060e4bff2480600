"""What the user names becomes papers, in a fixed order, known by their bytes."""

import hashlib
import os
from pathlib import Path

import pytest

from tasks.errors import InputError
from tasks.inputs.listing import find_jats, identify, list_inputs, unreadable_id
from tasks.records import Paper, PaperFiles, SourceFile
from tasks.runs.outcomes import Failure


def touch(file: Path, data: bytes = b"%PDF-1.4") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def test_folders_are_searched_sorted_whatever_the_case_without_hidden_files(tmp_path: Path) -> None:
    wanted = [touch(tmp_path / name) for name in ("a.PDF", "c.pdf", "sub/deep/b.Pdf")]
    for name in (".hidden.pdf", ".git/x.pdf", "notes.txt", "pdf"):
        touch(tmp_path / name)
    assert list_inputs([str(tmp_path)]) == wanted


def test_a_named_file_is_taken_whatever_its_name_and_once(tmp_path: Path) -> None:
    file = touch(tmp_path / "paper")
    assert list_inputs([str(file), f"{tmp_path}/./paper"]) == [file]


def test_links_in_circles_end(tmp_path: Path) -> None:
    file = touch(tmp_path / "sub" / "a.pdf")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    assert list_inputs([str(tmp_path)]) == [file]


def test_a_pipe_is_passed_over(tmp_path: Path) -> None:
    file = touch(tmp_path / "a.pdf")
    os.mkfifo(tmp_path / "pipe.pdf")
    assert list_inputs([str(tmp_path)]) == [file]
    with pytest.raises(InputError, match="neither a file nor a folder"):
        list_inputs([str(tmp_path / "pipe.pdf")])


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere: No such file or directory; check the path"):
        list_inputs([str(tmp_path), str(tmp_path / "nowhere")])


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no PDF file in"):
        list_inputs([str(tmp_path)])


def test_one_empty_folder_among_others_is_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = touch(tmp_path / "full" / "a.pdf")
    (tmp_path / "empty").mkdir()
    assert list_inputs([str(tmp_path / "empty"), str(tmp_path / "full")]) == [file]
    assert "no PDF file in" in caplog.text


def test_papers_are_known_by_their_bytes_in_order(tmp_path: Path) -> None:
    files = [touch(tmp_path / f"{number:03}.pdf", b"%d" % (number % 60)) for number in range(100)]
    papers = list(identify(files))
    assert [item.paper.source_uri for item in papers] == [str(file) for file in files]
    assert papers[7] == PaperFiles(
        Paper(hashlib.sha256(b"7").hexdigest(), str(files[7])), SourceFile(str(files[7]))
    )
    assert papers[7].paper.paper_id == papers[67].paper.paper_id


def test_identify_does_not_run_far_ahead(tmp_path: Path) -> None:
    asked = []

    def files():
        for number in range(1000):
            asked.append(number)
            yield touch(tmp_path / f"{number}.pdf")

    next(papers := identify(files()))
    assert len(asked) <= 40
    papers.close()


def test_what_cannot_be_read_is_a_failure_with_an_id_that_stays(tmp_path: Path) -> None:
    (tmp_path / "gone.pdf").symlink_to(tmp_path / "nowhere")
    (file,) = list_inputs([str(tmp_path)])
    (first,), (second,) = list(identify([file])), list(identify([file]))
    assert isinstance(first, Failure)
    assert first == second
    assert first.paper.paper_id == unreadable_id(str(file))
    assert (first.kind, first.error) == ("missing", "The file cannot be read: no such file or directory.")


def test_jats_is_found_beside_a_pdf_and_first_in_the_folder_named(tmp_path: Path) -> None:
    pdf = touch(tmp_path / "pdf" / "a.pdf")
    assert find_jats(pdf, None) is None
    beside, apart = touch(tmp_path / "pdf" / "a.nxml"), touch(tmp_path / "xml" / "a.xml")
    assert find_jats(pdf, None) == beside
    assert find_jats(pdf, tmp_path / "xml") == apart


def test_a_name_as_long_as_can_be_has_no_jats(tmp_path: Path) -> None:
    assert find_jats(touch(tmp_path / f"{'a' * 251}.pdf"), None) is None
