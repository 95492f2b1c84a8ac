"""Who answered, and how it was decided what stands: a part of the card."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from annotate.release.annotation_rows import ADJUDICATOR
from annotate.release.built import Built
from annotate.workspace import PublishSettings

AGGREGATIONS = {
    "gold": "one answer stands as it is, two where they say the same; three and four are voted on "
    "span by span, each vote weighed by how well its annotator agrees with the others; five and "
    "more are read token by token with Dawid and Skene's model; a tie waits for a person",
    "first": "the earliest answer that counts stands for a chunk: none that was skipped, nor one "
    "of which everything was set aside",
    "single": "a chunk counts only if exactly one answer was submitted for it",
}


def who_answered(built: Built, publish: PublishSettings) -> str:
    """Count people, answers and decisions."""
    people: dict[str, set[str]] = {}
    spread: Counter[int] = Counter()
    skipped = own = 0
    # All answers to a chunk follow one another, whatever the version.
    for _, rows in groupby(built.rows["annotations"], key=lambda row: str(row["id"])):
        counted, answered, decided = 0, set[str](), set[str]()
        for row in rows:
            people.setdefault(row["role"], set()).add(row["annotator"])
            if row["role"] == ADJUDICATOR:
                decided.add(row["annotator"])
            elif row["counts"]:
                answered.add(row["annotator"])
            counted += row["counts"]
            skipped += row["skipped"]
        spread[counted] += 1
        own += bool(answered & decided)
    del spread[0]
    counts = ", ".join(f"{spread[n]} by {n}" for n in sorted(spread))
    deciding = len(people.get(ADJUDICATOR, ()))
    return (
        f"## Who answered\n\n"
        f"{'Simulated annotators' if publish.simulated else 'Annotators'}, named by "
        f"pseudonyms: {len(set().union(*people.values()))}, of whom {deciding} decided on "
        f"conflicts. Chunks by number of people who answered: {counts or 'none'}; skipped answers: "
        f"{skipped}.{_party(own)}\n\n"
        f"Aggregation `{publish.aggregation}`: {AGGREGATIONS[publish.aggregation]}.\n\n"
        f"{_decisions(built)}\n\n{_derived(built)}"
    )


def _party(own: int) -> str:
    """Tell of the decisions between versions of which one is the person's own."""
    if not own:
        return ""
    return f" Decided by somebody who had answered the chunk, too: {own} chunk{'s' * (own > 1)}."


def _decisions(built: Built) -> str:
    """Count how chunks and spans were decided, how many say so, and what was not decided."""
    chunks: Counter[str] = Counter()
    spans: Counter[str] = Counter()
    support: Counter[tuple[int, int]] = Counter()
    for row in built.rows["spans"]:
        chunks[row["origin"]] += 1
        spans.update(span["origin"] for span in row["spans"])
        support.update((row["answers"], span["support"]) for span in row["spans"])
    lines = [f"| {name} | {chunks[name]} | {spans[name]} |" for name in sorted(chunks | spans)]
    shares = ", ".join(f"{n} of {of}: {support[of, n]}" for of, n in sorted(support))
    kinds = ", ".join(f"{kind}: {count}" for kind, count in sorted(built.conflicts.items()))
    return (
        "How it was decided (`origin`), counted for chunks and for each span by itself:\n\n"
        "| origin | chunks | spans |\n|---|---|---|\n"
        + "\n".join(lines)
        + "\n\nSpans by `support`, how many of those who answered have the span with its label: "
        f"{shares or 'no spans'}."
        + f"\n\nChunks without a decision, left out of `spans`: {built.undecided}; with answers "
        f"that differ among them: {built.in_conflict}{f' ({kinds})' if kinds else ''}."
    )


def _derived(built: Built) -> str:
    origins = Counter(item["origin"] for row in built.rows["spans"] for item in row["relations"])
    total = origins.total()
    share = f"{origins['auto']} of {total} relations" if total else "no relations"
    aside = ", ".join(f"{code}: {n}" for code, n in sorted(built.set_aside.items())) or "none"
    return (
        f"Derived by rule, not drawn by anyone (`origin: auto`): {share}. Stances for which no "
        f"speaker or no topic is known, and which give no triple: {built.groups_without_triple}. "
        f"Set aside because of a finding: {aside}."
    )
