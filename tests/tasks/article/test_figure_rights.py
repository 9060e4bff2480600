"""Whose a figure is: captions and permissions that credit others, and the line that must be printed."""

import datetime as dt

import pytest
from defusedxml.ElementTree import fromstring

from tasks.article.figure_rights import (
    attribution,
    credited_in_text,
    credits,
    joined_rights,
    printed_rights,
    read_rights,
)
from tasks.records import Mention, Metadata, Rights

ARTICLE = fromstring(
    "<permissions><copyright-statement>© 2020 Ada et al.</copyright-statement></permissions>"
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Reproduced with permission from Elsevier.",
        "Adapted from Smith et al. (2012).",
        "Modified from [32].",
        "Image courtesy of A. Person.",
        "Reprinted by permission from Springer Nature.",
        "Photo credit: NASA.",
        "Photograph by Ansel Adams.",
        "The map was redrawn after Jones.",
        "Reproduced from ref. 7 under CC BY 4.0.",
        "© 2010 Wiley.",
        "Source: WHO, 2019.",
        "Adapted with permission from ref. 12.",
        "The protocol was modified from Smith et al., and the drawing is reproduced with permission from Wiley.",
    ],
)
def test_a_caption_that_credits_another_source_is_a_third_partys(sentence: str) -> None:
    rights = printed_rights(f"Growth of cells. {sentence} Bars: 5 μm.")
    assert rights == Rights(third_party=True, attribution=sentence)


@pytest.mark.parametrize(
    "caption",
    [
        "Growth of cells adapted to cold.",
        "Cells taken from mice.",
        "The protocol was modified from Smith et al.",
        "Written permission was given by the patient's parents.",
        "Modified cells and reproduced results.",
        "Data source and sample sizes.",
    ],
)
def test_a_caption_that_credits_none_is_the_articles_own(caption: str) -> None:
    assert credits(caption) is None
    assert printed_rights(caption) == Rights(third_party=False)


def test_of_a_figure_without_words_nothing_is_said() -> None:
    assert printed_rights(None) == Rights()


def test_permissions_of_another_holder_or_licence_are_the_figures_own() -> None:
    other = fromstring(
        "<permissions><copyright-statement>© 2009 Elsevier</copyright-statement>"
        "<license><license-p>Used under a CC BY-NC 4.0 licence.</license-p></license></permissions>"
    )
    assert read_rights("Cells.", [other], [ARTICLE], "CC BY 4.0") == Rights(
        "CC BY-NC 4.0", True, "© 2009 Elsevier"
    )
    words = fromstring(
        "<permissions><license><license-p>All rights reserved.</license-p></license></permissions>"
    )
    assert read_rights("Cells.", [words], [ARTICLE], "CC BY 4.0").license == "All rights reserved."


def test_permissions_that_repeat_the_articles_are_not() -> None:
    same = fromstring(
        "<permissions><copyright-statement>© 2020, Ada et al</copyright-statement>"
        "<license href='http://creativecommons.org/licenses/by/4.0/'/></permissions>"
    )
    assert read_rights("Cells.", [same], [ARTICLE], "CC BY 4.0") == Rights(third_party=False)


def test_what_is_attributed_is_credited() -> None:
    attrib = fromstring("<attrib>From the collection of A. Person</attrib>")
    assert read_rights(None, [attrib], [], None) == Rights(
        third_party=True, attribution="From the collection of A. Person"
    )


def test_a_source_that_stands_where_the_text_cites_the_figure_is_credited() -> None:
    said = [Mention(None, "The pathway is known (Fig. 1, modified from [32]) and another is not (Fig. 2).")]
    credited = Rights(third_party=True, attribution="Fig. 1, modified from [32].")
    assert credited_in_text(Rights(third_party=False), "Figure 1", said) == credited
    assert credited_in_text(Rights(third_party=False), "Figure 2", said) == Rights(third_party=False)
    assert credited_in_text(Rights(), None, said) == Rights()


NOTHING, OWN = Rights(), Rights(third_party=False)
PRINTED = Rights(third_party=True, attribution="Adapted from Smith.")


@pytest.mark.parametrize(
    ("stored", "printed", "joined"),
    [
        (NOTHING, PRINTED, PRINTED),
        (OWN, PRINTED, PRINTED),
        (NOTHING, OWN, OWN),
        (OWN, NOTHING, OWN),
        (NOTHING, NOTHING, NOTHING),
        (PRINTED, OWN, PRINTED),
        (
            Rights("CC BY 4.0", True, "© Wiley"),
            PRINTED,
            Rights("CC BY 4.0", True, "© Wiley Adapted from Smith."),
        ),
        (
            Rights(None, True, "© Wiley Adapted from Smith."),
            PRINTED,
            Rights(None, True, "© Wiley Adapted from Smith."),
        ),
    ],
)
def test_rights_of_the_jats_are_completed_by_the_printed_captions(
    stored: Rights, printed: Rights, joined: Rights
) -> None:
    assert joined_rights(stored, printed) == joined


def test_the_line_of_credit_names_authors_title_journal_link_figure_and_licence() -> None:
    metadata = Metadata(
        doi="10.1/x",
        title="Cells",
        authors=("Lovelace, Ada", "Bell, Jocelyn, Jr.", "The Group", "Curie, Marie"),
        journal="Journal",
        license="CC BY 4.0",
        published=dt.date(2020, 2, 1),
    )
    line = (
        "Ada Lovelace, Jocelyn Jr. Bell, The Group et al., “Cells”, Journal (2020), https://doi.org/10.1/x, Figure 2, "
        "CC BY 4.0."
    )
    assert attribution(Rights(), "Figure 2", metadata) == line
    own = Rights("CC BY-NC 4.0", True, "Courtesy of A. Person.")
    assert (
        attribution(own, "Figure 2", metadata) == f"Courtesy of A. Person. {line.replace('BY 4', 'BY-NC 4')}"
    )
    assert attribution(Rights(), "Figure 2", Metadata(license="CC BY 4.0")) is None
