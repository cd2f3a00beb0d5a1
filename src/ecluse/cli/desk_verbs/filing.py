"""`ecluse desk papers|verify-bundle`: papers of a line, its gaps, and the record of an order in one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecluse.cli.common import formatting, say, say_json
from ecluse.cli.desk_verbs.common import REFUSED_EXIT, opened, verb
from ecluse.errors import DeskError, InputError
from ecluse.reading import parse_toml, read_text

if TYPE_CHECKING:
    import argparse

KINDS = ("licence", "notice", "statement", "eei", "invoice", "memo", "bundle")
SUFFIXES = (".json", ".txt", ".pdf")


def arguments(verbs: Any) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the verbs."""
    papers = verb(verbs, "papers", "papers of a line, filled from the book, with what is missing", written)
    papers.add_argument("line", metavar="LINE", help="a line; for a bundle, an order")
    papers.add_argument("--kind", choices=KINDS, required=True)
    papers.add_argument(
        "--facts", metavar="FILE", help="a .toml file of what the company states: applicant, contact, item, ..."
    )
    papers.add_argument("--to", metavar="FILE", help=".json, .txt or .pdf; a bundle is a .zip (default: tell it)")
    papers.add_argument("--key", metavar="FILE", help="seal a bundle with this key")
    check = verbs.add_parser("verify-bundle", help="verify a bundle by itself, without the desk",
                             description="Verify a bundle by itself, without the desk.")  # fmt: skip
    check.add_argument("file", metavar="FILE")
    check.add_argument("--key", metavar="FILE", help="the key of its seal")
    formatting(check)
    check.set_defaults(run=verified)


def written(options: argparse.Namespace) -> int:
    """Write a paper; exit 1 where it is not complete."""
    from ecluse.counter import entry_of  # noqa: PLC0415
    from ecluse.desk.papers import office  # noqa: PLC0415
    from ecluse.desk.papers.form import as_data, as_text  # noqa: PLC0415

    facts: dict[str, Any] = {}
    if options.facts:
        facts = parse_toml(read_text(Path(options.facts), InputError), options.facts, InputError)
    to = None if options.to is None else Path(options.to)
    with opened(options) as desk:
        if options.kind == "bundle":
            return _bundle(options, office.record_bundle(desk, options.line, facts, _key(options)), to)
        entry = entry_of(desk, options.line)
        if options.kind == "memo":
            _put(to, office.written(desk, entry, "memo", ".txt" if to is None else to.suffix, facts))
            return 0
        form = office.form(desk, entry, options.kind, facts)
        if to is not None:
            if to.suffix not in SUFFIXES:
                message = f"{to}: a paper is written as {', '.join(SUFFIXES)}."
                raise InputError(message)
            _put(to, office.written(desk, entry, options.kind, to.suffix, facts))
    if options.format == "json":
        say_json(as_data(form))
    elif to is None:
        say(as_text(form))
    else:
        gaps = f"NOT COMPLETE, {len(form.missing)} missing: {'; '.join(one.label for one in form.missing)}"
        say(f"{form.title}: written to {to}. {'Complete.' if form.complete else gaps}")
    return 0 if form.complete else REFUSED_EXIT


def _key(options: argparse.Namespace) -> bytes | None:
    if options.key is None:
        return None
    try:
        return Path(options.key).read_bytes()
    except OSError as problem:
        message = f"{options.key}: cannot be read ({problem.strerror})."
        raise InputError(message) from None


def _put(to: Path | None, raw: bytes) -> None:
    if to is None:
        say(raw.decode())
        return
    try:
        to.write_bytes(raw)
    except OSError as problem:
        message = f"{to}: cannot be written ({problem.strerror})."
        raise InputError(message) from None


def _bundle(options: argparse.Namespace, raw: bytes, to: Path | None) -> int:
    if to is None:
        message = "papers: a bundle takes --to FILE.zip."
        raise InputError(message)
    _put(to, raw)
    if options.format == "json":
        say_json({"to": str(to), "bytes": len(raw)})
    else:
        say(f"The record of {options.line}: {len(raw):,} bytes written to {to}.")
    return 0


def verified(options: argparse.Namespace) -> int:
    """Verify a bundle; exit 1 where it does not hold."""
    from ecluse.desk.papers.bundle import LARGEST, verify  # noqa: PLC0415

    path = Path(options.file)
    try:
        if path.stat().st_size > LARGEST:
            message = f"{path}: larger than {LARGEST:,} bytes; no bundle of ours is."
            raise InputError(message)
        raw = path.read_bytes()
    except OSError as problem:
        message = f"{path}: cannot be read ({problem.strerror})."
        raise InputError(message) from None
    try:
        found = verify(raw, _key(options))
    except DeskError as problem:
        say(f"DOES NOT VERIFY: {problem}")
        return REFUSED_EXIT
    if options.format == "json":
        say_json(found._asdict() | {"verified": not found.faults})
    else:
        for fault in found.faults:
            say(f"DOES NOT VERIFY: {fault}")
        if not found.faults:
            say(f"Verified: the record of {found.order}, {found.files} files, {found.events} events"
                + (", sealed." if found.sealed else "."))  # fmt: skip
        for remark in found.remarks:
            say(f"Remark: {remark}.")
    return REFUSED_EXIT if found.faults else 0
