"""What a flow or a command runs, without Prefect: shards in a window, a training, a study.

label.py               `figmill label`: lists the inputs, hands out shards, ends with the summary and the report
reading.py             Figmill from Python: `from flows import label, read`
shards.py              shards in a window, by threads or task runs; their outcomes added up
relabelling.py         `figmill relabel`: a dataset labelled anew, part by part
ingesting.py           `figmill ingest`: what is new in PMC, shard by shard, and how far it came
training.py            `figmill train`: labelled images -> bundle
training_progress.py   a training's progress, printed
tracking.py            MLflow as a reporter of a training
evaluating.py          `figmill evaluate`: bundle and labelled images -> scores
study.py               `figmill study`: any of the paper's networks, one after another, then tables and figures
default_bundle.py      `figmill build-default`: gathers the panels that the shipped bundle learns from and is tested on
"""
