"""The labels in search tools: documents made from parts, where they go, and what finds them.

source.py       the parts of a dataset, each with a fingerprint
documents.py    a part's rows as documents: texts, modality, licence, embedding, thumbnail
thumbnails.py   the small JPEGs of documents
target.py       where documents may go: what a target has to do
opening.py      which target an address means
embedded.py     the index that comes with Figmill, a SQLite file: as a target
postgres.py     PostgreSQL with pgvector as a target
opensearch.py   OpenSearch and Elasticsearch as targets
update.py       brings a target up to date, part by part
words.py        what a reader types as a query of full text; the many names of a modality
queries.py      what is asked of the embedded index, and what it answers
search.py       the embedded index asked: texts, filters, vectors, facets; how results rank
likeness.py     a picture of the user's own as a vector
rows.py         the whole rows behind what was found
"""
