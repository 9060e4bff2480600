"""Training as a Prefect flow: labelled images -> bundle, with the model card as an artifact."""

from __future__ import annotations

from prefect import flow, get_run_logger, tags
from prefect.artifacts import create_markdown_artifact

from flows.training import TrainListener, train
from flows.training_outcome import TrainOutcome
from flows.training_progress import TrainingLines
from flows.training_settings import TrainSettings


def _run_name() -> str:
    from prefect import runtime

    return f"train {runtime.flow_run.parameters['settings'].model}"


@flow(name="train-classifier", flow_run_name=_run_name, persist_result=False)
def train_classifier(settings: TrainSettings, listener: TrainListener | None = None) -> TrainOutcome:
    """Trains, calibrates, evaluates and writes the bundle; leaves its card as a Markdown artifact."""
    with tags("figmill", f"model: {settings.model}"):
        outcome = train(settings, listener or TrainingLines(get_run_logger().info))
    create_markdown_artifact(
        outcome.bundle.card, key="figmill-train-classifier", description=outcome.bundle.model_id
    )
    return outcome
