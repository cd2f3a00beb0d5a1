"""Rows of the bulk API equal one line of the API, whatever way they were answered."""

from __future__ import annotations

import datetime as dt
import json
import random
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pytest

from ecluse.convoy.answers import answer_of
from ecluse.dates import Known
from ecluse.lock import build, decide, read_line
from ecluse.reading import parse_json
from ecluse.web import bulk, cells
from ecluse.web.cells import Unfit, laid
from ecluse.web.settings import Settings
from ecluse.web.site import Site, open_site
from tests.laws.book import drawn
from tests.web.test_pages import LINE, run

if TYPE_CHECKING:
    from collections.abc import Sequence

NDJSON = {"content-type": "application/x-ndjson"}
DAY = "2026-11-25"
BROKEN = (
    b"{",
    b"[1, 2]",
    b'{"quantity": 1, "quantity": 2, "origin": "US", "destination": "CN", "item": {"chip": "H20"}}',
    b'{"quantity": 1, "origin": "US", "destination": "XX", "item": {"chip": "H20"}}',
    b'{"quantity": 0, "origin": "US", "destination": "CN", "item": {"chip": "H20"}}',
    b'{"quantity": "5", "origin": "US", "destination": "CN", "item": {"chip": "H20"}}',
    b'{"quantity": 1, "origin": "US", "destination": "CN", "item.chip": "H20"}',
    b'{"quantity": 1, "origin": "US", "destination": "CN", "item": {"chip": "H20"}, "colour": "red"}',
    b'{"quantity": 1, "origin": "US", "destination": "CN", "item": {"chip": "H20"}, "on": "2026-13-01"}',
    b'{"quantity": 1, "origin": "US", "destination": "CN", "item": {"chip": "H20"}, "facts": {"us_origin": "yes"}}',
    b'{"quantity": 1, "origin": "US", "destination": "CN", "item": {"chip": "H20"}, "kind": "deemed export"}',
    b'{"quantity": 1, "origin": "US", "destination": "CN", "item": {"measures": {"tpp": NaN}}}',
    b"\xff\xfe",
    b"{}",
    b'{"quantity": 1}',
    b'{"quantity": 1, "origin": "US", "destination": "CN"}',
    b'{"quantity": 1, "origin": "US", "item": {"chip": "H20"}}',
    b'{"origin": "US", "destination": "CN", "item": {"chip": "H20"}}',
    b'{"quantity": {"at_least": 9, "at_most": 3}, "origin": "US", "destination": "CN", "item": {"chip": "H20"}}',
    b'{"quantity": 1, "origin": "US", "destination": "CN", "item": {"chip": "H20"}, "buyer": {"kind": "universty"}}',
    b'{"quantity": 1, "origin": "US", "destination": "CN", "item": {"chip": "H20"}, "end_user": {"same_as": "buyer"}}',
)
ODD: tuple[dict[str, Any], ...] = (
    {"id": 7},
    {"id": " x "},
    {"use": None},
    {"buyer": {}},
    {"end_user": {"same_as": "buyer"}, "buyer": {"name": " Alibaba "}},
    {"quantity": {"at_least": 5}},
    {"quantity": {"at_least": 5, "at_most": 50}},
    {"via": ["HK"]},
    {"unit_price": {"amount": "27000.00", "currency": "USD"}},
    {"item": {"measures": {"tpp": 4799.5}}},
    {"item": {"measures": {"peaks": {"fp16": 989.5}, "die_area": 814}}},
    {"buyer": {"name": "A", "owners": [{"name": "B", "percent": 60.5}]}},
    {"buyer": {"name": "A", "owners": [{"name": "B", "percent": 60}]}},
    {"authorisations": "none"},
    {"act": "negotiate"},
)


def asked(rows: Sequence[bytes], question: str = f"known={DAY}", **more: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """What the bulk API answers."""
    answer = run(f"/api/check/bulk?{question}", "POST", content=b"\n".join(rows), headers=NDJSON, **more)
    assert answer.status_code == 200
    return [json.loads(row) for row in answer.text.splitlines()]


def expected(raw: bytes, number: int) -> dict[str, Any]:
    """What one line alone is answered, in the columns of a brief answer; or why it cannot be read."""
    lock = build()
    try:
        line = read_line(json.loads(raw, parse_float=Decimal), lock)
    except ValueError:
        return {"row": number, "may_pass": None}
    decision = decide(line, lock, known=Known(day=dt.date.fromisoformat(DAY)))
    return {"row": number, "line": line.id} | bulk.brief(answer_of(decision))


def made(seed: int, count: int) -> list[bytes]:
    """Random lines with gaps, bounds, measures, several chips, papers."""
    rng = random.Random(seed)  # noqa: S311
    return [json.dumps(drawn(rng) | {"id": str(at)}).encode() for at in range(count)]


def test_random_rows_equal_one_line() -> None:
    """Lines of every kind, papers and licences among them, equal the one-line engine in every column."""
    rows = made(5, 300) + [json.dumps(LINE | one).encode() for one in ODD]
    assert any(b'"authorisation"' in row for row in rows)
    told = asked(rows)
    assert len(told) == len(rows)
    for number, (raw, answer) in enumerate(zip(rows, told, strict=True), 1):
        assert answer == expected(raw, number), raw


def test_columns_that_come_late_are_taken() -> None:
    """A stream that begins with plain rows and goes on with others is answered the same in its later blocks."""
    plain = [json.dumps(LINE | {"id": str(at)}).encode() for at in range(bulk.FIRST)]
    late = made(7, 120)
    told = asked(plain + late)
    assert told[0] == expected(plain[0], 1)
    for number, raw in enumerate(late, bulk.FIRST + 1):
        assert told[number - 1] == expected(raw, number), raw


def test_rows_equal_the_api_of_one_line() -> None:
    """What the bulk API says of a row is what POST /api/check says of it."""
    rows = made(6, 60)
    told = asked(rows, f"known={DAY}&on=2026-01-24")
    for raw, answer in zip(rows, told, strict=True):
        head = {"content-type": "application/json"}
        one = run(f"/api/check?known={DAY}&on=2026-01-24", "POST", content=raw, headers=head).json()
        outer, importer = one["gates"]["exporter"], one["gates"]["importer"]
        assert answer["line"] == one["line"]
        assert answer["may_pass"] == one["may_pass"]
        assert answer["binding_gate"] == one["binding_gate"]
        assert answer["rests_on_reported"] == one["rests_on_reported"]
        assert answer["depends_on_non_enforcement"] == one["depends_on_non_enforcement"]
        assert answer["exporter"] == (outer["may_pass"] or "not_applicable")
        assert answer["importer"] == (importer["may_pass"] or "not_applicable")
        shown = outer["ahead"] or outer
        assert answer["ic_level"] == shown["ic_level"]
        if outer["ahead"] is None:
            missing = [row["fact"] for gate in (outer, importer) for row in gate["missing"]]
            assert answer["missing"] == list(dict.fromkeys(missing))
            assert answer["licence_required"] == outer["licence"]["required"]
            assert answer["policy"] == outer["licence"]["policy"]


WEIRD: tuple[Any, ...] = (
    *(None, "", " ", " CN", "CN ", "true", "yes", "[]", "{}", "none", "\u00a0", "é", "x" * 3000),
    *(1, 0, -1, 1.0, 1.5, 10**16, 10**40, True, False, "2026-01-24", "2026-01-24T00:00:00"),
    *([], [""], ["a"], [{}], {}, {"x": 1}, {"at_least": 1}, {"at_most": 0}, {"at_least": "1"}),
)


def spoiled(rng: random.Random, line: dict[str, Any]) -> dict[str, Any]:
    """Put something odd in place of a value, or beside one, somewhere in a line."""
    table: dict[str, Any] = json.loads(json.dumps(line))
    here = table
    while True:
        key = rng.choice([*here, "facts", "buyer"])
        inner = here.get(key)
        if isinstance(inner, dict) and inner and rng.random() < 0.8:
            here = inner
            continue
        here[key if rng.random() < 0.9 else f"{key}.x"] = rng.choice(WEIRD)
        return table


def test_spoiled_rows_are_answered_as_one_line_is() -> None:
    """Whatever odd value stands in a line, the block answers it, or refuses it in the same words, as one line alone."""
    rng = random.Random(8)  # noqa: S311
    rows = [json.dumps(spoiled(rng, LINE if rng.random() < 0.5 else drawn(rng))).encode() for _ in range(400)]
    told = asked(rows)
    assert sum("error" in answer for answer in told) > 50
    assert sum("error" not in answer for answer in told) > 20
    for number, (raw, answer) in enumerate(zip(rows, told, strict=True), 1):
        if "error" in answer:
            assert answer == asked_alone(raw) | {"row": number, "error": answer["error"]}
            assert answer["error"] == asked_alone(raw)["error"].replace("row 1", f"row {number}"), raw
        else:
            assert answer == expected(raw, number), raw


def asked_alone(raw: bytes) -> dict[str, Any]:
    """What one row alone is answered, by the one-line engine."""
    ask = (None, Known(day=dt.date.fromisoformat(DAY)), "enforced")
    return dict(json.loads(bulk.Teller(site(), ask, full=False).one(raw, 1)))


@lru_cache(maxsize=1)
def site() -> Site:
    """One site for all."""
    return open_site(Settings())


def test_broken_rows_say_why_in_their_place() -> None:
    """A row that cannot be read is answered as one line would be, and stops nothing."""
    good = json.dumps(LINE).encode()
    rows = [good, *(row for one in BROKEN for row in (one, good))] * 3
    told = asked(rows)
    assert [row["row"] for row in told] == list(range(1, len(rows) + 1))
    for raw, answer in zip(rows, told, strict=True):
        if raw == good:
            assert answer["may_pass"] == "unknown"
        else:
            assert answer["may_pass"] is None
            assert f"row {answer['row']}" in answer["error"]
    alone = asked([BROKEN[3]])[0]["error"]
    assert alone == told[7]["error"].replace("row 8", "row 1")


def test_full_detail_holds_the_decision() -> None:
    """With detail=full each row carries the decision of POST /api/check."""
    told = asked([json.dumps(LINE).encode()] * 2, f"known={DAY}&detail=full")
    one = run(f"/api/check?known={DAY}", "POST", json=LINE).json()
    assert [row["decision"] for row in told] == [one, one]
    brief = asked([json.dumps(LINE).encode()])
    assert "decision" not in brief[0]
    refused = run("/api/check/bulk?detail=some", "POST", content=b"{}", headers=NDJSON)
    assert refused.status_code == 400


def test_a_stream_past_its_limit_ends_with_the_reason() -> None:
    """What fits is answered; then a row says why there is no more."""
    rows = [json.dumps(LINE).encode()] * 50
    told = asked(rows, settings=Settings(bulk_largest=10))
    assert "larger than 10 bytes" in told[-1]["error"]
    long = asked([b'{"id": "' + b"x" * 300_000 + b'"}', rows[0]])
    assert [row["may_pass"] for row in long] == [None, "unknown"]


def test_a_row_is_laid_out_only_where_it_reads_the_same() -> None:
    """Types, spaces, dots, empty tables and papers are left to the one-line reader."""
    facts = build().library.facts
    wrongs: tuple[dict[str, Any], ...] = (
        {"quantity": "5"},
        {"quantity": True},
        {"item.chip": "H20"},
        {"buyer": {}},
        {"use": " cloud "},
        {"use": None},
        {"facts": {"us_origin": 1}},
        {"authorisation": [{"gate": "exporter"}]},
    )
    for wrong in wrongs:
        with pytest.raises(Unfit):
            laid(LINE | wrong, facts)
    assert laid(LINE | {"quantity": {"at_most": 5}}, facts).quantity == 0


def test_a_cell_that_is_read_otherwise_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant a layer that takes a floor for a ceiling, and see the comparison fail."""
    real = cells._bound  # noqa: SLF001 - the fault is planted inside

    def swapped(value: dict[str, object], path: str, kind: str, out: list[tuple[str, str]]) -> None:
        turned = {"at_least": "at_most", "at_most": "at_least"}
        real({turned[end]: side for end, side in value.items()}, path, kind, out)

    monkeypatch.setattr(cells, "_bound", swapped)
    line = LINE | {"item": {"measures": {"tpp": {"at_least": 4800}, "datacenter": True}}}
    assert asked([json.dumps(line).encode()])[0]["ic_level"] == "3A090.a"
    rows = [json.dumps(line).encode()] * 60
    assert asked(rows)[0] != expected(rows[0], 1)


def test_parse_is_the_readers() -> None:
    """Duplicate keys never reach a table."""
    with pytest.raises(Exception, match="twice"):
        parse_json(BROKEN[2].decode(), "row", ValueError)  # type: ignore[arg-type]
