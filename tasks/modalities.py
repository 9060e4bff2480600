"""Modalities as people name them, by path or by code; and as they are shown to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models import taxonomy
from tasks.errors import InputError

_NAMED_OF_A_SET = 4


def modality_path(wanted: str, leaves: Iterable[str]) -> str:
    """The path of a modality given by path, code or the end of a path: `DMEL`, `Microscopy/electron` or `electron` ->
    `microscopy/electron`.

    Known are ImageCLEF's paths and `leaves`, which a dataset has: of other classes, or below a class, such as
    `illustration/chart/bar`. Raises InputError for others, with those that are near, and for the end of several.
    """
    leaves = tuple(leaves)
    if whole := whole_path(wanted, leaves):
        return whole
    known, asked = _known(leaves), _asked(wanted)
    ending = [path for path in known if path.endswith(f"/{asked}")]
    if len(ending) == 1:
        return ending[0]
    if ending:
        raise InputError(f"several modalities end in {asked!r}: {', '.join(ending)}")
    near = _near(asked, known) or [path for path in known if "/" not in path]
    raise InputError(f"no modality {asked!r}: {', '.join(near)}, or a code such as DMEL")


def whole_path(wanted: str, leaves: Iterable[str]) -> str | None:
    """The path of a modality given by its whole path or its code; None for all that is neither."""
    if wanted.upper() in taxonomy.CODES:
        return taxonomy.path(wanted.upper())[-1]
    asked = _asked(wanted)
    return asked if asked in _known(leaves) else None


def _near(asked: str, known: Iterable[str]) -> list[str]:
    """The paths that are most like it, whole or by their last name, best first."""
    named: dict[str, dict[str, None]] = {}
    for path in known:
        for name in (path, path.rpartition("/")[2]):
            named.setdefault(name, {})[path] = None
    return list(dict.fromkeys(path for name in taxonomy.near(asked, list(named)) for path in named[name]))


def _asked(wanted: str) -> str:
    return wanted.strip("/").lower()


def _known(leaves: Iterable[str]) -> list[str]:
    """ImageCLEF's paths and these, with the groups that they are in, sorted."""
    every = {*leaves, *(taxonomy.path(code)[-1] for code in taxonomy.CODES)}
    return sorted(
        {"/".join(leaf.split("/")[: depth + 1]) for leaf in every for depth in range(leaf.count("/") + 1)}
    )


_PERHAPS = ", perhaps "


def describe_modality(code: str, path: Sequence[str]) -> str:
    """A row's modality in words, `path` being its `modality_path` or the last of it.

    `statistical figure, graph, chart: bar`; `microscopy, perhaps electron microscopy` where the path ends at the group.
    """
    kinds = [kind.replace("-", " ") for kind in taxonomy.below(code, path)]
    if kinds:
        return f"{taxonomy.name(code)}: {', '.join(kinds)}"
    if path and path[-1] in taxonomy.path(code)[:-1]:
        return f"{path[-1].replace('-', ' ')}{_PERHAPS}{taxonomy.name(code)}"
    return taxonomy.name(code)


def with_code(code: str, described: str) -> str:
    """`DRCT computed tomography`; the code stands before its class: `microscopy, perhaps DMEL electron microscopy`."""
    if described == code:
        return code
    group, perhaps, name = described.rpartition(_PERHAPS)
    return f"{group}{perhaps}{code} {name}"


def abstaining(described: str) -> str:
    """That the model abstains, and what it would have guessed; `described` may say perhaps already."""
    return f"abstains ({described})" if _PERHAPS in described else f"abstains (perhaps {described})"


def describe_doubts(compound: float | None, modality_set: Sequence[str] | None) -> list[str]:
    """What a reader should know of a row's label, in clauses; none where all is clear."""
    clauses = []
    if modality_set and len(modality_set) > 1:
        names = [taxonomy.name(code) for code in modality_set[:_NAMED_OF_A_SET]]
        more = len(modality_set) - len(names)
        clauses.append(f"one of: {' / '.join([*names, f'{more} more'] if more else names)}")
    if compound is not None and compound > taxonomy.SEVERAL_PANELS:
        clauses.append("may hold several panels")
    return clauses
