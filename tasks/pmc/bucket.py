"""PMC's public bucket, read without credentials over HTTP: listings, and objects of a checked size and MD5.

What it holds was written by others: keys are asked for only in the form that PMC gives them, nothing is taken beyond
its limit, and no name from the bucket becomes the name of a file here.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tasks.errors import InputError, PaperError, SettingsError
from tasks.stores import web
from tasks.texts import printable

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_LISTING_BYTES = 16 * 2**20
_PAGE = 1000
"""Keys in one reply; S3 gives no more."""
_MOST_LISTINGS = 1000
_ATTEMPTS = 3
"""At a file whose MD5 is not the one that its metadata tells."""
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


class Bucket:
    """A bucket by its URI: `s3://NAME`, at AWS_ENDPOINT_URL or else at AWS, or an address of the web."""

    def __init__(self, uri: str) -> None:
        """Raises SettingsError where the URI names no bucket."""
        self.uri = uri.rstrip("/")
        if web.is_web(self.uri):
            self._base = self.uri
            return
        scheme, _, name = self.uri.partition("://")
        if scheme != "s3" or not _NAME.fullmatch(name):
            raise SettingsError(
                f"bucket is {printable(uri)!r}: s3://NAME, or the https:// address of a bucket"
            )
        endpoint = next(filter(None, map(os.environ.get, _ENDPOINTS)), "").rstrip("/")
        if endpoint:
            self._base = f"{endpoint}/{name}"
        else:  # a name with dots does not fit the certificate of its own host
            self._base = (
                f"https://s3.amazonaws.com/{name}" if "." in name else f"https://{name}.s3.amazonaws.com"
            )

    def uri_of(self, key: str) -> str:
        """An object's URI, the same wherever the bucket's store is."""
        return f"{self.uri}/{quote(key, safe='/')}"

    def address(self, key: str) -> str:
        """Where an object is read, by anybody."""
        return f"{self._base}/{quote(key, safe='/')}"

    def read(self, key: str, most_bytes: int) -> bytes:
        """A small object. Raises PaperError where it is not to be had, InputError where the bucket does not answer."""
        with self._answering():
            return web.read(self.address(key), most_bytes)

    def download(self, key: str, md5: str | None, target: Path, most_bytes: int) -> None:
        """An object as a file, compared with its MD5 (hex) where one is known. Raises as `read` does."""
        for _ in range(_ATTEMPTS):
            with self._answering():
                web.download(self.address(key), target, most_bytes)
            if md5 is None or _md5(target) == md5:
                return
            target.unlink()
        raise PaperError(
            "checksum", f"The file is not the one that PMC describes: its MD5 differs, {_ATTEMPTS} times."
        )

    def folders(self, prefix: str) -> list[str]:
        """The names of the folders right below a prefix that ends in a slash, sorted."""
        found = [
            _text(group, "Prefix")
            for page in self._list(prefix, "/")
            for group in page.iter("CommonPrefixes")
        ]
        return sorted(name.removeprefix(prefix).rstrip("/") for name in found)

    def sizes(self, prefix: str) -> dict[str, int]:
        """Key -> bytes of the objects whose keys begin with a prefix."""
        objects = (one for page in self._list(prefix) for one in page.iter("Contents"))
        return {_text(one, "Key"): int(_text(one, "Size") or 0) for one in objects}

    def _list(self, prefix: str, delimiter: str = "") -> Iterator[Element]:
        query = {"list-type": "2", "prefix": prefix, "max-keys": str(_PAGE)} | (
            {"delimiter": delimiter} if delimiter else {}
        )
        for _ in range(_MOST_LISTINGS):
            try:
                with self._answering():
                    data = web.read(f"{self._base}/?{urlencode(query)}", _LISTING_BYTES)
                page = _plain(fromstring(data))
            except PaperError as error:
                raise InputError(f"{self.uri} cannot be listed: {error.error}") from error
            except (ParseError, DefusedXmlException, ValueError, RecursionError) as error:
                raise InputError(
                    f"{self.uri} answers with something else than a listing: is it a bucket?"
                ) from error
            yield page
            following = _text(page, "NextContinuationToken")
            if not following:
                return
            query["continuation-token"] = following
        raise InputError(f"{self.uri} lists more than {_MOST_LISTINGS * _PAGE:,} keys under {prefix}")

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Tells an object that is not to be had from a bucket that does not answer, which ends the run."""
        try:
            yield
        except web.Unanswered as error:
            try:
                web.read(f"{self._base}/?{urlencode({'list-type': '2', 'max-keys': '1'})}", _LISTING_BYTES)
            except PaperError:
                raise InputError(
                    f"{self.uri} does not answer ({error.error.rstrip('.')}): what is finished is kept, "
                    "the same command goes on"
                ) from error
            raise


def _md5(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _plain(root: Element) -> Element:
    """The same elements without their namespace."""
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
    return root


def _text(element: Element, name: str) -> str:
    return element.findtext(name) or ""
