"""The child process that takes the story out of a page too large or too deep to be read unguarded."""

from __future__ import annotations

import json
import sys

from ecluse.errors import SourceError
from ecluse.press.pages import extract


def main() -> int:
    """Read a page from standard input within the memory that the first argument allows."""
    memory, place, url = sys.argv[1:4]
    try:
        import resource  # noqa: PLC0415 - Unix only
    except ImportError:
        pass
    else:
        resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    try:
        found = extract(sys.stdin.buffer.read(), url or None, place)
    except SourceError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    except MemoryError:
        return 3
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
