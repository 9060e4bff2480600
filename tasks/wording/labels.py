"""Labels of figures and tables as papers print them, in one grammar for the PDF's text and for JATS.

`Figure 3`, `FIGS. 21 & 22`, `Supplementary Fig. S1.2`, `S1 Fig`, `Appendix 1—figure 1`, `(Fig. 8)`, `图 2`, `3. ábra`:
what is printed comes out in one spelling, so that a label in the text, in a caption and in the XML is the same string.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["figure", "table"]


def _listed(words: str) -> list[str]:
    return words.split()


_FIGURE = _listed(
    "figure figura figuras fig efigure efig sfigure sfig suppfigure suppfig figuur figur ffigur fíor abbildungen "
    "abbildung abb afbeelding afb rycina rycine ryc rysunek rys obrázek obrázok obr kuva kuvio şekil şəkil şək slika "
    "sl hình gambar gbr rajah joonis mynd ilustración ilustração ábra attēls "
    "рисунок рис малюнок мал фигура фиг слика сл сурет зураг նկար նկ სურათი სურ εικόνα εικ σχήμα "
    "الشكل شكل شکل איור รูปที่ ภาพที่ चित्र"
)
_TABLE = _listed(
    "table etable tabla tableau tabella tabelle tabela tabell tabel taulukko tabulka tabuľka tablo tab "
    "cuadro quadro таблица таблиця табл πίνακας bảng جدول ตารางที่ box algorithm"
)
_OTHER = _listed(
    "scheme plate chart graph photograph photo image picture diagram illustration drawing infographic screenshot map "
    "exhibit video movie animation"
)
_TRANSLATED = {
    **dict.fromkeys(_listed("esquema schéma schema sch схема"), "Scheme"),
    **dict.fromkeys(
        _listed("gráfico gráfica grafico graphique grafik graf wykres график графік графикон"), "Graph"
    ),
    **dict.fromkeys(_listed("imagen imagem immagine bild bilde billede resim kép"), "Image"),
    **dict.fromkeys(_listed("foto fot fotografía fotografia fotografie zdjęcie фото"), "Photo"),
    **dict.fromkeys(_listed("lámina planche tafel pl"), "Plate"),
    **dict.fromkeys(_listed("diagramm diyagram diagrama diagramme"), "Diagram"),
    **dict.fromkeys(_listed("mapa carte karte карта"), "Map"),
}
"""Words of other languages for these, under which a paper counts apart from its figures."""
_MOVING = ("Video", "Movie", "Animation")
"""What a paper can only show a still of, and often does not."""
_WITHOUT_SPACE = {
    "图": "Figure",
    "圖": "Figure",
    "図": "Figure",
    "그림": "Figure",
    "表": "Table",
    "표": "Table",
    "照片": "Photo",
    "写真": "Photo",
    "사진": "Photo",
}
"""Words of scripts that set no space between a label and the words after it."""
_SUPPLEMENT_WITHOUT_SPACE = {
    **dict.fromkeys(("附", "补充", "補充", "보충", "보조"), "Supplementary "),
    "扩展数据": "Extended Data ",
}
_AFTER_NUMBER = ("ábra", "kép", "attēls", "att", "pav", "irudia", "сурет", "rasm")
"""Words that stand behind their number, as in `3. ábra`."""

_OWN_TERM = {"efig": "eFigure", "efigure": "eFigure", "etable": "eTable"}  # as JAMA counts in its supplements
_JOINED_SUPPLEMENT = ("sfig", "sfigure", "suppfig", "suppfigure")
"""Words that say by themselves that they count a supplement."""
_KEPT = {*_OTHER, "box", "algorithm"}
_ORDINARY = {*_OTHER, *_TRANSLATED, "box", "algorithm", "tab"} - {"scheme"}
"""Words that also begin sentences and headings: a label of these needs more signs that it is one."""
DOTTED_WORDS = frozenset(_listed("att fot gbr pl rasm sch sl сл"))
"""Words that are labels with their dot alone: without it they name samples (SL 1) or much else."""

CITED_WORDS = (*_FIGURE, *_OTHER)
"""What figures are called where the text cites them, in small letters."""


def _spaced(word: str) -> str:
    """A pattern for a word that may be letterspaced, as in "FI G U R E 2"."""
    return r"\s?".join(word)


def _any(words: Iterable[str]) -> str:
    """The longest first, for a pattern takes the first alternative that fits."""
    letterspaced = {"fig", "figure", "scheme", "plate", "chart", "table"}
    ordered = sorted(words, key=len, reverse=True)
    patterns = (_spaced(word) if word in letterspaced else re.escape(word) for word in ordered)
    return "|".join(
        rf"{found}(?=\s?\.)" if word in DOTTED_WORDS else found
        for word, found in zip(ordered, patterns, strict=True)
    )


_SUPPLEMENT = (
    r"(?P<supplement>(?:(?:online|data)\s+)?supp(?:l(?:ement(?:al|ary)?)?|orting)?"
    r"(?:[\s,]+(?:information|materials?|data|file|appendix|digital\s+content)(?:\s?\d{1,2})?|\s\d{1,2}(?=\s?[.,:–—-]))?"
    r"\s?[.,:–—-]?\s+|SI\s+(?:appendix,?\s+)?|ED\s+|ESM\s+|web[\s-]|text[\s-]|extended\s+(?:data\s+)?|expanded\s+view\s+|online\s+resource\s+\d{1,2}\s?[:.,–—-]?\s*|online\s+|annex\s+"
    r"|additional\s+files?\s+S?\d{1,2}\s?[:.,–—-]?\s*(?:supp(?:l(?:ement(?:al|ary)?)?)?\.?\s+)?"
    r"|additional\s+|(?:appendix|box)(?:\s+(?:\d{1,2}|(?-i:[A-Z])))?\s?[:.,–—-]?\s*)?"
)
_WORD = rf"(?P<word>{_any([*_FIGURE, *_TABLE, *_OTHER, *_TRANSLATED])})(?P<plural>s(?=[\s.]))?(?P<dot>\s?[.,·]?:?)"
_ITEM = r"(?:(?:(?-i:EV|ED|SI|ESM|[A-HS])|s)[.\s-]{0,2}|(?-i:SM|SF|[A-Z]))?\d{1,3}(?:\.\d{1,3}){0,2}"
_ITEM += r"(?:[A-Za-z](?:[–-][A-Za-z](?!\w))?)?(?![\w%])"
_JOINT = r"\s?(?:[–—‒,&+/-]|\b(?:and|to|und|bis|et|y|e|и)\b)\s?"
_FIRST = (
    rf"(?P<first>{_ITEM}|[IVX]{{1,5}}(?:\.\d{{1,3}})?(?![\w%])|(?-i:[A-Z])-[IVX]{{1,5}}(?![\w%])|(?-i:l)(?=[.:\s])"
    r"|(?-i:[A-Z])(?=\s?[.:|]\s)(?!\.\s(?-i:[a-z])))"  # but not as in "E. coli"
)
_NUMBER = rf"(?P<number>{_FIRST}(?:(?:{_JOINT}){{1,2}}{_ITEM}){{0,4}})"
_CHILD = r"(?P<child>\s?[—–-]\s?figure\s+supplement\s+\d{1,2}\b)?"
_END = r"(?P<close>\s?[)\]>〉》】」])?(?P<rest>.*)$"
_OPEN = r"^[^\w(\[<〈《【「]{0,2}(?P<open>[(\[<〈《【「]\s?)?"
_FLAGS = re.IGNORECASE | re.DOTALL

_LABEL = re.compile(
    rf"{_OPEN}(?:(?:legend|caption)\s+(?:to|of|for)\s+)?{_SUPPLEMENT}{_WORD}(?:\s+(?:legend|caption)\b)?[\s-]*(?:(?:nos?|nr|n\.?[°º]|n\.|№|č|#)\.?\s*(?=\w))?"
    rf"(?:(?P<inner>[(\[])(?=[^)\]]{{1,9}}[)\]]))?{_NUMBER}(?(inner)[)\]]){_CHILD}{_END}",
    _FLAGS,
)
_PLOS = re.compile(
    rf"{_OPEN}(?P<number>S\d{{1,3}})\s+(?P<word>figure|fig|table|scheme)(?P<dot>\.?)(?!\w){_END}", _FLAGS
)
_NUMBER_FIRST = re.compile(
    rf"{_OPEN}(?P<number>\d{{1,3}})[.-]?\s?(?P<word>{_any(_AFTER_NUMBER)})(?P<dot>\.?)(?!\w){_END}", _FLAGS
)
_JOINED_UP = re.compile(
    rf"{_OPEN}(?P<supplement>{'|'.join(_SUPPLEMENT_WITHOUT_SPACE)})?(?P<word>{'|'.join(_WITHOUT_SPACE)})\s?(?P<number>[SA]?\d{{1,3}}(?:[.\-–]\d{{1,3}})?[A-Za-z]?|[一二三四五六七八九]?十?[一二三四五六七八九十](?=[\s.:：．、。(（]|$))"
    rf"(?![\d%]){_END}",
    _FLAGS,
)
_COUNTED = re.compile(
    rf"{_OPEN}第\s?(?P<number>\d{{1,3}})\s?(?P<word>{'|'.join(_WITHOUT_SPACE)}){_END}", _FLAGS
)
_PATTERNS = (_LABEL, _PLOS, _NUMBER_FIRST, _JOINED_UP, _COUNTED)
_NUMBERED = re.compile(r".{0,60}?(?:[\dIVXivx一二三四五六七八九十]|\b[A-Z]\s?[.:|])", re.DOTALL)
"""What has no number near its beginning has no label; most lines are told so at little cost."""
_HEAD = 60
"""Letters in which a label stands."""
_WIDE = {ord("．"): "."} | {ord(sign) + 0xFEE0: sign for sign in string.digits + string.ascii_letters}
"""Digits and letters as wide as a Chinese one, each as the plain one."""
_LETTERS = frozenset(string.ascii_uppercase) - frozenset("IVX")
"""Letters that are no Roman numbers: a figure of an appendix may have one for its own."""
_COMPOUND = re.compile(r"\w{1,4}[–‒-]\w{1,4}")
"""One number of two parts, as of the third figure of a second chapter; a long dash sets words apart ("1—24 h")."""
_ANGLES = "<〈《【「"
"""Brackets that set a label apart, where a reference in the text has none."""
_NUMERALS = {sign: value for value, sign in enumerate("一二三四五六七八九", start=1)}
_SEPARATOR = re.compile(r"^\s*[.:：．。|│∣❘¦•▸▶►–—-]{1,2}\s*|^\s*$")
_TITLE = re.compile(r"^\s*[A-Z][a-z]")
_RUNS_ON = re.compile(r"^\s*(?:[,;)\]]|and\b|or\b|to\b|[a-z]{2,})")
_REFERS = re.compile(r"^\s*(?:[;)\]]|,\s*(?:[a-z(]|$)|(?:and|or|but|which|where|that)\s+[a-z])")
_TELLS = re.compile(
    r"^\s*(?:shows?|showed|illustrates?|depicts?|presents?|summari[sz]es?|displays?|demonstrates?|indicates?|gives?|"
    r"is|are|was|were|has|have|provides?|reports?|compares?|describes?|lists?|reveals?|suggests?|contains?|represents?|plots?|reproduces?|"
    r"outlines?|shown|can|and\s+\w+\s+show)\b",
    re.IGNORECASE,
)
_CONTINUED = re.compile(
    r"^\W{0,3}(?:continued|continuation|cont[.’'´]?\s?d|cont|fortsetzung|forts|suite|continuación|continuação|продолжение|续|續|続き|계속)"
    r"(?:\s+(?:from|on)\s+(?:the\s+)?(?:previous|last|next|opposite)\s+page)?(?:\s*[)\].:,;|–—-]+|\s*$|(?=\s*[(\[]))\s*",
    re.IGNORECASE,
)
_PAGE = r"(?:the\s+)?(?:next|following|previous|preceding|facing|opposite|last)\s+page"
_LEGEND = r"(?:the\s+)?(?:figure\s+)?(?:caption|legend)"
_ELSEWHERE = re.compile(
    rf"\((?:(?:figure\s+|{_LEGEND}\s+)?(?:continue[sd]?\s+)?(?:on\s+|from\s+)?{_PAGE}|see\s+{_PAGE}\s+for\s+{_LEGEND})\.?\)[.:]?"
    rf"|(?:see\s+{_PAGE}\s+for\s+{_LEGEND}|{_LEGEND}\s+(?:is\s+|continue[sd]?\s+)?on\s+{_PAGE})\.?",
    re.IGNORECASE,
)
"""What is printed where a caption and its figure, or two parts of it, stand on different pages."""
_STOPS = (".", ",", ";")
"""What follows "(Fig. 8)" at the end of a sentence; a caption's label in brackets has none behind it."""
_SUPPLEMENTARY_NUMBER = re.compile(
    r"^(?:(?:supplementary|(?:additional file|online resource) s?\d+:) (?=\w+ s\d)"
    r"|appendix (?=\w+ a\.?\d)|extended data (?=\w+ ed\d)|web (?=\w+ w\d))"
)
"""Words that tell no more than the letters of the number do."""
_OF_FILE = re.compile(r"(additional file|online resource)s? (s?\d+)")
_LETTER_DOT = re.compile(r"(?<= )([a-h])\.(?=\d)")


@dataclass(frozen=True, slots=True)
class Label:
    """A label at the start of a text, and how it stands there."""

    name: str
    """Normalised: `Figure 3`, `Supplementary Figure S1.2`, `Appendix 1—figure 1`."""
    kind: Kind
    words: str
    """The text after it, without the separator and without "(continued)"."""
    separated: bool
    """A stop, a colon, a bar or "(continued)" sets it apart from the words."""
    bracketed: bool
    """It stands in brackets, as many a reference does."""
    titled: bool
    """Words as of a title follow: "Fig. 1 Growth of cells", not "Fig. 1 shows"."""
    runs_on: bool
    """The text goes on as within a sentence."""
    refers: bool
    """It stands within a sentence for sure: before a bracket that it did not open, or a comma and small letters."""
    tells: bool
    """A verb follows that has the label for its subject."""
    continued: bool
    ordinary: bool
    """Its word is also one of plain prose, as `plate` or `image`."""


@lru_cache(maxsize=4096)
def read_label(text: str) -> Label | None:
    """The label that a text begins with; None where it begins with none."""
    if not _NUMBERED.match(text):
        return None
    if not text.isascii():
        text = text[:_HEAD].translate(_WIDE) + text[_HEAD:]
    match = next(filter(None, (pattern.match(text) for pattern in _PATTERNS)), None)
    if match is None or _names_somebody(match):
        return None
    number, rest = _number(match)
    continued = _CONTINUED.match(rest)
    opened = (match["open"] or "").strip()
    apart = opened in _ANGLES and bool(opened and match["close"])
    bracketed = bool(opened and match["close"]) and not apart
    words = rest[continued.end() :] if continued else _SEPARATOR.sub("", rest, count=1)
    word = _word(match)
    return Label(
        name=_name(match, number),
        kind="table" if word in _TABLE or _WITHOUT_SPACE.get(word) == "Table" else "figure",
        words=words.strip(),
        separated=bool(continued or apart or _SEPARATOR.match(rest) or _ends_with_dot(match)),
        bracketed=bracketed,
        titled=bool(_TITLE.match(rest)),
        runs_on=bool(_RUNS_ON.match(rest)) and not continued,
        refers=not continued
        and _refers(rest, bracketed, half_open=bool(opened) and opened not in _ANGLES and not bracketed),
        tells=bool(_TELLS.match(rest)),
        continued=continued is not None,
        ordinary=word in _ORDINARY,
    )


def parse_label(text: str) -> tuple[str, str] | None:
    """A caption's normalised label and the text after it; None where the text begins with no label.

    >>> parse_label("FI G U R E 2 | Survival of mice.")
    ('Figure 2', 'Survival of mice.')
    """
    label = read_label(text)
    return (label.name, label.words) if label else None


def without_note(text: str) -> tuple[str, bool]:
    """A caption's text without what it says of where the rest stands ("legend on next page"), and whether it did."""
    if "page" not in text.lower():
        return text, False
    rest, notes = _ELSEWHERE.subn(" ", text)
    return (" ".join(rest.split()), True) if notes else (text, False)


def is_video(name: str) -> bool:
    """Whether a normalised label is of something that moves, of which a paper may print a still or nothing."""
    return any(term in name for term in _MOVING)


def label_key(name: str) -> str:
    """What a label is matched by, between PDF and JATS: `Supplementary Figure S2` is `Figure S2` there."""
    return _LETTER_DOT.sub(r"\1", _SUPPLEMENTARY_NUMBER.sub("", name.lower()))


def label_name(supplement: str, word: str, number: str) -> str:
    """A label in its one spelling, of what is printed before its word, the word and the number as it is spelt.

    >>> label_name("SI Appendix, ", "figs", "3")
    'Supplementary Figure 3'
    """
    word = re.sub(r"\s", "", word).lower()
    prefix = "Supplementary " if word in _JOINED_SUPPLEMENT else _prefix(supplement)
    term = _term(word)
    return f"{prefix}{term[0].lower() if prefix.endswith('—') else term[0]}{term[1:]} {number}"


def _number(match: re.Match[str]) -> tuple[str, str]:
    """The number printed and the text after it: a range counts after a plural, or where a separator closes it.

    "Figures 1–4 Habitus" and "Fig. 1-2. Habitus" label several; "Fig. 1, 2 days after" does not.
    """
    number, rest = match["number"], (match["close"] or "") + match["rest"]
    groups = match.groupdict()
    first = groups.get("first") or number
    ranged = groups.get("plural") or match["close"] or _SEPARATOR.match(rest) or _COMPOUND.fullmatch(number)
    if number == first or ranged or groups.get("child"):
        return number, rest if not match["open"] else match["rest"]
    return first, number[len(first) :] + rest


def _names_somebody(match: re.Match[str]) -> bool:
    """Whether a letter is no number but somebody's initial, as in "Photo: A. Smith"."""
    initial = match["number"] in _LETTERS or (
        match["number"] in string.ascii_uppercase and ":" in match["dot"]
    )
    return initial and _word(match) in _ORDINARY


def _refers(rest: str, bracketed: bool, half_open: bool) -> bool:
    return (
        half_open
        or bool(_REFERS.match(rest))
        or (bracketed and bool(rest[:1] in _STOPS or _RUNS_ON.match(rest)))
    )


def _ends_with_dot(match: re.Match[str]) -> bool:
    """Whether the dot behind a word that follows its number sets the label apart, as in "S1 Fig. Growth"."""
    return match.re in (_PLOS, _NUMBER_FIRST) and bool(match["dot"])


def _word(match: re.Match[str]) -> str:
    return re.sub(r"\s", "", match["word"]).lower()


def _name(match: re.Match[str], number: str) -> str:
    groups = match.groupdict()
    child = re.sub(r"\W+", " ", groups.get("child") or "").strip().lower()
    name = label_name(groups.get("supplement") or "", match["word"], _normal_number(number))
    return f"{name}—{child}" if child else name  # as eLife prints it


def _term(word: str) -> str:
    if word in _OWN_TERM:
        return _OWN_TERM[word]
    if word in _KEPT:
        return word.capitalize()
    if word in _TRANSLATED:
        return _TRANSLATED[word]
    return _WITHOUT_SPACE.get(word) or ("Table" if word in _TABLE else "Figure")


def _normal_number(number: str) -> str:
    """`S. 1` as `S1` (but `A.1` of an appendix as it is), the joints of a range as printed, a dash as an en dash."""
    number = "1" if number == "l" else number  # as text recognition reads it
    number = re.sub(
        r"\d", lambda digit: str(int(digit[0])), number
    )  # those of Arabic and of India among them
    if number[0] == "十" or number[0] in _NUMERALS:
        tens, ten, ones = number.rpartition("十")
        number = str(10 * _NUMERALS.get(tens, 1) * len(ten) + _NUMERALS.get(ones, 0))
    number = re.sub(r"\b(EV|ED|SI|ESM|[SsA-H](?!\.\d)|[Ss](?=\.))[.\s-]{1,2}(?=\d)", r"\1", number)
    number = re.sub(r"\s*[–—‒-]\s*(?=[A-Z]{0,2}\d)", "–", number)
    return re.sub(r"\s+", " ", re.sub(r"\s*([,&/+])\s*", _joint, number)).strip()


def _joint(match: re.Match[str]) -> str:
    return {",": ", ", "&": " & ", "/": "/", "+": " + "}[match[1]]


def _prefix(printed: str) -> str:
    """What stands before the word, normalised: `Supplementary `, `Appendix 1—`, `Additional file 1: `."""
    if printed in _SUPPLEMENT_WITHOUT_SPACE:
        return _SUPPLEMENT_WITHOUT_SPACE[printed]
    words = re.sub(r"[^\w]+", " ", printed).strip().lower()
    if words in ("", "text"):
        return ""
    if words in ("ed", "extended"):
        return "Extended Data "
    if words == "esm":
        return "ESM "
    if part := _OF_FILE.match(words):
        name = "Additional file" if part[1] == "additional file" else "Online Resource"
        return f"{name} {part[2].upper()}: "
    if words.removeprefix("online ").removeprefix("data ").startswith(("supp", "si")):
        return "Supplementary "
    head, _, number = words.rpartition(" ")
    if head in ("appendix", "box"):
        return f"{head.capitalize()} {number.upper()}—"
    return f"{words.title()} "
