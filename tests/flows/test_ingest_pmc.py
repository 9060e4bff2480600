"""A bucket like PMC's followed from one day to the next: what is new, changed, retracted, gone, broken."""

from __future__ import annotations

import json
import os
import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from flows.runs.ingesting import ingest_here
from tasks.dataset.check import Totals, check
from tasks.dataset.ledger import retire_papers
from tasks.errors import InputError
from tasks.pmc import removals
from tasks.pmc.selection import UNREAD
from tasks.progress import Reporter
from tasks.runs.outcomes import IngestSummary
from tasks.settings import REDISTRIBUTABLE, IngestSettings
from tasks.stores import web
from tasks.stores.scratch import scratch
from tests.conftest import SHARED
from tests.flows.command import figmill, start
from tests.pmc_bucket import NAME, PmcBucket, Source, drawn, pictured
from tests.servers import Server, eventually
from tests.stores import Fault, Store


@pytest.fixture
def bucket(s3: Store, monkeypatch: pytest.MonkeyPatch) -> PmcBucket:
    monkeypatch.setattr(web, "PAUSE", 0.01)
    return PmcBucket(s3)


@pytest.fixture
def settings(tmp_path: Path, tiny_bundle: Path) -> IngestSettings:
    return IngestSettings(out=str(tmp_path / "pmc"), model=str(tiny_bundle), workers=1)


def ingest(settings: IngestSettings, **changes: Any) -> IngestSummary:
    return ingest_here(replace(settings, **changes), Reporter())


def ledger(settings: IngestSettings) -> dict[str, dict[str, Any]]:
    """PMCID -> row; fails where an article has two."""
    rows = pq.read_table(Path(settings.out) / "papers").to_pylist()
    assert len({row["pmcid"] for row in rows}) == len(rows)
    return {row["pmcid"]: row for row in rows}


def rows(settings: IngestSettings) -> list[dict[str, Any]]:
    return pq.read_table(Path(settings.out) / "subfigures").to_pylist()


def findings(settings: IngestSettings) -> list[object]:
    return list(check(Path(settings.out), Totals()))


@pytest.fixture
def papers(tmp_path: Path) -> list[Source]:
    """Eight papers to fill a bucket with: the smallest of the corpus where that is at hand, and drawn ones."""
    corpus = SHARED / "corpus"
    if not corpus.is_dir():
        return [drawn(number, tmp_path) for number in range(1, 9)]
    smallest = sorted(corpus.glob("pdf/PMC*.pdf"), key=lambda pdf: pdf.stat().st_size)[:3]
    read = [Source((corpus / "xml" / f"{pdf.stem}.xml").read_bytes(), pdf.read_bytes()) for pdf in smallest]
    return [*read, *(drawn(number, tmp_path) for number in range(4, 9))]


def fill(bucket: PmcBucket, papers: list[Source]) -> None:
    """The first day: eight articles to take, of which two cannot be had, and five that are not to be taken."""
    bucket.on(1).put(11, papers[0])
    bucket.put(12, papers[1])
    bucket.put(13, papers[2], license_code="CC0")
    bucket.put(14, papers[3], version=1)
    bucket.put(15, pictured(15))
    bucket.put(16, papers[4], wrong_md5=True)
    bucket.put(17, papers[4])
    bucket.lose("PMC17.1/PMC17.1.pdf")
    bucket.put(18, papers[5])
    bucket.put(21, papers[5], license_code="CC BY-NC-ND")
    bucket.put(22, papers[5], license_code=None)
    bucket.put(23, papers[5], is_historical_ocr=True)
    bucket.put(24, papers[5], is_retracted=True)
    bucket.put(25, Source(papers[5].xml))
    bucket.write_inventory(1)


def next_day(bucket: PmcBucket, papers: list[Source]) -> None:
    """The second day: one new, two changed, one put right, one retracted, one gone, one under another licence."""
    bucket.on(2).put(31, papers[6])
    bucket.put(12, papers[1], title="Another title")
    bucket.put(14, papers[7], version=2)
    bucket.put(16, papers[4])
    bucket.put(11, papers[0], is_retracted=True)
    bucket.put(13, papers[2], license_code="CC BY-NC")
    bucket.remove("PMC18.1")
    bucket.write_inventory(2)


def test_a_bucket_is_followed_from_day_to_day(
    bucket: PmcBucket, settings: IngestSettings, papers: list[Source]
) -> None:
    fill(bucket, papers)
    throttled = Fault(503, "SlowDown", times=8, method="GET", path=f"/{NAME}/PMC1")
    bucket.store.faults.append(throttled)

    first = ingest(settings)

    assert throttled.times == 0
    assert first.left_out == {
        "licence CC BY-NC-ND": 1,
        "licence not stated": 1,
        "scanned, text by OCR": 1,
        "retracted": 1,
        "neither PDF nor images": 1,
    }
    known = ledger(settings)
    assert {
        pmcid: (row["status"], row["error_kind"]) for pmcid, row in known.items() if row["status"] != "ok"
    } == {
        "PMC16": ("failed", "checksum"),
        "PMC17": ("failed", "missing"),
    }
    assert sorted(known) == [f"PMC{number}" for number in range(11, 19)]
    check_rows(rows(settings))
    before = {row["subfigure_id"]: row for row in rows(settings)}

    asked = len(bucket.store.requests)
    assert ingest(settings).run.papers == 0
    assert not [one for one in bucket.store.requests[asked:] if "/PMC" in one]

    next_day(bucket, papers)
    second = ingest(settings)

    assert second.marked == {"removed": 1, "retracted": 1, "relicensed": 1}
    assert second.replaced == 3
    assert second.run.counts.by_status == {"ok": 4}
    known = ledger(settings)
    assert {pmcid: row["withdrawn"] for pmcid, row in known.items() if row["withdrawn"]} == {
        "PMC11": "retracted",
        "PMC13": "relicensed",
        "PMC18": "removed",
    }
    assert known["PMC16"]["status"] == "ok"
    assert known["PMC14"]["source_uri"].endswith("/PMC14.2/PMC14.2.pdf")
    assert known["PMC12"]["title"] == "Another title"
    after = {row["subfigure_id"]: row for row in rows(settings)}
    assert len(after) == len(rows(settings))
    for pmcid, mark in {
        "PMC11": "retracted",
        "PMC13": "relicensed",
        "PMC18": "removed",
        "PMC15": None,
    }.items():
        own = {name: row for name, row in before.items() if row["pmcid"] == pmcid}
        assert own == {
            name: row | {"withdrawn": None} for name, row in after.items() if row["pmcid"] == pmcid
        }
        assert {row["withdrawn"] for row in after.values() if row["pmcid"] == pmcid} == {mark}
    assert {row["source_uri"].split("/")[-2] for row in after.values() if row["pmcid"] == "PMC14"} == {
        "PMC14.2"
    }
    assert findings(settings) == []
    assert list(scratch().glob("pmc/*")) == []


def check_rows(found: list[dict[str, Any]]) -> None:
    """Every row says whose it is; figures of image files stand on no page."""
    assert {row["pmcid"] for row in found} == {f"PMC{n}" for n in (11, 12, 13, 14, 15, 18)}
    for row in found:
        number = row["pmcid"][3:]
        assert row["doi"] == f"10.1000/{number}"
        assert row["title"] == f"Article {number}"
        assert row["source_uri"].startswith(f"s3://{NAME}/PMC{number}.1/PMC{number}.1.")
        assert row["journal"]
        assert row["published"]
        assert row["license"].startswith(("CC BY", "CC0"))
        assert row["withdrawn"] is None
    assert {row["license"] for row in found if row["pmcid"] == "PMC15"} == {"CC BY 4.0"}
    pictures = [row for row in found if row["pmcid"] == "PMC15"]
    assert {row["figure_label"] for row in pictures} == {f"Figure {n}" for n in range(1, 5)}
    assert {row["caption_source"] for row in pictures} == {"jats"}
    assert {row["page"] for row in pictures} == {None}
    assert {tuple(row["figure_bbox"] + row["subfigure_bbox"]) for row in pictures} == {(None,) * 8}
    assert all(row["page"] and None not in row["figure_bbox"] for row in found if row not in pictures)


def test_a_dry_run_says_what_would_be_taken_and_changes_nothing(
    bucket: PmcBucket, settings: IngestSettings, tmp_path: Path
) -> None:
    paper, other = drawn(1, tmp_path), pictured(2)
    bucket.put(1, paper)
    bucket.put(2, other, license_code="CC0")
    bucket.put(3, paper, license_code="TDM")
    bucket.write_inventory(1)
    out = Path(settings.out)
    done = figmill(
        "ingest",
        "--out",
        out,
        "--model",
        settings.model,
        "--dry-run",
        home=tmp_path,
        **bucket.store.environment,
    )
    assert done.returncode == 0, done.stderr
    assert "2 articles would be taken" in done.stdout
    assert not out.exists()
    summary = ingest(settings, dry_run=True)
    assert summary.wanted["CC BY"].bytes == len(paper.xml) + len(paper.pdf or b"")
    assert summary.wanted["CC0"].bytes == len(other.xml) + sum(map(len, other.images.values()))
    assert summary.left_out == {"licence TDM": 1}


def test_a_kill_costs_what_was_being_done(
    bucket: PmcBucket, settings: IngestSettings, tmp_path: Path
) -> None:
    killed = threading.Event()

    def keep_the_last(request: str) -> None:
        """The bucket gives no file of it before the run is killed."""
        if request.startswith(f"GET /{NAME}/PMC5.1/PMC5.1.pdf"):
            killed.wait(600)

    for number in range(1, 6):
        bucket.put(number, drawn(number, tmp_path))
    bucket.write_inventory(1)
    out = Path(settings.out)
    options = ["--out", out, "--model", settings.model, "--shard-size", 1, "--workers", 1]
    bucket.store.before = keep_the_last
    run = start("ingest", *options, home=tmp_path, log=tmp_path / "log")
    try:
        eventually(lambda: list(out.glob("papers/part-*")) or run.poll() is not None)
    finally:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        killed.set()
    done = {row["paper_id"] for row in pq.read_table(out / "papers").to_pylist()}
    assert 0 < len(done) < 5, (tmp_path / "log").read_text()

    summary = ingest(settings, shard_size=4)

    assert summary.run is not None
    assert summary.run.papers == 5 - len(done)
    assert len(ledger(settings)) == 5
    assert len({row["subfigure_id"] for row in rows(settings)}) == len(rows(settings)) == 5
    assert findings(settings) == []
    assert not ingest(settings).listed


def test_silence_limits_and_kills_cost_no_article(
    bucket: PmcBucket, settings: IngestSettings, tmp_path: Path
) -> None:
    second = drawn(2, tmp_path)
    bucket.put(1, drawn(1, tmp_path))
    bucket.put(2, second)
    bucket.lose("PMC2.1/PMC2.1.pdf")
    bucket.write_inventory(1)
    for path in (f"/{NAME}/PMC", "list-type=2&max-keys=1"):
        bucket.store.faults.append(Fault(503, "SlowDown", method="GET", path=path))
    with pytest.raises(InputError, match="does not answer"):
        ingest(settings)
    bucket.store.faults.clear()

    for left in (1, 0):
        assert ingest(settings, limit=1).left == left
    assert ledger(settings)["PMC2"]["error_kind"] == "missing"
    bucket.fs.pipe_file(f"{NAME}/PMC2.1/PMC2.1.pdf", second.pdf)
    assert not ingest(settings).listed
    assert ingest(settings, retry_failed=True).run.counts.by_status == {"ok": 1}

    before, row = rows(settings), ledger(settings)["PMC1"]
    changed = drawn(3, tmp_path)
    bucket.on(2).put(1, changed, version=2)
    bucket.lose("PMC1.2/PMC1.2.pdf")
    expired = bucket.write_inventory(2)
    assert list(ingest(settings).left_out) == ["changed, but not to be had now: its rows stay as they are"]
    assert rows(settings) == before

    bucket.fs.pipe_file(f"{NAME}/PMC1.2/PMC1.2.pdf", changed.pdf)
    retire_papers(Path(settings.out), row["part"], {row["paper_id"]})  # and then the run is killed
    assert findings(settings) == []
    ingest(settings)
    assert {pmcid: row["source_uri"].split("/")[-2] for pmcid, row in ledger(settings).items()} == {
        "PMC1": "PMC1.2",
        "PMC2": "PMC2.1",
    }
    assert findings(settings) == []

    bucket.on(20).put(3, drawn(4, tmp_path))
    bucket.write_inventory(21)
    bucket.expire(expired)
    summary = ingest(settings, dry_run=True)
    assert (summary.since, summary.listed) == ("2026-11-01", 1)


def test_metadata_that_cannot_be_read_are_a_row_and_taken_once_they_can(
    bucket: PmcBucket, settings: IngestSettings, tmp_path: Path
) -> None:
    bucket.put(1, drawn(1, tmp_path))
    bucket.put(2, drawn(2, tmp_path))
    key = f"{NAME}/metadata/PMC2.1.json"
    sound = bucket.fs.cat_file(key)
    bucket.fs.pipe_file(key, b"<html>maintenance</html>")
    bucket.write_inventory(1)
    ingest(settings)
    row = ledger(settings)["PMC2"]
    assert (row["status"], row["error_kind"]) == ("failed", "unreadable")
    assert row["error"].startswith("The article's metadata cannot be read")
    bucket.fs.pipe_file(key, sound)
    assert ingest(settings, retry_failed=True).run.counts.by_status == {"ok": 1}
    assert {pmcid: row["status"] for pmcid, row in ledger(settings).items()} == {"PMC1": "ok", "PMC2": "ok"}
    assert findings(settings) == []


def test_an_article_whose_new_version_cannot_be_read_keeps_what_there_is_and_waits_to_be_tried_again(
    bucket: PmcBucket, settings: IngestSettings, tmp_path: Path
) -> None:
    bucket.on(1).put(1, drawn(1, tmp_path))
    bucket.put(2, drawn(2, tmp_path))
    bucket.write_inventory(1)
    ingest(settings)
    known, before = ledger(settings), rows(settings)
    broken = replace(drawn(3, tmp_path), pdf=b"%PDF-1.7 cut short")
    bucket.on(2).put(1, broken, version=2)
    bucket.put(2, drawn(4, tmp_path), version=2)
    bucket.write_inventory(2)
    done = ingest(settings)
    assert (done.replaced, done.run.counts.by_status, done.run.failures) == (
        1,
        {"ok": 1, "not_renewed": 1},
        (),
    )
    assert [one.name for one in done.run.not_renewed] == ["PMC1.2.pdf"]
    assert ledger(settings)["PMC1"] == known["PMC1"]
    kept = [row for row in before if row["pmcid"] == "PMC1"]
    assert [row for row in rows(settings) if row["pmcid"] == "PMC1"] == kept
    assert ledger(settings)["PMC2"]["source_uri"].endswith("/PMC2.2.pdf")
    assert findings(settings) == []
    for _ in range(2):  # night after night, which --fail-above would otherwise call a failure
        again = ingest(settings)
        assert (again.listed, again.run.papers, again.left_out) == (0, 0, {UNREAD: 1})
    assert ingest(settings, retry_failed=True).run.counts.by_status == {"not_renewed": 1}
    assert ingest(settings, retry_failed=True).left_out == {}
    assert ledger(settings)["PMC1"] == known["PMC1"]
    bucket.on(3).put(1, replace(broken, pdf=b"%PDF-1.7 cut shorter"), version=3)
    bucket.put(2, drawn(6, tmp_path), version=3)
    bucket.write_inventory(3)
    assert ingest(settings, limit=1).run.counts.by_status == {
        "not_renewed": 1
    }  # and the cursor stays where it is
    done = ingest(settings)
    assert (done.run.counts.by_status, done.left_out) == ({"ok": 1}, {UNREAD: 1})
    bucket.on(4).put(1, drawn(5, tmp_path), version=4)
    bucket.write_inventory(4)
    assert (ingest(settings).replaced, ledger(settings)["PMC1"]["source_uri"][-10:]) == (1, "PMC1.4.pdf")
    assert (ingest(settings).listed, ingest(settings).left_out) == (0, {})
    assert findings(settings) == []


def test_an_article_under_another_licence_is_back_once_that_is_asked_for(
    bucket: PmcBucket, settings: IngestSettings, tmp_path: Path
) -> None:
    paper = drawn(1, tmp_path)
    bucket.on(1).put(1, paper)
    bucket.write_inventory(1)
    ingest(settings)
    bucket.on(2).put(1, paper, license_code="CC BY-NC")
    bucket.write_inventory(2)
    assert ingest(settings).marked == {"relicensed": 1}
    assert not ingest(settings).listed
    wider = (*settings.licenses, "CC BY-NC")
    assert ingest(settings, licenses=wider).replaced == 1
    row = ledger(settings)["PMC1"]
    assert (row["withdrawn"], row["license"][:8]) == (None, "CC BY-NC")
    assert {row["withdrawn"] for row in rows(settings)} == {None}
    assert not ingest(settings, licenses=wider).listed


def test_a_bucket_that_has_lost_much_stops_the_ingest_until_it_is_accepted(
    bucket: PmcBucket, settings: IngestSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removals, "_FEW", 1)
    bucket.on(1)
    for number in (1, 2, 3, 4):
        bucket.put(number, drawn(number, tmp_path))
    bucket.write_inventory(1)
    ingest(settings)
    for number in (1, 2):
        bucket.on(2).remove(f"PMC{number}.1")
    bucket.write_inventory(2)
    with pytest.raises(InputError, match="lacks 2 of the dataset's 4 articles"):
        ingest(settings)
    assert {row["withdrawn"] for row in ledger(settings).values()} == {None}
    assert ingest(settings, accept_removals=True).marked == {"removed": 2}


def test_an_article_that_inventories_lack_and_the_bucket_has_stops_no_ingest(
    bucket: PmcBucket, settings: IngestSettings, tmp_path: Path
) -> None:
    bucket.on(1)
    for number in (1, 2, 3, 4):
        bucket.put(number, drawn(number, tmp_path))
    bucket.write_inventory(1)
    ingest(settings)
    bucket.on(2).forget("PMC1.1")
    bucket.remove("PMC2.1")
    bucket.write_inventory(2)
    second = ingest(settings)
    assert (second.marked, second.listed) == ({"removed": 1}, 1)
    assert {name: row["withdrawn"] for name, row in ledger(settings).items()} == {
        "PMC1": None,
        "PMC2": "removed",
        "PMC3": None,
        "PMC4": None,
    }
    bucket.on(3).put(5, drawn(5, tmp_path))
    bucket.write_inventory(3)
    third = ingest(settings)
    assert (third.marked, third.listed) == ({}, 1)


def test_the_flows_parameters_take_json() -> None:
    from flows.ingest_pmc import ingest_pmc

    parameters = {"out": "s3://b/pmc", "licenses": ["CC0"], "since": "2026-11-01", "limits": {"timeout": 5}}
    settings = ingest_pmc.validate_parameters({"settings": parameters})["settings"]
    assert (settings.licenses, settings.limits.timeout) == (("CC0",), 5.0)
    assert str(settings.since) == "2026-11-01"
    nightly = {"out": "s3://b/pmc", "since": None, "inventory": None}
    settings = ingest_pmc.validate_parameters({"settings": nightly})["settings"]
    assert settings.licenses == REDISTRIBUTABLE


def test_an_ingest_is_a_flow_run_too(prefect: Server, s3: Store, tiny_bundle: Path, tmp_path: Path) -> None:
    bucket, out = PmcBucket(s3), tmp_path / "out"
    bucket.put(1, drawn(1, tmp_path))
    bucket.write_inventory(1)
    command = ("ingest", "--out", out, "--model", tiny_bundle, "--workers", 1)
    done = figmill(*command, home=tmp_path, PREFECT_API_URL=prefect.url, **s3.environment)
    assert done.returncode == 0, done.stderr
    assert "1 new, changed or gone" in done.stdout
    assert [row["status"] for row in ledger(IngestSettings(out=str(out))).values()] == ["ok"]
    (run,) = prefect.ask("flow_runs/filter", flow_runs={"name": {"any_": [f"ingest into {out}"]}})
    assert run["state_type"] == "COMPLETED"
    of_run = {"flow_run_id": {"any_": [run["id"]]}, "type": {"any_": ["table"]}}
    (artifact,) = prefect.ask("artifacts/filter", artifacts=of_run)
    assert {"what": "papers ok", "number": 1, "detail": ""} in json.loads(artifact["data"])
