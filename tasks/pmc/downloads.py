"""An article's files brought to this machine: PDF and JATS, or JATS and images where PMC has no PDF."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace
from pathlib import Path, PurePosixPath

from tasks.errors import PaperError
from tasks.inputs.fetching import unreadable_id
from tasks.pmc.articles import File, PmcArticle
from tasks.pmc.bucket import Bucket
from tasks.records import Failure, Graphic, Paper
from tasks.settings import MOST_JATS_BYTES
from tasks.stores.scratch import Folder
from tasks.texts import printable

log = logging.getLogger("figmill.pmc")


class Downloads:
    """Where articles wait for their shard; several threads may fill it.

    Unless they are to be kept, files are fetched for the paper_id alone, and again where the shard is done.
    """

    def __init__(self, bucket: Bucket, most_bytes: int, keep: bool) -> None:
        self._bucket = bucket
        self._most_bytes = most_bytes
        self._keep = keep
        self._folder = Folder("pmc")

    def paper(self, article: PmcArticle) -> Paper | Failure:
        """An article as a Paper, or why it can't be one. Raises InputError where the bucket does not answer."""
        main = article.pdf or article.jats
        assert main is not None, "an article that is taken has a PDF or a JATS"  # noqa: S101
        uri = self._bucket.uri_of(main.key)
        paper = Paper(
            unreadable_id(uri),
            uri,
            article.metadata,
            source_version=article.listed.etag,
            address=self._bucket.address(main.key),
        )
        try:
            file = self._get(main, self._most_bytes if article.pdf else MOST_JATS_BYTES)
            with file.open("rb") as stream:
                paper_id = hashlib.file_digest(stream, "sha256").hexdigest()
            paper = replace(paper, paper_id=paper_id, fetched=str(file))
            paper = self._with_jats(paper, article) if article.pdf else self._with_images(paper, article)
        except PaperError as error:
            self.forget(paper)
            return Failure(_without_files(paper), error.kind, error.error, 0.0)
        if not self._keep:
            self.forget(paper)
            return _without_files(paper)
        return paper

    def close(self) -> None:
        """Removes what no shard has taken."""
        self._folder.remove()

    def _with_jats(self, paper: Paper, article: PmcArticle) -> Paper:
        if article.jats is None:
            return paper
        try:
            file = self._get(article.jats, MOST_JATS_BYTES)
        except PaperError as error:  # the PDF has captions of its own
            log.warning("%s without its JATS: %s", article.listed.pmcid, error.error)
            return paper
        return replace(paper, jats_uri=self._bucket.address(article.jats.key), fetched_jats=str(file))

    def _with_images(self, paper: Paper, article: PmcArticle) -> Paper:
        graphics: list[Graphic] = []
        room, reason = self._most_bytes, ""
        for image in article.images:
            try:
                file = self._get(image, room)
            except PaperError as error:  # its figure will be missed, and that said
                reason = error.error
                log.warning("%s: %s: %s", article.listed.pmcid, printable(image.name), error.error)
                continue
            room -= file.stat().st_size
            graphics.append(Graphic(image.name, self._bucket.address(image.key), str(file)))
        if not graphics:
            raise PaperError("missing", f"There is no PDF, and none of the images can be had. {reason}")
        return replace(paper, graphics=tuple(graphics))

    def _get(self, file: File, most_bytes: int) -> Path:
        target = self._folder.new_file(PurePosixPath(file.name).suffix[:8])
        self._bucket.download(file.key, file.md5, target, most_bytes)
        return target

    def forget(self, paper: Paper) -> None:
        """Removes the files of a paper."""
        for file in paper.files:
            Path(file).unlink(missing_ok=True)


def _without_files(paper: Paper) -> Paper:
    graphics = tuple(replace(graphic, fetched=None) for graphic in paper.graphics)
    return replace(paper, fetched=None, fetched_jats=None, graphics=graphics)


def bytes_of(paper: Paper) -> int:
    """What the files of a paper take here."""
    return sum(Path(file).stat().st_size for file in paper.files)
