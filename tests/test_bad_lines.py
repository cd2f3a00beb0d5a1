"""Broken input of each kind: exit status 2, one clear paragraph, no traceback."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse import BadLine, read_line
from ecluse.cli import main

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {"item": {"chip": "H200 SXM"}, "quantity": 10, "origin": "US", "destination": "CN"}


def changed(**fields: object) -> str:
    """A good line with fields changed, as JSON; None takes a field away."""
    line = {name: value for name, value in (GOOD | fields).items() if value is not None}
    return json.dumps(line)


BROKEN: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "no item": (changed(item=None).encode(), ("item", "is missing")),
    "empty item": (changed(item={}).encode(), ("item.chip", "is missing")),
    "no quantity": (changed(quantity=None).encode(), ("quantity", "is missing")),
    "no destination": (changed(destination=None).encode(), ("destination", "is missing")),
    "negative quantity": (changed(quantity=-1).encode(), ("quantity", "-1", "not negative")),
    "fractional quantity": (changed(quantity=1.5).encode(), ("quantity", "1.5", "whole number")),
    "zero quantity": (changed(quantity=0).encode(), ("quantity", "at least one")),
    "text quantity": (changed(quantity="many").encode(), ("quantity", "'many'", "a number")),
    "true quantity": (changed(quantity=True).encode(), ("quantity", "True", "a number")),
    "NaN quantity": (b'{"item": {"chip": "H200"}, "quantity": NaN, "origin": "US", "destination": "CN"}', ("NaN",)),
    "infinite quantity": (changed(quantity=10).replace("10", "Infinity").encode(), ("Infinity", "no number")),
    "huge quantity": (changed(quantity=10).replace("10", "1e400").encode(), ("1e400", "proportion")),
    "crossing bound": (changed(quantity={"at_least": 5, "at_most": 2}).encode(), ("quantity", "crosses itself")),
    "empty bound": (changed(quantity={}).encode(), ("quantity", "empty bound")),
    "unknown country": (changed(destination="XX").encode(), ("destination", "'XX'", "ISO 3166-1")),
    "small country": (changed(destination="cn").encode(), ("destination", "Did you mean 'CN'?")),
    "country by name": (changed(destination="China").encode(), ("destination", "Did you mean 'CN'?")),
    "UK": (changed(destination="UK").encode(), ("destination", "Did you mean 'GB'?")),
    "wrong field": (changed(quantitty=1).encode(), ("quantitty", "Did you mean 'quantity'?")),
    "wrong party field": (changed(buyer={"nam": "X"}).encode(), ("buyer.nam", "Did you mean 'name'?")),
    "wrong fact": (changed(facts={"kyc_certifed": True}).encode(), ("kyc_certifed", "Did you mean 'kyc_certified'?")),
    "fact no truth": (changed(facts={"kyc_certified": "yes"}).encode(), ("kyc_certified", "'yes'", "true or false")),
    "field as fact": (changed(facts={"tpp": 1}).encode(), ("facts.tpp", "field of the line itself")),
    "us_end_use": (changed(facts={"us_end_use": "datacenter"}).encode(), ("us_end_use", "'data center'")),
    "wrong act": (changed(act="shipp").encode(), ("act", "Did you mean 'ship'?")),
    "wrong form": (changed(item={"chip": "H200", "form": "modul"}).encode(), ("form", "Did you mean 'module'?")),
    "deemed export": (changed(kind="deemed export").encode(), ("kind", "deemed export", "does not cover")),
    "cloud access": (changed(kind="cloud access").encode(), ("kind", "cloud service", "does not cover")),
    "US-person support": (changed(kind="US-person support").encode(), ("kind", "744.6", "does not cover")),
    "strange list": (
        changed(buyer={"owners": [{"name": "X", "percent": 60, "listings": [{"list": "EntityList"}]}]}).encode(),
        ("buyer.owners[0].listings[0].list", "'EntityList'", "EL"),
    ),
    "exception there is none of": (
        changed(facts={"exceptions_claimed": ["RLP"]}).encode(),
        ("facts.exceptions_claimed", "'RLP'", "Did you mean 'RPL'?"),
    ),
    "military by another word": (changed(buyer={"kind": "PLA"}).encode(), ("buyer.kind", "Did you mean 'military'?")),
    "state-owned by another word": (changed(buyer={"kind": "SOE"}).encode(), ("buyer.kind", "'state-owned enter")),
    "no chip in a unit": (changed(item={"chip": "H200", "chips_per_unit": 0}).encode(), ("chips_per_unit", "at least")),
    "none of a chip": (changed(item={"contains": [{"chip": "H200", "count": 0}]}).encode(), ("count", "is 0")),
    "more than all of it": (
        changed(buyer={"owners": [{"name": "X", "percent": 60}, {"name": "Y", "percent": 60}]}).encode(),
        ("buyer.owners", "120 percent"),
    ),
    "more than built": (changed(facts={"percent_built": 120}).encode(), ("percent_built", "at most 100")),
    "price as a number": (
        changed(unit_price={"amount": 1.5, "currency": "USD"}).encode(),
        ("unit_price.amount", "in quotes"),
    ),
    "wrong day": (changed(on="2026-02-30").encode(), ("on", "no day of the calendar")),
    "day in words": (changed(on="tomorrow").encode(), ("on", "year-month-day")),
    "same as nobody": (changed(end_user={"same_as": "buyer"}).encode(), ("end_user.same_as", "no such party")),
    "too much owned": (changed(buyer={"owners": [{"name": "X", "percent": 120}]}).encode(), ("percent", "at most 100")),
    "authorisations": (changed(authorisations="no").encode(), ("authorisations", '"none"')),
    "bare list": (b"[1, 2]", ("expected a table of fields",)),
    "not JSON": (b'{"item": ', ("not JSON",)),
    "a key twice": (b'{"item": {"chip": "A", "chip": "B"}}', ("'chip'", "twice")),
    "10 MB": (b'{"item": "' + b"x" * 10_000_000 + b'"}', ("larger than 1,000,000 bytes",)),
    "nested": (b"[" * 50_000 + b"]" * 50_000, ("nested too deeply",)),
    "Latin-1": ('{"use": "déploiement"}'.encode("latin-1"), ("not UTF-8", "0xe9")),
    "UTF-16": (changed().encode("utf-16"), ("not UTF-8",)),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_json_is_refused(name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind of broken line on standard input: status 2, one paragraph that names place and remedy."""
    raw, words = BROKEN[name]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    assert main(["check", "-"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("ecluse: standard input: ")
    assert "Traceback" not in err
    for word in words:
        assert word in err
    assert len(err) < 700


TOML = """\
quantity = 10
origin = "US"
destination = "CN"
[item]
chip = "H200 SXM"
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TOML.replace('"CN"', "CN"), ("not TOML",)),
        (TOML.replace("10", "nan"), ("nan", "no number")),
        (TOML.replace("quantity", "quantity_"), ("quantity", "is missing")),
        (TOML.replace('"CN"', '"CH N"'), ("line 3", "^")),
        (TOML + "form = 3\n", ("item.form is 3", "line 6", "^")),
    ],
)
def test_broken_toml_is_refused_with_a_caret(
    text: str, words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A broken line in a file: status 2, the file, the line and a caret."""
    path = tmp_path / "line.toml"
    path.write_text(text, encoding="utf-8")
    assert main(["check", str(path)]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"ecluse: {path}")
    for word in words:
        assert word in err


def test_files_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file, a folder and a spreadsheet are refused in a sentence."""
    assert main(["check", str(tmp_path / "none.toml")]) == 2
    assert "cannot be opened" in capsys.readouterr().err
    assert main(["check", str(tmp_path)]) == 2
    assert "an order line is a .toml or a .json file" in capsys.readouterr().err
    assert main(["check", "--law", str(tmp_path / "none"), str(tmp_path / "none.toml")]) == 2
    assert "no such folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["chekc"], ("chekc", "Did you mean 'check'?")),
        (["check"], ("LINE", "--help")),
        (["check", "x.toml", "--on", "yesterday"], ("year-month-day",)),
        (["check", "x.toml", "--known", "2026-01-28T12:30:00"], ("without a zone",)),
        (["check", "x.toml", "--reading", "strict"], ("strict", "enforced")),
    ],
)
def test_wrong_options(arguments: list[str], words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong verb or option: status 2, and what was meant."""
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    err = capsys.readouterr().err
    for word in words:
        assert word in err


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
FIELDS = st.sampled_from(("item", "quantity", "origin", "destination", "on", "act", "kind", "buyer", "facts", "via"))


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(FIELDS, JSON, max_size=5))
def test_any_table_is_read_or_refused(fields: dict[str, object]) -> None:
    """Whatever stands in a field, the line is read or refused with BadLine, never with another error."""
    plain = json.loads(json.dumps(GOOD | fields), parse_float=lambda text: __import__("decimal").Decimal(text))
    message = "the line: read"
    try:
        read_line(plain)
    except BadLine as error:
        message = str(error)
    assert message.startswith("the line: ")
