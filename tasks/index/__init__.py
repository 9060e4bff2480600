"""The labels in search tools: documents made from parts, where they go, and what finds them.

source.py       the parts of a dataset, each with a fingerprint
documents.py    a part's rows as documents: texts, modality, licence, embedding, thumbnail
thumbnails.py   the small JPEGs of documents
target.py       where documents may go: what a target has to do
opening.py      which target an address means
embedded.py     the index that comes with Figmill, a folder: as a target
tables.py       its rows, pictures and embeddings, in SQLite
texts/          its words and filters, in tantivy
codes.py        its embeddings as bits, compared before the whole ones are
feeds/          search tools of others as targets
update.py       brings a target up to date, part by part
words.py        what a reader types as terms of full text; the many names of a modality
queries.py      what is asked of the embedded index, and what it answers
search.py       the embedded index asked: texts, filters, vectors, facets; how results rank
ranking.py      how rows rank by words, and two rankings together
likeness.py     a picture of the user's own as a vector
rows.py         the whole rows behind what was found
groups.py       those of a store, fetched once for all who ask for neighbours
"""
