from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.data.imageclef import DataError
from models.default.sentences import read_with
from models.default.text_model import (
    FLOOR,
    HASHING,
    fit_text_model,
    gather_words,
    prepare_fitter,
    read_listed_words,
    read_texts,
)
from models.default.written.text import WrittenText
from models.inference.words import TextView, Words, read_sentences
from tests.models.panel_arrays import arrays, training_panels
from tests.models.small_sentences import publish

LISTED = [(Words(None, "SEM of a fracture"), "DMTR", 3)]


def test_a_list_is_read_with_its_counts(tmp_path: Path) -> None:
    file = tmp_path / "captions.tsv"
    file.write_text("ID\tCAPTION\tMODALITY\n1\tA cell\tDMFL\n2\tA cell\tDMFL\n3\t\tDMEL\n")
    assert read_listed_words(file) == [(Words(None, "A cell"), "DMFL", 2)]
    file.write_text("a\tb\n1\t2\n")
    with pytest.raises(DataError, match="CAPTION and MODALITY"):
        read_listed_words(file)


def test_captions_that_panels_share_count_less() -> None:
    data = arrays(training_panels())
    found = gather_words(data, LISTED)
    own = np.array([words.own is not None for words in found.words])
    published = np.array([place >= 0 and data.kinds[place] == "published" for place in found.places])
    assert (found.weights[own & published] == 1).all()
    assert found.places[-1] == -1
    assert found.weights[-1] == pytest.approx(3**0.5)


def test_texts_that_many_panels_share_are_one() -> None:
    texts = gather_words(arrays(training_panels()), LISTED)
    both = [text for words in texts.words for text in (words.nearest, words.caption)]
    assert len(both) > len(texts.distinct)
    assert set(texts.distinct) - {""} == {text for text in both if text}
    assert texts.distinct == sorted(set(texts.distinct))


def test_the_model_reads_what_panels_say() -> None:
    data = arrays(training_panels())
    fitter = prepare_fitter(gather_words(data, LISTED), data.classes)
    view = TextView(fit_text_model(fitter, data), HASHING, FLOOR)
    ratios = view.log_ratios([Words(None, "TEM micrograph"), Words("bar plot", None), None])
    assert ratios[0].argmax() == 0
    assert ratios[1].argmax() == 1
    assert not ratios[2].any()
    others = np.flatnonzero(data.groups != "article 0")
    said = read_texts(fitter, data, others)(np.array([0]))
    assert said[0, :2].argmax() == 0
    assert said.shape == (1, 2 + 2)


def test_sentences_are_read_beside_terms_and_tell_kinds_alone(tmp_path: Path) -> None:
    data = arrays(training_panels())
    texts = gather_words(data, LISTED)
    reader = read_with(publish(tmp_path / "published"), tmp_path / "sentences.safetensors", texts.distinct)
    model = fit_text_model(prepare_fitter(texts, data.classes, reader), data)
    assert model.kinds is None
    assert model.sentence_kinds is not None
    assert model.sentences is not None
    said = read_sentences(reader, texts.words) @ model.sentences + model.sentences_bias
    first = texts.codes == data.classes[0]
    spoken_for = said[:, 0] - said[:, 1]  # so few texts say little, but they say it of the right class
    assert spoken_for[first].mean() > spoken_for[~first].mean()
    alone = fit_text_model(prepare_fitter(texts, data.classes), data)
    assert (model.weight == alone.weight).all()


def test_words_bear_on_the_kind_of_chart() -> None:
    panels = training_panels()
    spoken = {"bar": "mean expression in bars", "line": "course over time"}
    told = [replace(p, words=Words(spoken[p.chart], None)) if p.chart else p for p in panels]
    data = arrays(told)
    view = TextView(
        fit_text_model(prepare_fitter(gather_words(data, []), data.classes), data), HASHING, FLOOR
    )
    added = view.kind_logits([Words("expression in bars", None), Words("course", None), None])
    assert added is not None
    assert added[0, 0] > added[0, 1]
    assert added[1, 0] < added[1, 1]
    assert not added[2].any()


def test_what_is_written_teaches_words_that_no_panel_came_with() -> None:
    data = arrays([replace(p, chart="") for p in training_panels()])
    written = [
        WrittenText(Words("Micrograph by transmission.", None), "DMTR"),
        *[WrittenText(Words(f"Kaplan-Meier {n}.", None), "GFIG", "survival") for n in ("a", "b")],
        WrittenText(Words("Clades.", None), "GFIG", "tree"),
        WrittenText(Words("Angiogram.", None), "DRAN"),
    ]
    texts = gather_words(data, LISTED, written)
    assert "DRAN" not in texts.codes
    assert texts.weights[-4] == pytest.approx(texts.weights[-3:].sum())
    assert texts.chart_weights[-3:-1].sum() == pytest.approx(texts.chart_weights[-1])
    assert texts.chart_weights[-4] == 0
    assert (texts.places[-4:] == -1).all()
    with_written = TextView(fit_text_model(prepare_fitter(texts, data.classes), data), HASHING, FLOOR)
    without = TextView(
        fit_text_model(prepare_fitter(gather_words(data, LISTED), data.classes), data), HASHING, FLOOR
    )
    unseen = [Words(None, "Kaplan-Meier")]
    gain = with_written.log_ratios(unseen)[0] - without.log_ratios(unseen)[0]
    assert gain[1] > gain[0]


def test_what_is_written_bears_on_kinds_of_chart_that_are_published() -> None:
    data = arrays(training_panels())
    written = [
        WrittenText(Words("Growth.", None), "GFIG", "line"),
        WrittenText(Words("Clades.", None), "GFIG", "tree"),
    ]

    def added(written: list[WrittenText], said: str) -> float:
        model = fit_text_model(prepare_fitter(gather_words(data, [], written), data.classes), data)
        logits = TextView(model, HASHING, FLOOR).kind_logits([Words(said, None)])
        assert logits is not None
        assert logits.shape == (1, 2)
        return float(logits[0, 1] - logits[0, 0])

    assert added(written, "Growth") > added([], "Growth")
