"""An adapter for a model that the user brings: a program, JSON in, JSON out, nothing believed unchecked.

It is given sentences with their places, and the acts there are; it answers with claims. A claim counts
only if its act is known and the words it quotes stand in the sentence it names.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import TYPE_CHECKING

from ecluse.claim import ATTRIBUTIONS, Attribution
from ecluse.errors import SourceError, nearest
from ecluse.press.holders import Holder
from ecluse.press.lexicon import MODALITIES
from ecluse.press.proposal import Proposal
from ecluse.press.sentences import sentences_of
from ecluse.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Collection

    from ecluse.press.article import Article
    from ecluse.press.lexicon import Lexicon, Sentence

SECONDS = 120
LARGEST_ANSWER = 5_000_000


def asked(article: Article, lexicon: Lexicon, command: str, acts: Collection[str]) -> tuple[tuple[Proposal, ...], int]:
    """Ask a model; give its proposals that stand in the text, and how many did not.

    Raises SourceError where the program fails, is late, or answers in another form.
    """
    sentences = sentences_of(article, lexicon)
    question = {
        "language": article.language,
        "acts": sorted(acts),
        "modalities": list(MODALITIES),
        "attributions": list(ATTRIBUTIONS),
        "sentences": [
            {"index": one.index, "kind": one.kind, "text": article.text[one.start : one.end]} for one in sentences
        ],
    }
    answer = _run(command, json.dumps(question, ensure_ascii=False))
    reader = Reader(answer, "the model's answer", SourceError)
    found = [_proposal(each, sentences, article, acts) for each in reader.each("claims") or ()]
    reader.close()
    kept = [one for one in found if one is not None]
    numbered = tuple(one for one in kept)
    return numbered, len(found) - len(kept)


def _run(command: str, question: str) -> object:
    try:
        done = subprocess.run(  # noqa: S603 - the user names the program
            shlex.split(command), input=question.encode(), capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, ValueError) as problem:
        message = f"--model {command}: cannot be run ({problem})."
        raise SourceError(message) from None
    except subprocess.TimeoutExpired:
        message = f"--model {command}: no answer in {SECONDS} s."
        raise SourceError(message) from None
    if done.returncode != 0:
        last = done.stderr[-300:].decode("utf-8", "replace").strip()
        message = (
            f"--model {command}: ended with status {done.returncode}{': ' + last if last else ' and said nothing'}"
        )
        raise SourceError(message)
    if len(done.stdout) > LARGEST_ANSWER:
        message = f"--model {command}: answered with {len(done.stdout):,} bytes, more than {LARGEST_ANSWER:,}."
        raise SourceError(message)
    try:
        return json.loads(done.stdout)
    except ValueError as problem:
        message = f"--model {command}: its answer is no JSON: {problem}."
        raise SourceError(message) from None


def _proposal(reader: Reader, sentences: list[Sentence], article: Article, acts: Collection[str]) -> Proposal | None:
    """Check one claim of a model; None where the words it quotes are not in the sentence."""
    index = reader.take("sentence")
    if not isinstance(index, int) or not 0 <= index < len(sentences):
        reader.fail("sentence", f"is {index!r}, expected the index of a sentence that was given")
    act = reader.needed("act")
    if act not in acts:
        reader.fail("act", f"is {act!r}, which is no act.{nearest(act, acts)}")
    sentence = sentences[index]
    quote = reader.needed("quote")
    place = article.text.find(quote, sentence.start, sentence.end)
    one = Proposal(
        id=f"m{index}-{act}",
        sentence=(sentence.start, sentence.end),
        span=(place, place + len(quote)),
        kind=sentence.kind,
        gate=reader.needed("gate"),
        act=act,
        level=reader.word("level") or "none",
        modality=reader.choice("modality", MODALITIES, "asserted"),
        polarity=reader.choice("polarity", ("yes", "no"), "yes"),
        holder=Holder(Attribution(reader.choice("holder_kind", ATTRIBUTIONS, "author"), name=reader.word("holder"))),
        said=None,
        about=None,
        actor=reader.word("actor"),
        authorities=reader.words("authorities") or (),
        subjects=reader.words("subjects") or (),
        products=reader.words("products") or (),
        quantities=(),
        parameters=(),
        strength="weak",
        frame="model",
        notes=("proposed by the user's model",),
    )
    reader.close()
    return one if place >= 0 else None
