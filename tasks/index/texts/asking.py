"""The documents of one commit, asked for words and filters, counts and scores (BM25 of each field)."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import tantivy

from tasks.index.queries import Facet, Query
from tasks.index.texts.fields import OWN, TOLD, tokens, value
from tasks.index.words import Term
from tasks.wording.licenses import FAMILIES

Named = Mapping[str, Sequence[int]]
"""The numbers of the rows (`id`) or papers (`paper`) that a query names one by one; empty where it names none."""
_K = 1.2
"""Of BM25: how soon more of a word counts no more."""
_MOST_VALUES = 20_000
"""Of one facet."""


class Snapshot:
    """The documents of one commit, asked. Threads may share it."""

    def __init__(self, index: tantivy.Index) -> None:
        self._index = index
        self._searcher = index.searcher()

    def count(self, query: Query, terms: Sequence[Term], named: Named) -> int:
        """How many rows answer; `named`: only those of these numbers."""
        asked = self._asked(query, terms, named)
        # It is there, though tantivy 0.27 does not say so of its type.
        return int(self._searcher.search(asked, 1, count=True).count)  # type: ignore[attr-defined]

    def facets(
        self, query: Query, terms: Sequence[Term], named: Named, of: Sequence[Facet]
    ) -> dict[Facet, list[tuple[str | None, int]]]:
        """How many of the rows that answer have each value of some facets, the commonest first."""
        wanted = {facet: {"terms": {"field": facet, "size": _MOST_VALUES}} for facet in of}
        answer = self._searcher.aggregate(self._asked(query, terms, named), wanted)
        counted = {}
        for facet in of:
            pairs = [(one["key"] or None, int(one["doc_count"])) for one in answer[facet]["buckets"]]
            counted[facet] = sorted(pairs, key=lambda pair: (-pair[1], pair[0] or ""))
        return counted

    def numbers(self, query: Query, terms: Sequence[Term], named: Named) -> npt.NDArray[np.int64]:
        """(N,) the numbers of all rows that answer, in the index's order."""
        return np.sort(np.array(self._found(_flat(self._asked(query, terms, named))), np.int64))

    def listed(self, query: Query, terms: Sequence[Term], named: Named, limit: int, offset: int) -> list[int]:
        """Rows in the order that the query names: by confidence, or by their place; of a modality those that the model
        names before those on which it abstains."""
        asked = _flat(self._asked(query, terms, named))
        if query.order in ("surest", "unsurest"):
            return self._found(asked, limit, offset, "surety", descending=query.order == "surest")
        order = "place" if query.order == "best" and query.modality else "id"
        return self._found(asked, limit, offset, order)

    def candidates(
        self, query: Query, terms: Sequence[Term], named: Named, limit: int, offset: int
    ) -> list[int]:
        """The rows that answer by rank: who has every term first, one of several at least in its own words, then who is
        not rejected, then who has every term in its own words; among those by the sum of all terms' scores."""
        every = [self._term(term, {**OWN, **TOLD}) for term in terms]
        own = [self._term(term, OWN) for term in terms]
        should, must = tantivy.Occur.Should, tantivy.Occur.Must
        complete = [*every, _any_of(own)] if len(terms) > 1 else every
        tiers = [
            (_conjunction(complete), 4000.0),
            (tantivy.Query.term_query(self._index.schema, "rejected", False), 2000.0),
            (_conjunction(own), 1000.0),
        ]
        asked = [
            (must, self._asked(query, terms, named)),
            *((should, tantivy.Query.const_score_query(tier, score)) for tier, score in tiers),
        ]
        return self._found(tantivy.Query.boolean_query(asked), limit, offset)

    def scores(self, term: Term, told: bool, among: Sequence[int]) -> dict[int, float]:
        """The score of those of some rows that have a term in their own words, or in what is `told` of them.

        Fields together are worth little more than the best of them, and long texts little less than short ones: the
        weighted sum x of the fields' BM25 counts as frequency does in BM25 itself, as idf · x (k + 1) / (x + k).
        """
        fields = TOLD if told else OWN
        asked = self._term(term, fields)
        having = max((self._having(field, name) for field in fields for name in term), default=0)
        rarity = math.log(1 + (self._searcher.num_docs - having + 0.5) / (having + 0.5))
        only = tantivy.Query.term_set_query(self._index.schema, "id", list(among))
        both = [(tantivy.Occur.Must, asked), (tantivy.Occur.Must, _flat(only, 0.0))]
        hits = self._searcher.search(tantivy.Query.boolean_query(both), max(1, len(among)), count=False).hits
        numbers = self._ids([place for _, place in hits])
        sums = {number: float(score) / rarity for number, (score, _) in zip(numbers, hits, strict=True)}
        return {number: rarity * x * (_K + 1) / (x + _K) for number, x in sums.items()}

    def _having(self, field: str, name: str) -> int:
        """In how many rows a field has a name, at most: of several words the rarest one's."""
        return min((self._searcher.doc_freq(field, word) for word in tokens(name)), default=0)

    def _found(
        self,
        asked: tantivy.Query,
        limit: int | None = None,
        offset: int = 0,
        by: str | None = None,
        descending: bool = False,
    ) -> list[int]:
        most = max(1, self._searcher.num_docs)
        hits = self._searcher.search(
            asked,
            min(limit or most, most),
            count=False,
            order_by_field=by,
            offset=min(offset, most),
            order=tantivy.Order.Desc if descending or by is None else tantivy.Order.Asc,
        ).hits
        return self._ids([place for _, place in hits])

    def _ids(self, places: list[tantivy.DocAddress]) -> list[int]:
        return [int(number or 0) for number in self._searcher.fast_field_values("id", places)]

    def _asked(self, query: Query, terms: Sequence[Term], named: Named) -> tantivy.Query:
        """Rows that pass every filter and have one of the terms; filters give no score."""
        must = tantivy.Occur.Must
        filters = [(must, _flat(one, 0.0)) for one in _filters(self._index.schema, query, named)]
        if terms:
            filters.append((must, _any_of([self._term(term, {**OWN, **TOLD}) for term in terms])))
        return tantivy.Query.boolean_query(filters) if filters else tantivy.Query.all_query()

    def _term(self, term: Term, fields: Mapping[str, float]) -> tantivy.Query:
        """One thing asked for, in any of some fields: the fields' scores are added, the best of its names counts."""
        names = []
        for name in term:
            words = tokens(name)
            if not words:
                continue
            places = [
                (
                    tantivy.Occur.Should,
                    tantivy.Query.boost_query(_phrase(self._index.schema, field, words), weight),
                )
                for field, weight in fields.items()
            ]
            names.append(tantivy.Query.boolean_query(places))
        return tantivy.Query.disjunction_max_query(names) if names else tantivy.Query.empty_query()


def _filters(schema: tantivy.Schema, query: Query, named: Named) -> Iterator[tantivy.Query]:
    term = functools.partial(tantivy.Query.term_query, schema)
    if query.modality:
        yield term("within", value(query.modality))
    if query.min_confidence > 0:
        yield tantivy.Query.range_query(schema, "surety", tantivy.FieldType.Float, query.min_confidence, None)
    if query.rejected is not None:
        yield term("rejected", query.rejected)
        yield term("scored", True)
    if query.license is not None:
        field = "license_family" if query.license in FAMILIES else "license"
        yield term(field, value(query.license))
    for field, asked in (("journal", query.journal), ("article_type", query.article_type)):
        if asked is not None:
            yield term(field, value(asked))
    if query.since is not None or query.until is not None:
        yield tantivy.Query.range_query(schema, "year", tantivy.FieldType.Integer, query.since, query.until)
    if query.lettered is not None:
        yield term("lettered", query.lettered)
    for field, numbers in named.items():
        yield tantivy.Query.term_set_query(schema, field, list(numbers))


def _phrase(schema: tantivy.Schema, field: str, words: list[str]) -> tantivy.Query:
    if len(words) == 1:
        return tantivy.Query.term_query(schema, field, words[0])
    return tantivy.Query.phrase_query(schema, field, [*words])


def _conjunction(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])


def _any_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def _flat(query: tantivy.Query, score: float = 1.0) -> tantivy.Query:
    """The same rows, each with one score: nothing is worked out for them."""
    return tantivy.Query.const_score_query(query, score)
