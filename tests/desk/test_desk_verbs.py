"""The verbs of `ecluse desk` from end to end, as text and as data, with their exit statuses."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from ecluse.cli import main
from ecluse.desk.store import postgres
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.desk.server import Server

LINE = str(ROOT / "examples" / "alibaba-h200.toml")
OTHER = str(ROOT / "examples" / "desk" / "bytedance-h200.toml")
PAPERS = str(ROOT / "examples" / "desk" / "papers.toml")
PEOPLE = ("--person", "sue=supervisor", "--person", "ana=analyst", "--person", "rob=releaser", "--person",
          "sam=shipper,records")  # fmt: skip


class Shell:
    """Runs verbs on one desk."""

    def __init__(self, at: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.at, self._capsys = at, capsys

    def __call__(self, verb: str, *words: str, status: int = 0) -> str:
        """Run a verb; give what it prints, or what it says on standard error."""
        got = main(["desk", verb, "--at", self.at, *words])
        out, err = self._capsys.readouterr()
        assert got == status, (verb, words, out, err)
        assert "Traceback" not in err
        return out or err

    def data(self, verb: str, *words: str, status: int = 0) -> Any:  # noqa: ANN401 - JSON
        """Run a verb for JSON."""
        return json.loads(self(verb, *words, "--format", "json", status=status))


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A desk with people, two lines decided, and papers."""
    return started(Shell(str(tmp_path / "desk"), capsys))


def started(found: Shell) -> Shell:
    """Fill a desk."""
    found("init", *PEOPLE)
    found("order", LINE, OTHER, "--by", "ana")
    found("check", "PO-2026-0117/3", "PO-2026-0118/1", "--by", "ana", "--known", "2026-01-24")
    found("authorise", PAPERS, "--by", "sam")
    return found


def whole_day(shell: Shell, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From release to a verified record."""
    shell("release", "PO-2026-0118/1", "--by", "ana", "--reason", "x", status=1)
    shell("release", "PO-2026-0118/1", "--by", "sue", "--reason", "counsel")
    shell("tally", "cap-h200:base=3,166,400", "--reason", "200 shipped at home", "--by", "sam")
    reserve = ("PO-2026-0118/1", "--using", "D0000001", "--by", "sam", "--quantity")
    assert "left" in shell("reserve", *reserve, "101", status=1)
    assert "Reserved as h1" in shell("reserve", *reserve, "100", "--id", "h1", "--for", "2d")
    assert "Reserved as h1" in shell("reserve", *reserve, "100", "--id", "h1", "--for", "2d")
    assert "used for something else" in shell("reserve", *reserve, "99", "--id", "h1", "--for", "2d", status=2)
    shell("ship", "h1", "--quantity", "60", "--by", "sam")
    assert "posted" in shell("ship", "h1", "--by", "sam", status=1)
    shell("reserve", *reserve, "10", "--id", "h2")
    shell("void", "h2", "--by", "sam")
    assert "BREACHED: cap-h200" in shell("correct", "cap-h200:base=-2,000,000", "--reason", "returns", "--by", "sam")
    balances = {row["account"]: row for row in shell.data("balance")["balances"]}
    assert balances["D0000001:quantity"]["posted"] == 60
    assert balances["D0000001:value"]["top"] == 1_782_000_000_00
    assert balances["line:PO-2026-0118/1"]["left"] == 199_940
    assert "ALERT breached" in shell("balance")
    assert "  0  " in shell("balance", "D0000001%", "--when", "2020-01-01")
    assert shell.data("journal", "h1")[0]["answered"]["state"] == "pending"
    assert shell.data("find", "--party", "bytedance", "--country", "CN") == ["PO-2026-0118"]
    assert shell.data("keep", "PO-2026-0118")["exported_on"]
    key, head = tmp_path / "key", tmp_path / "head.json"
    key.write_bytes(b"k" * 32)
    shell("verify", "--sign", str(head), "--key", str(key))
    assert shell.data("verify", "--checkpoint", str(head), "--key", str(key))["verified"]
    bundle = str(tmp_path / "b.zip")
    shell("papers", "PO-2026-0118", "--kind", "bundle", "--to", bundle, "--key", str(key))
    assert main(["desk", "verify-bundle", bundle, "--key", str(key), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sealed"]
    assert told["verified"]


def test_a_whole_day_in_a_folder(shell: Shell, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On SQLite."""
    whole_day(shell, tmp_path, capsys)


def test_a_whole_day_in_postgres(postgres_server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On PostgreSQL, by its address alone."""
    assert postgres
    whole_day(started(Shell(postgres_server.fresh("verbs"), capsys)), tmp_path, capsys)


def test_not_fixed_refuses_until_fixed(shell: Shell) -> None:
    """The domestic ratio of Alibaba: not known; fixed, it counts."""
    shell("release", "PO-2026-0117/3", "--by", "sue", "--reason", "counsel")
    reserve = ("PO-2026-0117/3", "--using", "D0000001", "--by", "sam", "--quantity", "10")
    shell("tally", "cap-h200:base=316,640,000", "--reason", "home", "--by", "sam")
    assert "not fixed" in shell("reserve", *reserve, status=1)
    shell("authorise", "--ratio", "domestic-alibaba=10/3", "--reason", "letter 12", "--by", "sam")
    assert "more than is left" in shell("reserve", *reserve, status=1)
    shell("tally", "domestic-alibaba:domestic=3", "--reason", "bought at home", "--by", "sam")
    shell("reserve", *reserve)
    assert shell.data("authorise", "--status", "D0000001=revoked", "--reason", "letter", "--by", "sam")["ok"]
    shell("authorise", "--fix", "EUS-1:quantity=70,000", "--reason", "amended", "--by", "sam")
    assert "takes a --reason" in shell("authorise", "--fix", "EUS-1:quantity=1", "--by", "sam", status=2)


def test_moves_and_recheck(shell: Shell) -> None:
    """Hold, apply, license by a paper of the book; recheck shows what turned; replay agrees."""
    shell("hold", "PO-2026-0117/3", "--reason", "a red flag", "--by", "ana")
    shell("move", "PO-2026-0117/3", "applied", "--by", "ana")
    assert "name it" in shell("move", "PO-2026-0117/3", "licensed", "--by", "ana", status=1)
    shell("move", "PO-2026-0117/3", "licensed", "--paper", "D0000001", "--by", "ana")
    assert "importer's state" in shell("recheck", "--by", "sue")
    assert shell.data("recheck", "--by", "sue", "--known", "2026-11-25T00:00:00Z") is not None
    rows = {row["line"]: row for row in shell.data("lines")}
    assert rows["PO-2026-0117/3"]["state"] == "checked"
    shell("check", "PO-2026-0117/3", "--by", "ana")
    assert "the same answer again" in shell("recheck", "--replay", "PO-2026-0117/3")


def test_papers_tell_their_gaps(shell: Shell, tmp_path: Path) -> None:
    """Exit 1 while something is missing; JSON for keying in; PDF where asked."""
    told = shell.data("papers", "PO-2026-0117/3", "--kind", "licence", status=1)
    assert told["missing"]
    assert not told["complete"]
    pytest.importorskip("fpdf", reason="PDF IS NOT TESTED: fpdf2 is not installed")
    for kind, status in (("licence", 1), ("notice", 1), ("statement", 1), ("eei", 1), ("invoice", 0)):
        to = tmp_path / f"{kind}.pdf"
        shell("papers", "PO-2026-0117/3", "--kind", kind, "--to", str(to), status=status)
        assert to.read_bytes().startswith(b"%PDF")
    shell("papers", "PO-2026-0117/3", "--kind", "memo", "--to", str(tmp_path / "memo.pdf"))
    assert "EXPORTER" in shell("papers", "PO-2026-0117/3", "--kind", "memo").upper()


def test_tables_in_and_out(shell: Shell, tmp_path: Path) -> None:
    """Lines enter from CSV and XLSX; lines, balances, journal and movements leave as CSV, XLSX and NDJSON."""
    table = tmp_path / "lines.csv"
    table.write_text(
        "id,quantity,origin,destination,item.chip,buyer.name,buyer.country,unit_price.amount,unit_price.currency,"
        "facts.kyc_certified,via\n"
        "PO-5/1,12,US,CN,H20,Tencent,CN,100.50,USD,true,HK;SG\n"
        "PO-5/2,7,US,CN,H20,Tencent,CN,,,,\n"
    )
    shell("order", str(table), "--by", "ana")
    rows = {row["line"]: row for row in shell.data("lines")}
    assert rows["PO-5/1"]["unit_cents"] == 10050
    assert rows["PO-5/2"]["unit_cents"] is None
    assert shell.data("find", "--country", "SG") == ["PO-5"]
    for what in ("lines", "balances", "journal", "movements"):
        for suffix in (".csv", ".ndjson"):
            shell("export", what, "--to", str(tmp_path / f"{what}{suffix}"))
    told = list(csv.DictReader(io.StringIO((tmp_path / "lines.csv").read_text())))
    assert {row["line"] for row in told} == set(rows)
    openpyxl = pytest.importorskip("openpyxl", reason="XLSX IS NOT TESTED: openpyxl is not installed")
    shell("export", "lines", "--to", str(tmp_path / "lines.xlsx"))
    sheet = openpyxl.load_workbook(tmp_path / "lines.xlsx").active
    assert sheet.max_row == len(rows) + 1
    book = openpyxl.Workbook()
    book.active.append(["id", "quantity", "origin", "destination", "item.chip"])
    book.active.append(["PO-6/1", 3, "US", "CN", "H20"])
    book.save(tmp_path / "in.xlsx")
    shell("order", str(tmp_path / "in.xlsx"), "--by", "ana")


def test_cells_that_look_like_formulas_are_quoted() -> None:
    """A name that a spreadsheet would run is only a name."""
    from ecluse.desk.sheets import as_csv

    assert as_csv([{"name": "=cmd()", "n": -1}]) == "name,n\n'=cmd(),-1\n"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("check", "nothing", "--by", "ana"), 1, "no line of that id"),
        (("order", "nothing.toml", "--by", "ana"), 2, "cannot be opened"),
        (("order", "nothing.doc", "--by", "ana"), 2, "a table of lines is"),
        (("authorise", "--by", "sam"), 2, "one of FILE"),
        (("tally", "x", "--reason", "r", "--by", "sam"), 2, "ACCOUNT=FIGURE"),
        (("tally", "D0000001:quantity=5", "--reason", "r", "--by", "sam"), 1, "it has a limit"),
        (("tally", "cap-h200:base=a", "--reason", "r", "--by", "sam"), 2, "is no figure"),
        (("find",), 2, "one of --party"),
        (("find", "--party", "nobody"), 1, "No record"),
        (("journal", "nothing at all"), 1, "Nothing is written down"),
        (("keep", "PO-9"), 1, "No order"),
        (("keep", "PO-2026-0117", "--erase", "--reason", "r", "--by", "sue"), 1, "the transaction is open"),
        (("verify", "--checkpoint", "nothing", "--key", "nothing"), 2, "cannot be read"),
        (("reserve", "PO-2026-0117/3", "--quantity", "1", "--by", "sam"), 2, "a licence is required"),
        (("init",), 2, "there already"),
        (("init", "--person", "eve"), 2, "NAME=ROLE"),
        (("init", "--person", "eve=king", "--by", "sue"), 2, "is no role"),
        (("papers", "PO-2026-0117/3", "--kind", "licence", "--to", "x.doc"), 2, "a paper is written as"),
        (("export", "lines", "--to", "x.doc"), 2, "a table is written as"),
    ],
)
def test_what_is_refused(shell: Shell, words: tuple[str, ...], status: int, said: str) -> None:
    """Each with its status and a clear sentence."""
    assert said in shell(*words, status=status)


def test_where_no_desk_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A clear sentence, and no traceback, for a folder and for an address."""
    for at, said in (
        (str(tmp_path), "ecluse desk init"),
        ("postgresql://desk:secret@/x?host=/nowhere", "answers there"),
    ):
        told = Shell(at, capsys)("lines", status=2)
        assert said in told
        assert "secret" not in told


def test_tampering_is_told(shell: Shell) -> None:
    """`verify` exits 1, and says where."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(f"{shell.at}/desk.sqlite")) as connection, connection:
        connection.execute("UPDATE account SET posted = 1 WHERE name = 'EUS-1:quantity'")
    assert "DOES NOT VERIFY: account EUS-1:quantity" in shell("verify", status=1)


def test_plan_verb(capsys: pytest.CaptureFixture[str]) -> None:
    """Not known without a ratio: exit 1; a value, and a sweep."""
    pytest.importorskip("scipy", reason="PLANNING IS NOT TESTED: SciPy is not installed")
    file = str(ROOT / "examples" / "desk" / "plan.toml")
    assert main(["desk", "plan", file]) == 1
    assert "nobody has fixed" in capsys.readouterr().out
    assert main(["desk", "plan", file, "--ratio", "0.2", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["units"] == 284_234
    assert main(["desk", "plan", file, "--ratio", "0:1:0.25", "--objective", "value"]) == 0
    assert "Up to a ratio of" in capsys.readouterr().out
    assert main(["desk", "plan", file, "--ratio", "a:b"]) == 2


def test_plan_on_the_books_balances(shell: Shell, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A limit may be what is left on an account, and the cap what is left of a ratio."""
    pytest.importorskip("scipy", reason="PLANNING IS NOT TESTED: SciPy is not installed")
    shell("tally", "cap-h200:base=316,640,000", "--reason", "home", "--by", "sam")
    file = tmp_path / "plan.toml"
    file.write_text(
        '[[request]]\nbuyer = "a"\nquantity = 100000\ntpp = 15832\n'
        '[[limit]]\nid = "licence"\naccount = "D0000001:quantity"\n[cap]\naccount = "cap-h200"\n'
    )
    assert main(["desk", "plan", str(file), "--at", shell.at]) == 0
    assert "10,000 of 100,000 units served" in capsys.readouterr().out
    assert main(["desk", "plan", str(file)]) == 2
