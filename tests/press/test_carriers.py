"""Archives, feeds, folders, tables, a model of the user's: each item once, what is refused is told."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from ecluse import evidence, reader
from ecluse.errors import SourceError
from ecluse.press import model
from ecluse.press.feeds import entries, looks_like_feed
from ecluse.press.folders import Seen, gathered, remembered
from ecluse.press.lexicon import load
from ecluse.press.sources import article_from
from ecluse.press.table import SCHEMA
from ecluse.press.warc import records
from tests.press.made import EXAMPLE

if TYPE_CHECKING:
    from collections.abc import Iterator

STORY = "<p>Regulators told Tencent to stop buying the H20, people familiar with the matter said. Tencent declined to comment on the instruction, and Nvidia did not reply to questions about its chips.</p>"
RSS = f"""<?xml version="1.0"?><rss version="2.0"><channel><title>Canal</title>
<item><title>One</title><link>https://x.org/one-two-three</link><pubDate>Thu, 12 Mar 2026 10:05:00 +0100</pubDate>
<description><![CDATA[{STORY}]]></description></item>
<item><title>Two</title><guid>https://x.org/two</guid><description>Short.</description></item></channel></rss>"""
ATOM = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Canal</title><entry><title>One</title>
<link href="https://x.org/one"/><updated>2026-03-12T09:05:00Z</updated><content type="html"><![CDATA[{STORY}]]></content></entry></feed>"""


def stdin() -> bytes:
    """No standard input."""
    return b""


def warc(path: Path, pages: dict[str, bytes], *, gzip: bool = True) -> Path:
    """Write an archive of pages."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=gzip)
        for url, raw in pages.items():
            kind = "image/png" if url.endswith(".png") else "text/html; charset=utf-8"
            headers = StatusAndHeaders("200 OK", [("Content-Type", kind)], protocol="HTTP/1.0")
            record = writer.create_warc_record(url, "response", payload=io.BytesIO(raw), http_headers=headers)
            writer.write_record(record)
            record.raw_stream.close()
    return path


def test_feeds() -> None:
    """RSS and Atom: address, day with zone, body."""
    one, two = entries(RSS.encode(), "feed")
    assert (one.url, one.title) == ("https://x.org/one-two-three", "One")
    assert one.published is not None
    assert one.published.instant() == "2026-03-12T10:05:00+01:00"
    assert (two.url, two.published) == ("https://x.org/two", None)
    (atom,) = entries(ATOM.encode(), "feed")
    assert atom.published is not None
    assert atom.published.instant() == "2026-03-12T09:05:00+00:00"
    assert looks_like_feed(RSS.encode())
    assert not looks_like_feed(STORY.encode())


@pytest.mark.parametrize(
    "raw",
    [
        b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel><item><title>&b;</title></item></channel></rss>',
        b'<?xml version="1.0"?><!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss></rss>',
        b'<?xml version="1.0"?><rss><channel><item></channel>',
        b'<?xml version="1.0" encoding="none-such"?><rss></rss>',
    ],
)
def test_hostile_feeds_are_refused(raw: bytes) -> None:
    """Entities, outside documents and broken XML never pass, and never trace back."""
    with pytest.raises(SourceError, match="feed: not a feed that can be read"):
        entries(raw, "feed")


def test_folder_gives_each_item_once(tmp_path: Path) -> None:
    """Files, feeds and archives of a folder, in a fixed order; a second visit finds only what is new."""
    (tmp_path / "a.txt").write_bytes(EXAMPLE.read_bytes())
    (tmp_path / "b.txt").write_bytes(EXAMPLE.read_bytes())
    (tmp_path / "feed.xml").write_text(RSS, encoding="utf-8")
    warc(
        tmp_path / "c.warc.gz",
        {
            "https://x.org/p": f"<html><body><article>{STORY}</article></body></html>".encode(),
            "https://x.org/i.png": b"\x89",
        },
    )
    (tmp_path / "ignored.bin").write_bytes(b"\0")
    log = tmp_path / "seen"
    seen = remembered(log)
    first = [item.place.removeprefix(f"{tmp_path.as_posix()}/") for item in gathered([str(tmp_path)], stdin, seen)]
    assert first == ["a.txt", "c.warc.gz https://x.org/p", "feed.xml item 1", "feed.xml item 2"]
    seen.keep()
    (tmp_path / "d.txt").write_text("Tencent declined to comment on the H20.", encoding="utf-8")
    assert [Path(item.place).name for item in gathered([str(tmp_path)], stdin, remembered(log))] == ["d.txt"]


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    """A missing or empty file, a spoiled list, an archive under another name."""
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"  \n")
    hidden = tmp_path / "page.txt"
    hidden.write_bytes(b"WARC/1.0\r\n")
    for name, why in ((tmp_path / "none.txt", "cannot be opened"), (empty, "is empty"), (hidden, r"name it \.warc")):
        with pytest.raises(SourceError, match=why):
            list(gathered([str(name)], stdin, Seen()))
    spoiled = tmp_path / "list"
    spoiled.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match="--seen"):
        remembered(spoiled)


def test_an_archive_that_breaks_off_is_refused(tmp_path: Path) -> None:
    """A head that promises more than there is, and no headers where headers should be."""
    path = tmp_path / "a.warc"
    head = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\nContent-Length: 2000000\r\n\r\n"
    path.write_bytes(head + b"HTTP/1.0 200 OK\r\n\r\n<html>")
    with pytest.raises(SourceError, match=r"a\.warc: not a WARC file, or a broken one"):
        list(records(path))


def test_archives(tmp_path: Path) -> None:
    """Pages with their addresses; images are left; a broken archive is refused."""
    path = warc(
        tmp_path / "a.warc", {"https://x.org/1": b"<html>one</html>", "https://x.org/i.png": b"\x89"}, gzip=False
    )
    assert [(one.url, one.raw) for one in records(path)] == [("https://x.org/1", b"<html>one</html>")]
    broken = tmp_path / "b.warc"
    broken.write_bytes(b"this is no archive at all\r\n\r\n")
    with pytest.raises(SourceError, match="not a WARC file, or a broken one"):
        list(records(broken))


def test_batches_read_as_one_article_reads(tmp_path: Path) -> None:
    """`map_batches`, as Spark's mapInArrow takes it, proposes what the verb proposes; a refused row says why."""
    rows = [
        {"url": "https://x.org/a", "text": EXAMPLE.read_text(encoding="utf-8"), "published": None, "language": None},
        {"url": "https://x.org/b", "text": None, "published": None, "language": None},
        {"url": "https://x.org/c", "text": "abc\0def", "published": None, "language": None},
    ]
    batch = pa.RecordBatch.from_pylist(rows)

    def source() -> Iterator[pa.RecordBatch]:
        yield batch

    (out,) = list(reader.map_batches(source()))
    assert out.schema == SCHEMA
    table = out.to_pylist()
    refused = {row["url"]: row["refused"] for row in table if row["refused"]}
    alone = reader.read(EXAMPLE.read_bytes(), "a", relate=False).proposals
    assert [row["id"] for row in table if row["url"] == "https://x.org/a"] == [one.id for one in alone]
    assert refused["https://x.org/b"].startswith("no text")
    assert "null bytes" in refused["https://x.org/c"]
    assert next(row for row in table if row["act"] == "demand")["at_least"] == 15000.0
    path = tmp_path / "in.parquet"
    pq.write_table(pa.Table.from_batches([batch]), path)
    warc(tmp_path / "in.warc.gz", {"https://x.org/d": f"<html><body><article>{STORY}</article></body></html>".encode()})
    done = reader.table([tmp_path], tmp_path / "out.parquet")
    assert (done["documents"], done["refused"]) == (4, 2)
    assert pq.read_table(tmp_path / "out.parquet").num_rows == done["claims"] + done["refused"]


def test_tables_that_cannot_be_read(tmp_path: Path) -> None:
    """A folder without documents, a file that is no Parquet."""
    with pytest.raises(SourceError, match=r"no \.parquet, \.warc"):
        reader.table([tmp_path], tmp_path / "out.parquet")
    (tmp_path / "x.parquet").write_bytes(b"no")
    with pytest.raises(SourceError, match="not a Parquet file"):
        reader.table([tmp_path], tmp_path / "out.parquet")


MODEL = """import json, sys
asked = json.load(sys.stdin)
index = next(row["index"] for row in asked["sentences"] if "refus" in row["text"])
told = [dict(sentence=index, act="silence", gate="import", quote="Nvidia a refusé de commenter", actor="Nvidia"),
        dict(sentence=index, act="silence", gate="import", quote="these words are not there")]
print(json.dumps({"claims": told}))"""


def test_a_table_stands_whole_or_not_at_all(tmp_path: Path) -> None:
    """A folder that is not there, a folder in its place, an input that breaks half way: told, and nothing is left."""
    good, broken = tmp_path / "good.parquet", tmp_path / "z-broken.parquet"
    pq.write_table(pa.table({"text": ["Nvidia declined to comment on the H20 chips in China."]}), good)
    broken.write_bytes(b"PAR1 and no more PAR1")
    taken = tmp_path / "taken"
    taken.mkdir()
    for to, why in ((tmp_path / "none" / "o.parquet", "cannot be written"), (taken, "cannot be written")):
        with pytest.raises(SourceError, match=why):
            reader.table([good], to)
    with pytest.raises(SourceError, match="not a Parquet file"):
        reader.table([good, broken], tmp_path / "o.parquet")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["good.parquet", "taken", "z-broken.parquet"]


def test_a_model_is_believed_only_where_its_words_stand(tmp_path: Path) -> None:
    """What quotes the sentence is proposed, weak; what does not is left out and counted."""
    program = tmp_path / "model.py"
    program.write_text(MODEL, encoding="utf-8")
    read = reader.read(EXAMPLE.read_bytes(), "a", relate=False)
    told = reader.modelled(read, f"{sys.executable} {program}")
    (added,) = [row for row in told.proposals if row.frame == "model"]
    assert (added.act, added.strength) == ("silence", "weak")
    assert read.article.text[added.span[0] : added.span[1]] == "Nvidia a refusé de commenter"
    assert "1 more quoted words that the text does not hold" in told.article.notes[-1]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("print('no json')", "its answer is no JSON"),
        ("import sys; sys.exit('sorry')", "ended with status 1: sorry"),
        ("print('{\"claims\": [{\"sentence\": 0, \"act\": \"silense\", \"gate\": \"import\", \"quote\": \"x\"}]}')", "Did you mean 'silence'"),
        ("print('{\"claims\": [{\"sentence\": 999, \"act\": \"silence\", \"gate\": \"import\", \"quote\": \"x\"}]}')", "index of a sentence"),
        ("print('{\"other\": 1}')", "other is not a field here"),
    ],
)  # fmt: skip
def test_a_model_that_answers_badly_is_refused(tmp_path: Path, answer: str, why: str) -> None:
    """One clear paragraph, whatever the program says."""
    program = tmp_path / "model.py"
    program.write_text(answer, encoding="utf-8")
    article = article_from(EXAMPLE.read_bytes(), "a")
    with pytest.raises(SourceError, match=why):
        model.asked(article, load("fr"), f"{sys.executable} {program}", evidence.load().words.acts)
    with pytest.raises(SourceError, match="cannot be run"):
        model.asked(article, load("fr"), "/no/such/program", evidence.load().words.acts)
