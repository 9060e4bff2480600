"""MLflow as a reporter of a training: parameters, curves, metrics and the bundle. Needs the extra mlflow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from types import ModuleType

from models.data.experiment import Prepared
from models.training.outcome import TrainOutcome
from models.training.reporter import TrainReporter
from models.training.settings import TrainSettings, recipe_of
from models.training.training import Epoch
from tasks.errors import SettingsError
from tasks.texts import with_extra


@contextmanager
def followed(settings: TrainSettings, reporter: TrainReporter) -> Iterator[TrainReporter]:
    """`reporter`, and MLflow beside it where the settings ask for that. Raises SettingsError without the extra."""
    if not settings.mlflow:
        yield reporter
        return
    with MlflowReporter(settings, reporter) as both:
        yield both


class MlflowReporter(TrainReporter):
    """Hears a training for MLflow and passes all on to `inner`; a context, which closes the run however it ends.

    The tracking server is MLflow's own setting.
    """

    def __init__(self, settings: TrainSettings, inner: TrainReporter) -> None:
        self._mlflow, self._inner, self._settings = _import(), inner, settings

    def __enter__(self) -> MlflowReporter:
        settings = self._settings
        self._mlflow.start_run(run_name=settings.name or settings.model)
        own = {key: value for key, value in asdict(settings).items() if value not in (None, "", ())}
        recipe = {key: v for key, v in asdict(recipe_of(settings)).items() if key not in own}
        self._mlflow.log_params({key: str(value)[:500] for key, value in (recipe | own).items()})
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        status = "FINISHED" if kind is None else "KILLED" if kind is KeyboardInterrupt else "FAILED"
        self._mlflow.end_run(status)

    def gathered(self, pictures: int, articles: int, unknown: int) -> None:
        """Passed on."""
        self._inner.gathered(pictures, articles, unknown)

    def decoding(self, done: int, total: int) -> None:
        """Passed on."""
        self._inner.decoding(done, total)

    def prepared(self, prepared: Prepared) -> None:
        """Passed on."""
        self._inner.prepared(prepared)

    def resumed(self, epoch: int) -> None:
        """Passed on."""
        self._inner.resumed(epoch)

    def epoch(self, epoch: Epoch, total: int) -> None:
        """A point of each curve."""
        self._mlflow.log_metrics(
            {key: v for key, v in asdict(epoch).items() if key != "epoch"}, step=epoch.epoch
        )
        self._inner.epoch(epoch, total)

    def finished(self, outcome: TrainOutcome) -> None:
        """The scores and the bundle's files."""
        for split, scores in (("validation", outcome.validation), ("test", outcome.test)):
            if scores:
                values = {"accuracy": scores.accuracy, "macro_f1": scores.macro_f1, "ece": scores.ece}
                self._mlflow.log_metrics({f"{split}_{key}": value for key, value in values.items()})
        self._mlflow.log_artifacts(str(outcome.bundle.path), "bundle")


def _import() -> ModuleType:
    try:
        import mlflow
    except ImportError as error:
        raise SettingsError(f"MLflow is not installed: {with_extra('mlflow')}") from error
    module: ModuleType = mlflow
    return module
