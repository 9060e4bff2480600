"""Modalities by the names that people give them, and in words for people."""

import pytest

from models.taxonomy import SEVERAL_PANELS
from tasks.errors import InputError
from tasks.modalities import abstaining, describe_doubts, describe_modality, modality_path, with_code

BAR = ("illustration", "illustration/chart", "illustration/chart/bar-stacked")


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("dmel", "microscopy/electron"),
        ("Microscopy/", "microscopy"),
        ("illustration/chart/bar-stacked", BAR[-1]),
        ("My-Class", "my-class"),
    ],
)
def test_a_modality_is_named_by_code_by_path_or_by_a_path_of_the_dataset(wanted: str, path: str) -> None:
    assert modality_path(wanted, ["my-class", BAR[-1]]) == path


def test_what_no_row_can_have_is_an_error_that_names_what_is_near() -> None:
    with pytest.raises(InputError, match=r"no modality 'illustration/chart/bax': .*illustration/chart"):
        modality_path("illustration/chart/bax", [])


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("xray", "radiology/xray"),
        ("XRay/", "radiology/xray"),
        ("chart", "illustration/chart"),
        ("chart/bar-stacked", BAR[-1]),
        ("bar-stacked", BAR[-1]),
        ("light", "light"),
    ],
)
def test_the_end_of_a_path_names_a_modality_where_it_is_the_end_of_no_other(wanted: str, path: str) -> None:
    assert modality_path(wanted, ["light", BAR[-1], "mine/gel"]) == path


def test_an_end_of_several_paths_is_an_error_that_names_them() -> None:
    with pytest.raises(InputError, match=r"^several modalities end in 'gel': illustration/gel, mine/gel$"):
        modality_path("gel", ["mine/gel"])
    with pytest.raises(InputError, match=r"no modality 'xrai': radiology/xray"):
        modality_path("xrai", [])
    with pytest.raises(InputError, match=r"no modality '': .*microscopy"):
        modality_path("/", [])


@pytest.mark.parametrize(
    ("code", "path", "words"),
    [
        ("GFIG", BAR, "statistical figure, graph, chart: bar stacked"),
        ("GFIG", BAR[-1:], "statistical figure, graph, chart: bar stacked"),
        ("GFIG", BAR[:2], "statistical figure, graph, chart"),
        ("DMEL", ("microscopy",), "microscopy, perhaps electron microscopy"),
        ("DMEL", (), "electron microscopy"),
        ("My class", ("my-class",), "My class"),
    ],
)
def test_a_modality_in_words_says_the_kind_below_it_or_that_only_the_group_is_sure(
    code: str, path: tuple[str, ...], words: str
) -> None:
    assert describe_modality(code, path) == words


@pytest.mark.parametrize(
    ("code", "path", "words"),
    [
        ("DMEL", (), "abstains (perhaps DMEL electron microscopy)"),
        ("DMEL", ("microscopy",), "abstains (microscopy, perhaps DMEL electron microscopy)"),
        ("My class", ("my-class",), "abstains (perhaps My class)"),
    ],
)
def test_a_guess_is_hedged_once_and_the_code_stands_before_what_it_means(
    code: str, path: tuple[str, ...], words: str
) -> None:
    assert abstaining(with_code(code, describe_modality(code, path))) == words


def test_a_reader_is_told_what_else_it_may_be() -> None:
    assert describe_doubts(None, None) == describe_doubts(SEVERAL_PANELS, ("DMEL",)) == []
    assert describe_doubts(SEVERAL_PANELS + 0.01, ("DMEL", "DMFL")) == [
        "one of: electron microscopy / fluorescence microscopy",
        "may hold several panels",
    ]
    (many,) = describe_doubts(None, ("DRCT", "DRMR", "DRPE", "DRUS", "DRXR", "DRAN"))
    assert many.endswith("positron emission tomography / ultrasound / 2 more")
