"""Search tools of others that take a dataset's documents.

postgres.py     PostgreSQL with pgvector
opensearch.py   OpenSearch and Elasticsearch
"""
