"""Whose a figure is: its own licence, whether it is credited to others, and the line of credit that it must carry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element

from tasks.article.jats_front import license_in, text_of
from tasks.article.jats_prose import prose
from tasks.records import Mention, Metadata, Rights
from tasks.wording.citations import find_citations
from tasks.wording.labels import label_key
from tasks.wording.licenses import family
from tasks.wording.sentences import spans

LONGEST = 600
"""Letters of a line of credit."""
_BEFORE_CREDIT = 120
"""Letters before a phrase of credit that tell what it speaks of; more would cost the square of a hostile caption."""
_NAMED_AUTHORS = 3
"""Authors that a line of credit names before "et al."."""

_CREDIT = re.compile(
    r"\b(?:re-?produced|re-?printed|re-?published|re-?used|re-?drawn|adapted|adopted|modified|excerpted|borrowed)\s"
    r"(?:and\s\w+\s|here\s|in\spart\s|partially\s|slightly\s|with\s(?:\w+\s){0,3}?permissions?\s|by\s(?:\w+\s)?permission\s"
    r"|under\s[^.;]{3,60}?\s){0,3}(?:from|after|of|by\spermission|courtesy)\b"
    r"|\b(?:with|by)\s(?:the\s)?(?:kind\s|written\s)?permissions?\s(?:from|of|by)\b|\breproduced\s(?:here\s)?with\s\w*\s?permission"
    r"|\bcourtesy(?:\sof|:)|\b(?:image|photo(?:graph)?|picture|figure|illustration)s?\s(?:credits?|courtesy|source)\b"
    r"|\b(?:photo(?:graph)?s?|image|picture)s?\s(?:taken\s)?by:?\s[A-Z]|\bcredits?:\s|(?:©|\bcopyright(?:ed)?\b(?:\s(?:by|of))?)\s*(?:\(c\)\s*)?"
    r"(?:\d{4}|[A-Z])|\bsource:\s(?=[A-Z(\[h])|\bcreated\s(?:with|in|using)\sBioRender",
    re.IGNORECASE,
)
"""How captions credit a source other than the article."""
_ASIDE = re.compile(r"\(([^()]{1,200})\)")
_OWN_TOOL = re.compile(r"created\s(?:with|in|using)\sbiorender", re.IGNORECASE)
"""A tool's credit: to be printed, but the picture is the authors' own."""
_NO_SOURCE = re.compile(
    r"\b(?:protocol|method|procedure|approach|equation|sequence|data|medium|buffer|algorithm|version|score|scale|criteria"
    r"|strain|vector|plasmid)s?\s(?:\w+\s){0,2}(?:was|were|is|are|has\sbeen\s|have\sbeen\s)?\s?(?:adapted|adopted|modified)\s$",
    re.IGNORECASE,
)


def credits(caption: str) -> str | None:
    """The sentences of a caption that credit another source; None where there are none."""
    said = [caption[a:b] for a, b in spans(caption) if _credited(caption[a:b])]
    return " ".join(said)[:LONGEST] or None


def read_rights(
    caption: str | None, own: Sequence[Element], article: Sequence[Element], license_: str | None
) -> Rights:
    """What a figure's `permissions` and `attrib` and its caption say, beside those of its article.

    `license_` is the article's. `Rights.attribution` is what is credited here; the article's own line comes to it later
    (`attribution`).
    """
    permissions = [element for element in own if element.tag == "permissions"]
    attributed = " ".join(filter(None, (text_of(e) for e in own if e.tag == "attrib")))[:LONGEST]
    credited = credits(caption) if caption else None
    holder = _other_holder(permissions, article)
    said = _own_license(permissions, license_)
    lines = dict.fromkeys(filter(None, (attributed, holder, credited)))
    return Rights(
        license=said,
        third_party=_is_of_others(attributed, holder, credited) if caption or own else None,
        attribution=" ".join(lines) or None,
    )


def printed_rights(caption: str | None) -> Rights:
    """The same of a figure without JATS, by its caption alone."""
    return read_rights(caption, (), (), None)


def joined_rights(stored: Rights, printed: Rights) -> Rights:
    """The rights of a figure by its JATS, completed by its printed caption, which may credit what the JATS does not."""
    known = [of.third_party for of in (stored, printed) if of.third_party is not None]
    said, more = stored.attribution or "", printed.attribution or ""
    return Rights(
        license=stored.license or printed.license,
        third_party=any(known) if known else None,
        attribution=(said if more in said else f"{said} {more}".strip())[:LONGEST] or None,
    )


def credited_in_text(rights: Rights, label: str | None, mentions: Iterable[Mention]) -> Rights:
    """The rights of a figure whose source stands where the text cites it: "(Fig. 1, modified from [32])"."""
    said = [
        aside[1]
        for mention in mentions
        for aside in _ASIDE.finditer(mention.text)
        if _credited(aside[1])
        and label
        and {label_key(one.label) for one in find_citations(aside[1])} == {label_key(label)}
    ]
    if not said:
        return rights
    lines = filter(None, (rights.attribution, *dict.fromkeys(f"{text}." for text in said)))
    return replace(rights, third_party=True, attribution=" ".join(lines)[:LONGEST])


def attribution(rights: Rights, label: str | None, of: Metadata) -> str | None:
    """The line that whoever uses a figure must print: what its caption credits, then the article with its licence.

    None where not even title or authors of the article are known, and nothing is credited.
    """
    authors = [_as_printed(name) for name in (of.authors or ())[:_NAMED_AUTHORS]]
    more = " et al." if len(of.authors or ()) > _NAMED_AUTHORS else ""
    year = f"({of.published.year})" if of.published else ""
    journal = " ".join(filter(None, (of.journal, year)))
    link = f"https://doi.org/{of.doi}" if of.doi else of.pmcid
    article = [
        ", ".join(authors) + more,
        f"“{of.title}”" if of.title else "",
        journal,
        link,
        label,
        rights.license or of.license,
    ]
    line = ", ".join(filter(None, article)) if of.title or authors else ""
    return " ".join(filter(None, (rights.attribution, line and f"{line}."))) or None


def _credited(sentence: str) -> bool:
    """Whether any phrase of a sentence credits a source: one may come behind "the protocol was modified from"."""
    return any(
        not _NO_SOURCE.search(
            sentence[max(0, found.start() - _BEFORE_CREDIT) : found.start()]
            + found[0].partition(" ")[0]
            + " "
        )
        for found in _CREDIT.finditer(sentence)
    )


def _is_of_others(attributed: str, holder: str | None, credited: str | None) -> bool:
    return bool(attributed or holder or (credited and not _OWN_TOOL.search(credited)))


def _own_license(permissions: Sequence[Element], license_: str | None) -> str | None:
    """The licence of a figure where it is another than the article's; what is none of the known ones as it is said."""
    found = license_in(permissions)
    if found is not None:
        return None if license_ and family(found) == family(license_) else found
    said = [prose(license_) for element in permissions for license_ in element.findall("license")]
    return next(filter(None, said), "")[:LONGEST] or None


def _other_holder(permissions: Sequence[Element], article: Sequence[Element]) -> str | None:
    """The copyright that a figure states, where it is not the article's."""
    own = {_plain(text) for element in article for text in _statements(element)}
    said = [text for element in permissions for text in _statements(element)]
    return next((text for text in said if _plain(text) and _plain(text) not in own), None)


def _statements(permissions: Element) -> list[str]:
    found = (
        text_of(part)
        for tag in ("copyright-statement", "copyright-holder")
        for part in permissions.findall(tag)
    )
    return list(filter(None, found))


def _plain(text: str) -> str:
    return re.sub(r"copyright|[\W\d_]", "", text.lower())


def _as_printed(name: str) -> str:
    """`Ada Lovelace` of `Lovelace, Ada`."""
    surname, comma, given = name.partition(", ")
    return f"{given.replace(', ', ' ')} {surname}" if comma else name
