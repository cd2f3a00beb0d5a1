"""Tables of order lines: read them, map a user's columns to ours, code their values, write answers.

Parquet, CSV, NDJSON and XLSX come in as blocks of columns (`reading.py`), each cell is understood once
a distinct value (`cells.py`), rows become small numbers (`coding.py`), answers go out (`writing.py`).
"""
