"""The licence that a printed page states of its own article, and not of data, icons or figures that it mentions.

Publishers have a few forms for it: "This is an open access article under the CC BY license", "This work is published by
… and licensed under …", "© 2026 the authors, licensed under …", "© The Authors. Published under the terms of …".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.wording.licenses import family, find_license
from tasks.wording.sentences import spans

LONGEST = 250
"""Letters behind "under" in which a licence is named, with its address."""
BESIDE = 160
"""Letters before and behind a statement in which "all rights reserved" contradicts it."""
_BEFORE = 250
"""Letters before a sentence without a subject ("Distributed under …") in which the copyright stands."""
_OWNED = 20
"""Letters before a copyright that tell what it is of: "Photo ©"."""
_COPY_WITHIN = 1_600
"""Letters behind a statement in which "to view a copy of this licence, visit …" gives its version."""

_NOUN = (
    r"(?:article|paper|work|publication|manuscript|preprint|chapter|review|report|letter|editorial|commentary|study"
    r"|journal|artículo|artigo|trabajo|trabalho|obra|artikel|beitrag|werk)\b"
)
_THIS = r"(?<!\w)(?-i:This|THIS|Este|Esta|Cet|Cette|Dieser|Dieses|Diese|Dies)"
"""With the capital that begins a sentence: "the data of this article are …" speaks of the data."""
_IS = r"(?:is|was|has\sbeen|may\sbe|es|está|é|est|ist|wird|wurde)\b"
_TERMS = (
    r"(?:(?:the|an?|terms?|conditions?|and|of|provisions|open|access|licen[sc]e|los|las|la|el|de|una|uma|os|as|da|do"
    r"|términos|termos|licencia|licença|les|termes|des|der|den|einer|lizenz|bedingungen)\W{1,4}){0,10}(?:an?(?=CC\b))?"
)
_UNDER = (
    r"\b(?:under|in\saccordance\swith|according\sto|subject\sto|(?:covered|governed)\sby|with|through|via|incorporates?"
    r"|bajo|sob|sous"
    rf"|unter)\s{_TERMS}(?=[(“\"]?(?:creative\s?commons|CC0?\b|https?:|www\.|attribution))"
)
_MARK = r"©|\(c\)(?=\s?\d{4})|\bcopyright\b"
_COPYRIGHT = re.compile(_MARK, re.IGNORECASE)
_STATED = re.compile(
    rf"(?:{_THIS}\s{_IS}\s(?:[\w-]+,?\s){{1,6}}?{_NOUN}"
    rf"|{_THIS}\s(?:[\w-]+\s){{0,3}}?{_NOUN}(?:,\s[^,]{{3,80}},)?\s{_IS}"
    r"|\b(?:all\sarticle|original)\scontent\b|\bcontent\sfrom\sthis\swork\smay\sbe\sused\b"
    r"|\bre-?use\spermitted\b|\bit\sis\smade\savailable\b|\bfull\sterms\sof\sthis\slicen[sc]e\b"
    rf"|(?:{_MARK}).{{0,60}}?\bauthors?\b)"
    rf"(?P<gap>.{{0,150}}?){_UNDER}",
    re.IGNORECASE,
)
_STATED_BEHIND_COPYRIGHT = re.compile(
    r"(?:^|(?<=\bal\.\s))(?:(?P<published>published)|distributed|licensed|released|(?:it\sis\s)?made\savailable"
    r"|available|open\saccess)\b"
    rf"(?P<gap>.{{0,100}}?){_UNDER}",
    re.IGNORECASE,
)
_RESERVED = re.compile(r"\ball\srights\s(?:are\s)?reserved\b", re.IGNORECASE)
_COPY = re.compile(r"\b(?:copy|text|terms|details)\sof\s(?:this|the)\slicen[sc]e\b", re.IGNORECASE)
_OF_ANOTHER = re.compile(
    r"\b(?:data|datasets?|databases?|code|software|scripts?|icons?|images?|pictures?|photo\w*|figures?|illustrat\w*"
    r"|drawings?|drawn|maps?|materials?|supplement\w*|videos?|files?|adapted|modified|reproduced|reprint\w*|translat\w*"
    r"|based|built|derived|contain\w*|includ\w*|using|not|support\w*|fund\w*|zenodo|figshare|dryad)\b",
    re.IGNORECASE,
)
"""Words by which a licence is not, or not surely, the article's own."""
_EXCEPTED = re.compile(r"\b(?:except|unless|but)\b", re.IGNORECASE)


def stated_license(text: str) -> str | None:
    """The licence of Creative Commons, in the vocabulary, that a page's text states of its article; None where none.

    A statement beside "all rights reserved" counts for nothing.
    """
    for start, end in spans(text):
        if _RESERVED.search(text, max(0, start - BESIDE), end + BESIDE):
            continue
        for named in _named(text, start, end):
            own, copy = find_license(named), _of_copy(text[end : end + _COPY_WITHIN])
            if copy and (own is None or own == family(copy)):
                return copy
            if own:
                return own
    return None


def _named(text: str, start: int, end: int) -> Iterator[str]:
    """What a sentence names behind "this article is licensed under" and the like."""
    sentence = text[start:end]
    place = 0
    while found := _STATED.search(sentence, place):
        if not _OF_ANOTHER.search(found["gap"]):
            yield _until_another(sentence, found.end())
        place = found.start() + 1  # another may begin within it: "© The Authors Figures This article is …"
    bare = _STATED_BEHIND_COPYRIGHT.search(sentence)
    if bare and not _OF_ANOTHER.search(bare["gap"]) and _is_of_article(text, start + bare.start(), bare):
        yield _until_another(sentence, bare.end())


def _is_of_article(text: str, place: int, bare: re.Match[str]) -> bool:
    """Whether what stands before a sentence without a subject makes the article its subject."""
    before = text[max(0, place - _BEFORE) : place]
    marks = [mark.start() for mark in _COPYRIGHT.finditer(before)]
    about = before[max(0, marks[-1] - _OWNED) :] if marks else before
    return bool(marks or bare["published"]) and not _OF_ANOTHER.search(about)


def _until_another(sentence: str, place: int) -> str:
    """The text from a place to where it speaks of something else: "under CC BY, except for icons (CC BY-NC)"."""
    said = sentence[place : place + LONGEST]
    for pattern in (_OF_ANOTHER, _EXCEPTED):
        said = pattern.split(said, maxsplit=1)[0]
    return said


def _of_copy(behind: str) -> str | None:
    """The licence at whose address "a copy of this licence" is to be seen, which has the version."""
    found = _COPY.search(behind)
    return find_license(behind[found.end() : found.end() + LONGEST]) if found else None
