"""The paper's study as a Prefect flow: a subflow per network, the tables as an artifact."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact

from flows.runs.study import StudySettings, study
from flows.runs.training_progress import TrainingLines
from flows.train_classifier import train_classifier
from models.training.outcome import TrainedBeforeError, TrainOutcome
from models.training.reporter import TrainReporter
from models.training.settings import TrainSettings


@flow(name="study-depth", persist_result=False)
def study_depth(settings: StudySettings) -> Path:
    """Trains every network that is not done; leaves Tables I to III as a Markdown artifact."""
    report = study(settings, TrainingLines(get_run_logger().info), _as_subflow)
    create_markdown_artifact(report.read_text(encoding="utf-8"), key="figmill-study-depth")
    return report


def _as_subflow(settings: TrainSettings, _: TrainReporter) -> TrainOutcome:
    outcome = train_classifier(settings)
    if outcome is None:  # the study passes over what is done, so somebody else trained it meanwhile
        raise TrainedBeforeError(f"{settings.out} was trained meanwhile; run the study again")
    return outcome
