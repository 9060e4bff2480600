"""Training as a Prefect flow: labelled images -> bundle, with the model card as an artifact."""

# No annotations from __future__: `.serve()` hands the function on by value, and types that are only names get lost.
from prefect import flow, get_run_logger, runtime, tags
from prefect.artifacts import create_markdown_artifact

from flows.artifacts import Progress
from flows.runs.tracking import followed
from flows.runs.training import train
from flows.runs.training_progress import TrainingLines
from models.training.outcome import TrainedBeforeError, TrainOutcome
from models.training.reporter import TrainReporter
from models.training.settings import TrainSettings
from models.training.training import Epoch

_KEY = "figmill-train-classifier"


def _run_name() -> str:
    return f"train {runtime.flow_run.parameters['settings'].model}"


@flow(name="train-classifier", flow_run_name=_run_name, persist_result=False)
def train_classifier(settings: TrainSettings, reporter: TrainReporter | None = None) -> TrainOutcome | None:
    """Trains, calibrates, evaluates and writes the bundle; leaves its card as a Markdown artifact.

    None where the very training is finished already, as on a schedule without new data.

    Without a reporter, the run's log and a progress artifact say where the training stands.
    """
    hears = reporter or _FlowTraining(settings.out)
    with tags("figmill", f"model: {settings.model}"), followed(settings, hears) as hears:
        try:
            outcome = train(settings, hears)
        except TrainedBeforeError as error:
            get_run_logger().info("%s", error)
            return None
    create_markdown_artifact(outcome.bundle.card, key=_KEY, description=outcome.bundle.model_id)
    return outcome


class _FlowTraining(TrainingLines):
    """Lines in the flow run's log, epochs in a progress artifact."""

    def __init__(self, out: str) -> None:
        logger = get_run_logger()
        super().__init__(logger.info)
        self._progress = Progress(f"{_KEY}-progress", f"epochs done for {out}", logger)

    def epoch(self, epoch: Epoch, total: int) -> None:
        """Losses, accuracies and the time left; the artifact moves on."""
        super().epoch(epoch, total)
        self._progress.show(epoch.epoch / total)
