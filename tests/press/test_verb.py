"""`ecluse read` and `ecluse claims review` at the terminal."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ecluse.cli import main
from tests.conftest import ROOT
from tests.press.made import EXAMPLE
from tests.press.test_carriers import warc

THEN = ("--known", "2026-03-13")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run in process: status, output, errors."""
    status = main(list(words))
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return status, out, err


def data(capsys: pytest.CaptureFixture[str], *words: str) -> Any:  # noqa: ANN401 - JSON
    """Run with `--format json`."""
    status, out, _ = run(capsys, *words, "--format", "json")
    assert status in (0, 1)
    return json.loads(out)


def test_json_says_all_that_is_known_of_each_claim(capsys: pytest.CaptureFixture[str]) -> None:
    """Every field of a claim, its place, the knowledge it was laid beside, digests; never the text."""
    told = data(capsys, "read", str(EXAMPLE), *THEN)
    assert told["known"] == "2026-03-13"
    assert set(told["digests"]) == {"article", "evidence", "lexicon"}
    assert told["article"]["published"]["instant"] == "2026-03-12T10:05:00+01:00"
    fields = {
        "gate", "act", "holder", "said", "about", "actor", "authorities", "subjects", "products", "quantities", "modality",
        "polarity", "sentence", "span", "alternatives", "relations", "strength", "prior",
    }  # fmt: skip
    text = EXAMPLE.read_text(encoding="utf-8")
    for claim in told["claims"]:
        assert fields <= set(claim)
        assert text[slice(*claim["span"])].strip() == claim["quote"]
    assert "Accueil Marchés Cryptos" not in json.dumps(told, ensure_ascii=False)


def test_text_tells_source_days_and_what_was_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """And that nothing entered the evidence."""
    status, out, _ = run(capsys, "read", str(EXAMPLE), *THEN, "--furniture")
    assert status == 0
    for told in (
        "published: 2026-03-12",
        "sha256",
        "left out: 8 lines",
        "known by 2026-03-13",
        "Nothing entered",
        "at 294 to 418",
    ):
        assert told in out, told
    assert "advert" in out


def test_standard_input_url_and_day(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A text from elsewhere, with what the caller knows of it."""
    text = "Last week Tencent declined to comment on the H20 chips."
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    told = data(
        capsys,
        "read",
        "-",
        "--url",
        "https://www.x.org/a",
        "--published",
        "2026-03-12T11:57+08:00",
        "--lang",
        "en",
        *THEN,
    )
    assert told["article"]["publisher"] == "x.org"
    assert told["article"]["published"]["instant"] == "2026-03-12T11:57:00+08:00"
    assert told["claims"][0]["about"]["from"] == "2026-03-02"


def test_strong_only(capsys: pytest.CaptureFixture[str]) -> None:
    """`--strong` keeps claims whose sentence names all that is asked for."""
    every, strong = data(capsys, "read", str(EXAMPLE), *THEN), data(capsys, "read", str(EXAMPLE), *THEN, "--strong")
    assert 0 < len(strong["claims"]) < len(every["claims"])
    assert {row["strength"] for row in strong["claims"]} == {"strong"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("read", "/no/such/file.txt"), "cannot be opened"),
        (("read", str(EXAMPLE), "--published", "soon"), "--published is 'soon'"),
        (("read", str(EXAMPLE), "--lang", "de"), "expected fr, en or zh"),
        (("read", str(EXAMPLE), str(EXAMPLE), "--url", "https://x.org"), "--url is the address of one article"),
        (("claims", "review", "/no/such/p.toml", "--to", "c.toml", "--who", "A"), "no file of proposals"),
    ],
)
def test_bad_input_is_told_in_one_paragraph(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], why: str
) -> None:
    """Exit 2, on standard error, with what was expected."""
    status, _, err = run(capsys, *words)
    assert status == 2
    assert why in err
    assert err.count("\n") == 1


def test_several_articles_and_each_item_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A folder: versions are told, and what was read before is not read again."""
    shutil.copy(EXAMPLE, tmp_path / "a.txt")
    (tmp_path / "b.txt").write_text(EXAMPLE.read_text(encoding="utf-8").replace("1,2 %", "1,9 %"), encoding="utf-8")
    seen = str(tmp_path / "seen")
    told = data(capsys, "read", str(tmp_path), "--seen", seen, *THEN)
    assert len(told["articles"]) == 2
    assert told["between"][0]["kind"] == "version"
    status, out, _ = run(capsys, "read", str(tmp_path / "a.txt"), "--seen", seen, *THEN)
    assert status == 1
    assert "Nothing new to read" in out


def test_read_review_and_list(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """From an article to a claim that `--evidence` reads, by way of a person."""
    proposals, claims = str(tmp_path / "p.toml"), str(tmp_path / "c.toml")
    assert run(capsys, "read", str(EXAMPLE), *THEN, "--to", proposals)[0] == 0
    answers = iter(["r", "headline", "a", "", "q"])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    status, out, _ = run(capsys, "claims", "review", proposals, "--to", claims, "--who", "A. Reader")
    assert status == 0
    assert "1 claim written" in out
    _, out, _ = run(capsys, "claims", "list", "--evidence", claims, "--since", "2026-03-12", *THEN)
    assert "Chinese regulators: preliminary approval" in " ".join(out.split())


def test_tables(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """`--table` counts what was read and what was refused."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"text": EXAMPLE.read_text(encoding="utf-8")}, {"text": ""}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in.parquet")
    status, out, _ = run(capsys, "read", str(tmp_path), "--table", str(tmp_path / "out.parquet"))
    assert status == 0
    assert "2 documents read, 17 claims proposed, 1 refused" in out


def test_plain_text_needs_no_third_party() -> None:
    """Reading plain text brings in the standard library and Ecluse alone."""
    code = (
        "import sys; before = set(sys.modules); from ecluse.cli import main; main(['read', sys.argv[1], '--known', '2026-03-13']); "
        "new = {name.split('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(name for name in new - set(sys.stdlib_module_names) - {'ecluse'} if name[0] != '_'))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, str(EXAMPLE)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert out.stdout.strip().splitlines()[-1] == "[]"


PAGE = b"""<html><head><title>Suppliers halt</title></head><body><article><h1>Suppliers halt</h1>
<p>Nvidia has told suppliers to stop production of its H20 chip after Beijing warned firms against buying it, a paper
reported on Thursday.</p><p>Nvidia declined to comment.</p></article></body></html>"""


def test_a_short_last_sentence_of_a_page_is_story(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Four words that end as a sentence, right after the story's, are no menu."""
    path = tmp_path / "a.html"
    path.write_bytes(PAGE)
    told = data(capsys, "read", str(path), *THEN)
    assert [claim["act"] for claim in told["claims"]] == ["component_production_halt", "silence"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--url", "example"), "expected an address such as"),
        (("--watch", "soon"), "no number of seconds"),
        (("--seen", "none/seen"), "its folder is not there"),
        (("-", "-"), "can be read once"),
    ],
)
def test_what_cannot_be_asked_is_told(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], why: str) -> None:
    """Before anything is read, in a sentence."""
    status = 0
    with contextlib.suppress(SystemExit):
        status = main(["read", str(EXAMPLE), *words])
    assert status in (0, 2)
    assert why in capsys.readouterr().err


def test_one_bad_item_costs_no_other(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The pages of one archive, the files of one call: what can be read is read, the rest told."""
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    pages = {"1": PAGE, "bad": b"<html><body>Menu</body></html>", "2": PAGE.replace(b"H20", b"H200")}
    path = warc(tmp_path / "a.warc.gz", {f"http://example.org/{name}": raw for name, raw in pages.items()})
    status, out, err = run(capsys, "read", str(path), *THEN)
    assert (status, out.count("claims proposed")) == (2, 2)
    assert "example.org/bad: no story" in err
    status, out, err = run(capsys, "read", str(path), str(empty), *THEN)
    assert (status, out.count("claims proposed")) == (2, 2)
    assert "empty.txt: is empty" in err


def test_nothing_to_read_is_not_nothing_new(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A feed without items holds nothing; a list of what was read says that all was read before."""
    feed, seen = tmp_path / "feed.xml", tmp_path / "seen"
    feed.write_bytes(b'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title></channel></rss>')
    assert "Nothing to read: no article" in run(capsys, "read", str(feed))[1]
    run(capsys, "read", str(EXAMPLE), *THEN, "--seen", str(seen))
    assert "Nothing new to read" in run(capsys, "read", str(EXAMPLE), *THEN, "--seen", str(seen))[1]


def test_a_broken_record_prints_nothing_of_the_librarys(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Its warnings are told in a sentence of ours."""
    path = tmp_path / "a.warc"
    path.write_bytes(b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: abc\r\n\r\nx")
    status, _, err = run(capsys, "read", str(path))
    assert status == 2
    assert "do not end where they say" in err
    assert "WARNING" not in err


def test_signs_that_steer_a_terminal_are_shown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """An article cannot colour, clear or ring the terminal of who reads it."""
    path = tmp_path / "a.txt"
    path.write_text("Nvidia said\x1b[31m it will resume sales of H20 chips to China next week.\x07\n", encoding="utf-8")
    _, out, _ = run(capsys, "read", str(path), *THEN)
    assert "\x1b" not in out
    assert "\\x1b[31m it will resume" in out


def test_output_and_names_in_another_encoding(tmp_path: Path) -> None:
    """A terminal without Chinese gets escapes; a file whose name is no UTF-8 is read, and its proposals written."""
    name = os.fsencode(tmp_path) + b"/x\xfe.html"
    try:
        Path(os.fsdecode(name)).write_bytes(PAGE.replace(b"Suppliers halt", "\u6d77\u5173".encode()))
    except OSError:
        pytest.skip("this file system has names in UTF-8 only")
    words = [sys.executable, "-m", "ecluse", "read", str(tmp_path), "--to", str(tmp_path / "p.toml"), *THEN]
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )
    assert done.returncode == 0, done.stderr
    assert "\\u6d77\\u5173" in done.stdout
    assert "x?.html" in (tmp_path / "p.toml").read_text(encoding="utf-8")


def test_who_decides_has_a_name(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A verdict of nobody is none."""
    status, _, err = run(capsys, "claims", "review", str(EXAMPLE), "--to", str(tmp_path / "c.toml"), "--who", " ")
    assert status == 2
    assert "--who is empty" in err
