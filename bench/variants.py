"""Names as trade documents spell them, and names that only look like them: drawn at random, with a seed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

SHORT = {
    "technology": "TECH", "technologies": "TECHS", "company": "CO", "corporation": "CORP", "limited": "LTD",
    "international": "INTL", "electronics": "ELEC", "electronic": "ELEC", "industry": "IND", "industries": "INDS",
    "industrial": "INDL", "services": "SRVCES", "service": "SVC", "trading": "TRDG", "communication": "COMM",
    "communications": "COMMS", "group": "GRP", "manufacturing": "MFG", "development": "DEV", "research": "RES",
    "institute": "INST", "university": "UNIV", "engineering": "ENG", "equipment": "EQUIP", "science": "SCI",
    "center": "CTR", "import": "IMP", "export": "EXP", "management": "MGMT", "information": "INFO",
    "laboratory": "LAB", "department": "DEPT", "general": "GEN", "national": "NATL", "systems": "SYS",
}  # fmt: skip
FORMS = ("Co., Ltd.", "Co Ltd", "Ltd", "LLC", "Limited", "Inc.", "Company Limited", "CO.,LTD", "Corp.", "")
FORM_AT_END = re.compile(
    r"[,\s]*(?:co\.?,?\s*)?(?:ltd\.?|limited|llc|inc\.?|corp\.?|corporation|company|gmbh|s\.?a\.?|ooo|jsc|plc)\.?$",
    re.IGNORECASE,
)
SOUNDS = (("mohammad", "Muhammed"), ("ahmad", "Ahmed"), ("yusuf", "Youssef"), ("iy", "y"), ("ii", "iy"), ("yev", "ev"),
          ("kh", "h"), ("sh", "ch"), ("ou", "u"), ("ee", "i"), ("zh", "j"), ("ks", "x"), ("q", "k"), ("dh", "d"),
          ("aa", "a"), ("abdul", "Abdel"), ("hussein", "Husayn"), ("oleg", "Oleh"), ("aleksandr", "Alexander"),
          ("dmitriy", "Dmitri"), ("sergey", "Sergei"), ("evgeniy", "Yevgeny"), ("yu", "iu"), ("ya", "ia"))  # fmt: skip
STREETS = ("No. 88 Keyuan Road, Nanshan District, Shenzhen 518057", "Room 1203, 12/F, Wing Lok Bldg, Hong Kong",
           "ul. Lenina 14, Moscow 115088, Russia",
           "Unit 4, Industrial Park, Dubai, UAE", "123 Main Street, Tehran")  # fmt: skip
LOOKALIKES = str.maketrans("aeocpxyAEOCPXTHKMB", "аеосрхуАЕОСРХТНКМВ")
# Words of legal forms and of business, by which no stranger is told from a listed party.
PLAIN = frozenset(SHORT) | {"liability", "joint", "stock", "public", "private", "holding", "holdings", "enterprise"}
PLAIN |= {"state", "unitary", "federal", "trading", "shipping", "general", "academy", "technology", "obshchestvo"}
TRADES = (
    "Motors", "Electronics", "Bank", "Foods", "Energy", "Insurance", "Pharma", "Logistics", "Software", "Textiles",
    "Consulting", "Airlines", "Steel", "Chemicals", "Telecom", "Media", "Holding", "Trading", "Capital",
    "Engineering", "Technologies", "Industries", "Services", "Shipping", "International", "Solutions",
)  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def slip(rng: random.Random, text: str) -> str:
    """One slip of the pen: a letter doubled, dropped, changed, or two swapped."""
    places = [at for at, mark in enumerate(text) if mark.isalpha()]
    if len(places) < 4:
        return text
    at = rng.choice(places[1:])
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + rng.choice(LETTERS) + text[at + 1 :]
    return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def short(rng: random.Random, text: str) -> str:
    """Shorten the business words."""
    del rng
    return " ".join(SHORT.get(word.strip(".,").lower(), word) for word in text.split())


def other_form(rng: random.Random, text: str) -> str:
    """Write another legal form, or none."""
    return f"{FORM_AT_END.sub('', text)} {rng.choice(FORMS)}".strip()


def glued(rng: random.Random, text: str) -> str:
    """Run two words together."""
    words = _words(text)
    if len(words) < 2:
        return text
    at = rng.randrange(len(words) - 1)
    return " ".join((*words[:at], words[at] + words[at + 1], *words[at + 2 :]))


def dropped(rng: random.Random, text: str) -> str:
    """Leave out one word of three or more, not the first."""
    words = _words(text)
    if len(words) < 3:
        return text
    at = rng.randrange(1, len(words))
    return " ".join((*words[:at], *words[at + 1 :]))


def turned(rng: random.Random, text: str) -> str:
    """Put the words in another order: the last first."""
    words = _words(text)
    cut = rng.randrange(1, len(words)) if len(words) > 1 else 0
    return " ".join((*words[cut:], *words[:cut]))


def initials(rng: random.Random, text: str) -> str:
    """Shorten one word of a name to its initial."""
    words = _words(text)
    if len(words) < 2:
        return text
    at = rng.randrange(len(words))
    return " ".join((*words[:at], words[at][:1] + ".", *words[at + 1 :]))


def cut(rng: random.Random, text: str) -> str:
    """Cut off as a form field of 25 to 35 letters does."""
    return text[: rng.randrange(25, 36)]


def addressed(rng: random.Random, text: str) -> str:
    """Append an address."""
    return f"{text}, {rng.choice(STREETS)}"


def respelled(rng: random.Random, text: str) -> str:
    """Spell a sound another way."""
    found = [(old, new) for old, new in SOUNDS if old in text.lower()]
    if not found:
        return slip(rng, text)
    old, new = rng.choice(found)
    return re.sub(old, new, text, count=1, flags=re.IGNORECASE)


def disguised(rng: random.Random, text: str) -> str:
    """Letters that only look Latin, or marks that nobody sees."""
    if rng.random() < 0.5:
        at = rng.randrange(len(text))
        return text[:at] + "\u200b" + text[at:]
    return "".join(mark.translate(LOOKALIKES) if rng.random() < 0.2 else mark for mark in text)


def two_slips(rng: random.Random, text: str) -> str:
    """Two slips of the pen."""
    return slip(rng, slip(rng, text))


def loud(rng: random.Random, text: str) -> str:
    """Capitals without marks, as forms have them."""
    del rng
    return re.sub(r"[^A-Z0-9 ]", " ", text.upper())


VARIANTS: dict[str, Callable[[random.Random, str], str]] = {
    one.__name__: one
    for one in (slip, two_slips, short, other_form, glued, dropped, turned, initials, cut, addressed, respelled,
                disguised, loud)
}  # fmt: skip


def vary(rng: random.Random, text: str, person: bool = False) -> tuple[str, str]:  # noqa: FBT001, FBT002
    """Vary a name one way, or two; a person has no legal form and no business words."""
    kinds = [kind for kind in VARIANTS if not (person and kind in ("short", "other_form", "addressed"))]
    kind = rng.choice(kinds)
    told = VARIANTS[kind](rng, text)
    if rng.random() < 0.3:
        told = VARIANTS[rng.choice(("slip", "loud", *(() if person else ("other_form", "short"))))](rng, told)
    return told, kind


def stranger(rng: random.Random, text: str, pool: list[str], person: bool = False) -> str:  # noqa: FBT001, FBT002
    """Another party with a name like this one: another brand, given name, figure or place, the rest the same."""
    words = text.split()
    figures = [at for at, word in enumerate(words) if any(mark.isdigit() for mark in word)]
    if figures and rng.random() < 0.6:
        at = rng.choice(figures)
        words[at] = re.sub(r"\d+", lambda _: str(rng.randrange(2, 99)), words[at])
        return " ".join(words)
    long = [at for at, word in enumerate(words) if len(word) > 3 and word.strip(".,").lower() not in PLAIN]
    if len(words) < 2 or not long:
        return coined(rng, pool)
    # Of a person any longer word; of a firm its longest among the first three, where the brand stands.
    at = rng.choice(long) if person else max(long[:3], key=lambda place: len(words[place]))
    words[at] = coined(rng, pool)
    return " ".join(words)


def namesake(rng: random.Random, text: str) -> str | None:
    """Another firm that shares one telling word with this one, and nothing else; None where it has no other word."""
    words = [word.strip(".,()'\"") for word in text.split()]
    telling = [word for word in words if len(word) > 3 and word.isalpha() and word.lower() not in PLAIN]
    if len(telling) < 2:
        return None
    brand = rng.choice(telling[:2]).capitalize()
    trade = rng.choice(TRADES)
    form = rng.choice(("Inc.", "Ltd", "GmbH", "AG", "S.A.", "Corporation", "Group", "Co., Ltd.", "PLC", "LLC"))
    return rng.choice((f"{brand} {form}", f"{brand} {trade} {form}", f"{brand} {trade}", f"{trade} {brand} {form}"))


def coined(rng: random.Random, pool: list[str]) -> str:
    """A word that nobody bears: the beginning of one name's word and the end of another's."""
    halves: list[str] = []
    while len(halves) < 2:
        long = [word for word in rng.choice(pool).split() if len(word) > 5 and word.isalpha()]
        if long:
            halves.append(rng.choice(long).lower())
    return (halves[0][:4] + halves[1][-4:]).capitalize()
