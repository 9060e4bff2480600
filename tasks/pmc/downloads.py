"""An article's files brought to this machine: PDF and JATS, or JATS and images where PMC has no PDF."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace
from pathlib import PurePosixPath

from tasks.errors import PaperError
from tasks.inputs.fetching import remove_copies, unreadable_id
from tasks.pmc.articles import File, PmcArticle
from tasks.pmc.bucket import Bucket
from tasks.records import Graphic, Paper, PaperFiles, SourceFile
from tasks.runs.outcomes import Failure
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

    def paper(self, article: PmcArticle) -> PaperFiles | Failure:
        """An article with its files, or why it can't be read. Raises InputError where the bucket does not answer."""
        main = article.pdf or article.jats
        assert main is not None, "an article that is taken has a PDF or a JATS"  # noqa: S101
        uri = self._bucket.uri_of(main.key)
        paper = Paper(unreadable_id(uri), uri, article.metadata, article.listed.etag)
        files = PaperFiles(paper, SourceFile(self._bucket.address(main.key)))
        try:
            files = self._with_main(files, main, self._most_bytes if article.pdf else MOST_JATS_BYTES)
            files = self._with_jats(files, article) if article.pdf else self._with_images(files, article)
        except PaperError as error:
            remove_copies(files)
            return Failure(files.paper, error.kind, error.error, 0.0)
        if self._keep:
            return files
        remove_copies(files)
        return _without_copies(files)

    def close(self) -> None:
        """Removes what no shard has taken."""
        self._folder.remove()

    def _with_main(self, files: PaperFiles, main: File, most_bytes: int) -> PaperFiles:
        source = self._get(main, most_bytes)
        with source.path.open("rb") as stream:
            paper_id = hashlib.file_digest(stream, "sha256").hexdigest()
        return PaperFiles(replace(files.paper, paper_id=paper_id), source)

    def _with_jats(self, files: PaperFiles, article: PmcArticle) -> PaperFiles:
        if article.jats is None:
            return files
        try:
            return replace(files, jats=self._get(article.jats, MOST_JATS_BYTES))
        except PaperError as error:  # the PDF has captions of its own
            log.warning("%s without its JATS: %s", article.listed.pmcid, error.error)
            return files

    def _with_images(self, files: PaperFiles, article: PmcArticle) -> PaperFiles:
        graphics: list[Graphic] = []
        room, reason = self._most_bytes, ""
        for image in article.images:
            try:
                graphic = Graphic(image.name, self._get(image, room))
            except PaperError as error:  # its figure will be missed, and that said
                reason = error.error
                log.warning("%s: %s: %s", article.listed.pmcid, printable(image.name), error.error)
                continue
            room -= graphic.file.path.stat().st_size
            graphics.append(graphic)
        if not graphics:
            raise PaperError("missing", f"There is no PDF, and none of the images can be had. {reason}")
        return replace(files, graphics=tuple(graphics))

    def _get(self, file: File, most_bytes: int) -> SourceFile:
        target = self._folder.new_file(PurePosixPath(file.name).suffix[:8])
        self._bucket.download(file.key, file.md5, target, most_bytes)
        return SourceFile(self._bucket.address(file.key), str(target))


def bytes_of(item: PaperFiles | Failure) -> int:
    """What the files of a paper take here."""
    return sum(copy.stat().st_size for copy in item.copies) if isinstance(item, PaperFiles) else 0


def _without_copies(files: PaperFiles) -> PaperFiles:
    """The same files, to be fetched again."""
    return PaperFiles(
        files.paper,
        SourceFile(files.main.uri),
        files.jats and SourceFile(files.jats.uri),
        tuple(Graphic(graphic.name, SourceFile(graphic.file.uri)) for graphic in files.graphics),
    )
