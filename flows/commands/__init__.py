"""The commands of `figmill`, which `flows.cli` puts together; each reads options, starts a run and prints its outcome.

options.py       options that several commands have: --model, --device, --workers, --timeout (of a paper), ...
launch.py        a run started in this process, or as a flow run where Prefect is configured or needed
prefect_api.py   whether Prefect is to be used, without importing it
console.py       what is printed: the closing table, the demo's table of subfigures
logs.py          log lines on standard error, for people or as JSON
ingest.py        `figmill ingest`: which articles of PMC, by licence, date and subject
relabel.py       `figmill relabel`
check.py         `figmill check`
corrections.py   `figmill corrections`
adapt.py         `figmill adapt`
report.py        `figmill report`
inspect.py       `figmill inspect`
export.py        `figmill export`: the form, and which rows
search.py        `figmill search`, `index` and `view`
models.py        `figmill train`, `evaluate`, `study`, `explain` and `models`
build.py         `figmill build-default`: the bundle that ships

`label` and `demo` stand in `flows.cli` itself.
"""
