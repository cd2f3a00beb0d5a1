"""A run as one self-contained page: the summary with three charts, each beside its table."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ecluse.convoy.summary import TOP, counted, turns
from ecluse.convoy.told import ruled, why

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ecluse.convoy.run import Run
    from ecluse.convoy.summary import Counted

# Shape and word tell the answers apart as well as colour does.
SHADES = {"yes": "#2b7a55", "no": "#b23a2e", "not known": "#c9962b"}
MARKS = {"yes": "●", "no": "■", "not known": "◆"}
STYLE = """
:root{color-scheme:light}
body{font:16px/1.5 system-ui,sans-serif;color:#1c2733;background:#fbfaf7}
body{margin:2rem auto;padding:0 1rem;max-width:60rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .4rem}
p.rule{color:#55616d;margin:.3rem 0 1.5rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;color:#55616d;padding-bottom:.3rem}
th,td{padding:.28rem .6rem;border-bottom:1px solid #e3ded3;text-align:right}
th:first-child,td:first-child{text-align:left;overflow-wrap:anywhere}thead th{color:#55616d;font-weight:600}
figure{margin:.6rem 0 1rem}svg{width:100%;height:auto;display:block}
@media print{body{background:#fff;margin:0;max-width:none}h2{break-after:avoid}table,figure{break-inside:avoid}}
"""
WIDE, ROW, LABEL = 900, 26, 300


def page(run: Run) -> str:
    """Write the page: HTML with its style and charts inside, nothing asked from elsewhere."""
    found = counted(run.summary, run.answers)
    body = "\n".join(_body(run, found))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Order book: what may pass</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _body(run: Run, found: Counted) -> Iterator[str]:
    answered = run.summary.read - run.summary.rejected
    yield "<h1>What may pass</h1>"
    yield (
        f'<p class="rule">{answered:,} of {run.summary.read:,} rows answered, {run.summary.rejected:,} could not be '
        f"read. {escape(ruled(run))} It informs; it is no legal advice.</p>"
    )
    yield "<h2>Rows by answer</h2>"
    yield _split_bar(found.answers)
    yield _table(
        "Rows by answer",
        ("answer", "rows"),
        ((f"{_mark(word)} {word}", count) for word, count in found.answers.items()),
    )
    yield _table("Rows by gate", ("gate", *SHADES, "does not apply"), _gates(found))
    yield "<h2>Facts that would settle lines</h2>"
    rows = [(name, alone, lacking) for name, alone, lacking in found.missing[:TOP]]
    yield _bars(
        "Rows that lack a fact, and those it would settle alone",
        [(name, (alone, lacking - alone)) for name, alone, lacking in rows],
        ("#2b5f8a", "#b9cbdb"),
    )
    yield _table(
        "The exporter's gate of so many lines would be settled by one fact",
        ("fact", "would settle", "lines lack it"),
        rows,
    )
    yield "<h2>Chips</h2>"
    chips = found.chips[:TOP]
    yield _bars(
        "Rows by chip and answer",
        [(name, tuple(words[word] for word in SHADES)) for name, words in chips],
        tuple(SHADES.values()),
    )
    yield _table(
        "Rows by chip", ("chip", *SHADES), ((name, *(words[word] for word in SHADES)) for name, words in chips)
    )
    yield "<h2>Destinations</h2>"
    yield _table(
        "Rows by destination",
        ("destination", *SHADES),
        ((name, *(words[word] for word in SHADES)) for name, words in found.destinations[:TOP]),
    )
    yield "<h2>What decided</h2>"
    yield _table("Rows that a provision or a report decides", ("provision or claim", "rows"), found.deciding[: 2 * TOP])
    if run.compared is not None:
        yield "<h2>What turns</h2>"
        rows_ = (
            (f"{one.before} → {one.after}{why(one)}", one.rows)
            for one in turns(run.summary, run.answers, run.others)[: 2 * TOP]
        )
        yield _table("Rows whose answer turns", ("from, to, and by which provision", "rows"), rows_)


def _mark(word: str) -> str:
    return MARKS.get(word, "-")


def _gates(found: Counted) -> Iterator[tuple[object, ...]]:
    for gate, words in found.gates.items():
        yield (gate, *(words.get(word, 0) for word in (*SHADES, "does not apply")))


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    cells = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    lines = [f"<table><caption>{escape(caption)}</caption><thead><tr>{cells}</tr></thead><tbody>"]
    for first, *rest in rows:
        told = "".join(
            f"<td>{value:,}</td>" if isinstance(value, int) else f"<td>{escape(str(value))}</td>" for value in rest
        )
        lines.append(f'<tr><th scope="row">{escape(str(first))}</th>{told}</tr>')
    return "\n".join([*lines, "</tbody></table>"])


def _split_bar(words: Mapping[str, int]) -> str:
    """Draw the answers as one bar."""
    total = sum(words.values()) or 1
    parts, at = [], 0.0
    for word, shade in SHADES.items():
        width = WIDE * words.get(word, 0) / total
        if width <= 0:
            continue
        parts.append(f'<rect x="{at:.1f}" y="0" width="{max(width - 2, 1):.1f}" height="44" fill="{shade}"/>')
        if width > 120:
            told = f"{MARKS[word]} {word} {words[word] / total:.1%}"
            parts.append(f'<text x="{at + 10:.1f}" y="28" fill="#fff" font-size="16">{told}</text>')
        at += width
    return _figure("Rows by answer", 44, parts)


def _bars(title: str, rows: Sequence[tuple[str, tuple[int, ...]]], shades: Sequence[str]) -> str:
    """Draw a bar a row, its parts one after the other."""
    most = max((sum(parts) for _, parts in rows), default=0) or 1
    drawn = []
    for place, (name, parts) in enumerate(rows):
        top, at = place * ROW, float(LABEL)
        shown = escape(name if len(name) <= 40 else f"{name[:39]}…")
        drawn.append(f'<text x="{LABEL - 8}" y="{top + 17}" text-anchor="end" font-size="13">{shown}</text>')
        for count, shade in zip(parts, shades, strict=True):
            width = (WIDE - LABEL - 90) * count / most
            if width > 0:
                drawn.append(
                    f'<rect x="{at:.1f}" y="{top + 3}" width="{max(width, 0.8):.1f}" height="18" fill="{shade}"/>'
                )
                at += width
        drawn.append(f'<text x="{at + 6:.1f}" y="{top + 17}" font-size="13" fill="#55616d">{sum(parts):,}</text>')
    return _figure(title, ROW * max(len(rows), 1), drawn)


def _figure(title: str, height: int, parts: Iterable[str]) -> str:
    inner = "".join(parts)
    return (
        f'<figure><svg viewBox="0 0 {WIDE} {height}" role="img" font-family="system-ui,sans-serif">'
        f"<title>{escape(title)}; the table below gives the figures</title>{inner}</svg></figure>"
    )
