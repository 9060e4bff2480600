"""The commands of `figmill`, which `flows.cli` puts together; each reads options, starts a run and prints its outcome.

ingest.py        `figmill ingest`: which articles of PMC, by licence, date and subject
relabel.py       `figmill relabel`
check.py         `figmill check`
compact.py       `figmill compact`: small parts become large ones
corrections.py   `figmill corrections`
adapt.py         `figmill adapt`
report.py        `figmill report`
inspect.py       `figmill inspect`
duplicates.py    `figmill duplicates`
export.py        `figmill export`: the form, which rows, and pictures restored
selections.py    the option --selection, which `export` and `search` have in common
indexing.py      `figmill index`
search.py        `figmill search`, `view` and `mcp`
models.py        `figmill train`, `evaluate`, `study`, `explain` and `models`
build.py         `figmill build-default`: the bundle that ships

`label` and `demo` stand in `flows.cli` itself.
"""
