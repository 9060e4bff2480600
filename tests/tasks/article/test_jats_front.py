"""Front matter: dates, licences, authors; and of real articles of eight publishers, against values read by hand."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from tasks.article.jats import load_article
from tasks.article.jats_front import read_front
from tasks.records import Metadata

XML = Path(__file__).parents[4] / "shared" / "corpus" / "xml"

CC_BY = "Creative Commons Attribution License"


def front(meta: str, attributes: str = "") -> Metadata:
    article = fromstring(
        f"<article {attributes}><front><article-meta>{meta}</article-meta></front></article>"
    )
    return read_front(article, article.find("front/article-meta"))


def date(kind: str, *parts: str, tag: str = "pub-type") -> str:
    names = ("year", "month", "day")
    inner = "".join(f"<{name}>{part}</{name}>" for name, part in zip(names, parts, strict=False))
    return f"<pub-date {tag}='{kind}'>{inner}</pub-date>"


@pytest.mark.parametrize(
    ("dates", "published", "precision"),
    [
        ([date("ppub", "2016"), date("epub", "2016", "1", "17")], dt.date(2016, 1, 17), "day"),
        ([date("epub", "2016", "03", "02"), date("ppub", "2016", "2", "1")], dt.date(2016, 2, 1), "day"),
        ([date("ppub", "2003", "May"), date("pmc-release", "2003", "11", "1")], dt.date(2003, 5, 1), "month"),
        ([date("pmc-release", "2003", "11", "1")], dt.date(2003, 11, 1), "day"),
        ([date("collection", "2016"), date("ppub", "2015")], dt.date(2015, 1, 1), "year"),
        ([date("preprint", "2014", "1", "1"), date("epub", "2015", "1", "1")], dt.date(2015, 1, 1), "day"),
        ([date("pub", "2020", "2", "29", tag="date-type")], dt.date(2020, 2, 29), "day"),
        (["<pub-date iso-8601-date='2019-07-04'/>"], dt.date(2019, 7, 4), "day"),
        ([date("epub", "2019", "2", "30"), date("ppub", "2019", "3")], dt.date(2019, 3, 1), "month"),
        ([date("epub", "99999", "1", "1")], None, None),
        ([date("epub", "in press")], None, None),
        ([], None, None),
    ],
)
def test_the_earliest_complete_date_counts(
    dates: list[str], published: dt.date | None, precision: str | None
) -> None:
    found = front("".join(dates))
    assert (found.published, found.published_precision) == (published, precision)


@pytest.mark.parametrize(
    ("licence", "name"),
    [
        (f"<license><license-p>Under the {CC_BY}, which permits</license-p></license>", "CC BY"),
        (
            f"<license><p>{CC_BY} (<ext-link href='http://creativecommons.org/licenses/by/4.0/'>x</ext-link>)</p></license>",
            "CC BY 4.0",
        ),
        ("<license license-type='creativeCommonsBy-nc-nd'/>", "CC BY-NC-ND"),
        (
            "<license><license-p>Creative <bold>Commons</bold> Attribution 3.0</license-p></license>",
            "CC BY 3.0",
        ),
        ("<copyright-statement>licensed under CC BY-NC 4.0</copyright-statement>", "CC BY-NC 4.0"),
        ("<license license-type='open-access'><license-p>All may read it.</license-p></license>", None),
        ("", None),
    ],
)
def test_a_licence_is_read_from_its_address_its_code_or_its_words(licence: str, name: str | None) -> None:
    assert front(f"<permissions>{licence}</permissions>").license == name


def test_authors_are_those_who_wrote_it() -> None:
    def named(surname: str, given: str) -> str:
        return f"<name><surname>{surname}</surname><given-names>{given}</given-names></name>"

    group = (
        f"<contrib contrib-type='author'>{named('Curie', 'Marie')}</contrib>"
        f"<contrib contrib-type='author'><name-alternatives>{named('Wang', 'Da-Hu')}{named('王', '大')}"
        "</name-alternatives></contrib>"
        f"<contrib contrib-type='editor'>{named('No', 'Author')}</contrib>"
        "<contrib contrib-type='author'><collab>The Group<contrib-group><contrib contrib-type='author'>"
        f"{named('Member', 'A')}</contrib></contrib-group></collab></contrib>"
        "<contrib contrib-type='author'><string-name>Plato</string-name></contrib>"
    )
    found = front(f"<contrib-group>{group}</contrib-group><contrib-group content-type='editors'/>")
    assert found.authors == ("Curie, Marie", "Wang, Da-Hu", "The Group", "Plato")


def test_words_about_the_article() -> None:
    found = front(
        "<article-id pub-id-type='pmid'>123</article-id><article-id pub-id-type='doi'>https://doi.org/10.1/x</article-id>"
        "<article-categories><subj-group><subject>Biology</subject><subj-group><subject>Cells</subject></subj-group>"
        "</subj-group></article-categories>"
        "<abstract abstract-type='graphical'><p>A picture.</p></abstract>"
        "<abstract><title>Abstract</title><sec><title>Aim</title><p>To see.</p></sec>"
        "<sec><title>End</title><p>Seen.</p></sec></abstract>"
        "<kwd-group xml:lang='en'><kwd>cells</kwd><kwd>mice</kwd></kwd-group>"
        "<kwd-group xml:lang='fr'><kwd>souris</kwd></kwd-group>"
        "<kwd-group kwd-group-type='abbreviations'><kwd>ACC</kwd></kwd-group>"
        "<kwd-group kwd-group-type='MeSH'><kwd>Mice, Inbred</kwd></kwd-group>",
        "article-type='case-report' xml:lang='en'",
    )
    assert (found.pmid, found.doi, found.article_type) == ("123", "10.1/x", "case-report")
    assert found.abstract == "Aim To see. End Seen."
    assert found.keywords == ("cells", "mice")
    assert found.subjects == ("Biology", "Cells", "Mice, Inbred")


READ_BY_HAND: list[dict[str, Any]] = [
    {  # BioMed Central
        "file": "PMC11348766",
        "published": dt.date(2024, 8, 26),
        "license": "CC BY-NC-ND 4.0",
        "pmid": "39187788",
        "authors": ("Wang, Da-Hu", "Liu, Xin-Quan", 4),
        "type": "research-article",
        "keyword": "Eyelid warming masks",
        "mentions": {"figure 1": [""], "figure 2": [""]},
    },
    {  # Hindawi
        "file": "PMC4735921",
        "published": dt.date(2016, 1, 3),
        "license": "CC BY",
        "pmid": None,
        "authors": ("Tranesh, Ghassan", "Nassar, Aziza", 2),
        "type": "case-report",
        "keyword": None,
        "mentions": {
            "figure 1": ["ab", "ab"],
            "figure 2": ["ab", "ab"],
            "figure 3": ["", ""],
            "figure 4": ["ab", "ab"],
        },
    },
    {  # Dove
        "file": "PMC4708241",
        "published": dt.date(2016, 1, 6),
        "license": "CC BY-NC 3.0",
        "pmid": None,
        "authors": ("Ali, Huma", "Alkahtani, Saad", 7),
        "type": "research-article",
        "keyword": "NMR",
        "mentions": {
            "figure 1": [""],
            "figure 2": ["a", "b", "c", "d"],
            "figure 3": ["abc"],
            "figure 4": ["a", "b"],
            "figure 5": [""],
            "figure 6": ["", "c"],
            "figure 7": [""],
        },
    },
    {  # PLOS
        "file": "PMC5860693",
        "published": dt.date(2018, 3, 20),
        "license": "CC BY 4.0",
        "pmid": None,
        "authors": ("Ahmad, Aftab", "Mujeeb, Mohd", 5),
        "type": "research-article",
        "keyword": None,
        "mentions": {f"figure {number}": [""] for number in range(1, 7)} | {"figure 7": ["", "a", "b", "cd"]},
    },
    {  # Wiley
        "file": "PMC8019218",
        "published": dt.date(2021, 2, 27),
        "license": "CC BY-NC-ND 4.0",
        "pmid": "33548159",
        "authors": ("Takahashi, Shin", "Ishioka, Chikashi", 22),
        "type": "research-article",
        "keyword": "aCRCS",
        "mentions": {"figure 1": [""], "figure 3": ["", "a", "c", "d", "b", "e", "e"]},
    },
    {  # Frontiers
        "file": "PMC7380168",
        "published": dt.date(2020, 7, 17),
        "license": "CC BY 4.0",
        "pmid": None,
        "authors": ("Rubio, Luis", "Ferriol, Inmaculada", 3),
        "type": "review-article",
        "keyword": "hybridization",
        "mentions": {
            "figure 1": ["a", "b"],
            "figure 2": [""],
            "figure 3": [""],
            "figure 4": [""],
            "figure 5": ["a", "a", "b", "c", "c", "c"],
        },
    },
    {  # MDPI
        "file": "PMC6225489",
        "published": dt.date(2018, 9, 5),
        "license": "CC BY 4.0",
        "pmid": None,
        "authors": ("Sharma, Garima", "Lee, Sang-Soo", 4),
        "type": "research-article",
        "keyword": "silver nanoparticles",
        "mentions": {
            "figure 1": ["", ""],
            "figure 2": ["a", "b", "c", ""],
            "figure 3": ["", ""],
            "figure 4": ["", ""],
            "figure 5": ["", ""],
            "figure 6": [""],
        },
    },
    {  # Nature
        "file": "PMC5397855",
        "published": dt.date(2017, 4, 20),
        "license": "CC BY 4.0",
        "pmid": None,
        "authors": ("Plata-Rueda, Angelica", "Zanuncio, José Cola", 8),
        "type": "research-article",
        "keyword": None,
        "mentions": {
            "figure 1": [""],
            "figure 2": [""],
            "figure 3": [""],
            "figure 4": ["a", "b"],
            "figure 5": [""],
        },
    },
]


@pytest.mark.skipif(not XML.is_dir(), reason="no ../shared/corpus/xml")
@pytest.mark.parametrize("known", READ_BY_HAND, ids=[known["file"] for known in READ_BY_HAND])
def test_real_articles_say_what_was_read_by_hand(known: dict[str, Any]) -> None:
    article = load_article(XML / f"{known['file']}.xml")
    found = article.metadata
    assert (found.published, found.published_precision) == (known["published"], "day")
    assert (found.license, found.pmid, found.article_type) == (known["license"], known["pmid"], known["type"])
    authors = found.authors or ()
    assert (authors[0], authors[-1], len(authors)) == known["authors"]
    assert (found.keywords or (None,))[0] == known["keyword"]
    assert found.abstract
    cited: dict[str, list[str]] = {}
    for sentence in article.sentences:
        for key, letters in sentence.panels.items():
            cited.setdefault(key, []).append("".join(sorted(letters)))
    assert {key: cited.get(key) for key in known["mentions"]} == known["mentions"]


@pytest.mark.skipif(not XML.is_dir(), reason="no ../shared/corpus/xml")
def test_every_real_article_has_a_day_a_licence_and_authors() -> None:
    for file in sorted(XML.glob("*.xml")):
        found = load_article(file).metadata
        assert found.published_precision == "day", file.name
        assert found.license is not None, file.name
        assert found.authors, file.name


@pytest.mark.skipif(not XML.is_dir(), reason="no ../shared/corpus/xml")
def test_figures_have_their_ids_and_their_own_doi() -> None:
    (first, *_) = load_article(XML / "PMC5860693.xml").figures
    assert (first.facts.id, first.facts.doi) == ("pone.0193451.g001", "10.1371/journal.pone.0193451.g001")
