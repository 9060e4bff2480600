"""What PMC says of an article in metadata/PMC<id>.<version>.json: its files, its licence, whether it is retracted."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tasks.errors import SettingsError
from tasks.records import Metadata
from tasks.texts import printable
from tasks.wording.licenses import FAMILIES, is_under, normal_license

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".gif")
"""Of the files that may be figures, those that are read best first."""
ANY_LICENSE = "*"
OTHER_CODES = ("TDM",)
"""PMC's codes for what is under no licence of Creative Commons: it may be mined for words alone."""
METADATA_BYTES = 4 * 2**20
"""The largest metadata that is read; PMC's have some kilobytes."""

_MOST_IMAGES = 500
"""Image files of one article; more are formulas, not figures."""
_MD5 = re.compile(r"[0-9a-f]{32}")
_LONGEST = 10_000
"""Letters of a title."""


@dataclass(frozen=True, slots=True, order=True)
class Listed:
    """A version of an article as an inventory lists it; `article` is the number of its PMCID."""

    article: int
    version: int
    etag: str

    @property
    def pmcid(self) -> str:
        """`PMC123`."""
        return f"PMC{self.article}"

    @property
    def folder(self) -> str:
        """`PMC123.1/`, where its files lie."""
        return f"{self.pmcid}.{self.version}/"

    @property
    def metadata_key(self) -> str:
        """Of its JSON."""
        return f"metadata/{self.pmcid}.{self.version}.json"


@dataclass(frozen=True, slots=True)
class File:
    """A file of an article in the bucket, with its MD5 (hex) where the metadata tells it."""

    key: str
    md5: str | None = None

    @property
    def name(self) -> str:
        """Without the folder."""
        return self.key.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class PmcArticle:
    """An article as its metadata has it."""

    listed: Listed
    metadata: Metadata
    retracted: bool
    historical_ocr: bool
    pdf: File | None
    jats: File | None
    images: tuple[File, ...] = field(repr=False)

    @property
    def files(self) -> tuple[File, ...]:
        """What is downloaded of it: PDF and JATS, or without a PDF the JATS and the images."""
        files = (self.pdf, self.jats) if self.pdf else (self.jats, *self.images)
        return tuple(file for file in files if file)


def parse_article(data: bytes, listed: Listed) -> PmcArticle:
    """An article's metadata. Raises ValueError where it is not in PMC's form, or of another article."""
    try:
        found = json.loads(data)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(found, dict) or found.get("pmcid") != listed.pmcid:
        raise ValueError(f"it is not the metadata of {listed.pmcid}")
    metadata = Metadata(
        pmcid=listed.pmcid,
        doi=_text(found.get("doi")),
        title=_text(found.get("title")),
        license=_license(found.get("license_code")),
    )
    return PmcArticle(
        listed=listed,
        metadata=metadata,
        retracted=_flag(found.get("is_retracted")),
        historical_ocr=_flag(found.get("is_historical_ocr")),
        pdf=_file(found.get("pdf_url"), listed),
        jats=_file(found.get("xml_url"), listed),
        images=_images(found.get("media_urls"), listed),
    )


def _license(code: Any) -> str | None:
    name = normal_license(_text(code))
    return None if name is not None and name.lower() == "none" else name


def _images(urls: Any, listed: Listed) -> tuple[File, ...]:
    files = (_file(url, listed) for url in (urls if isinstance(urls, list) else ()))
    images = [file for file in files if file and file.name.lower().endswith(IMAGE_SUFFIXES)]
    return tuple(images[:_MOST_IMAGES])


def why_not(article: PmcArticle, licenses: Collection[str]) -> str | None:
    """Why an article is not to be taken, in words that complete `left out: ...`; None where it is."""
    if article.retracted:
        return "retracted"
    if not is_licensed(article, licenses):
        return f"licence {article.metadata.license or 'not stated'}"
    if article.historical_ocr:
        return "scanned, text by OCR"
    if not article.pdf and not (article.jats and article.images):
        return "neither PDF nor images"
    return None


def is_licensed(article: PmcArticle, licenses: Collection[str]) -> bool:
    """Whether its licence is among those that were asked for, whatever their versions."""
    wanted = (normal_license(asked) or "" for asked in licenses)
    return ANY_LICENSE in licenses or any(is_under(article.metadata.license, asked) for asked in wanted)


def require_known(licenses: Collection[str]) -> None:
    """Raises SettingsError where a licence is asked for that PMC's metadata never name."""
    known = (*FAMILIES, *OTHER_CODES, ANY_LICENSE)
    for asked in licenses:
        if normal_license(asked) not in known:
            raise SettingsError(
                f"no article of PMC is under the licence {printable(asked)!r}: it has {', '.join(known)} (any)"
            )


def _file(url: Any, listed: Listed) -> File | None:
    """A file that lies in the article's own folder; None for any other address."""
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    name = unquote(parts.path).rpartition(listed.folder)[2]
    if not unquote(parts.path).endswith(f"/{listed.folder}{name}") or not _is_name(name):
        return None
    md5 = (parse_qs(parts.query).get("md5") or [""])[0].lower()
    return File(listed.folder + name, md5 if _MD5.fullmatch(md5) else None)


def _is_name(name: str) -> bool:
    return 0 < len(name) <= 255 and "/" not in name and name.strip(".") != "" and name.isprintable()


def _text(value: Any) -> str | None:
    return " ".join(value.split())[:_LONGEST] or None if isinstance(value, str) else None


def _flag(value: Any) -> bool:
    """What is neither true nor false counts as true, for either flag is a reason not to take an article."""
    return value not in (False, None, "", 0, "false", "False", "no", "N")
