"""What runs, in which order, on which workers. No pixel and no tensor is touched here.

A flow or a command takes settings, a module of runs/ does the work shard by shard with functions of `tasks`, and
what became of it is printed or shown by Prefect. Everything in runs/ works without Prefect; a flow adds states, task
runs and artifacts to it.

    cli ── commands/ ── terminal/ ──┬── label_papers, relabel, ingest_pmc, train_classifier, study_depth  (with Prefect)
                                    │        │
                                    └──── runs/ ── tasks                                                  (without)

The arrows go down and right: runs/ knows neither commands nor flows, flows know no command.

commands/             the commands of `figmill`
terminal/             what they share: options, how a run is started, what is printed
runs/                 what a flow or command runs: labelling, ingest, relabelling, training, evaluation, study
cli.py                `figmill` itself: `label` and `demo`, and where the other commands are added
label_papers.py       the main flow: PDFs -> labelled dataset, a task run for each shard
ingest_pmc.py         what is new in PMC, as a flow
relabel.py            an existing dataset and another bundle, as a flow
train_classifier.py   labelled images -> bundle, as a flow
study_depth.py        the paper's study, as a flow
runners.py            who does the shards: this process, Dask or Ray
artifacts.py          a flow run's progress and outcome as Prefect artifacts
"""

from flows.runs.reading import label, read

__all__ = ["label", "read"]
