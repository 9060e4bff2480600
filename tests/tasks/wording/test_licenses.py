"""Licences as articles name them, in one vocabulary; whoever asks for a family means all its versions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import SettingsError
from tasks.wording.licenses import (
    FAMILIES,
    choose_licenses,
    family,
    find_license,
    is_under,
    normal_license,
)


@pytest.mark.parametrize(
    ("text", "license_"),
    [
        ("http://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
        ("https://creativecommons.org/licenses/by-nc-nd/4.0", "CC BY-NC-ND 4.0"),
        ("see https://creativecommons.org/licenses/by-\nnc/ 3.0/.", "CC BY-NC 3.0"),
        ("http://creativecommons.org/licenses/by/", "CC BY"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"),
        ("under the Creative Commons Attribution License, which permits", "CC BY"),
        ("the terms of the Creative Commons Attribution License (CC BY).", "CC BY"),
        ("a Creative Commons Attribution 4.0 International License", "CC BY 4.0"),
        ("Creative Commons Attribution – Non Commercial (unported, v3.0) License", "CC BY-NC 3.0"),
        ("Creative Commons Attribution-NonCommercial-NoDerivatives 4.0", "CC BY-NC-ND 4.0"),
        ("Creative Commons Attribution Non-Commercial No Derivs Licence", "CC BY-NC-ND"),
        ("Creative Commons Attribution-Share Alike 2.5 Generic", "CC BY-SA 2.5"),
        ("Creative Commons Attribution Noncommercial Licence version 3.0", "CC BY-NC 3.0"),
        ("Creative Commons by Attribution (CC-BY) license", "CC BY"),
        ("creativeCommonsBy-nc-nd", "CC BY-NC-ND"),
        ("ccbynclicense", "CC BY-NC"),
        ("CC BY-NC-SA 4.0", "CC BY-NC-SA 4.0"),
        ("cc-by-4.0", "CC BY 4.0"),
        ("CC0", "CC0"),
        ("cc0-1.0", "CC0 1.0"),
        ("© 2020 Elsevier. All rights reserved.", None),
        ("the CC bypass graft of 4.0 mm", None),
        ("0.5 CC 0.9 mL", None),
        ("", None),
    ],
)
def test_a_licence_is_found_however_it_is_named(text: str, license_: str | None) -> None:
    assert find_license(text) == license_


def test_the_version_comes_from_wherever_the_same_licence_has_one() -> None:
    words = "the Creative Commons Attribution License (CC BY)"
    assert find_license(f"{words} (http://creativecommons.org/licenses/by/4.0/)") == "CC BY 4.0"
    assert find_license(f"{words}. Others are CC BY-NC 3.0.") == "CC BY"


def test_the_waiver_for_an_articles_data_is_not_the_articles_licence() -> None:
    waiver = (
        "The Creative Commons Public Domain Dedication waiver (http://creativecommons.org/publicdomain/zero/1.0/) "
        "applies to the data made available in this article."
    )
    assert find_license(f"Creative Commons Attribution License. {waiver}") == "CC BY"
    assert find_license(waiver) == "CC0 1.0"


def test_what_no_licence_of_creative_commons_is_keeps_its_name() -> None:
    assert normal_license("  TDM \n only") == "TDM only"
    assert normal_license("CC-BY") == "CC BY"
    assert normal_license(" ") is None
    assert normal_license(None) is None


def test_a_family_is_asked_for_with_all_its_versions() -> None:
    assert family("CC BY 4.0") == family("CC BY") == "CC BY"
    assert family("TDM 2.0") == "TDM 2.0"
    assert is_under("CC BY 4.0", "CC BY")
    assert is_under("CC BY", "CC BY")
    assert not is_under("CC BY-NC 4.0", "CC BY")
    assert not is_under("CC BY 4.0", "CC BY 3.0")
    assert not is_under("CC BY", "CC BY 4.0")
    assert not is_under(None, "CC BY")


def test_licences_of_a_dataset_are_chosen_by_any_spelling_and_an_unknown_one_is_refused_with_the_list() -> (
    None
):
    known = ["CC BY 4.0", "CC BY 3.0", "CC BY-NC 4.0", "TDM"]
    assert choose_licenses("cc-by", known) == ["CC BY 3.0", "CC BY 4.0"]
    assert choose_licenses("CC BY 4.0", known) == ["CC BY 4.0"]
    assert choose_licenses("TDM", known) == ["TDM"]
    with pytest.raises(
        SettingsError, match=r"under the licence 'GPL': it has CC BY 3.0, CC BY 4.0, CC BY-NC 4.0, TDM"
    ):
        choose_licenses("GPL", known)
    with pytest.raises(SettingsError, match="knows no licence at all"):
        choose_licenses("CC BY", [])


@given(st.text(st.sampled_from("CBYcby -–NDSA0.4/creativcommonsattribution"), max_size=300))
def test_whatever_is_found_is_of_the_vocabulary(text: str) -> None:
    found = find_license(text)
    assert found is None or (family(found) in FAMILIES and find_license(found) == found)
