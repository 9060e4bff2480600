"""The report of a run, and what people say of a dataset's labels.

page.py           one HTML page; its template, with the colours, is report.html.j2
summary.py        what a dataset holds: counts, confidences, failures
cards.py          which pictures are shown, as small JPEGs
review_queue.py   which subfigures a person should review, and in which order
agreement.py      how often people agree with the model, and whether its confidences are honest
people.py         how often people agree with the model and with each other, by their corrections
gold_labels.py    what people said, read from a CSV and kept with the dataset
changes.py        what changed since the run before
history.py        what earlier runs did, OUT/report/runs.json
"""
