"""Articles that an inventory no longer lists: believed only where the bucket itself says so, and not in numbers."""

from __future__ import annotations

import random
from collections.abc import Sequence

from tasks.dataset.ledger import LedgerRow
from tasks.errors import InputError
from tasks.pmc.bucket import Bucket

_SHARE, _FEW = 0.05, 10
"""More than this share of a dataset, and more than so many articles, do not go from one day to the next unasked."""
_ASKED = 20
"""Articles that are looked up one by one."""


def confirm_removals(
    bucket: Bucket, inventory: str, gone: Sequence[LedgerRow], held: int, accepted: bool
) -> None:
    """Raises InputError where the articles of a dataset of `held` are not to be marked as removed.

    That is where one that is looked up is still there, or where they are too many and not `accepted`.
    """
    chosen = random.Random(inventory).sample(list(gone), min(_ASKED, len(gone)))  # noqa: S311 (not a secret)
    for row in chosen:
        pmcid = row.metadata.pmcid or ""
        if bucket.sizes(f"metadata/{pmcid}."):
            raise InputError(
                f"the inventory {inventory} lacks {pmcid} and {len(gone) - 1} others of the dataset, but {pmcid} is "
                "there: it is not believed; the next one may be whole"
            )
    if len(gone) > max(_FEW, _SHARE * held) and not accepted:
        raise InputError(
            f"the inventory {inventory} lacks {len(gone)} of the dataset's {held} articles, and {len(chosen)} of them "
            "that were looked up are gone: --accept-removals marks their rows as removed"
        )
