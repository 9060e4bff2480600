"""The labels in search tools: documents made from parts, and where they go.

source.py      the parts of a dataset, each with a fingerprint
documents.py   a part's rows as documents: texts, modality, licence, embedding, thumbnail
targets.py     where documents may go: the embedded index (embedded.py), PostgreSQL, OpenSearch
update.py      brings a target up to date, part by part
words.py       what a reader types, as a query of full text
search.py      the embedded index asked: texts, filters, vectors, facets
rows.py        the whole rows behind what was found
"""
