"""The steps of Figmill's flows, as plain functions that run without Prefect.

A shard of papers goes through the spine: reading processes find figures and cut them into subfigures, the classifier
labels them in batches across papers, the rows become a part of the dataset. The other rooms make inputs of what the
user names, and reports, search documents and exports of a dataset that is there.

    stages (with @task) ── labelling, relabelling ── classifying, bundles                      the spine
       pmc/   report/   export/   view/   developing/   demo/                                  around it
       duplicates/
       inputs/   index/   selections/
       corrections/
       dataset/   extraction/
       stores/   pdf/   panels/   article/                                                     what they stand on
       wording/   rules/
       runs/   records  settings  errors  boxes  texts  clock  progress  version …             what everybody uses

Imports go down in this drawing, and from anywhere to `models`; nothing here knows a flow.

stores/          folders, object stores and the web: read and written alike
dataset/         the dataset at rest: columns, parts, ledger, lock
corrections/     what people say of rows, laid over them as they are read
selections/      rows that people chose and named
inputs/          what the user names, as papers and shards
pdf/             figures and captions on the pages of a PDF
wording/         how papers word labels and captions, in PDF and JATS alike
article/         what an article says of itself and of its figures: its JATS, sentences that cite figures, rights
rules/           the numbers that the rules for printed pages go by
panels/          figures cut into panels, their letters and subcaptions
extraction/      papers read by processes, under limits of time and memory
pmc/             PMC's bucket, followed night by night
report/          the report of a run, and what people say of labels
index/           search: the embedded index, and feeds of PostgreSQL, OpenSearch, Qdrant, LanceDB
duplicates/      rows that show the same picture
export/          the Hugging Face Hub, WebDataset, picture files, COCO, Label Studio, Croissant
view/            a dataset in a browser
demo/            the demo's two papers
developing/      what only Figmill's developers run
runs/            the work of a run, shard by shard, and what became of it
stages.py        the steps as Prefect tasks: the only module with @task
labelling.py     labels a shard: papers -> rows of a part
relabelling.py   labels a part of a dataset anew
classifying.py   the classifier of a stream of papers: decoding ahead, batches across papers
bundles.py       bundles by name, folder or URI
records.py       the records that flow, from paper to row
settings.py      settings of a run and their defaults: timeout, memory, shard size, licences
errors.py        the errors raised on purpose
version.py       Figmill's version
modalities.py    modalities as people name them
texts.py         text made safe to store and to print
boxes.py         arithmetic of boxes
clock.py         the time of day, as rows carry it
ahead.py         a bounded look-ahead: work done in threads before its results are asked for, kept in order
stopwatch.py     where a shard's time goes
progress.py      what a run says: plain lines, or a bar on a terminal
"""

import os

# PyMuPDF loads ONNX Runtime, which since 1.29 reports its use over the network and leaves an identifier in the user's
# cache, unless it is told before it is loaded. Reading processes inherit this.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
