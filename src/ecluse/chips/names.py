"""Which chips a name may mean: by id, by alias, by model, or by model and variant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecluse.reading import Reader

# Words that a name may carry or leave out, beside the makers' own names.
IDLE = frozenset(("ascend", "blackwell", "geforce", "gpu", "instinct", "rtx"))


def meant(rows: Mapping[str, Reader], name: str) -> tuple[str, ...]:
    """Give the ids of all that a name may mean, in file order; an unlisted name means none."""
    if name in rows:
        return (name,)
    idle = _idle(rows)
    asked, glued = _tokens(name, idle), _joined(name, idle)
    if not glued:
        return ()
    alias = tuple(
        chip_id
        for chip_id, reader in rows.items()
        if glued in {_joined(other, idle) for other in _aliases(reader.table.get("names"))}
    )
    if alias:
        return alias
    return tuple(
        chip_id
        for chip_id, reader in rows.items()
        if _fits(asked, glued, str(reader.table.get("model", "")), str(reader.table.get("variant", "")), idle)
    )


def _idle(rows: Mapping[str, Reader]) -> frozenset[str]:
    makers = {str(reader.table.get("vendor", "")).lower() for reader in rows.values()}
    return IDLE.union(*(re.findall(r"[a-z0-9]+", maker) for maker in makers))


def _tokens(name: str, idle: frozenset[str]) -> frozenset[str]:
    """Split a name into the words that tell it apart; SXM5 also answers to SXM, 141 GB to 141GB."""
    name = re.sub(r"(\d+) gb\b", r"\1gb", name.lower())
    words = set(re.findall(r"[a-z]+\d*[a-z0-9]*|\d+[a-z0-9]*", name))
    words |= {re.sub(r"\d+$", "", word) for word in words if re.fullmatch(r"sxm\d", word)}
    return frozenset(words - idle) or frozenset(words)


def _joined(name: str, idle: frozenset[str]) -> str:
    """Write a name as one word without idle ones; RTX4090 is split before its number, so that RTX is idle too."""
    words = [word for word in re.findall(r"[a-z0-9]+", name.lower()) if word not in idle]
    parts = [part for word in words for part in re.findall(r"[a-z]{3,}(?=\d)|.+", word)]
    return "".join(part for part in parts if part not in idle)


def _aliases(names: object) -> list[str]:
    """Give the other names of a chip; the last word of each stands for it too."""
    listed = [str(name) for name in names] if isinstance(names, list) else []
    return [*listed, *(name.rpartition(" ")[2] for name in listed)]


def _fits(asked: frozenset[str], glued: str, model: str, variant: str, idle: frozenset[str]) -> bool:
    """Does the name hold the model's words, and nothing that model and variant do not hold?"""
    if glued == _joined(model, idle):
        return True
    own = _tokens(model, idle)
    if own <= asked <= own | _tokens(variant, idle):
        return True
    # "RTX 4090D SXM" and the like: the model written together, the variant's words after it.
    rest = glued.removeprefix(_joined(model, idle))
    return glued != rest and rest in {_joined(word, idle) for word in _tokens(variant, idle)}
