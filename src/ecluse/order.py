"""An order line, its parties, and what is certified about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from ecluse.authorisation import Authorisation
    from ecluse.bounds import Bound
    from ecluse.item import Item
    from ecluse.truth import Truth

ACTS = ("prepare", "negotiate", "order", "ship", "use")
LINE_KINDS = ("export", "reexport", "transfer")
REFUSED = {
    "deemed export": "a deemed export (release of technology to a foreign person)",
    "deemed_export": "a deemed export (release of technology to a foreign person)",
    "deemed reexport": "a deemed reexport (release of technology to a foreign person)",
    "us-person support": "support by a US person (15 CFR 744.6)",
    "us_person_support": "support by a US person (15 CFR 744.6)",
    "cloud access": "access to chips as a cloud service",
    "cloud_access": "access to chips as a cloud service",
    "iaas": "access to chips as a cloud service",
}
PARTY_KINDS = (
    "private company",
    "state-owned enterprise",
    "government agency",
    "university",
    "research institute",
    "military",
    "state-funded project",
    "critical infrastructure operator",
    "publicly owned computing hub",
    "distributor",
    "cloud provider",
    "individual",
    "other",
)
# Words that say of a party what one of the kinds says, where its kind is put otherwise.
KIND_MARKS = {
    "military": frozenset({"military", "army", "navy", "pla", "defence", "defense"}),
    "state-owned enterprise": frozenset({"soe", "soes"}),
    "government agency": frozenset({"government", "ministry"}),
}
ROLES = ("seller", "buyer", "end_user", "consignee")
# Those for whom the goods are meant: purchaser, consignees and end user, 15 CFR 748.5.
RECEIVING = ("buyer", "end_user", "consignee")

# Published lists of parties, by their codes.
LISTS: Mapping[str, str] = {
    "EL": "Entity List, Bureau of Industry and Security (15 CFR part 744, supplement no. 4)",
    "MEU": "Military End User List, Bureau of Industry and Security (15 CFR part 744, supplement no. 7)",
    "UVL": "Unverified List, Bureau of Industry and Security (15 CFR part 744, supplement no. 6)",
    "DPL": "Denied Persons List, Bureau of Industry and Security",
    "SDN": "Specially Designated Nationals, Office of Foreign Assets Control",
    "CMIC": "Non-SDN Chinese Military-Industrial Complex Companies, Office of Foreign Assets Control",
    "SSI": "Sectoral Sanctions Identifications, Office of Foreign Assets Control",
    "CAP": "Correspondent and payable-through account sanctions, Office of Foreign Assets Control",
    "NS-MBS": "Non-SDN Menu-Based Sanctions, Office of Foreign Assets Control",
    "PLC": "Palestinian Legislative Council list, Office of Foreign Assets Control",
    "FSE": "Foreign Sanctions Evaders, Office of Foreign Assets Control",
    "DTC": "ITAR debarred parties, State Department",
    "ISN": "Nonproliferation sanctions, State Department",
    "1260H": "Chinese military companies, section 1260H, Department of Defense",
    "UN": "United Nations Security Council Consolidated List",
    "EU": "European Union consolidated list of financial sanctions",
    "UK": "United Kingdom sanctions list",
    "CN-EC": "Export control list, Ministry of Commerce of China",
    "CN-UE": "Unreliable entity list, Ministry of Commerce of China",
    "CN-AT": "Attention list, Ministry of Commerce of China",
}
# How the first words of a list's name are written in full, by its code.
_LIST_NAMES = {told.split(",")[0].split(" (")[0].casefold(): code for code, told in LISTS.items()} | {
    "specially designated nationals and blocked persons list": "SDN",
    "sdn list": "SDN",
    "unverified list": "UVL",
    "section 1260h": "1260H",
}
OTHER_LIST = "other"


@dataclass(frozen=True, slots=True)
class Listing:
    """An entry of a published list."""

    list: str
    entry: str | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns a share of a party, and where that owner is listed; None is not known."""

    name: str
    percent: Bound | None = None
    headquarters: str | None = None
    listings: tuple[Listing, ...] | None = None


@dataclass(frozen=True, slots=True)
class Parent:
    """The ultimate parent of a party."""

    name: str | None = None
    headquarters: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A party to the line; None is not known."""

    name: str | None = None
    country: str | None = None
    headquarters: str | None = None
    ultimate_parent: Parent | None = None
    kind: str | None = None
    owners: tuple[Owner, ...] | None = None
    address: str | None = None
    listings: tuple[Listing, ...] | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency, as exact text."""

    amount: str
    currency: str


if TYPE_CHECKING:
    Stated = Truth | Bound | str | dt.date | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One order line; an absent role is no party to it, an absent end user is not known.

    `facts` holds what is certified: a Truth, a Bound, a word, a day, or a tuple of words.
    `authorisations` None says nothing; an empty tuple says that there is none.
    """

    item: Item
    quantity: Bound
    origin: str
    destination: str
    id: str | None = None
    on: dt.date | None = None
    act: str = "ship"
    kind: str = "export"
    via: tuple[str, ...] = ()
    use: str | None = None
    unit_price: Money | None = None
    seller: Party | None = None
    buyer: Party | None = None
    end_user: Party | None = None
    consignee: Party | None = None
    intermediates: tuple[Party, ...] = ()
    facts: Mapping[str, Stated] = field(default_factory=dict)
    authorisations: tuple[Authorisation, ...] | None = None

    def parties(self) -> Iterator[tuple[str, Party | None]]:
        """Give the parties by role; the end user always, None where it is not known."""
        for role in ROLES:
            party = getattr(self, role)
            if party is not None or role == "end_user":
                yield role, party
        for index, party in enumerate(self.intermediates):
            yield f"intermediate[{index}]", party


def list_code(said: str) -> str | None:
    """Give the code of a published list by its code or its name; `other` for one of none of these."""
    plain = said.strip()
    known = {code.casefold(): code for code in (*LISTS, OTHER_LIST)}
    return known.get(plain.casefold()) or _LIST_NAMES.get(plain.casefold())


# Words of a name that say what kind of company it is, not which.
_LEGAL_FORMS = frozenset(
    {"co", "company", "corp", "corporation", "inc", "incorporated", "limited", "llc", "ltd", "plc"}
    | {"gmbh", "ag", "sa", "nv", "bv", "pte", "the", "group", "holding", "holdings"}
)

# Whatever is neither letter nor digit parts words.
_BETWEEN = re.compile(r"[\W_]+")


def name_key(name: str) -> str:
    """Reduce a party's name to what tells it apart: small letters, no legal form, no punctuation.

    This serves the few names that provisions themselves spell out (the addressees of letters);
    matching against lists is another matter and another room.
    """
    words = _BETWEEN.sub(" ", name.casefold()).split()
    kept = [word for word in words if word not in _LEGAL_FORMS]
    return " ".join(kept or words)
