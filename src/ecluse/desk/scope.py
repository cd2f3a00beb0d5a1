"""Which lines a paper or a cap is about: items, buyers, destinations; an empty scope is about all."""

from __future__ import annotations

import json

from ecluse.order import name_key


def covers(scope: str, item: str, buyer: str | None, destination: str) -> bool:
    """Is a line in a scope? A buyer who is not known is in the scope of every buyer named.

    So that a limit is never missed for want of a name; the wrong account then refuses.
    """
    table = json.loads(scope)
    items = [word.casefold() for word in table.get("items", ())]
    if items and not any(word in item.casefold() for word in items):
        return False
    destinations = table.get("destinations", ())
    if destinations and destination not in destinations:
        return False
    buyers = {name_key(word) for word in table.get("buyers", ())}
    return not buyers or buyer is None or name_key(buyer) in buyers
