"""What tests of the desk share: a PostgreSQL server where one can be started."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.desk import server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[server.Server]:
    """One server for all tests of a run; skipped loudly where none can be started."""
    why = server.why_not()
    if why:
        pytest.skip(f"PostgreSQL IS NOT TESTED: {why}")
    with server.server(fsync="off") as found:
        yield found
