"""The parameters of an address as a query to the index, and a query as an address."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast, get_args
from urllib.parse import urlencode

from tasks.index.queries import Order, Query

NOTHING = "(none)"
"""A filter's value for rows that have none."""
_LONGEST = 500
"""Characters of a parameter; more is no query."""
_MOST_PAGES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a reader has set. Values that make no sense are as if not set."""

    q: str = ""
    modality: str = ""
    min: float = 0.0
    license: str = ""
    journal: str = ""
    type: str = ""
    """Of article."""
    since: str = ""
    until: str = ""
    """Years."""
    letter: str = ""
    """`with`, `without`, or nothing."""
    paper: str = ""
    rejected: str = ""
    """`hide`, `only`, or nothing."""
    order: str = "best"
    selection: str = ""
    """The name of one; which rows it holds, the dataset says (see `tasks.view.selecting`)."""
    like: str = ""
    """A subfigure_id: those like it come first."""
    page: int = 1

    @property
    def query(self) -> Query:
        """What the index is asked, but for the rows of a selection."""
        return Query(
            text=self.q,
            modality=self.modality or None,
            min_confidence=self.min,
            license=_value(self.license),
            journal=_value(self.journal),
            article_type=_value(self.type),
            since=int(self.since) if self.since else None,
            until=int(self.until) if self.until else None,
            paper=self.paper or None,
            lettered={"with": True, "without": False}.get(self.letter),
            rejected={"hide": False, "only": True}.get(self.rejected),
            order=cast("Order", self.order),
        )

    @property
    def narrows(self) -> bool:
        """Whether any row may be left out."""
        return replace(self, page=1, order="best", like="") != Filters()


def read(parameters: Mapping[str, str]) -> Filters:
    """The filters of an address."""
    text = {name: value[:_LONGEST].strip() for name, value in parameters.items()}
    order, rejected, letter = (text.get(name, "") for name in ("order", "rejected", "letter"))
    return Filters(
        q=text.get("q", ""),
        modality=text.get("modality", "").strip("/"),
        min=_fraction(text.get("min", "")),
        license=text.get("license", ""),
        journal=text.get("journal", ""),
        type=text.get("type", ""),
        since=_year(text.get("since", "")),
        until=_year(text.get("until", "")),
        letter=letter if letter in ("with", "without") else "",
        paper=text.get("paper", ""),
        rejected=rejected if rejected in ("hide", "only") else "",
        order=order if order in get_args(Order) else "best",
        selection=text.get("selection", ""),
        like=text.get("like", ""),
        page=_page(text.get("page", "")),
    )


def address(filters: Filters, **changes: Any) -> str:
    """The address of these filters with some of them changed; from the first page, unless `page` is among them."""
    said = parameters(replace(filters, **{"page": 1, **changes}))
    return f"/?{urlencode(said)}" if said else "/"


def parameters(filters: Filters) -> dict[str, str]:
    """What is set, by the names that `read` knows."""
    default = Filters()
    return {
        name: f"{value:g}" if isinstance(value, float) else str(value)
        for name in Filters.__slots__
        if (value := getattr(filters, name)) != getattr(default, name)
    }


def _value(text: str) -> str | None:
    return None if not text else "" if text == NOTHING else text


def _fraction(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return min(max(value, 0.0), 1.0) if math.isfinite(value) else 0.0


def _year(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) == 4 else ""


def _page(text: str) -> int:
    return min(max(int(text), 1), _MOST_PAGES) if text.isascii() and text.isdigit() and len(text) < 10 else 1
