"""PDFs on a store: found in one listing, fetched a little ahead, kept no longer than they are needed."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.errors import TransientError
from tasks.inputs import fetching
from tasks.inputs.fetching import Deliveries, Inbox, Remote, find_jats_below, find_remote
from tasks.records import Paper, PaperFiles, SourceFile
from tasks.runs.outcomes import Failure
from tasks.stores import objects, paths
from tests.stores import Fault, Store
from tests.tasks.small_records import failure, files

MB = 2**20


def put(*names: str, data: bytes = b"%PDF-1.4") -> list[str]:
    for name in names:
        paths.put_bytes(data, paths.store_path(f"s3://bucket/in/{name}"))
    return [f"s3://bucket/in/{name}" for name in names]


def nothing(_uri: str, _version: str | None) -> None:
    return None


def paper(uri: str, jats: str | None = None) -> PaperFiles:
    found = files(Paper(hashlib.sha256(uri.encode()).hexdigest(), uri))
    return replace(found, jats=SourceFile(jats)) if jats else found


def test_papers_are_found_as_on_a_disk_with_their_jats_in_one_request(s3: Store) -> None:
    uris = put("c.pdf", "a.PDF", "sub/b.pdf", "a b/ü#1.pdf")
    put(".hidden.pdf", ".git/x.pdf", "notes.txt", "a.nxml", "sub/b.xml")
    s3.requests.clear()
    found = find_remote("s3://bucket/in")
    assert len(s3.requests) == 1
    assert [remote.uri for remote in found] == [uris[1], uris[0], uris[3], uris[2]]
    assert [remote.jats for remote in found] == [
        "s3://bucket/in/a.nxml",
        None,
        None,
        "s3://bucket/in/sub/b.xml",
    ]
    assert found == find_remote("s3://bucket/in/")


def test_an_object_that_is_named_is_taken_whatever_its_name(s3: Store) -> None:
    (uri,) = put("paper")
    assert [remote.uri for remote in find_remote(uri)] == [uri]


def test_a_folder_of_jats_is_listed_once(s3: Store) -> None:
    put("xml/a.xml", "xml/2020/b.nxml", "xml/c.txt")
    assert find_jats_below("s3://bucket/in/xml") == {
        "a": "s3://bucket/in/xml/a.xml",
        "b": "s3://bucket/in/xml/2020/b.nxml",
    }


def test_a_paper_is_fetched_for_its_id_and_kept_while_there_is_room(
    s3: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (uri,) = put("a.pdf")
    (remote,) = find_remote(uri)
    inbox = Inbox(MB, keep=True)
    kept, version = inbox.paper(remote, nothing)
    assert isinstance(kept, PaperFiles)
    assert (kept.main.path.read_bytes(), version) == (b"%PDF-1.4", remote.version)
    with Deliveries([kept], "shard", MB) as deliveries:
        assert list(deliveries) == [kept]  # not fetched again
        assert s3.asked(f"GET {uri.removeprefix('s3:/')}") == 1
    monkeypatch.setattr(fetching, "ROOM", 0)
    other, _ = inbox.paper(remote, nothing)
    assert isinstance(other, PaperFiles)
    assert (other.paper, other.copies) == (kept.paper, ())
    inbox.clear()
    assert not kept.main.path.exists()


def test_a_paper_too_large_or_gone_is_its_own_failure(s3: Store) -> None:
    (large,) = put("large.pdf", data=bytes(2 * MB))
    s3.requests.clear()
    for remote, kind in (
        (Remote(large, size=2 * MB), "too_large"),
        (Remote("s3://bucket/in/gone.pdf"), "missing"),
    ):
        failure, _ = Inbox(MB, keep=True).paper(remote, nothing)
        assert isinstance(failure, Failure)
        assert (failure.kind, failure.paper.source_uri) == (kind, remote.uri)
    assert s3.asked("GET /bucket/in/large.pdf") == 0
    with Deliveries([paper(large)], "shard", MB) as deliveries:
        (failure,) = deliveries
    assert isinstance(failure, Failure)
    assert failure.kind == "too_large"


def test_a_store_that_fails_ends_the_run(s3: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (uri,) = put("a.pdf")
    monkeypatch.setattr(objects.filesystem("s3"), "retries", 1)
    s3.faults.append(Fault(503, "SlowDown", path="a.pdf"))
    with (
        pytest.raises(TransientError, match=r"cannot read .*a.pdf: .*tried several times"),
        Deliveries([paper(uri)], "shard", MB) as deliveries,
    ):
        list(deliveries)


def test_a_shards_papers_are_fetched_a_little_ahead_and_go_once_they_were_read(
    s3: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_AHEAD", 3)
    uris = put(*(f"{number:02}.pdf" for number in range(12)))
    put("00.xml", data=b"<article/>")
    papers = [paper(uri, "s3://bucket/in/00.xml") for uri in uris]
    s3.requests.clear()
    with Deliveries(papers, "shard", MB) as deliveries:
        running = iter(deliveries)
        first = next(running)
        assert isinstance(first, PaperFiles)
        assert s3.asked(".pdf") <= 3
        assert first.main.path.read_bytes() == b"%PDF-1.4"
        assert first.jats is not None
        assert first.jats.path.read_bytes() == b"<article/>"
        assert first.paper.source_uri == uris[0]
        damaged = Failure(first.paper, "damaged", "Damaged.", 0.0)
        assert list(deliveries.released([damaged])) == [damaged]
        assert not any(copy.exists() for copy in first.copies)
        rest = [item for item in running if isinstance(item, PaperFiles)]
    assert [item.paper.source_uri for item in rest] == uris[1:]
    assert not any(copy.exists() for item in rest for copy in item.copies)


def test_jats_that_is_gone_costs_the_paper_nothing(s3: Store) -> None:
    (uri,) = put("a.pdf")
    with Deliveries([paper(uri, "s3://bucket/in/gone.xml")], "shard", MB) as deliveries:
        (delivered,) = deliveries
    assert isinstance(delivered, PaperFiles)
    assert delivered.jats is None


def test_papers_of_this_machine_and_failures_pass_through_in_order(tmp_path: Path) -> None:
    mine, missing = paper(str(tmp_path / "a.pdf")), failure(1, "missing")
    with Deliveries([missing, mine], "shard", MB) as deliveries:
        assert list(deliveries) == [missing, mine]
        assert list(deliveries.released([missing])) == [missing]
