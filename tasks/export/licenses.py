"""Licences as papers name them, as others do: the Hub's identifiers, the licences' addresses."""

from __future__ import annotations

import re

_CREATIVE_COMMONS = re.compile(r"CC (BY(?:-(?:NC-ND|NC-SA|NC|ND|SA))?) (\d\.\d)")
_ZERO = re.compile(r"CC0(?: 1\.0)?")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_OF_THE_HUB = """
cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0
cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0
"""
_KNOWN = frozenset(_OF_THE_HUB.split())


def url(license_: str) -> str | None:
    """Where a licence stands on the web: https://creativecommons.org/licenses/by/4.0/; None where nobody knows, as of
    one whose version is not said."""
    if found := _CREATIVE_COMMONS.fullmatch(license_):
        return f"https://creativecommons.org/licenses/{found[1].lower()}/{found[2]}/"
    if _ZERO.fullmatch(license_):
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    return license_ if _URL.fullmatch(license_) else None


def address(license_: str) -> str:
    """Where a licence stands on the web, else what it is called."""
    return url(license_) or license_


def identifier(license_: str | None) -> str | None:
    """What the Hugging Face Hub calls a licence: `cc-by-4.0`; None for one that it does not list."""
    if license_ and _ZERO.fullmatch(license_):
        return "cc0-1.0"
    name = (license_ or "").lower().replace(" ", "-")
    return name if name in _KNOWN else None
