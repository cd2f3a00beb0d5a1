"""schemathesis against the OpenAPI document: no server error, no undeclared status or type."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from ecluse.web import schema
from ecluse.web.app import create
from ecluse.web.pages.check import book
from ecluse.web.settings import Settings
from tests.web.test_asking import WHOLE

jsonschema_rs = pytest.importorskip("jsonschema_rs", reason="NO SCHEMA TESTS: pip install schemathesis")
schemathesis = pytest.importorskip("schemathesis", reason="NO SCHEMA TESTS: pip install schemathesis")
# The stream of rows has a type for which schemathesis has no writer; test_pages asks it.
STREAMED = "/api/check/bulk"


def test_the_document_tells_lines_as_they_are_read() -> None:
    """The demo book, and a line with everything in it, are lines by the document; an unknown field is none."""
    rows = [row["line"] for row in book()]
    line = jsonschema_rs.validator_for(schema.LINE)
    assert all(line.is_valid(row) for row in (*rows, WHOLE, schema.EXAMPLE))
    assert not line.is_valid(WHOLE | {"colour": "red"})
    assert not line.is_valid(WHOLE | {"buyer": {"nme": "A"}})


@pytest.mark.filterwarnings("ignore")
def test_operations_keep_to_their_document() -> None:
    """Whatever is drawn from the document is answered as the document says."""
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

    checks = [not_a_server_error, status_code_conformance, content_type_conformance]
    document = schemathesis.openapi.from_asgi("/api/openapi.json", create(Settings(rate=0)))
    asked = 0
    for result in document.get_all_operations():
        operation = result.ok()
        if STREAMED in operation.label:
            continue

        @settings(
            max_examples=15,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        @given(case=operation.as_strategy())
        def holds(case: Any) -> None:  # noqa: ANN401 - a case of schemathesis
            nonlocal asked
            asked += 1
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                case.call_and_validate(checks=checks)

        holds()
    assert asked > 100
