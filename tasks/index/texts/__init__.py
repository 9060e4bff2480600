"""The words of an index, and the filters over them: tantivy's segments in DIR/index/texts, mapped from disk.

Each row of the index is a document of its words and of what filters and facets ask for, under the row's number; what
is shown of a row stands in SQLite. tantivy (BM25 of each field, stemmed, without accents) writes segments aside and
makes them count by renaming one file.

fields.py     what is kept of each row, how texts become words, the folder
writing.py    rows that come and go
reading.py    the index open for reading
asking.py     what one commit has: words, filters, counts, scores
excerpts.py   the words that were found, where they stand in a text
"""
