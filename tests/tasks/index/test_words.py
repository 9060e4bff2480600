"""What a reader types becomes terms: modalities by any of their names, phrases, no stop words."""

import pytest

from tasks.index.words import modality_words, parse


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("cells and nuclei", [("cells",), ("nuclei",)]),
        ("Figures of the", [("Figures",), ("of",), ("the",)]),
        ('"loss of cristae" liver', [("loss of cristae",), ("liver",)]),
        ("IL-6, (p < 0.05)", [("IL-6",), ("p",), ("0.05",)]),
        ("mitochondria", [("mitochondria", "mitochondrial", "mitochondrium", "mitochondrion")]),
        ("cell cell", [("cell",)]),
        ("?! ...", []),
    ],
)
def test_terms(text: str, terms: list[tuple[str, ...]]):
    assert parse(text) == terms


@pytest.mark.parametrize(
    "text", ["TEM", "transmission electron micrographs", "Transmission Electron Microscopy"]
)
def test_one_thing_by_any_of_its_names(text: str):
    (term,) = parse(text)
    assert term[:2] == ("tem", "transmission electron microscopy")


def test_a_longer_name_is_not_taken_for_a_shorter_one():
    assert parse("X-ray diffraction") == parse("XRD") != parse("X-ray")


def test_quotes_switch_the_other_names_off():
    assert parse('"TEM"') == [("TEM",)]


def test_a_class_has_the_words_by_which_people_ask_for_it():
    assert "western blot" in modality_words("GGEL")
    assert "tem" in modality_words("DMTR").split()
    assert modality_words(None) == ""
    assert "My class" in modality_words("My class")


def test_a_query_is_spelled_as_captions_are_stored():
    assert parse("5 \u00b5g") == parse("5 \u03bcg")
    assert parse("\ufb02uorescence") == parse("fluorescence")
