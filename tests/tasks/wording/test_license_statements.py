"""Which licence a page states of its own article, among those that it names."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.wording.license_statements import stated_license

BY = "Creative Commons Attribution License"


@pytest.mark.parametrize(
    ("text", "license_"),
    [
        (f"This is an open access article distributed under the {BY}, which permits unrestricted use.", "CC BY"),
        ("balance in This is an Open Access article, under the CC BY-NC-ND license.", "CC BY-NC-ND"),
        ("This open access article is distributed under Creative Commons CC BY-NC 4.0.", "CC BY-NC 4.0"),
        (f"This work is published by Dove Ltd., and licensed under {BY} (unported, v3.0).", "CC BY 3.0"),
        ("Open Access This article is licensed under a Creative Commons Attribution 4.0 License.", "CC BY 4.0"),
        ("This article, published in Genomes, is available under a CC BY-NC 4.0 license.", "CC BY-NC 4.0"),
        (f"This is an open access journal, and articles are distributed under the {BY}.", "CC BY"),
        ("This article is distributed in accordance with the terms of the CC BY-NC 4.0 license.", "CC BY-NC 4.0"),
        ("The copyright holder has granted a license to display the preprint. It is made available under a "
         "CC-BY 4.0 International license.", "CC BY 4.0"),
        ("Content from this work may be used under the Creative Commons Attribution 3.0 licence.", "CC BY 3.0"),
        ("Reuse permitted under CC BY-NC. No commercial re-use. Published by BMJ.", "CC BY-NC"),
        ("The full terms of this license are available at https://dovepress.com/terms.php and incorporate the Creative "
         "Commons Attribution – Non Commercial (unported, v3.0) License.", "CC BY-NC 3.0"),
        ("This article is licensed under CC0 1.0.", "CC0 1.0"),
        ("© 2016 by the authors; licensee MDPI. This article is an open access article distributed under the terms and "
         "conditions of the Creative Commons by Attribution (CC-BY) license "
         "(http://creativecommons.org/licenses/by/4.0/).", "CC BY 4.0"),
        ("© The Author(s) 2019 Figures Open Access This article is licensed under CC BY 4.0.", "CC BY 4.0"),
        ("© 2026 the authors, licensed under CC BY-NC 4.0.", "CC BY-NC 4.0"),
        ("© 2020 The Authors. Published under the terms of the CC BY 4.0 license.", "CC BY 4.0"),
        ("Copyright 2020 Smith et al. Distributed under Creative Commons CC-BY 4.0", "CC BY 4.0"),
        ("(c) 2013 The Authors. Licensed under CC BY 3.0.", "CC BY 3.0"),
        ("© 2013 The Authors. Published by Elsevier Ltd. Open access under CC BY-NC-ND license.", "CC BY-NC-ND"),
        ("Published by the American Physical Society under the terms of the Creative Commons Attribution 4.0 License.",
         "CC BY 4.0"),
        ("The copyright holder for this preprint is the author, who has granted a license to display it. "
         "It is made available under aCC-BY-NC 4.0 International license.", "CC BY-NC 4.0"),
        ("All article content, except where otherwise noted, is licensed under a CC BY 4.0 license.", "CC BY 4.0"),
        ("Original content from this work may be used under the terms of the CC BY 3.0 licence.", "CC BY 3.0"),
        ("© Ada et al.; some rights reserved. This article is under CC BY 4.0.", "CC BY 4.0"),
        ("Este es un artículo publicado en acceso abierto bajo una licencia Creative Commons CC BY 4.0.", "CC BY 4.0"),
    ],
)  # fmt: skip
def test_what_publishers_print_of_their_article_is_its_licence(text: str, license_: str) -> None:
    assert stated_license(f"Growth of cells. {text} We grew cells.") == license_


@pytest.mark.parametrize(
    "text",
    [
        "All rights reserved. Data are available at Zenodo under CC BY 4.0.",
        "Icons by Servier, CC BY 3.0.",
        "Parts were drawn by Servier Medical Art, licensed under a Creative Commons Attribution 3.0 License.",
        "This article uses icons licensed under CC BY 3.0.",
        "This article is illustrated with icons licensed under CC BY 3.0.",
        "The data of this article are licensed under CC BY 4.0.",
        "The code for this work is released under CC BY 4.0.",
        "This work is based on data distributed under CC BY 4.0.",
        "This article is not licensed under CC BY 4.0.",
        "This dataset is licensed under CC BY 4.0.",
        "© 2020 Elsevier. The maps are of others. Distributed under CC BY 4.0.",
        "Our scripts are at GitHub. Licensed under CC BY 4.0.",
        "© 2020 The Authors. All rights reserved. Published under CC BY 4.0.",
        "This article is © 2020 Elsevier. See http://creativecommons.org/licenses/by/4.0/ for its photographs.",
        "Photo © 2010 Smith et al. Licensed under CC BY 3.0.",
        "© 2010 Servier, licensed under CC BY 3.0.",
        "This article is published under an exclusive license.",
        "",
    ],
)
def test_a_licence_of_data_icons_or_others_is_not_the_articles(text: str) -> None:
    assert stated_license(f"Growth of cells. {text}") is None


def test_what_is_excepted_from_a_licence_does_not_name_it() -> None:
    text = "This article is under the CC BY-NC license, except for icons (http://creativecommons.org/licenses/by/3.0/)."
    assert stated_license(text) == "CC BY-NC"


def test_the_version_comes_from_where_a_copy_of_the_licence_is_to_be_seen() -> None:
    said, copy = f"This article is licensed under a {BY}.", "To view a copy of this licence, visit {}."
    address = "http://creativecommons.org/licenses/{}/4.0/"
    assert stated_license(f"{said} {copy.format(address.format('by'))}") == "CC BY 4.0"
    assert stated_license(f"{said} {copy.format(address.format('by-nc'))}") == "CC BY"
    assert stated_license(f"{said} Icons by Servier, CC BY 3.0.") == "CC BY"
    unnamed = "This article is licensed under a Creative Commons licence."
    assert stated_license(f"{unnamed} {copy.format(address.format('by-nc'))}") == "CC BY-NC 4.0"


@given(st.text())
def test_any_text_states_a_licence_or_none(text: str) -> None:
    stated_license(f"This article is {text} under CC {text}")


@pytest.mark.parametrize(
    "words",
    [
        "This is an ",
        "copyright authors ",
        "This is an article under attribution ",
        "under the ",
        "© ",
        "This article, x, is ",
        "Published. © ",
    ],
)
def test_a_page_full_of_beginnings_takes_no_time(words: str) -> None:
    start = time.process_time()
    assert stated_license(words * 20_000) is None
    assert time.process_time() - start < 5
