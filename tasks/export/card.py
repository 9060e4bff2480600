"""The card of a dataset that is handed on, README.md as the Hugging Face Hub reads it: only what was counted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass

from models import taxonomy
from tasks.export.choice import Choice, ExportCounts
from tasks.export.licenses import address, identifier
from tasks.export.rows import MEANINGS
from tasks.texts import printable
from tasks.version import pipeline_version

CARD = "README.md"
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_LARGEST = "1M<n<10M"
_WITHOUT_PICTURE = (
    "rows have no picture (`image` is null), for their licences do not let anybody pass it on. Who has the papers "
    "fills them in: `figmill export REPOSITORY --restore PAPERS --out FOLDER`."
)
_MISSING = re.compile(rf"[\d,]+ {re.escape(_WITHOUT_PICTURE)}")
_FILLED_IN = (
    "Pictures whose licences do not let anybody pass them on were filled in from papers that lay here: this copy is "
    "not to be handed on."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """All that a card says."""

    name: str
    model_id: str
    counts: ExportCounts
    choice: Choice
    data_files: Mapping[str, str]
    """By split, a glob below the card's folder."""
    reading: str
    """Python that opens the files."""
    columns: Sequence[str]


def write_card(facts: CardFacts) -> str:
    """Markdown, with the front matter that the Hub understands."""
    counts = facts.counts
    parts = [
        _front_matter(facts),
        f"# {_plain(facts.name)}",
        f"{counts.subfigures:,} subfigures of {len(counts.papers):,} biomedical papers: every figure with its caption, "
        "split into subfigures, each with its imaging modality and a calibrated confidence. Made from PDFs by "
        f"Figmill {pipeline_version()}.",
        _chosen(facts),
        *_splits(facts),
        "## Licences\n\nEvery row has the licence of its article (`license`): attribution is owed to the article "
        "(`doi`, `pmcid`, `title`). Where none is known, ask before you share the picture. "
        "Where the figure has permissions of its own (`figure_license`), those count; where its caption credits "
        "another source (`third_party`), ask that source. `attribution` is the line to print.",
        _table(("licence", "papers", "subfigures"), _licenses(counts)),
        f"## Labels\n\nNamed by the model `{_plain(facts.model_id)}`, {_by_people(counts)} `confidence` is a "
        f"calibrated probability. {_abstained(counts)}How good the model is, and where it is not, says "
        "[its card](MODEL.md).",
        _table(
            ("modality", "name", "subfigures", "UMLS", "DICOM", "FBbi", "NCIT", "MeSH"), _modalities(counts)
        ),
        f"## Read it\n\n```python\n{facts.reading}\n```",
        "## Columns",
        _table(("column", "meaning"), [(f"`{name}`", MEANINGS.get(name, "")) for name in facts.columns]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def restored_card(card: str, filled_in: int, missing: int) -> str:
    """The card of a repository in which so many missing pictures were filled in, and so many are missing still."""
    said = [_FILLED_IN] * (filled_in > 0 and _FILLED_IN not in card) + [_missing(missing)] * (missing > 0)
    return _MISSING.sub(" ".join(said), card)


def _front_matter(facts: CardFacts) -> str:
    """YAML; strings as JSON, which YAML includes."""
    count = facts.counts.subfigures
    size = next((name for most, name in _SIZES if count < most), _LARGEST)
    lines = [
        f"pretty_name: {json.dumps(facts.name)}",
        *_license_lines(facts.counts),
        "task_categories: [image-classification, image-to-text]",
        f"size_categories: [{json.dumps(size)}]",
        "tags: [biology, medical, figures, modality, imageclef, figmill]",
    ]
    if facts.data_files:
        lines += ["configs:", "- config_name: default", "  data_files:"]
        lines += [
            f"  - {{split: {split}, path: {json.dumps(glob)}}}" for split, glob in facts.data_files.items()
        ]
    return "\n".join(["---", *lines, "---"])


def _license_lines(counts: ExportCounts) -> list[str]:
    known = {identifier(license_) for license_ in counts.by_license}
    if not known or None in known:
        return ["license: other", "license_name: see-each-row"]
    return [f"license: [{', '.join(sorted(filter(None, known)))}]"]


def _chosen(facts: CardFacts) -> str:
    choice = facts.choice
    asked = [
        (choice.licenses, f"licence {' or '.join(map(_plain, choice.licenses))}"),
        (choice.modalities, f"modality {' or '.join(map(_plain, choice.modalities))}"),
        (choice.min_confidence, f"confidence {choice.min_confidence:g} or more"),
        (choice.named_only, "the model does not abstain"),
        (choice.redistributable and not choice.null_unlicensed, "anybody may pass the picture on"),
    ]
    said = [words for is_set, words in asked if is_set]
    sentences = []
    if said:
        left = f"{facts.counts.left_out:,} rows were left out."
        sentences.append(f"Chosen from a larger dataset: {'; '.join(said)}. {left}")
    if choice.null_unlicensed:
        sentences.append(_missing(facts.counts.without_picture))
    return " ".join(sentences)


def _missing(rows: int) -> str:
    return f"{rows:,} {_WITHOUT_PICTURE}"


def _splits(facts: CardFacts) -> list[str]:
    counts = facts.counts
    if not counts.by_split:
        return []
    rows = [
        (split, f"{len(counts.papers_by_split[split]):,}", f"{counts.by_split[split]:,}")
        for split in facts.data_files
    ]
    return [
        "## Splits\n\nBy article, and so that articles which show the same picture (`duplicate_group`) are never "
        "apart. An article's split follows from a hash of its DOI: a later version of this dataset keeps it, unless "
        "articles turn out to show the same picture, or one that ties them turns out to be everybody's, as a logo is.",
        _table(("split", "papers", "subfigures"), rows),
    ]


def _by_people(counts: ExportCounts) -> str:
    if not counts.by_people:
        return "not by people."
    return f"but for {counts.by_people:,} rows of which a person has the last word (`label_source`)."


def _abstained(counts: ExportCounts) -> str:
    if not counts.rejected:
        return ""
    return f"On {counts.rejected:,} rows the model abstains (`rejected`): what it says there is a guess. "


def _licenses(counts: ExportCounts) -> list[tuple[str, str, str]]:
    return [
        (
            "not known" if license_ is None else _link(license_),
            f"{len(counts.papers_by_license[license_]):,}",
            f"{subfigures:,}",
        )
        for license_, subfigures in counts.by_license.most_common()
    ]


def _link(license_: str) -> str:
    target = address(license_)
    return f"[{_plain(license_)}]({target})" if target != license_ else _plain(license_)


def _modalities(counts: ExportCounts) -> list[tuple[str, ...]]:
    """Each modality with its rows, and what other vocabularies call it."""
    return [
        ("–", "not scored", f"{number:,}", *[""] * 5)
        if code is None
        else (_plain(code), _plain(taxonomy.name(code)), f"{number:,}", *_called(code))
        for code, number in counts.by_modality.most_common()
    ]


def _called(code: str) -> tuple[str, ...]:
    return tuple(identifier or "" for identifier in astuple(taxonomy.identifiers(code)))


def _table(names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [names, ("---",) * len(names), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """Text from elsewhere as Markdown shows it: nothing of it is obeyed."""
    return re.sub(r"([\\`*_\[\]<>|#&~!])", r"\\\1", printable(" ".join(text.split()), 200))
