"""Articles that an inventory no longer lists: believed only where the bucket itself says so, and not in numbers."""

from __future__ import annotations

import functools
import logging
import random
from collections.abc import Sequence

from tasks.ahead import ahead
from tasks.dataset.ledger import LedgerRow
from tasks.errors import InputError
from tasks.pmc.bucket import Bucket

_SHARE, _FEW = 0.05, 10
"""More than this share of a dataset, and more than so many articles, do not go from one day to the next unasked."""
_ASKED = 20
"""Articles that are looked up one by one; all of them, where one of these is there."""
_THREADS, _AHEAD = 16, 64
"""Requests on their way together, and answers waiting."""

log = logging.getLogger("figmill.pmc")


def confirm_removals(
    bucket: Bucket, inventory: str, gone: Sequence[LedgerRow], held: int, accepted: bool
) -> list[LedgerRow]:
    """Those of `gone` that are in the bucket all the same, and are not to be marked as removed.

    Raises InputError where the inventory lacks too many of a dataset of `held` articles, be they there or gone, and
    that is not `accepted`.
    """
    most = max(_FEW, _SHARE * held)
    chosen = random.Random(inventory).sample(list(gone), min(_ASKED, len(gone)))  # noqa: S311 (not a secret)
    there = _in_bucket(bucket, chosen)
    if not accepted and len(gone) * len(there) > most * len(chosen):
        raise InputError(
            f"the inventory {inventory} lacks {len(gone)} of the dataset's {held} articles, but {len(there)} of "
            f"{len(chosen)} that were looked up are there: it is not believed; the next one may be whole, and with "
            "--accept-removals the ingest goes on, and marks as removed what is gone from the bucket too"
        )
    if there and len(gone) > len(chosen):
        there = _in_bucket(bucket, gone)
    removed = len(gone) - len(there)
    if not accepted and removed > most:
        raise InputError(
            f"the inventory {inventory} lacks {removed} of the dataset's {held} articles, and "
            f"{removed if there else len(chosen)} of them that were looked up are gone: --accept-removals marks their "
            "rows as removed"
        )
    if there:
        log.warning(
            "the inventory %s lacks %d articles of the dataset that are in the bucket, such as %s: their rows stay as "
            "they are",
            *(inventory, len(there), there[0].metadata.pmcid),
        )
    return there


def _in_bucket(bucket: Bucket, rows: Sequence[LedgerRow]) -> list[LedgerRow]:
    """Those of the articles of which the bucket has metadata; a listing for each."""
    found = ahead(functools.partial(_is_there, bucket), rows, _THREADS, _AHEAD, "ask")
    return [row for row, is_there in zip(rows, found, strict=True) if is_there]


def _is_there(bucket: Bucket, row: LedgerRow) -> bool:
    return bool(bucket.sizes(f"metadata/{row.metadata.pmcid}."))
