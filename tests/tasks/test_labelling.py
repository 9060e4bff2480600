"""A shard from PDFs to its part: batches across papers, order within a paper, bad images kept as rows."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from models.bundle import Description, save_bundle
from models.captions import caption_features
from models.networks import build_network
from models.predict import load_predictor
from models.transforms import Transform
from tasks.bundles import open_bundle
from tasks.classifying import Classifier
from tasks.dataset import Dataset
from tasks.demo import make_papers
from tasks.errors import UnusableBundleError
from tasks.labelling import label_shard, stamp_of
from tasks.progress import Listener
from tasks.records import Extraction, Failure, LabelledPaper, Paper, Shard
from tasks.settings import LabelSettings
from tasks.stopwatch import Stopwatch
from tasks.workers import stop_shared_pools
from tests.tasks.small_records import extraction, failure


@pytest.fixture(scope="module", autouse=True)
def _no_processes_left() -> Iterator[None]:
    yield
    stop_shared_pools()


def settings(out: Path, bundle: Path, **options: object) -> LabelSettings:
    return replace(LabelSettings((), str(out), model=str(bundle), device="cpu", workers=1), **options)


def label(results: list[Extraction | Failure], bundle: Path, batch: int) -> list[LabelledPaper | Failure]:
    info = open_bundle(str(bundle))
    with Classifier(info, settings(Path(), bundle, batch_size=batch), Stopwatch()) as classifier:
        return list(classifier.label(results))


@pytest.mark.parametrize("batch", [1, 4, 32])
def test_every_subfigure_gets_its_own_score_whatever_the_batch(tiny_bundle: Path, batch: int) -> None:
    papers = [extraction(number, figures=2, subfigures=number) for number in (3, 0, 5, 1)]
    done = label([*papers, failure(9)], tiny_bundle, batch)
    assert sorted(type(one).__name__ for one in done) == ["Failure", *["LabelledPaper"] * 4]
    predictor = load_predictor(tiny_bundle, "cpu")
    for one in done:
        if isinstance(one, LabelledPaper):
            images = [s.image.data for figure in one.extraction.figures for s in figure.subfigures]
            assert len(one.scores) == len(images)
            for data, score in zip(images, one.scores, strict=True):
                alone = predictor.predict(predictor.prepare(data)[None])
                assert score is not None
                np.testing.assert_allclose(score.probabilities, alone.probabilities[0], atol=1e-4)


def test_captions_count_where_the_network_reads_them(tmp_path: Path) -> None:
    """A bundle whose head looks at the words alone: the subcaption, or else the figure's caption."""
    network = build_network("densenet121+captions", 2)
    words = torch.from_numpy(caption_features(["electron micrograph", "fluorescence"]))
    torch.nn.init.zeros_(network.fc.weight)
    with torch.no_grad():
        network.fc.weight[:, -words.shape[1] :] = 9 * words
    description = Description(
        name="words", model="densenet121+captions", classes=("DMEL", "DMFL"), transform=Transform(size=64)
    )
    save_bundle(tmp_path / "bundle", description, network, "")
    paper = extraction(1, figures=1, subfigures=2)
    (figure,) = paper.figures
    first, second = figure.subfigures
    figure = replace(
        figure,
        caption="An electron micrograph.",
        subfigures=(replace(first, subcaption="Fluorescence."), replace(second, subcaption=None)),
    )
    (done,) = label([replace(paper, figures=(figure,))], tmp_path / "bundle", batch=4)
    assert isinstance(done, LabelledPaper)
    assert [score is not None and int(score.probabilities.argmax()) for score in done.scores] == [1, 0]


def test_an_image_that_cannot_be_decoded_is_not_scored_and_stops_nothing(tiny_bundle: Path) -> None:
    bad = extraction(1, figures=1, subfigures=2, data=b"\x89PNG but no")
    done = label([bad, extraction(2)], tiny_bundle, batch=4)
    scores = {one.extraction.paper.paper_id[-1]: one.scores for one in done if isinstance(one, LabelledPaper)}
    assert scores["1"] == (None, None)
    assert None not in scores["2"]


def test_papers_are_taken_only_as_the_classifier_gets_on(tiny_bundle: Path) -> None:
    taken = []

    def papers() -> Iterator[Extraction]:
        for number in range(1, 50):
            taken.append(number)
            yield extraction(number, figures=1, subfigures=4)

    info, batch, subfigures = open_bundle(str(tiny_bundle)), 8, 4
    in_flight = -(-load_predictor(tiny_bundle, "cpu").at_once // batch) + 2
    with Classifier(info, settings(Path(), tiny_bundle, batch_size=batch), Stopwatch()) as classifier:
        next(classifier.label(papers()))
    assert len(taken) <= batch // subfigures * in_flight


def test_a_shard_of_real_pdfs_becomes_a_part(tmp_path: Path, tiny_bundle: Path) -> None:
    pdfs = make_papers(tmp_path / "pdf")
    (tmp_path / "text.pdf").write_text("no PDF")
    papers = tuple(
        Paper(hashlib.sha256(pdf.read_bytes()).hexdigest(), str(pdf))
        for pdf in (*pdfs, tmp_path / "text.pdf")
    )
    listener = Listener()
    with Dataset(tmp_path / "out", stamp_of(open_bundle(str(tiny_bundle)))) as dataset:
        shard = Shard(dataset.shard_name(["x"]), papers, failures=(failure(7, "missing"),))
        outcome = label_shard(shard, settings(tmp_path / "out", tiny_bundle), listener)
    rows = pq.read_table(tmp_path / "out" / "subfigures").to_pylist()
    assert len(rows) == outcome.subfigures >= 6
    assert outcome.by_status == {"ok": 2, "failed": 2}
    assert {failed.kind for failed in outcome.failures} == {"missing", "not_a_pdf"}
    assert (listener.papers, listener.failures, listener.subfigures) == (4, 2, len(rows))
    assert set(outcome.stage_seconds) == {"extract", "prepare", "classify", "write"}
    for paper in papers[:2]:
        mine = [
            (row["figure_index"], row["subfigure_index"]) for row in rows if row["paper_id"] == paper.paper_id
        ]
        assert mine == sorted(mine) != []
    for row in rows:
        assert hashlib.sha256(row["image"]["bytes"]).hexdigest() == row["image_sha256"]
        assert row["confidence"] == max(row["probabilities"])
        assert sum(row["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_an_unknown_model_is_named() -> None:
    with pytest.raises(UnusableBundleError, match="unknown model 'nosuch'"):
        open_bundle("nosuch")


def test_a_bundle_that_does_not_load_ends_the_shard_and_leaves_nothing(
    tmp_path: Path, tiny_bundle: Path
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in tiny_bundle.iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    weights = broken / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    (pdf, _) = make_papers(tmp_path / "pdf")
    with Dataset(tmp_path / "out", stamp_of(open_bundle(str(broken)))) as dataset:
        shard = Shard(
            dataset.shard_name(["x"]), (Paper(hashlib.sha256(pdf.read_bytes()).hexdigest(), str(pdf)),)
        )
        with pytest.raises(UnusableBundleError, match="cannot be read"):
            label_shard(shard, settings(tmp_path / "out", broken))
        assert list(dataset.out.rglob("*.parquet*")) == []
