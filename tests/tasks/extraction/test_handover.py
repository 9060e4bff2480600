"""What was read of a paper comes over whole, or is refused: nothing that a process writes is believed unseen."""

import datetime as dt
import os
import pickle
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.extraction.handover import read_extraction, write_extraction
from tasks.records import Extraction, Figure, Gap, Mention, Metadata, Rights
from tasks.settings import ExtractionLimits
from tests.tasks.small_records import extraction, paper

LIMITS = ExtractionLimits()
METADATA = Metadata(
    pmcid="PMC1",
    pmid="123",
    doi="10.1/x",
    title="Cells",
    authors=("Curie, Marie", "The Group"),
    journal="Journal",
    license="CC BY 4.0",
    published=dt.date(2020, 2, 29),
    published_precision="day",
    withdrawn="retracted",
    abstract="We saw cells.",
    keywords=("cells",),
    subjects=("Biology",),
    article_type="research-article",
)


def handed_over(read: Extraction, file: Path) -> Extraction:
    write_extraction(read, file)
    return read_extraction(file, read.paper, LIMITS)


def changed(read: Extraction, **changes: object) -> Extraction:
    """The same with other facts in its first figure."""
    return replace(read, figures=(replace(read.figures[0], **changes), *read.figures[1:]))


def test_every_field_comes_over(tmp_path: Path) -> None:
    gaps = (Gap("page", 3, "page 3 is damaged"), Gap("file", None, "the file is cut short"))
    read = replace(extraction(1), metadata=METADATA, gaps=gaps, notes=("a trace", "ü"), jats_sha256="a1" * 32)
    (panel, *others), rights = (
        read.figures[0].subfigures,
        Rights("CC BY-NC 4.0", True, "Courtesy of A. Person."),
    )
    panel = replace(
        panel, mentions=(Mention("Results", "See Fig. 1A."), Mention(None, "Fig. 1")), text="Time (h)"
    )
    read = changed(
        read, subfigures=(panel, *others), id="f1", doi="10.1/x.g1", alt_text="Two plots.", rights=rights
    )
    assert None not in [getattr(METADATA, field.name) for field in fields(Metadata)]
    assert handed_over(read, tmp_path / "full") == read
    (figure, other), nothing = (
        read.figures,
        dict.fromkeys(("page", "bbox", "label", "caption", "caption_source")),
    )
    (first, *_) = figure.subfigures
    bare = replace(first, bbox=None, panel_label=None, subcaption=None)
    sparse = (replace(figure, **nothing, subfigures=(bare,)), replace(other, subfigures=()))
    read = replace(read, metadata=Metadata(), figures=sparse, jats_sha256=None)
    assert handed_over(read, tmp_path / "sparse") == read
    assert handed_over(replace(read, figures=()), tmp_path / "none").figures == ()


def test_text_that_is_no_utf8_is_escaped_as_in_the_dataset(tmp_path: Path) -> None:
    read = handed_over(changed(extraction(1), caption="\ud800 cells"), tmp_path / "file")
    assert read.figures[0].caption == "\\ud800 cells"


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        write_extraction(extraction(1), tmp_path / "file")


@pytest.mark.parametrize(
    "harm",
    [
        lambda read: changed(read, figure_index=1),
        lambda read: changed(read, kind="sculpture"),
        lambda read: changed(read, caption_source=""),
        lambda read: changed(read, subfigures=read.figures[0].subfigures[::-1]),
        lambda read: changed(read, subfigures=_with_image(read.figures[0], sha256="0" * 64)),
        lambda read: changed(read, subfigures=_with_image(read.figures[0], format="tiff")),
        lambda read: changed(read, subfigures=_with_image(read.figures[0], width=0)),
        lambda read: replace(read, pages=-1),
        lambda read: replace(read, seconds=float("nan")),
        lambda read: replace(read, jats_sha256="A1" * 32),
        lambda read: replace(read, jats_sha256=""),
        lambda read: replace(read, metadata=Metadata(withdrawn="eaten")),  # type: ignore[arg-type]
        lambda read: replace(read, paper=paper(2)),
    ],
)
def test_what_is_no_extraction_of_this_paper_is_refused(
    tmp_path: Path, harm: Callable[[Extraction], Extraction]
) -> None:
    write_extraction(harm(extraction(1)), tmp_path / "file")
    with pytest.raises(ValueError, match="did not hand over"):
        read_extraction(tmp_path / "file", paper(1), LIMITS)


def _with_image(figure: Figure, **changes: object) -> tuple[object, ...]:
    first, *others = figure.subfigures
    return replace(first, image=replace(first.image, **changes)), *others


def test_a_pickle_a_link_a_pipe_and_too_much_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pickle").write_bytes(pickle.dumps(extraction(1)))
    write_extraction(extraction(1), tmp_path / "file")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "large").open("wb") as large:
        large.truncate(2**31)
    for name in ("pickle", "link", "pipe", "large"):
        with pytest.raises(ValueError):  # noqa: PT011 (some of it is pyarrow's)
            read_extraction(tmp_path / name, paper(1), LIMITS)
    with pytest.raises(FileNotFoundError):
        read_extraction(tmp_path / "gone", paper(1), LIMITS)


def test_a_file_cut_short_anywhere_is_refused(tmp_path: Path) -> None:
    write_extraction(extraction(1, data=b"x"), tmp_path / "whole")
    data = (tmp_path / "whole").read_bytes()
    for length in range(0, len(data) - 8, 40):  # the last eight bytes only say that nothing follows
        (tmp_path / "cut").write_bytes(data[:length])
        with pytest.raises(ValueError):  # noqa: PT011
            read_extraction(tmp_path / "cut", paper(1), LIMITS)


def test_no_byte_of_the_header_makes_another_message_pass_for_the_schema(tmp_path: Path) -> None:
    """Arrow takes any message for a schema: one that says that it is something else crashed the reader."""
    write_extraction(extraction(1, data=b"x"), tmp_path / "whole")
    whole = (tmp_path / "whole").read_bytes()
    for place in range(8, 64):
        for value in range(8):
            if whole[place] != value:
                (tmp_path / "harmed").write_bytes(whole[:place] + bytes([value]) + whole[place + 1 :])
                with pytest.raises((ValueError, OSError)):
                    read_extraction(tmp_path / "harmed", paper(1), LIMITS)


@settings(max_examples=300)
@given(data=st.data())
def test_flipped_bytes_are_refused_or_give_an_extraction(tmp_path: Path, data: st.DataObject) -> None:
    whole = tmp_path / "whole"
    if not whole.exists():
        write_extraction(extraction(1, data=b"x"), whole)
    harmed = bytearray(whole.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(harmed) - 1), min_size=1, max_size=4)):
        harmed[place] = data.draw(st.integers(0, 255))
    (tmp_path / "harmed").write_bytes(harmed)
    try:
        found = read_extraction(tmp_path / "harmed", paper(1), LIMITS)
    except OSError:
        raise
    except Exception:  # noqa: BLE001 (the pool takes any for the paper's failure)
        return
    assert isinstance(found, Extraction)


def test_what_unpacks_to_more_than_it_weighs_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    write_extraction(changed(extraction(1), caption="a" * 50 * 2**20), tmp_path / "plain")
    plain = pa.BufferReader((tmp_path / "plain").read_bytes())
    with pa.OSFile(str(tmp_path / "bomb"), "wb") as sink:
        for _ in range(2):
            stream = pa.ipc.open_stream(plain)
            options = pa.ipc.IpcWriteOptions(compression="zstd")
            with pa.ipc.new_stream(sink, stream.schema, options=options) as packed:
                for batch in stream:
                    packed.write_batch(batch)
    assert (tmp_path / "bomb").stat().st_size < 2**20
    before = pa.total_allocated_bytes()
    with pytest.raises(ValueError, match="did not hand over rows as they are"):
        read_extraction(tmp_path / "bomb", paper(1), LIMITS)
    assert pa.total_allocated_bytes() - before < 2**20


def test_more_items_than_any_paper_has_are_refused(tmp_path: Path) -> None:
    write_extraction(replace(extraction(1), notes=("",) * 1_000_001), tmp_path / "file")
    with pytest.raises(ValueError, match="a number of items within reason"):
        read_extraction(tmp_path / "file", paper(1), LIMITS)


def test_what_follows_the_figures_is_refused(tmp_path: Path) -> None:
    write_extraction(extraction(1), tmp_path / "file")
    with (tmp_path / "file").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ValueError, match="nothing but figures"):
        read_extraction(tmp_path / "file", paper(1), LIMITS)
