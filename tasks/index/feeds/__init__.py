"""Search tools of others that take a dataset's documents.

postgres.py     PostgreSQL with pgvector
opensearch.py   OpenSearch and Elasticsearch
qdrant.py       Qdrant, a server or its client's own engine
lance.py        LanceDB, a table in a folder
"""
