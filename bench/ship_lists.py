"""Make the snapshot that the package ships from a joined file: `python bench/ship_lists.py FILE TO`.

Street addresses stay out: those of the Entity List come from a third party's parse.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

KEPT = (
    "id", "list", "name", "aliases", "type", "countries", "entity_number", "license_requirement", "license_policy",
    "programs", "federal_register",
)  # fmt: skip


def main(source: Path, target: Path) -> None:
    """Write the rows with the fields that are kept, packed the same way each time."""
    lines = []
    with gzip.open(source, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            kept = {key: row[key] for key in KEPT if row.get(key)}
            lines.append(json.dumps(kept, ensure_ascii=False, separators=(",", ":")))
    raw = ("\n".join(lines) + "\n").encode()
    target.write_bytes(gzip.compress(raw, 9, mtime=0))
    print(f"{len(lines):,} entries, {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
