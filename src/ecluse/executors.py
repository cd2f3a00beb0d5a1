"""How a session on Spark is begun: by the batch and by the reader alike. Spark itself is imported by those who call."""

from __future__ import annotations

import os
import sys
from typing import Any


def session(builder: Any, master: str, verb: str, rows: int) -> Any:  # noqa: ANN401 - Spark's own, which ground does not import
    """Begin a session of `SparkSession.builder` for a verb, whose batches hold at most so many rows."""
    if master.startswith("local"):
        # Executors on this machine run the Python that runs this program.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    return (
        builder.master(master)
        .appName(f"ecluse {verb}")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", rows)
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
