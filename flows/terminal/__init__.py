"""What the commands share: options, how a run is started, and what a terminal shows.

options.py       options that several commands have: --model, --device, --workers, --timeout (of a paper), ...
config.py        figmill.toml: options kept in a file
launch.py        a run started in this process, or as a flow run where Prefect is configured or needed
prefect_api.py   whether Prefect is to be used, without importing it
console.py       what is printed: the closing table, the demo's table of subfigures
outcome.py       a summary as JSON and an exit status of its own, for cron
hits.py          what `figmill search` prints: figures, their panels, the words that were found
progress.py      a bar for a command's work, and texts of others made safe
logs.py          log lines on standard error, for people or as JSON
"""
