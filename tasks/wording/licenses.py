"""The one vocabulary of licences: `CC BY 4.0`, `CC BY` where no version is said, `CC0 1.0`.

Articles name theirs by an address, by a code (`CC-BY-NC`, `ccbynclicense`) or in words ("Creative Commons Attribution
License"). Whoever asks for `CC BY` means all its versions.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tasks.errors import SettingsError
from tasks.texts import printable

FAMILIES = ("CC0", "CC BY", "CC BY-SA", "CC BY-ND", "CC BY-NC", "CC BY-NC-SA", "CC BY-NC-ND")
"""The licences of Creative Commons, without their versions."""

LONGEST = 20_000
"""Letters of a text that are searched for a licence."""

_DASH = r"[\s\u00ad\u2010-\u2015\u2212_,/+-]*"
_VERSION = r"(?P<version>[1-4]\.[05])"
_ADDRESS = re.compile(
    rf"creativecommons\.org/\s*(?:licen[sc]es/\s*(?P<code>by(?:\s?-\s*(?:nc|nd|sa))*)|publicdomain/\s*(?P<zero>zero))"
    rf"(?:/\s*{_VERSION})?",
    re.IGNORECASE,
)
_CODE = re.compile(
    rf"(?:\b(?:CC|creative{_DASH}commons){_DASH}(?P<code>BY(?:{_DASH}(?:NC|ND|SA))*)(?:{_DASH}licen[sc]e)?(?![a-z])"
    rf"|\bCC{_DASH}(?P<zero>0|zero)(?![\d.]))(?:{_DASH}v?{_VERSION})?",
    re.IGNORECASE,
)
_WORDS = re.compile(
    rf"creative\s+commons{_DASH}(?:\(?CC\)?{_DASH})?(?:by{_DASH})?(?:"
    rf"(?P<code>attribution(?:{_DASH}(?:non{_DASH}commercial|no{_DASH}deriv(?:ative)?s?(?:{_DASH}works?)?|"
    rf"share{_DASH}alike))*)"
    rf"|(?P<zero>(?:zero|public{_DASH}domain{_DASH}dedication)))"
    rf"(?:[^.;]{{0,40}}?\bv?(?:ersion)?\s?{_VERSION})?",
    re.IGNORECASE,
)
_PARTS = (
    ("NC", re.compile(rf"nc|non{_DASH}commercial", re.IGNORECASE)),
    ("SA", re.compile(rf"sa|share{_DASH}alike", re.IGNORECASE)),
    ("ND", re.compile(rf"nd|no{_DASH}deriv", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
class _Named:
    """A licence that a text names."""

    family: str
    version: str | None

    @property
    def whole(self) -> str:
        return f"{self.family} {self.version}" if self.version else self.family


def find_license(text: str) -> str | None:
    """The licence of Creative Commons that a text names, in the vocabulary; None where it names none.

    An address counts before a code, a code before words; CC0 only where nothing else is named, for many articles put
    their data under it. The version is that of the first mention that has one.
    """
    named = list(_named(text[:LONGEST]))
    own = [one for one in named if one.family != "CC0"] or named
    if not own:
        return None
    same = [one for one in own if one.family == own[0].family]
    return next((one.whole for one in same if one.version), own[0].whole)


def normal_license(name: str | None) -> str | None:
    """A licence as whoever lists articles calls it, in the vocabulary; what it does not know stays as it is."""
    found = find_license(name) if name else None
    return found or (" ".join(name.split()) if name else None) or None


def family(license_: str) -> str:
    """A licence without its version: `CC BY` of `CC BY 4.0`; another text is its own family."""
    head, _, version = license_.rpartition(" ")
    return head if head in FAMILIES and version[:1].isdigit() else license_


def is_under(license_: str | None, asked: str) -> bool:
    """Whether a licence is the one that was asked for, or one of its versions."""
    return license_ is not None and asked in (license_, family(license_))


def choose_licenses(asked: str, known: Collection[str]) -> list[str]:
    """Those of the licences of a dataset that were asked for, spelled in whatever way.

    Raises SettingsError where it has none of them, with the list of what it has.
    """
    wanted = normal_license(asked) or asked
    found = sorted(license_ for license_ in known if is_under(license_, wanted))
    if not found:
        has = f"it has {', '.join(sorted(map(printable, known)))}" if known else "it knows no licence at all"
        raise SettingsError(f"no row is under the licence {printable(asked)!r}: {has}")
    return found


def _named(text: str) -> Iterator[_Named]:
    for pattern in (_ADDRESS, _CODE, _WORDS):
        for match in pattern.finditer(text):
            yield _Named("CC0" if match["zero"] else _family(match["code"]), match["version"])


def _family(code: str) -> str:
    own = re.sub(r"^(?:by|attribution)", "", code, flags=re.IGNORECASE)
    return "-".join(["CC BY", *(name for name, pattern in _PARTS if pattern.search(own))])
