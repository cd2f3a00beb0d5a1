"""What the desk answers, in words: refusals with their figures and what would help."""

from __future__ import annotations

from typing import Any

from ecluse.desk.limits import CODES

UNITS = {"piece": "pieces", "usd_cent": "USD", "mtpp": "TPP"}
HELP = {
    "not_known": "Fix the limit with `ecluse desk authorise --fix ACCOUNT=FIGURE` once a paper states it.",
    "breached": "Corrections, returns or new shipments at home decide; nothing new is reserved until then.",
    "expired": "Reserve again under a new id.",
    "exceeded": "Reserve less, free what is held, or have the paper amended.",
    "not_valid": "See `ecluse desk balance` for its dates and status.",
    "no_such": "See `ecluse desk balance` and `ecluse desk lines` for the names there are.",
}


def figure(amount: int, unit: str) -> str:
    """Write an amount of an account: pieces, dollars with cents, TPP with thousandths left out where 0."""
    if unit == "usd_cent":
        return f"{amount // 100:,}.{amount % 100:02}"
    if unit == "mtpp":
        whole, rest = divmod(amount, 1000)
        return f"{whole:,}" + (f".{rest:03}".rstrip("0") if rest else "")
    return f"{amount:,}"


def refusal(answer: dict[str, Any], units: dict[str, str]) -> str:
    """Tell a refusal: where, why, how much was asked and how much is left, and what to do."""
    where, why = str(answer["where"]), str(answer["why"])
    unit = units.get(where, "piece")
    said = answer.get("says") or CODES.get(why, why)
    parts = [f"Refused at {where}: {said}."]
    if "asked" in answer and "left" in answer:
        parts.append(f"Asked {figure(answer['asked'], unit)}, left {figure(answer['left'], unit)} {UNITS[unit]}.")
    elif "asked" in answer and why != "not_known":
        parts.append(f"Asked {figure(answer['asked'], unit)} {UNITS[unit]}.")
    if why in HELP and not answer.get("says"):
        parts.append(HELP[why])
    return " ".join(parts)
