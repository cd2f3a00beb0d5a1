"""What an entry of a list asks for: a licence, a statement, caution; and its review policy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecluse.parties.entry import Entry

# Lists whose entries ask a licence of whoever would ship to the party.
LICENCE = frozenset({"EL", "MEU", "DPL", "SDN"})
# Lists that ask something short of a licence: a statement, or care.
CARE = {
    "UVL": "on the Unverified List: no licence exception may be used, and a statement of the party is needed"
    " before any shipment that no licence covers (15 CFR 744.15)",
    "CMIC": "on the Chinese Military-Industrial Complex Companies list, which forbids dealing in securities",
    "SSI": "on the Sectoral Sanctions Identifications list, which forbids certain dealings",
    "CAP": "under correspondent-account sanctions",
    "NS-MBS": "under menu-based sanctions",
    "PLC": "on the Palestinian Legislative Council list",
    "FSE": "on the Foreign Sanctions Evaders list",
    "DTC": "debarred under the ITAR",
    "ISN": "under nonproliferation sanctions of the State Department",
    "1260H": "named a Chinese military company under section 1260H, which asks no licence",
    "UN": "on the United Nations list",
    "EU": "on the European Union's list",
    "UK": "on the United Kingdom's list",
    "CN-EC": "on China's export control list",
    "CN-UE": "on China's unreliable entity list",
    "CN-AT": "on China's attention list",
}
# Programmes whose SDNs 15 CFR 744.8(a)(1) names since 2024-03-21 (89 FR 20107): their owners' rule reaches
# what they own. The section itself was not at hand; its fourteen authorities were read in two summaries of the
# rule (Thompson Hine, March 2024; ECScreening): executive orders 13405, 13660, 13661, 13662, 13685, 14024 and
# 14038, foreign terrorist organizations, global terrorism, proliferators, 13581, 14059, narcotics traffickers
# and kingpins. The tags are OFAC's.
CARRYING_PROGRAMS = frozenset(
    {"BELARUS", "BELARUS-EO14038", "FTO", "ILLICIT-DRUGS-EO14059", "NPWMD", "RUSSIA-EO14024", "SDGT", "SDNT"}
    | {"SDNTK", "TCO", "UKRAINE-EO13660", "UKRAINE-EO13661", "UKRAINE-EO13662"}
    | {"UKRAINE-EO13685"}
)
_POLICIES = (
    ("policy_of_denial", re.compile(r"policy of denial", re.IGNORECASE)),
    ("presumption_of_denial", re.compile(r"presumption (of|for) denial", re.IGNORECASE)),
    ("case_by_case", re.compile(r"case[- ]by[- ]case", re.IGNORECASE)),
    ("presumption_of_approval", re.compile(r"presumption of approval", re.IGNORECASE)),
)
# The footnote figure stands after the closing bracket, a full stop, or "the EAR".
_FOOTNOTE = re.compile(r"(?:EAR|\))\s*\.?\s*([1245])\s*\.?\s*$")
_FOREIGN_PRODUCT = re.compile(r"734\.9\s*\(e\)\s*(?:\(\s*([123])\s*\)|([1-5])(?!\d))?", re.IGNORECASE)
_BY_PARAGRAPH = {"1": 1, "2": 4, "3": 5}


def footnotes(entry: Entry) -> tuple[int, ...]:
    """Give the footnotes 1, 4 and 5 that an Entity List entry carries (foreign direct products).

    By the figure at its end, or by the paragraph of 15 CFR 734.9(e) that it names: (1) goes with
    footnote 1, (2) with footnote 4, (3) with footnote 5.
    """
    text = entry.requirement or ""
    if entry.list != "EL" or not text:
        return ()
    found = set()
    at_end = _FOOTNOTE.search(text)
    if at_end:
        found.add(int(at_end.group(1)))
    for match in _FOREIGN_PRODUCT.finditer(text):
        if match.group(1):
            found.add(_BY_PARAGRAPH[match.group(1)])
        elif match.group(2):
            found.add(int(match.group(2)))
    return tuple(sorted(found & {1, 4, 5}))


def policy(entry: Entry) -> str:  # noqa: PLR0911 - one line a case
    """Give the review policy of an entry for chips, in the words of decisions; `unknown` where it cannot be told.

    The policy that stands for "all other items" counts: what is carved out for food, medicine,
    space stations or named ECCNs of category 1 and 2 is no chip.
    """
    if entry.list in ("DPL", "SDN"):
        return "unknown"
    text = entry.policy or ""
    if entry.list == "MEU":
        return "presumption_of_denial"
    rest = re.search(r"(policy of denial|presumption of denial)[^;.]{0,12}for all other items", text, re.IGNORECASE)
    if rest:
        return rest.group(1).lower().replace(" ", "_")
    first = min(((match.start(), word) for word, pattern in _POLICIES if (match := pattern.search(text))), default=None)
    if first is None:
        return "unknown"
    if first[1] == "case_by_case" and "listed on the ccl" in text.lower():
        return "case_by_case"
    # Several policies by kind of item: which of them a chip meets is not for a pattern to say.
    several = {word for word, pattern in _POLICIES if pattern.search(text)}
    if first[1] in ("policy_of_denial", "presumption_of_denial"):
        return first[1] if not re.search(r"except case[- ]by[- ]case", text, re.IGNORECASE) else "unknown"
    if first[1] == "presumption_of_approval" and "ear99" in text.lower():
        return "unknown"
    return first[1] if len(several) == 1 else "unknown"


def carries(entry: Entry) -> bool:
    """Does ownership by this party carry its requirement under the Affiliates rule?"""
    if entry.list in ("EL", "MEU"):
        return True
    return entry.list == "SDN" and not CARRYING_PROGRAMS.isdisjoint(entry.programs)


def says(entry: Entry) -> str:
    """Say in words what standing on the list means."""
    if entry.list == "EL":
        notes = footnotes(entry)
        tail = f", footnote {', '.join(map(str, notes))}" if notes else ""
        return f"on the Entity List: {(entry.requirement or 'requirement not given').rstrip('. ')}{tail}"
    if entry.list == "MEU":
        return "on the Military End User List: licence for the items of supplement no. 2 to part 744"
    if entry.list == "DPL":
        return "on the Denied Persons List: no transaction subject to the EAR against the order (General Prohibition 4)"
    if entry.list == "SDN":
        return f"blocked by OFAC ({', '.join(entry.programs) or 'programme not given'})"
    told = CARE.get(entry.list, f"on the list {entry.list}")
    return f"{told}: {entry.requirement}" if entry.requirement else told
