"""The study that the shallow networks come from: every depth of every ResNet, compared.

study.py       accuracies, tables and correlations from predictions
outcomes.py    what a study keeps of each training
report.py      the tables as Markdown and CSV
figures.py     the figures as PNG
published.py   the paper's printed results
"""
