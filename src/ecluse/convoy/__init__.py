"""A whole table through both gates: the same law and evidence that answer one line.

Rows are sorted into situations that no condition tells apart (`classes.py`, `groups.py`); each is
answered once (`judge.py`) and given back to its rows (`book.py`); rows that draw on one paper are
answered in table order (`balances.py`). `run.py` takes a file to a file.
"""

from ecluse.convoy.run import Options, Run, batch

__all__ = ["Options", "Run", "batch"]
