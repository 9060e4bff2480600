"""How far a dataset has followed PMC: kept in it as OUT/.pmc, and what follows from it for the next ingest.

The cursor moves only when all that its inventories differ in is done; what is done before that stands in the ledger.
So a run that is killed costs what it was just doing.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from tasks.errors import InputError, OutputError
from tasks.runs.outcomes import ShardOutcome
from tasks.runs.shard import Shard
from tasks.settings import IngestSettings
from tasks.stores import paths
from tasks.texts import storable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

FILE = ".pmc"
_MARGIN = dt.timedelta(days=1)
"""An inventory lists what there was some hours before its name says."""

log = logging.getLogger("figmill.pmc")


@dataclass(frozen=True, slots=True)
class Cursor:
    """What of PMC is done: all up to an inventory, or where none was finished yet, all before a day (ISO 8601)."""

    bucket: str
    inventory: str | None = None
    since: str | None = None
    licenses: tuple[str, ...] = ()
    articles: int = 0
    """Versions of articles that the inventory listed."""
    unread: dict[str, str] = field(default_factory=dict)
    """Articles whose rows stay because what they are now could not be read: PMCID -> ETag, as an inventory lists it."""


@dataclass(frozen=True, slots=True)
class Span:
    """What an ingest is to look at: `newer` less what `older` has too, or what was put there since a day."""

    newer: str
    older: str | None = None
    since: dt.date | None = None
    whole: bool = True
    """Whether the dataset is to follow `newer` in all, not just in what differs."""

    @property
    def words(self) -> str:
        """Since when."""
        if self.older:
            return f"the inventory {self.older}"
        return f"{self.since}" if self.since else "the beginning"


def load_cursor(out: StorePath) -> Cursor | None:
    """The dataset's cursor; None before its first ingest. Raises OutputError where it cannot be read back."""
    try:
        found = json.loads(paths.read(out / FILE))
        unread = {str(pmcid): str(etag) for pmcid, etag in found.get("unread", {}).items()}
        return Cursor(**{**found, "licenses": tuple(found["licenses"]), "unread": unread})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise OutputError(
            f"{out / FILE} cannot be read back: remove it and say by --since from when the next ingest is to go on"
        ) from error


def save_cursor(out: StorePath, cursor: Cursor) -> None:
    """Whole or not at all."""
    paths.put_bytes(json.dumps(asdict(cursor)).encode(), out / FILE)


def choose_span(settings: IngestSettings, cursor: Cursor | None, inventories: Sequence[str]) -> Span:
    """What to look at, `inventories` being those of the bucket, the oldest first. Raises InputError."""
    if settings.inventory:
        older, dots, newer = settings.inventory.partition("..")
        if not dots or not older or not newer:
            raise InputError(f"--inventory {settings.inventory}: two inventories as A..B, each by its date")
        return Span(_named(newer, inventories), _named(older, inventories), whole=False)
    newest = inventories[-1]
    if settings.since:
        return Span(newest, since=settings.since)
    if cursor is None:
        return Span(newest)
    if cursor.inventory is None:
        return Span(newest, since=dt.date.fromisoformat(cursor.since) if cursor.since else None)
    if cursor.inventory in inventories:
        return Span(newest, cursor.inventory)
    since = dt.date.fromisoformat(cursor.inventory[:10]) - _MARGIN
    log.info(
        "the inventory %s is no longer kept: taking what was put there since %s", cursor.inventory, since
    )
    return Span(newest, since=since)


def start_cursor(settings: IngestSettings, cursor: Cursor | None) -> Cursor:
    """The cursor of a dataset when an ingest begins: its own, or a new one. Raises OutputError for another bucket."""
    if cursor is None:
        since = settings.since.isoformat() if settings.since else None
        return Cursor(settings.bucket, since=since, licenses=settings.licenses)
    if cursor.bucket != settings.bucket:
        raise OutputError(f"{settings.out} follows {cursor.bucket}: {settings.bucket} wants another --out")
    more = sorted(set(settings.licenses) - set(cursor.licenses))
    if more and cursor.inventory:
        log.warning(
            "articles under %s were passed over before %s: to take them, too, say --since",
            ", ".join(more),
            cursor.inventory,
        )
    return cursor


def moved(cursor: Cursor, span: Span, settings: IngestSettings, articles: int) -> Cursor:
    """The cursor once all of a span is done; where it was, if the span left out something in between."""
    start = cursor.inventory or cursor.since
    if span.older:
        follows = span.older == cursor.inventory
    else:
        follows = span.since is None or start is None or span.since.isoformat() <= start
    backwards = cursor.inventory is not None and span.newer < cursor.inventory
    if not follows or backwards:
        return cursor
    return replace(cursor, inventory=span.newer, since=None, licenses=settings.licenses, articles=articles)


def tried(cursor: Cursor, shard: Shard, outcome: ShardOutcome) -> Cursor:
    """The cursor once a shard of changed articles is done: it knows which of them could not be read.

    Like those that the ledger says failed, they wait for `retry_failed`, or until they change: fetched night after
    night, they would fail night after night.
    """
    stayed = {failed.source_uri for failed in outcome.not_renewed}
    unread = dict(cursor.unread)
    for paper in (item.paper for item in shard.papers):
        unread.pop(paper.metadata.pmcid or "", None)
        if storable(paper.source_uri) in stayed and paper.metadata.pmcid and paper.source_version:
            unread[paper.metadata.pmcid] = paper.source_version
    return replace(cursor, unread=unread)


def _named(text: str, inventories: Sequence[str]) -> str:
    """The last inventory whose name begins so."""
    found = [name for name in inventories if name.startswith(text)]
    if not found:
        raise InputError(f"--inventory {text}: the bucket has {inventories[0]} to {inventories[-1]}")
    return found[-1]
