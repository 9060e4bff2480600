"""Words as a reader sees them: the characters of PDFs and JATS normalised, lines joined to paragraphs.

What changes nothing for the reader is made one spelling, so that a search finds it: `μg` from any font, `Müller` from
loose accents, mathematical italics as letters. What would lose something (superscripts, fractions) stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_WITHOUT_WIDTH = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_PLAIN = re.compile(r"[\x20-\x7e]*")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")

_COMBINING = {
    "¨": "\u0308",
    "´": "\u0301",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "ˇ": "\u030c",
    "˘": "\u0306",
    "˚": "\u030a",
    "¸": "\u0327",
}
"""Accents that stand alone in the text of old fonts, with what composes them with a letter."""
_ACCENTED = {
    "¨": "aeiouyAEIOUY",
    "´": "aeiouyAEIOUY",
    "ˆ": "aeiouAEIOU",
    "˜": "anoANO",
    "ˇ": "cdenrstzCDENRSTZ",
    "˘": "agiuAGIU",
    "˚": "auAU",
    "¸": "cstCST",
}
"""The letters that carry each in names: in "Hardy´s" it is an apostrophe."""
_DOTLESS = {"ı": "i", "ȷ": "j"}
_LOOSE = re.compile(rf"(.?)([{''.join(_COMBINING)}])(.?)", re.DOTALL)
_SPLIT_MARK = re.compile(r"(?<=[^\W\d_]) (?=[\u0300-\u036f])")

_SYMBOL = {
    **{
        0x20 + place: letter
        for place, letter in enumerate(
            " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_\u203eαβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
        )
    },
    **{
        0xA1 + place: letter
        for place, letter in enumerate(
            "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑"
        )
    },
}
"""Adobe's encoding of the font Symbol, which Word writes into the private use area from U+F000 on."""
_NO_SYMBOLS = re.compile(r"wingdings|webdings|dingbats|marlett", re.IGNORECASE)
_PRIVATE = re.compile(r"[\uf020-\uf0ff]")

_COMPATIBLE = ("<font>", "<noBreak>", "<initial>", "<medial>", "<final>", "<isolated>", "<square>")
"""Unicode's compatibility forms that a reader takes for the plain letters; `<super>` and `<fraction>` are not."""
_LIGATURES = range(0xFB00, 0xFB07)
_WIDE = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")

_BROKEN = re.compile(r"(?:^|(?<=[^\w]))([^\W\d_]*)[-‐]$")
_TAIL = re.compile(r"^[^\W\d_]+")


def _listed(words: str) -> list[str]:
    return words.split()


_COMPOUND_TAILS = frozenset(
    _listed(
        "associated based bearing bound containing deficient dependent derived derivative driven encoded "
        "expressing fed fold free groups independent induced infected injected labeled labelled like linked "
        "mediated negative null old positive related resistant responsive rich selective sensitive sided "
        "specific stained stimulated tailed treated type untreated wide"
    )
)
"""Second parts that stand behind a hyphen in compounds: "drug-treated", "two-tailed"."""
_PREFIXES = frozenset(
    _listed(
        "arche geno haplo holo in inter iso karyo mega mono non over pheno phylo photo proto re sero stereo "
        "sub sur un under uni"
    )
)
"""First parts that no compound has with those: "phenotype" and "independent" are one word."""
_FIRST_PARTS = frozenset(
    _listed(
        "age case cell cross dose double drug five four full half high long low self short single three time triple "
        "two well"
    )
)
"""First parts of compounds: "half-life", "dose-response"; behind a syllable of one word stand only these tails."""
_CLOSED_TAILS = frozenset(
    _listed(
        "ed en ened ening er ers est fully hand ing ish land light lighted lighting lights ly ness s teen way y"
    )
)
_LONGEST_WORD = 20
"""Letters: what is longer in a paper's text is several words whose spaces were lost, or a chemical name."""
_LITTLE_WORDS = Counter(
    _listed("a all an and are as at by each for from in is of on or over per the three to two was were with")
)


def clean(text: str) -> str:
    """Text in one spelling: no control and direction marks, plain spaces, composed accents, letters of one kind.

    >>> clean("Mu\\u00a8ller\\u2003cells, 5\\u00b5m")
    'Müller cells, 5μm'
    """
    text = _WITHOUT_WIDTH.sub("", text)
    if not _PLAIN.fullmatch(text):
        text = _composed("".join(map(_plain, _spaces_restored(text))))
    return re.sub(r"\s+", " ", _CONTROL.sub(" ", text)).strip()


def from_symbol_font(text: str, font: str) -> str:
    """Private-use characters as the letters of the font Symbol, as which Word writes "µ", "±" and "°"."""
    if not _PRIVATE.search(text) or _NO_SYMBOLS.search(font):
        return text
    return _PRIVATE.sub(lambda found: _SYMBOL.get(ord(found[0]) - 0xF000, found[0]), text)


def vocabulary(texts: Iterable[str]) -> Counter[str]:
    """How often each word stands in the text of a paper, in small letters; words with hyphens as they are."""
    return Counter(word.lower() for text in texts for word in _WORD.findall(text))


def join_lines(lines: Iterable[str], vocabulary: Mapping[str, int]) -> str:
    """Printed lines as one paragraph; a hyphen at a line's end goes unless the word has it for its own."""
    text = ""
    for line in lines:
        line = re.sub(r"-\xad", "-", line)
        if not text:
            text = line
        elif text.endswith("\xad"):
            text = text[:-1] + line.lstrip()
        elif re.search(r"\w[-‐]$", text[-3:]) and line[:1].islower():
            text = text + line if _keeps_hyphen(text, line, vocabulary) else text[:-1] + line
        elif re.search(r"\w[-‐–/]$", text[-3:]):
            text += line
        else:
            text += " " + line
    return re.sub(r"\s+", " ", text.replace("\xad", "")).strip()


def split_words(text: str, vocabulary: Mapping[str, int]) -> str:
    """Text with the spaces that a PDF lost ("Growthofthecells"), where the paper's other words tell where they were.

    Only what the paper's vocabulary explains all through is split.
    """
    if all(len(token) <= _LONGEST_WORD for token in text.split()):
        return text
    return " ".join(_split_token(token, vocabulary) for token in text.split())


def _split_token(token: str, vocabulary: Mapping[str, int]) -> str:
    if len(token) <= _LONGEST_WORD or "/" in token or "@" in token:
        return token
    pieces = re.split(r"([^\W\d_]+)", token)
    runs = [_segmented(run, vocabulary) if len(run) > 2 and run.isalpha() else [run] for run in pieces]
    if all(len(run) == 1 for run in runs):
        return token
    spaced = "".join(" ".join(run) for run in runs)
    return re.sub(r"(?<=\w)([.,;:)])(?=\w)", r"\1 ", re.sub(r"(?<=[^\W\d_])(?=[(\d])", " ", spaced))


def _segmented(run: str, vocabulary: Mapping[str, int]) -> list[str]:
    """The fewest known words that make up a run of letters; the run itself where none do.

    A sentence has a little word among three or more: the name of a compound has none.
    """
    best: list[list[str] | None] = [[]] + [None] * len(run)
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - _LONGEST_WORD), end):
            head, word = best[start], run[start:end].lower()
            known = word in _LITTLE_WORDS or (len(word) > 2 and vocabulary.get(word, 0) > 0)
            if head is not None and known and (best[end] is None or len(head) + 1 < len(best[end] or [])):
                best[end] = [*head, run[start:end]]
    words = best[-1] or []
    return words if len(words) > 2 and any(word.lower() in _LITTLE_WORDS for word in words) else [run]


def _keeps_hyphen(text: str, line: str, vocabulary: Mapping[str, int]) -> bool:
    """Whether the hyphen between two lines belongs to the word: "t-test", "12-week", "α-tubulin", "wild-type"."""
    broken, found = _BROKEN.search(text), _TAIL.match(line)
    head = broken[1].lower() if broken else ""
    tail = found[0].lower() if found else ""
    if not head or len(head) == 1 or (broken and not broken[1][1:].islower()):
        return True  # no syllable is a number, one letter, or "pH"
    hyphened, joined = vocabulary.get(f"{head}-{tail}", 0), vocabulary.get(head + tail, 0)
    if hyphened or joined:
        return hyphened > joined
    if tail in _COMPOUND_TAILS and head not in _PREFIXES:
        return True
    goes_on = found is not None and line[found.end() :].startswith("-")
    if (head in _FIRST_PARTS and tail not in _CLOSED_TAILS) or (head == "non" and goes_on):
        return True  # "non-small-cell", but "nonlinear"
    return len(tail) > 3 and all(vocabulary.get(part, 0) > 1 for part in (head, tail))


def _spaces_restored(text: str) -> str:
    """Spaces for the replacement characters that a font without a space glyph leaves between all words."""
    lost = text.count("\ufffd")
    return text.replace("\ufffd", " ") if lost > 1 and text.count(" ") < lost / 2 else text


@lru_cache(maxsize=4096)
def _plain(letter: str) -> str:
    """One character without its compatibility form, where it loses nothing by that."""
    if letter in "‐‑":
        return "-"
    form = unicodedata.decomposition(letter)
    wanted = form.startswith(_COMPATIBLE) or ord(letter) in _LIGATURES or letter == "µ" or _WIDE.match(letter)
    singleton = form and " " not in form  # the signs of Kelvin, ångström and ohm
    return unicodedata.normalize("NFKC", letter) if wanted or singleton else letter


def _composed(text: str) -> str:
    """Text with its loose accents on their letters, before which TeX sets them and behind which others do."""
    put = ""
    rest = text
    while found := _LOOSE.search(rest):
        before, accent, after = found.groups()
        letter = _accented(before, accent, after)
        put += rest[: found.start()] + (letter if letter is not None else before + accent)
        rest = rest[found.end() - (len(after) if letter is None else 0) :]
    return unicodedata.normalize("NFC", _SPLIT_MARK.sub("", put + rest))


def _accented(before: str, accent: str, after: str) -> str | None:
    mark, carriers = _COMBINING[accent], _ACCENTED[accent]
    if after in _DOTLESS:
        return before + _DOTLESS[after] + mark
    if before in _DOTLESS:
        return _DOTLESS[before] + mark + after
    if before and before in carriers and not (accent == "´" and after == "s"):
        return before + mark + after
    if after and after in "aeiouAEIOU" and after in carriers:
        return before + after + mark
    return None
