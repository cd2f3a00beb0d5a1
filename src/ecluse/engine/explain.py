"""A decision told in words: a short answer, or a memo."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from ecluse.countries import country_name
from ecluse.engine.missing import LIMB_WORDS
from ecluse.truth import NO, UNKNOWN, YES, Truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ecluse.decision import Decision, Evidence, Exporter, Importer, Licence, Missing, Paper, Screening, Step

WIDTH = 100
SAID = {YES: "yes", NO: "no", UNKNOWN: "not known"}
ADVICE = "This informs; it is no legal advice."
LEVELS = {"V1": "text read", "V2": "text by a third party", "V3": "reported"}
SHORT_MISSING = 5
SHORT_PAPERS = 4
NOTICE = "exception notice"
BOTH = 2
STATES = {
    "blocked_at_customs": "blocked at customs",
    "stop_orders": "told to stop orders",
    "domestic_only": "domestic chips only",
    "exceptional_only": "in special circumstances only",
    "hold_orders": "told to hold orders",
    "under_review": "under review",
    "discouraged": "discouraged",
    "none_known": "nothing known",
    "preliminary": "approved in principle only",
    "conditional_approval": "approved on conditions",
    "approved": "approved",
    "ordered": "ordered",
    "shipped": "shipped",
    "released": "released by customs",
    "excluded_by_plan_case_by_case": "excluded by plan, case by case",
}


def short(decision: Decision) -> str:
    """Tell the answer, what decided, and what is missing, on one screen."""
    return _told(decision, whole=False)


def memo(decision: Decision) -> str:
    """Tell the decision as a memo: every step that decided, every fact that is missing."""
    return _told(decision, whole=True)


def _told(decision: Decision, *, whole: bool) -> str:
    lines = [*_head(decision), "", *_exporter(decision, whole=whole), "", *_importer(decision, whole=whole)]
    lines += _screened(decision.screening, whole=whole)
    if decision.split:
        lines += ["", "Split of the quantity"]
        lines += [f"  {part.quantity}: {SAID[part.may_pass]}, by {part.by}" for part in decision.split]
    lines += ["", *_foot(decision, whole=whole)]
    return "\n".join(lines) + "\n"


def headline(decision: Decision) -> str:
    """Say the answer and its reason in a sentence."""
    if decision.may_pass is YES:
        return f"Yes: {_leave(decision)}."
    if decision.may_pass is NO:
        return f"No: {_refusal(decision)}."
    importer = decision.importer
    if importer.reported and decision.binding_gate == "importer":
        return f"Not known: reported as {importer.reported} for this act, and no report opens a gate."
    names = [row.fact for row in _gate_missing(decision)][:3]
    asked = f" It hangs on {', '.join(names)}." if names else ""
    doubt = _unopened(importer) if decision.binding_gate == "importer" else _doubt(decision.exporter)
    return f"Not known: {doubt}.{asked}" if doubt else f"Not known.{asked}"


def _leave(decision: Decision) -> str:
    """Say what opens each gate: that nothing is asked, a paper, an exception."""
    told = []
    exporter, licence = decision.exporter, decision.exporter.licence
    if exporter.may_pass is not None and licence is not None:
        if licence.required is NO:
            told.append("no licence is required")
        elif any(paper.opens for paper in licence.papers):
            told.append(f"{_opening(licence.papers)} covers the line")
        else:
            met = [row.id for row in exporter.exceptions if row.available is YES and row.obligations_met in (YES, None)]
            told.append(f"exception {' or '.join(met)} stands in for a licence, its obligations met")
    if any(paper.opens for paper in decision.importer.papers):
        told.append(f"{_opening(decision.importer.papers)} opens China's gate")
    return ", and ".join([*told, "nothing known forbids it"] if len(told) < BOTH else told)


def _opening(papers: Iterable[Paper]) -> str:
    return " with ".join(paper.name for paper in papers if paper.opens)


def _refusal(decision: Decision) -> str:
    if decision.binding_gate == "importer":
        state = decision.importer.state
        return f"as reported, China's gate is shut ({STATES.get(state, state)})"
    gate = decision.exporter
    if gate.prohibited is YES:
        titles = [step.title.rstrip(".") for step in gate.steps if step.decided and step.kind == "prohibition"]
        return "; ".join(titles) or "a prohibition holds"
    if gate.licence is not None and gate.licence.application in ("denied", "revoked"):
        return f"licence needed, none shown, and the one applied for was {gate.licence.application}"
    return "licence needed, none shown"


def _unopened(gate: Importer) -> str:
    """Say why the importer's gate is neither open nor shut."""
    covering = _opening(gate.papers)
    state = f"{STATES.get(gate.state, gate.state)}{', the last evidence stale' if gate.stale else ''}"
    if covering:
        return f"{covering} covers the line, and does not open China's gate by itself ({state})"
    return _of_papers(gate.papers) or f"no approval shown opens China's gate (as reported: {state})"


def _doubt(gate: Exporter) -> str:
    """Say why the exporter's gate is neither open nor shut."""
    licence = gate.licence
    if licence is None:
        return ""
    flagged = "a red flag is not resolved" if any(row.fact == "red_flags_resolved" for row in gate.missing) else ""
    if licence.required is NO or licence.held is YES:
        return flagged
    limbs = [LIMB_WORDS[limb] for limb, answer in licence.limbs.items() if answer is UNKNOWN]
    need = "licence needed" if licence.required is YES else f"a licence may be needed, {_either(limbs)}"
    return f"{need}{_instead(gate, licence)}{f', and {flagged}' if flagged else ''}"


def _either(words: list[str]) -> str:
    return " or ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def _instead(gate: Exporter, licence: Licence) -> str:
    """Say of a licence that is needed what is shown in its place."""
    shown = _of_papers(licence.papers)
    if licence.required is not YES:
        return f"; {shown}" if shown else ""
    if licence.held is UNKNOWN:
        return f"; {shown}" if shown else ", and whether one is held is not known"
    ready = [row.id for row in gate.exceptions if row.available is YES and row.obligations_met in (NO, UNKNOWN)]
    if ready:
        return f", none held; exception {' or '.join(ready)} is open, its obligations are not shown as met"
    perhaps = [row.id for row in gate.exceptions if row.available is UNKNOWN]
    return f", none held; whether exception {' or '.join(perhaps)} may be used is not known" if perhaps else ""


def _of_papers(papers: tuple[Paper, ...]) -> str:
    """Say why the papers shown do not open the gate: one that may cover the line, else those that do not."""
    granted = [paper for paper in papers if paper.status == "granted" and paper.lacks and paper.kind != NOTICE]
    for paper in granted:
        if paper.covers is UNKNOWN:
            return f"{paper.name} may cover the line, but {_why(paper)}"
    told = [f"{paper.name} {_covers(paper)} ({_why(paper)})" for paper in granted]
    return f"{'; '.join(told)}, and whether another is held is not known" if told else ""


def _covers(paper: Paper) -> str:
    """Say whether a paper covers the line."""
    if paper.opens or paper.covers is YES:
        return "covers the line"
    if paper.status != "granted":
        return "opens nothing"
    if paper.covers is UNKNOWN:
        return "may cover the line"
    return "covers a part of the line" if paper.in_part else "does not cover the line"


def _why(paper: Paper) -> str:
    """Say what keeps a paper from covering the line: what fails, else what is not known."""
    failing = [lack.why for lack in paper.lacks if lack.answer is NO]
    return "; ".join(failing or [lack.why for lack in paper.lacks])


def _gate_missing(decision: Decision) -> tuple[Missing, ...]:
    gate = decision.importer if decision.binding_gate == "importer" else decision.exporter
    return gate.missing


def _head(decision: Decision) -> Iterator[str]:
    yield headline(decision)
    places = " to ".join(country_name(code) for code in decision.route.split(" to "))
    yield from _wrap(f"{decision.quantity} x {decision.item}, {places}, to {decision.act} on {decision.on}.", "")
    reading = "enforced" if decision.reading == "enforced" else "it stands in the books"
    seen = (decision.exporter.ahead or decision.exporter).law_seen_to
    yield f"As known on {decision.known}; law as {reading}{f', from sources read up to {seen}' if seen else ''}."
    if decision.rests_on_reported:
        yield "The answer rests on reports, not on published texts alone."
    if decision.depends_on_non_enforcement:
        yield "The answer rests on an authority not applying a text that stands in the books."
    yield from decision.notes


def _exporter(decision: Decision, *, whole: bool) -> Iterator[str]:
    gate = decision.exporter
    if gate.ahead is not None:
        yield f"EXPORTER'S GATE (United States): does not ask about this act ({decision.act})."
        yield f"  Ahead, for shipment: {_word(gate.ahead.may_pass)}."
        gate = gate.ahead
    else:
        binds = " This gate binds." if decision.binding_gate == "exporter" else ""
        yield f"EXPORTER'S GATE (United States): {_word(gate.may_pass)}.{binds}"
    yield from _classes(gate)
    yield from _licence(gate)
    yield from _papers(gate.licence.papers if gate.licence else (), whole=whole)
    decided = [step for step in gate.steps if step.decided]
    if decided:
        yield "  Decided by"
        for step in decided:
            yield from _step(step, whole=whole)
    yield from _exceptions(gate)
    for tariff in gate.tariffs:
        if tariff.applies is not NO:
            yield f"  Duty {tariff.id}, {tariff.rate} of the value, on entry into the US: {SAID[tariff.applies]}"
    for flag in gate.red_flags:
        yield from _wrap(f"Red flag: {flag}.", "  ")
    for remark in gate.remarks:
        yield from _wrap(f"Remark: {remark}", "  ")
    yield from _missing(gate.missing, whole=whole)
    if whole:
        yield from _open(gate)


def _word(answer: Truth | None) -> str:
    return "does not apply" if answer is None else SAID[answer]


def _classes(gate: Exporter) -> Iterator[str]:
    shown = ", ".join(gate.classification) or "none of the advanced-computing paragraphs"
    if gate.ic_level == "unknown":
        shown = "not known"
    yield f"  Class: {shown} (chip at level {gate.ic_level if gate.ic_level != 'unknown' else 'not known'})"
    measures = gate.measures
    if measures is None:
        return
    figures = {
        "TPP": measures.tpp,
        "performance density": measures.performance_density,
        "DRAM GB/s": measures.dram_bandwidth,
        "all links GB/s": measures.interconnect,
    }
    yield from _wrap(
        "Measures: " + ", ".join(f"{name} {value or 'not known'}" for name, value in figures.items()), "  "
    )


def _licence(gate: Exporter) -> Iterator[str]:
    licence = gate.licence
    if licence is None:
        return
    by = [LIMB_WORDS[limb] for limb, answer in licence.limbs.items() if answer is YES]
    unsure = [LIMB_WORDS[limb] for limb, answer in licence.limbs.items() if answer is UNKNOWN]
    text = f"Licence required: {SAID[licence.required]}"
    text += f" ({', '.join(by)})" if by else ""
    text += f"; not known {', '.join(unsure)}" if unsure else ""
    yield from _wrap(f"{text}.", "  ")
    if licence.required is not licence.required_by_text:
        yield f"  By the text alone: {SAID[licence.required_by_text]}."
    if licence.policy is not None:
        policy = "not known" if licence.policy == "unknown" else licence.policy.replace("_", " ")
        yield f"  Review policy: {policy}. Held: {SAID[licence.held]}; application: {licence.application}."


def _papers(papers: tuple[Paper, ...], *, whole: bool) -> Iterator[str]:
    """Tell each paper shown: that it covers the line, or what keeps it from that."""
    for paper in papers if whole else papers[:SHORT_PAPERS]:
        days = f", issued {paper.issued}" if paper.issued else ""
        days += f", expires {paper.expires}" if paper.expires else ""
        digest = f", document {paper.document_sha256[:12]}" if paper.document_sha256 else ""
        details = f"{days}{digest}{f', from {paper.source}' if paper.number else ''}"
        name = f"{paper.name[0].upper()}{paper.name[1:]}{details}{',' if details else ''}"
        why = f": {_why(paper)}" if paper.lacks else ""
        yield from _wrap(f"{name} {_covers(paper)}{why}.", "  ")
    if not whole and len(papers) > SHORT_PAPERS:
        yield f"  and {len(papers) - SHORT_PAPERS} more papers (`ecluse explain` names them)"


def _step(step: Step, *, whole: bool) -> Iterator[str]:
    yield from _wrap(f"{step.title} [{step.level}, {LEVELS[step.level]}]", "    - ")
    yield from _wrap("; ".join(step.cite), "      ")
    if whole:
        for clause in step.because:
            value = "" if clause.value == SAID[clause.answer] else f"{clause.value}: "
            yield from _wrap(f"{clause.clause}: {value}{SAID[clause.answer]}", "      . ")
        if step.note:
            yield from _wrap(step.note, "      ")


def _exceptions(gate: Exporter) -> Iterator[str]:
    if gate.licence is None or gate.licence.required is NO:
        return
    live = [row for row in gate.exceptions if row.available is not NO]
    if not live:
        yield f"  Licence exceptions: none available ({', '.join(row.id for row in gate.exceptions)})."
    for row in live:
        wait = f", {row.wait_days} days after notice" if row.wait_days else ""
        duties = f": {'; '.join(row.obligations)}" if row.obligations else ""
        met = f"; obligations met: {SAID[row.obligations_met]}" if duties and row.obligations_met is not None else ""
        yield from _wrap(f"Exception {row.id} available: {SAID[row.available]}{wait}{duties}{met}", "  ")


def _missing(rows: tuple[Missing, ...], *, whole: bool) -> Iterator[str]:
    if not rows:
        return
    yield "  Missing, most decisive first"
    shown = rows if whole else rows[:SHORT_MISSING]
    for number, row in enumerate(shown, 1):
        yield from _wrap(f"{row.fact}: {row.ask}", f"    {number}. ")
        if whole:
            yield from _wrap(f"settles: {row.would_settle}", "       ")
    if len(rows) > len(shown):
        yield f"    and {len(rows) - len(shown)} more (`ecluse explain` names them)"


def _open(gate: Exporter) -> Iterator[str]:
    """Name the provisions that stay open, with what nobody has defined."""
    undefined = [step for step in gate.steps if step.answer is UNKNOWN and step.undefined]
    if undefined:
        yield "  Not defined by any text seen"
        for step in undefined:
            yield from _wrap(f"{'; '.join(step.undefined)} ({step.provision})", "    - ")


def _importer(decision: Decision, *, whole: bool) -> Iterator[str]:
    gate = decision.importer
    if gate.may_pass is None:
        yield "IMPORTER'S GATE (China): does not apply; it stands at the mainland's border, for goods that end there."
        return
    binds = " This gate binds." if decision.binding_gate == "importer" else ""
    yield f"IMPORTER'S GATE (China): {_word(gate.may_pass)}.{binds}"
    yield f"  State: {STATES.get(gate.state, gate.state)}{_flags(gate)}"
    if gate.class_state:
        state = STATES.get(gate.class_state, gate.class_state)
        yield f"  State reported for a class that may include the buyer: {state}"
    if gate.reported:
        yield f"  Reported as {gate.reported} for this act; a report never opens the gate."
    yield f"  Official confirmation: {gate.official_confirmation.replace('_', ' ')}"
    yield from _papers(gate.papers, whole=whole)
    if gate.contested_by:
        yield f"  Contested by {', '.join(gate.contested_by)}"
    yield from _claims("Evidence, what sets the state first", gate.evidence if whole else gate.evidence[:4])
    for name, parameter in gate.parameters.items():
        value = "nobody has fixed it" if parameter.value is None else str(parameter.value).replace("_", " ")
        if whole or name == "domestic_ratio":
            yield from _wrap(f"{name}: {value}. Passes for: {parameter.passes_for}", "  ")
    if whole:
        yield from _claims("Supply, apart from both gates", gate.supply)
    for remark in gate.remarks if whole else gate.remarks[:3]:
        yield from _wrap(f"Remark: {remark}", "  ")
    yield from _missing(gate.missing, whole=whole)


def _flags(gate: Importer) -> str:
    words = ["contested"] if gate.contested else []
    if gate.evidence_age_days is not None:
        words.append(f"last evidence {_days(gate.evidence_age_days)} old")
    if gate.stale:
        words.append("stale: too old to stand on")
    return f" ({'; '.join(words)})" if words else ""


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _claims(title: str, rows: Iterable[Evidence]) -> Iterator[str]:
    rows = tuple(rows)
    if rows:
        yield f"  {title}"
    for row in rows:
        by = f", {row.said_by}" if row.said_by else ""
        source = f"{row.attribution.replace('_', ' ')}{by}; {_days(row.age_days)} old"
        text = f"{row.claim} {row.reported} [{source}] {row.statement}"
        yield from _wrap(text, "    - ")


def _screened(screening: Screening | None, *, whole: bool) -> list[str]:
    """Tell what the lists hold of the parties: the hits that weigh, and what a person has cleared."""
    if screening is None:
        return []
    lines = ["", f"PARTIES, on the lists of {screening.lists}: restricted: {SAID[screening.restricted]}."]
    for party in screening.parties:
        hits = party.hits if whole else party.hits[:2]
        if hits or whole:
            shown = party.name or "not named"
            lines += _wrap(f"{party.role.replace('_', ' ')}, {shown}: listed: {SAID[party.listed]}", "  ")
        for hit in hits:
            lines += _wrap(f"{hit.score:.2f} {hit.band} {hit.list} {hit.name} ({hit.entry}): {hit.says}", "    - ")
            if whole:
                lines += _wrap("; ".join(hit.reasons), "      ")
            if hit.cleared_by:
                lines += _wrap(f"cleared by {hit.cleared_by}", "      ")
        if len(party.hits) > len(hits):
            lines.append(f"    and {len(party.hits) - len(hits)} more")
    for note in screening.notes:
        lines += _wrap(note, "  ")
    return lines


def _foot(decision: Decision, *, whole: bool) -> Iterator[str]:
    yield "To replay: " + ", ".join(
        f"{name} {value[:12] if len(value) > 20 else value}" for name, value in decision.digests.items()
    )
    if whole:
        yield from (f"  {name}: {value}" for name, value in decision.digests.items() if len(value) > 20)
    yield ADVICE


def _wrap(text: str, lead: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead)) or [lead]
