"""The commands that lead into a dataset: search, view and mcp. `flows.cli` adds them to `figmill`."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import click

from flows.commands.indexing import FOLDER, illustrate_all, illustrating, refresh, say_unkept
from flows.commands.selections import SELECTION, selected
from flows.terminal.progress import shown
from tasks.errors import FigmillError, SettingsError
from tasks.settings import DEFAULT_MODEL
from tasks.texts import with_extra

if TYPE_CHECKING:
    from tasks.index.queries import Hit, Query
    from tasks.index.search import SearchIndex
    from tasks.stores.paths import StorePath

OWN_CLASSES = click.option(
    "--classes",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Classes of your own: TOML with sections [[class]] of name, below (such as GGEL) and examples (ids).",
)
_SHORTEST_TOKEN = 12


@click.command(short_help="Find subfigures by words, or by a picture.")
@FOLDER
@click.argument("text", nargs=-1, metavar="[WORDS]...")
@click.option(
    "--modality", metavar="PATH|CODE", help="Such as microscopy, microscopy/electron, electron or DMEL."
)
@click.option("--min-confidence", type=click.FloatRange(0, 1), default=0.0, metavar="P", help="Such as 0.9.")
@click.option(
    "--license",
    "license_",
    metavar="TEXT",
    help="Such as 'CC BY', which means all its versions, or 'CC BY 4.0'.",
)
@click.option("--journal", metavar="TEXT", help="As the dataset has it.")
@click.option("--article-type", metavar="TEXT", help="As the dataset has it, such as review-article.")
@click.option(
    "--year", "years", metavar="YEAR|A..B", help="Published in it, or from A to B; one may be left out."
)
@click.option("--paper", metavar="ID", help="Of this paper alone: its PMCID, PMID, DOI or paper_id.")
@click.option(
    "--lettered/--unlettered", default=None, help="Only panels that have a letter, or only those without."
)
@SELECTION
@click.option(
    "--like", type=click.Path(path_type=Path), metavar="IMAGE", help="Pictures like this one first."
)
@click.option(
    "--model",
    default=DEFAULT_MODEL,
    show_default=True,
    metavar="NAME|DIR",
    help="For --like: the bundle that labelled the dataset.",
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=10, show_default=True, metavar="N")
@click.option("--json", "as_json", is_flag=True, help="A JSON list with every column but the image.")
def search(
    folder: StorePath,
    text: tuple[str, ...],
    modality: str | None,
    min_confidence: float,
    license_: str | None,
    journal: str | None,
    article_type: str | None,
    years: str | None,
    paper: str | None,
    lettered: bool | None,
    selection: str | None,
    like: Path | None,
    model: str,
    limit: int,
    as_json: bool,
) -> None:
    """Find subfigures in the dataset in DIR by WORDS, by their modality, by likeness, or all of it.

    WORDS are those of captions, of the sentences that cite a figure, those printed in it, and of titles and authors; a
    panel's own count most. They are stemmed, those of a modality are understood (TEM, western blot, flow chart), and
    "words in quotes" stay together. The index in DIR/index is made or brought up to date first.

    \b
    Examples:
      figmill search figures "TEM of mitochondria"
      figmill search figures mitochondria --modality microscopy/electron --min-confidence 0.9
      figmill search figures western blot --license 'CC BY' --year 2020.. --lettered
      figmill search figures --like cells.png --json
    """
    from tasks.index.queries import Query
    from tasks.index.search import SearchIndex

    since, until = _years(years)
    refresh(folder)
    with SearchIndex(folder) as found_in:
        query = Query(
            text=" ".join(text),
            modality=_path(found_in, modality),
            min_confidence=min_confidence,
            license=_license(found_in, license_),
            journal=journal,
            article_type=article_type,
            since=since,
            until=until,
            paper=paper,
            lettered=lettered,
            among=None if selection is None else selected(folder, selection),
        )
        found = _ranked(found_in, query, like, model, limit + 1)  # one more tells whether there are more
        hits = found[:limit]
        if as_json:
            from tasks.index.rows import whole_rows

            _echo_json(whole_rows(folder, hits))
            return
        contexts = found_in.contexts(query, hits)
    if not hits:
        click.echo("Nothing found: try fewer words, or a wider filter.")
        return
    from flows.terminal.hits import show_hits

    show_hits(hits, contexts)
    if len(found) > limit:
        click.echo(f"These are the first {limit}; --limit shows more.", err=True)


@click.command(short_help="Look at a dataset in a browser.")
@FOLDER
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Where to listen; other than this, others may look too.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: any free one."
)
@click.option("--open", "opening", is_flag=True, help="Open the page in a browser.")
@click.option(
    "--edit", is_flag=True, help="Correct labels and panels there, by keys; kept in DIR/corrections."
)
@click.option("--who", metavar="NAME", help="Who corrects. [default: the name you are logged in by]")
@click.option(
    "--token",
    envvar="FIGMILL_VIEW_TOKEN",
    metavar="TEXT",
    help="Show nothing to those who do not know it (or FIGMILL_VIEW_TOKEN); --edit with another --host needs one.",
)
@OWN_CLASSES
@click.option(
    "--write",
    "site",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Serve nothing: write the pages as files to share, into a new or empty folder.",
)
def view(
    folder: StorePath,
    host: str,
    port: int,
    opening: bool,
    edit: bool,
    who: str | None,
    token: str | None,
    classes: Path | None,
    site: Path | None,
) -> None:
    """Show the dataset in DIR as a local web page: search, filters, pictures, papers with the boxes drawn.

    The page is rendered here and asks nothing of the network; without --edit it changes nothing. With it, what you say
    of a picture is kept in DIR/corrections and holds wherever the dataset is read. Ends with Ctrl-C.

    \b
    Examples:
      figmill view figures
      figmill view figures --edit --who Ada
      figmill view figures --write site
    """
    from tasks.dataset.folder import require_free
    from tasks.view.serve import address_of, is_loopback, listen, serve

    if (who or classes) and not edit:
        raise click.UsageError("--who and --classes go with --edit")
    if token and len(token) < _SHORTEST_TOKEN:
        raise click.UsageError(f"--token needs {_SHORTEST_TOKEN} letters or more, for others could guess it")
    if edit and not is_loopback(host) and not token:
        raise click.UsageError("--edit for others than this machine needs a --token")
    if edit and not isinstance(folder, Path):
        raise SettingsError(
            f"--edit corrects a dataset in a folder of this machine, and {shown(folder)} is on a store: give what "
            "people say by `figmill corrections --from`"
        )
    if site and edit:
        raise click.UsageError("--write writes pages that only show: leave --edit out")
    own = own_codes(classes)
    person = person_named(who) if edit else None
    if site:
        require_free(site, "--write")  # before thumbnails are made, which may take long
    refresh(folder)
    if site:
        try:
            _, _, damaged = illustrate_all(folder)
            if damaged:
                say_unkept(damaged)
        except FigmillError as error:
            say_unkept(error)
        _write(folder, site)
        return
    with listen(host, port) as listening:
        address = address_of(host, listening)
        click.echo(f"{shown(folder)} is at {address}{_asked(token)} (Ctrl-C ends it)")
        if not is_loopback(host) and not token:
            click.echo(
                "Whoever reaches this machine there sees the pictures; there is no password.", err=True
            )
        if opening:
            click.launch(f"{address}{_asked(token)}")
        try:
            with illustrating(folder):
                serve(folder, listening, host, person, token, own)
        except KeyboardInterrupt:
            return


@click.command(short_help="Let agents search a dataset (MCP).")
@FOLDER
def mcp(folder: StorePath) -> None:
    """Serve the dataset in DIR to agents, by the Model Context Protocol over standard input and output.

    Its tools find subfigures, show one with its picture, count, and list a paper; they change nothing and ask nothing
    of the network. Needs the extra mcp.

    \b
    In a client's configuration:
      {"mcpServers": {"figures": {"command": "figmill", "args": ["mcp", "/path/to/DIR"]}}}
    """
    try:
        from tasks.view.mcp_server import serve_mcp
    except ModuleNotFoundError as error:
        raise SettingsError(f"the server for agents needs its SDK: {with_extra('mcp')}") from error

    refresh(folder)
    serve_mcp(folder)


def _write(folder: StorePath, site: Path) -> None:
    from tasks.view.site import write_site

    click.echo(f"writing pages to {shown(site)}", err=True)
    files = write_site(folder, site)
    click.echo(f"{shown(site / 'index.html')}: {files} files")


def own_codes(classes: Path | None) -> tuple[str, ...]:
    """What rows of the classes in a file are named."""
    from tasks.corrections.own_classes import read_classes

    return tuple(one.code for one in read_classes(classes)) if classes else ()


def person_named(who: str | None) -> str:
    """Who corrects: by name, else who is logged in. Raises SettingsError where this machine does not know."""
    try:
        return who or getpass.getuser()
    except (KeyError, OSError, ImportError) as error:  # as in a container whose user has no entry in passwd
        raise SettingsError("this machine has no name for you: name yourself, such as --who Ada") from error


def _asked(token: str | None) -> str:
    """How the address shows a token."""
    return f"?{urlencode({'token': token})}" if token else ""


def _ranked(found_in: SearchIndex, query: Query, like: Path | None, model: str, limit: int) -> list[Hit]:
    if like is None:
        return found_in.search(query, limit)
    from tasks.index.likeness import embed_picture

    return found_in.like(embed_picture(like, found_in.model_id, model), query, limit)


def _path(found_in: SearchIndex, modality: str | None) -> str | None:
    from tasks.index.queries import Query
    from tasks.modalities import modality_path

    if modality is None:
        return None
    return modality_path(modality, [path for path, _ in found_in.facet(Query(), "path") if path])


def _license(found_in: SearchIndex, asked: str | None) -> str | None:
    """A licence, or a family of them, as the index is asked for it."""
    from tasks.index.queries import Query
    from tasks.wording.licenses import FAMILIES, choose_licenses, normal_license

    if asked is None:
        return None
    known = [name for name, _ in found_in.facet(Query(), "license") if name]
    meant = choose_licenses(asked, known)
    family = normal_license(asked)
    return family if family in FAMILIES else meant[0]


def _years(text: str | None) -> tuple[int | None, int | None]:
    """The first and the last year that `2018..2020`, `2018..` or `2020` names."""
    if text is None:
        return None, None
    first, dots, last = text.partition("..")
    years = [
        int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None
        for year in (first, last if dots else first)
    ]
    if any(year is None and word for year, word in zip(years, (first, last), strict=True)) or not any(years):
        raise click.BadParameter(f"{text!r} is no year and no range such as 2018..2020", param_hint="--year")
    since, until = years
    if since and until and since > until:
        raise click.BadParameter(f"{text} ends before it begins: say {until}..{since}", param_hint="--year")
    return since, until


def _echo_json(rows: list[dict[str, object]]) -> None:
    import json

    click.echo(json.dumps(rows, indent=1, allow_nan=False))


COMMANDS = [search, view, mcp]
