"""The commands about models: train, evaluate, study, explain, models. `flows.cli` adds them to `figmill`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from functools import wraps
from textwrap import fill
from typing import TYPE_CHECKING, Any, Literal

import click

from flows.commands.search import OWN_CLASSES
from flows.terminal.options import CAPTIONS, DEVICE
from tasks.errors import FigmillError
from tasks.texts import counted

if TYPE_CHECKING:
    from pathlib import Path

    from models.evaluation.evaluation import Evaluation
    from models.training.outcome import TrainOutcome

_WIDTH = 80
"""Columns of a terminal."""

_CACHE = click.option(
    "--cache", metavar="DIR", help="Where decoded images are kept (default: ~/.cache/figmill)."
)
_IMAGES = click.option("--images", metavar="DIR", help="Where the images of a list are (default: beside it).")
_WHERE = click.option(
    "--where",
    multiple=True,
    metavar="COLUMN=VALUE[,VALUE...]",
    help="Take only rows of a table with one of these values in a column; may be repeated.",
)


def mendable(command: Callable[..., None]) -> Callable[..., None]:
    """What the user can mend (a ModelError) ends as one line and exit status 1."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        from models.errors import ModelError

        try:
            command(*arguments, **options)
        except ModelError as error:
            raise FigmillError(str(error)) from error

    return run


def _parse_where(where: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    for item in where:
        if not item.partition("=")[1]:
            raise click.BadParameter(f"{item!r} is not COLUMN=VALUE", param_hint="--where")
    parts = (item.partition("=") for item in where)
    return tuple((column.strip().lower(), tuple(values.split(","))) for column, _, values in parts)


def _training_options(command: Callable[..., None]) -> Callable[..., None]:
    """What `train` and `study` have in common."""
    for option in reversed(
        [
            _IMAGES,
            _WHERE,
            click.option(
                "--preset",
                type=click.Choice(["paper", "fast"]),
                default="paper",
                show_default=True,
                help="paper: Adam, 5e-6 constant, 100 epochs. fast: a modern recipe for figures as printed.",
            ),
            click.option(
                "--weights",
                default="imagenet",
                show_default=True,
                metavar="imagenet|random|PATH",
                help="Start weights: torchvision's (downloaded; without a network `figmill train` takes the trunk that "
                "ships, for models that are part of it), none, a .pth, .safetensors or .npz file, or a folder "
                "of files such as alexnet.pth and googlenet.pth; for resnet50:ensemble the folder of its members.",
            ),
            click.option(
                "--recipe",
                metavar="FILE",
                help="TOML with any settings of a recipe, augmentation and normalisation too, over the preset's; "
                "`figmill models recipe` prints one.",
            ),
            click.option(
                "--epochs", type=click.IntRange(1), help="Overrides the recipe, as the next seven do."
            ),
            click.option("--learning-rate", type=click.FloatRange(0, min_open=True)),
            click.option("--batch-size", type=click.IntRange(2)),
            click.option("--optimiser", type=click.Choice(["adam", "adamw"])),
            click.option("--weight-decay", type=click.FloatRange(0, 1)),
            click.option(
                "--schedule", type=click.Choice(["constant", "cosine"]), help="Of the learning rate."
            ),
            click.option(
                "--select",
                type=click.Choice(["loss", "accuracy", "macro_f1"]),
                help="The epoch that is kept: lowest validation loss, highest accuracy or macro-F1.",
            ),
            click.option(
                "--oversample",
                type=click.FloatRange(0, 1),
                metavar="SHARE",
                help="Repeat rare classes up to this share of the largest; 0 repeats nothing.",
            ),
            click.option("--seed", type=click.IntRange(0), default=0, show_default=True),
            click.option(
                "--validation",
                type=click.FloatRange(0, 0.9, min_open=True),
                default=0.2,
                show_default=True,
                metavar="SHARE",
                help="Share of each class that validates, where the data mark no validation images.",
            ),
            click.option("--min-images", type=click.IntRange(1), help="Leave classes with fewer images out."),
            DEVICE,
            _CACHE,
        ]
    ):
        command = option(command)
    return command


@click.command(short_help="Labelled images, or people's corrections -> bundle.")
@click.argument("data", nargs=-1)
@click.option(
    "--from",
    "dataset",
    metavar="DIR",
    help="A dataset: train on the pictures that people named there, cut as they cut them.",
)
@OWN_CLASSES
@click.option("--out", required=True, metavar="BUNDLE", help="Folder to write the bundle to.")
@click.option(
    "--model", default="resnet18:b3-0", show_default=True, help="Network; `figmill models` lists all."
)
@click.option("--name", help="Name of the bundle (default: the folder's).")
@_training_options
@click.option("--freeze", metavar="UNIT", help="Train nothing before this residual unit, such as b2-0.")
@click.option("--mlflow", is_flag=True, help="Log to MLflow as well (needs the extra mlflow).")
@click.option("--notes", default="", help="A paragraph for the model card.")
@mendable
def train(where: tuple[str, ...], classes: Path | None, **options: Any) -> None:
    """Train a classifier on DATA, or on what people corrected in a dataset, and write a bundle.

    DATA: folders of class folders, ImageCLEF lists (`name code`), or CSVs with columns path and code (and perhaps
    split, article, caption, licence, source); several add up, --from too. Articles are not parted between training and
    validation. A killed training goes on when called again.

    \b
    Examples:
      figmill train imageclef2016/ --model resnet34:b3-0 --out microscopy
      figmill train labels.csv --model resnet18:b3-1 --preset fast --out mine
      figmill train --from figures --classes ponceau.toml --preset fast --out ours
    """
    if not options["data"] and not options["dataset"]:
        raise click.UsageError("give DATA to train on, or a dataset that people corrected by --from DIR")
    if classes and not options["dataset"]:
        raise click.UsageError("--classes goes with --from")
    if options["dataset"]:
        from tasks.dataset.check import require_dataset
        from tasks.stores.paths import store_path

        require_dataset(store_path(options["dataset"]))
    options["classes"] = str(classes) if classes else None
    from flows.runs.training import train as train_here
    from flows.runs.training_progress import TrainingLines
    from flows.terminal.prefect_api import api_is_configured, check_api
    from models.training.outcome import TrainedBeforeError
    from models.training.settings import TrainSettings

    command = "figmill train " + shlex.join(sys.argv[2:])
    options["weights"] = _start_weights(options["model"], options["weights"])
    settings = TrainSettings(where=_parse_where(where), command=command, **options)
    reporter = TrainingLines(click.echo)
    if api_is_configured():
        check_api()
        from flows.train_classifier import train_classifier

        if outcome := train_classifier(settings, reporter):
            _report(outcome)
        return
    from flows.runs.tracking import followed

    try:
        with followed(settings, reporter) as hears:
            _report(train_here(settings, hears))
    except TrainedBeforeError as before:
        click.echo(str(before))


def _start_weights(model: str, weights: str) -> str:
    from models.training.starting import available_weights, start_name

    found = available_weights(model, weights)
    if found != weights:
        click.echo(
            f"the weights of {weights} cannot be downloaded: starting from {start_name(found)}", err=True
        )
    return found


def _report(outcome: TrainOutcome) -> None:
    click.echo(f"bundle {outcome.bundle.model_id} written to {outcome.bundle.path}")
    for title, scores in (("validation", outcome.validation), ("test", outcome.test)):
        if scores:
            click.echo(f"{title}: {_in_a_line(scores)}")


def _in_a_line(scores: Evaluation) -> str:
    low, high = scores.accuracy_interval
    unknown = (
        f" ({scores.unknown} of classes unknown to the model, counted as wrong)" if scores.unknown else ""
    )
    return (
        f"{scores.images} images{unknown}, accuracy {scores.accuracy:.3f} ({low:.3f} to {high:.3f}), "
        f"macro-F1 {scores.macro_f1:.3f}, calibration error {scores.ece:.3f}"
    )


@click.command(short_help="Score a bundle on labelled images.")
@click.argument("bundle")
@click.argument("data", nargs=-1, required=True)
@click.option(
    "--out", required=True, metavar="DIR", help="Folder for the report, the plots and the predictions."
)
@click.option(
    "--split",
    type=click.Choice(["auto", "train", "validation", "test", "all"]),
    default="auto",
    show_default=True,
    help="Which images; auto takes those marked test where there are any, else all.",
)
@CAPTIONS
@_IMAGES
@_WHERE
@DEVICE
@_CACHE
@mendable
def evaluate(where: tuple[str, ...], **options: Any) -> None:
    """Score BUNDLE (a name or a folder) on labelled DATA, as in `figmill train`.

    Columns caption and subcaption of a list count beside the images where the bundle reads words.
    Writes report.md, metrics.json, predictions.parquet, confusion.png and reliability.png.

    \b
    Examples:
      figmill evaluate default labels.csv --out scores
      figmill export dataset --to folder --out pictures
      figmill evaluate default pictures/images.csv --where label_source=person --out scores
    """
    from flows.runs.evaluating import EvaluateSettings, evaluate_bundle

    settings = EvaluateSettings(where=_parse_where(where), **options)
    scores = evaluate_bundle(settings, warn=lambda sentence: click.echo(f"warning: {sentence}", err=True))
    click.echo(_in_a_line(scores))
    click.echo(f"report: {settings.out}/report.md")


@click.command(short_help="Redo the paper's study: every depth trained, its tables.")
@click.argument("data", nargs=-1)
@click.option(
    "--out",
    default="study",
    show_default=True,
    metavar="DIR",
    help="Folder for bundles, predictions, tables and figures.",
)
@click.option(
    "--model",
    "models",
    multiple=True,
    default=("resnet*:b*", "resnet*:tune-*"),
    help="Networks, by name or pattern such as 'resnet18:*'; may be repeated (default: all 256 variants).",
)
@click.option(
    "--from-predictions", metavar="DIR", help="Train nothing: tables and figures of stored predictions."
)
@_training_options
@mendable
def study(
    data: tuple[str, ...],
    out: str,
    models: tuple[str, ...],
    from_predictions: str | None,
    where: tuple[str, ...],
    **options: Any,
) -> None:
    """Redo the paper's study on DATA: train every depth, then its tables, figures and correlations.

    What is done is skipped; a killed study goes on when called again.

    \b
    Examples:
      figmill study imageclef2016/ --model 'resnet18:*' --out study
      figmill study --from-predictions published/ --out tables
    """
    from pathlib import Path

    from flows.runs.study import StudySettings, report
    from flows.runs.study import study as study_here
    from flows.runs.training_progress import TrainingLines
    from models.training.settings import TrainSettings

    if bool(data) == bool(from_predictions):
        raise click.UsageError("give DATA to train on, or --from-predictions DIR, one of them")
    if from_predictions:
        click.echo(f"tables: {report(Path(from_predictions), Path(out))}")
        return
    training = TrainSettings(data=data, out=out, where=_parse_where(where), **options)
    settings = StudySettings(out=out, models=models, training=training)
    from flows.terminal.prefect_api import api_is_configured, check_api

    if api_is_configured():
        check_api()
        from flows.study_depth import study_depth

        click.echo(f"tables: {study_depth(settings)}")
    else:
        click.echo(f"tables: {study_here(settings, TrainingLines(click.echo))}")


@click.command(short_help="Show where a bundle looks in pictures (Grad-CAM++).")
@click.argument("bundle")
@click.argument("images", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--layer", "layers", multiple=True, help="Residual unit such as b3-1; may be repeated [default: last]."
)
@click.option("--out", default="explained", show_default=True, metavar="DIR", help="Folder for the pictures.")
@mendable
def explain(bundle: str, images: tuple[str, ...], layers: tuple[str, ...], out: str) -> None:
    """Show where BUNDLE looks in each IMAGE (Grad-CAM++), in colour and turned to greyscale.

    Writes a PNG per image: what the network sees, its class and confidence, and the heat at each layer. That is the
    picture without its words, in the proportions in which the network takes it (default: nearly its own, at most 3:1).

    \b
    Example:
      figmill explain default cell.png --layer b2-1 --layer b3-0
    """
    from pathlib import Path

    from models.bundle.bundle import resolve_bundle

    source = resolve_bundle(bundle)
    click.echo(f"loading {source.name} to look into {counted(len(images), 'picture')}", err=True)
    from models.bundle.serialization import load_bundle
    from models.gradcam import describe_look, explain_file, sheet, sheet_names

    loaded = load_bundle(source)
    folder, files = Path(out), [Path(image) for image in images]
    for image, name in zip(files, sheet_names(files), strict=True):
        explanation = explain_file(loaded, image, layers)
        folder.mkdir(parents=True, exist_ok=True)
        title = f"{image.name}, as {loaded.info.model_id} sees it without its words (Grad-CAM++)"
        sheet(explanation, title).save(folder / name)
        colour, grey = describe_look(explanation.in_colour), describe_look(explanation.in_grey)
        click.echo(f"{image.name}: {colour}, in greyscale {grey} -> {folder / name}")


@click.group(invoke_without_command=True, short_help="List the bundles that ship and the networks to train.")
@click.pass_context
def models(context: click.Context) -> None:
    """List the bundles that ship and the networks that can be trained."""
    if context.invoked_subcommand:
        return
    from models.bundle.bundle import shipped_bundles
    from models.bundle.card import headlines
    from models.bundle.description import bundle_info
    from models.networks.variants import OTHER_MODELS, UNITS, points

    click.echo("Bundles that ship (figmill label --model NAME):")
    for folder in shipped_bundles().values():
        info = bundle_info(folder)
        click.echo(f"  {info.model_id}  {info.model}, {len(info.classes)} classes")
        if info.hashing:
            by = " and by a language model" if info.hashing.sentences else ""
            click.echo(f"    reads captions, by hashed terms{by}")
        for line in headlines(info.metrics):
            click.echo(fill(line, _WIDTH, initial_indent="    ", subsequent_indent="      "))
    click.echo("\nNetworks to train (figmill train --model NAME):")
    for base in UNITS:
        cuts = points(base)
        click.echo(f"  {base}:{cuts[-1]} ... {base}:{cuts[0]}  shallow, cut after that unit ({len(cuts)})")
        click.echo(f"  {base}:tune-X  fine-tuned from X on: fc, {cuts[0]} ... {cuts[-1]} or whole")
    click.echo("  resnet18:b2-1+b3-1  any two units: the group after one, the class after both")
    click.echo("  " + "\n  ".join(OTHER_MODELS))


@models.command()
@click.argument("bundle")
@mendable
def show(bundle: str) -> None:
    """Print the model card of BUNDLE, a name or a folder."""
    from models.bundle.bundle import resolve_bundle
    from models.bundle.description import bundle_info

    click.echo(bundle_info(resolve_bundle(bundle)).card)


@models.command()
@click.argument("preset", type=click.Choice(["paper", "fast"]), default="paper")
def recipe(preset: Literal["paper", "fast"]) -> None:
    """Print a preset as TOML, to change and to give to `figmill train --recipe`."""
    from models.training.recipes import PRESETS, write_recipe

    click.echo(write_recipe(PRESETS[preset]), nl=False)


COMMANDS: list[click.Command] = [train, evaluate, study, explain, models]
"""What `flows.cli` adds to the group."""
