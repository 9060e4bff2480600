"""PMC's metadata: believed only in its own form, and its files only in the article's own folder."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.errors import SettingsError
from tasks.pmc.articles import File, Listed, PmcArticle, parse_article, require_known, why_not

LISTED = Listed(7, 2, "etag")
BASE = "https://pmc-oa-opendata.s3.amazonaws.com/"
MD5 = "0123456789abcdef0123456789abcdef"
LICENSES = ("CC0", "CC BY")


def article(**facts: Any) -> PmcArticle:
    known = {
        "pmcid": "PMC7",
        "license_code": "CC BY",
        "title": " A  title ",
        "doi": "10.1/x",
        "pdf_url": f"{BASE}PMC7.2/PMC7.2.pdf?md5={MD5}",
        "xml_url": f"s3://pmc-oa-opendata/PMC7.2/PMC7.2.xml?md5={MD5.upper()}",
    }
    return parse_article(json.dumps(known | facts).encode(), LISTED)


def test_an_article_is_what_its_metadata_says() -> None:
    found = article(media_urls=[f"{BASE}PMC7.2/a%20b.TIF", f"{BASE}PMC7.2/s1.docx", 5])
    assert found.pdf == File("PMC7.2/PMC7.2.pdf", MD5)
    assert found.jats == File("PMC7.2/PMC7.2.xml", MD5)
    assert found.images == (File("PMC7.2/a b.TIF"),)
    assert (found.metadata.title, found.metadata.license, found.metadata.pmcid) == (
        "A title",
        "CC BY",
        "PMC7",
    )
    assert found.files == (found.pdf, found.jats)
    assert article(pdf_url=None, media_urls=[f"{BASE}PMC7.2/a.gif"]).files[1].name == "a.gif"


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.org/x.pdf",
        f"{BASE}PMC8.2/PMC8.2.pdf",
        f"{BASE}PMC17.2/../PMC8.2/x.pdf",
        f"{BASE}PMC7.2/../../x.pdf",
        f"{BASE}PMC7.2/..%2f..%2fx.pdf",
        f"{BASE}PMC7.2/..",
        f"{BASE}PMC7.2/",
        f"{BASE}XPMC7.2/x.pdf",
        f"{BASE}PMC7.2/a\nb.pdf".replace("\n", "%0a"),
        f"{BASE}PMC7.2/{'x' * 300}.pdf",
        "http://[",
        7,
    ],
)
def test_a_file_that_lies_elsewhere_is_none_of_the_articles(url: Any) -> None:
    assert article(pdf_url=url).pdf is None


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, None),
        ({"license_code": "CC0"}, None),
        ({"license_code": "CC BY-NC"}, "licence CC BY-NC"),
        ({"license_code": "CC-BY"}, None),
        ({"license_code": "CC BY 4.0"}, None),
        ({"license_code": "TDM"}, "licence TDM"),
        ({"license_code": "none"}, "licence not stated"),
        ({"license_code": None}, "licence not stated"),
        ({"license_code": ["CC BY"]}, "licence not stated"),
        ({"is_retracted": True}, "retracted"),
        ({"is_retracted": "yes"}, "retracted"),
        ({"is_retracted": False}, None),
        ({"is_historical_ocr": True}, "scanned, text by OCR"),
        ({"pdf_url": None}, "neither PDF nor images"),
        ({"pdf_url": None, "media_urls": [f"{BASE}PMC7.2/a.jpg"]}, None),
        ({"pdf_url": None, "xml_url": None, "media_urls": [f"{BASE}PMC7.2/a.jpg"]}, "neither PDF nor images"),
    ],
)
def test_what_is_not_to_be_taken_is_said(facts: dict[str, Any], reason: str | None) -> None:
    assert why_not(article(**facts), LICENSES) == reason


def test_a_licence_that_pmc_has_not_is_refused_with_the_list_of_those_it_has() -> None:
    require_known(("CC BY", "cc-by-nc", "CC0", "TDM", "*"))
    for unknown in ("GPL", "CC BY 4.0"):
        with pytest.raises(
            SettingsError, match=rf"under the licence '{unknown}': it has CC0, CC BY, .*TDM, \* \(any\)"
        ):
            require_known((unknown,))


def test_any_licence_may_be_asked_for() -> None:
    assert why_not(article(license_code=None), ("*",)) is None


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"pmcid": "PMC8"}', b"\xff", b"[" * 100_000, b'{"pmcid": 7}']
)
def test_what_is_no_metadata_of_the_article_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_article(data, LISTED)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda some: st.lists(some) | st.dictionaries(st.text(), some),
)
NAMES = st.sampled_from(
    ["doi", "title", "license_code", "pdf_url", "xml_url", "media_urls", "is_retracted", "is_historical_ocr"]
)


@settings(max_examples=50)
@given(facts=st.dictionaries(NAMES, JSON))
def test_whatever_the_fields_hold_no_file_lies_elsewhere(facts: dict[str, Any]) -> None:
    found = parse_article(json.dumps({"pmcid": "PMC7"} | facts).encode(), LISTED)
    assert all(file.key == f"PMC7.2/{file.name}" for file in found.files)
    why_not(found, LICENSES)
