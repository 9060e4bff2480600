"""The classifier of a stream of papers: batches across papers, bounded, bad images kept as rows."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models.bundle.bundle import (
    Calibration,
    ExtraOutputs,
    Hashing,
    SetThresholds,
    WordsCalibration,
)
from models.bundle.description import Description
from models.bundle.serialization import save_bundle
from models.bundle.text_model import TextModel
from models.caption_features import caption_features
from models.inference.predict import load_predictor
from models.networks.build import build_network
from models.transforms import Transform
from tasks.bundles import open_bundle
from tasks.classifying import Classifier
from tasks.records import Extraction, LabelledPaper
from tasks.runs.outcomes import Failure
from tasks.settings import LabelSettings
from tasks.stopwatch import Stopwatch
from tests.tasks.small_records import extraction, failure


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


@pytest.fixture
def chart_bundle(tmp_path: Path) -> Path:
    """Format 2 with all that a bundle may say: sure of a bar chart that may be compound, whatever the picture."""
    extra = ExtraOutputs(torn=True, compound=True, kinds=("bar", "line"))
    description = Description(
        name="charts",
        model="resnet18:b1-0",
        classes=("DMFL", "GFIG"),
        transform=Transform(size=32),
        extra=extra,
        calibration=Calibration(words=WordsCalibration(temperature=1.0, own=0.5, caption=0.5)),
        hashing=Hashing(buckets=8),
        sets=SetThresholds(coverage=0.9, picture=(0.01, 0.01), words=(0.5, 0.5)),
    )
    network = build_network("resnet18:b1-0", 2 + len(extra.names))
    torch.nn.init.zeros_(network.fc.weight)
    with torch.no_grad():
        network.fc.bias.copy_(torch.tensor([0.0, 2.0, -20.0, 1.0, 3.0, 0.0]))
    nothing = {"weight": np.zeros((16, 2)), "idf": np.ones(8), "bias": np.zeros(2), "prior": np.full(2, 0.5)}
    text = TextModel(**{name: value.astype(np.float32) for name, value in nothing.items()})
    save_bundle(tmp_path / "charts", description, network, "", text=text)
    return tmp_path / "charts"


def test_a_score_has_the_kind_of_chart_and_how_sure_it_is_that_panels_are_one(chart_bundle: Path) -> None:
    (done,) = label([extraction(1, figures=1, subfigures=1)], chart_bundle, batch=1)
    assert isinstance(done, LabelledPaper)
    (score,) = done.scores
    assert score
    assert score.path == ("illustration", "illustration/chart", "illustration/chart/bar")
    assert score.compound == pytest.approx(0.731, abs=1e-3)


def test_a_set_is_that_of_panels_with_words_where_there_are_any_and_they_are_read(chart_bundle: Path) -> None:
    paper = extraction(1, figures=2, subfigures=1)
    told, silent = paper.figures
    silent = replace(
        silent, caption=None, subfigures=tuple(replace(one, subcaption=None) for one in silent.subfigures)
    )
    paper = replace(paper, figures=(told, silent))
    for captions, sets in ((True, [("GFIG",), ("GFIG", "DMFL")]), (False, [("GFIG", "DMFL")] * 2)):
        options = settings(Path(), chart_bundle, captions=captions)
        with Classifier(open_bundle(str(chart_bundle)), options, Stopwatch()) as classifier:
            (done,) = classifier.label([paper])
            assert classifier.precision
        assert isinstance(done, LabelledPaper)
        assert [score and score.members for score in done.scores] == sets


def test_a_bundle_that_says_neither_leaves_panels_and_sets_open(tiny_bundle: Path) -> None:
    (done,) = label([extraction(1, figures=1, subfigures=1)], tiny_bundle, batch=1)
    assert isinstance(done, LabelledPaper)
    (score,) = done.scores
    assert score
    assert score.compound is score.members is None


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
