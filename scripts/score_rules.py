"""Score what the rules derive and predict against the sample's hand-made labels.

    python scripts/score_rules.py [--before COMMIT] [--write docs/rules.md] [--json]

Gold is read, never changed: the tables name the commit it has stood unchanged since. Shares have
Wilson 95 % intervals. With `--before` the rules of another commit are scored beside today's.
The exit status is 1 where a promise does not hold.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench_report import Limit, replaced, section, table

from annotate.corpus import prepare
from annotate.flows.gold import GoldChunk, project_gold, read_gold
from annotate.flows.init import init
from annotate.labels import derive
from annotate.labels.annotation import Relation, Span
from annotate.labels.derive import GROUPING, derive_attributes, groups, stance_side
from annotate.labels.entities import Gazetteer
from annotate.labels.read import open_passage
from annotate.schema import Schema, load_schema
from annotate.workspace import Workspace

if TYPE_CHECKING:  # the rules of a commit may lie elsewhere
    from annotate.labels.scene import Passage

ROOT = Path(__file__).resolve().parent.parent
GOLD = "annotate/sample/gold"
PROMISED = 0.95
TARGETS = ("says", "about")
FAILURES = ("wrong end", "some missing", "extra link", "missing, flagged", "missing, not flagged")
ANSWERED = ("voice",)  # what the page asks of a person and no rule can tell


class Case(NamedTuple):
    """A chunk with what is right, what a person would leave to the rules, and its text."""

    gold: GoldChunk
    spans: tuple[Span, ...]
    passage: Passage
    joined: tuple[Relation, ...]


class Verdict(NamedTuple):
    """What became of one thing: `of` names its kind, `by` the rule, `outcome` says right or not."""

    of: str
    by: str
    outcome: str


def cases(schema: Schema, chunks: Iterable[GoldChunk]) -> Iterator[Case]:
    """Make the harder reading: nobody has answered anything but `voice`, nothing is linked."""
    gazetteer = Gazetteer.of(schema)
    for chunk in chunks:
        passage = open_passage(chunk.chunk.text, chunk.language, schema, gazetteer)
        bare = [_with_only(span, ANSWERED) for span in chunk.spans]
        joined = tuple(item for item in chunk.relations if item.type == GROUPING)
        yield Case(chunk, tuple(derive_attributes(bare, passage, schema)), passage, joined)


def _with_only(span: Span, names: Sequence[str]) -> Span:
    return replace(span, attributes=tuple(one for one in span.attributes if one.name in names))


def relation_verdicts(case: Case, schema: Schema) -> Iterator[Verdict]:
    """Compare, for every stance group, the far ends of derived and of hand-drawn links."""
    derived, missing = derive.derive_relations(case.spans, case.joined, case.passage, schema)
    flagged = {(item.relation, item.span) for item in missing}
    steps = _steps(case, schema)
    for group in groups(case.spans, case.joined):
        members = {span.id for span in group}
        for kind in schema.relations:
            if kind.name == GROUPING or group[0].label not in stance_side(kind, schema):
                continue
            wanted = _ends(case.gold.relations, kind.name, members)
            found = _ends(derived, kind.name, members)
            is_flagged = (kind.name, group[0].id) in flagged
            step = steps.get((kind.name, group[0].id), "")
            yield Verdict(kind.name, step or "no link", _outcome(wanted, found, is_flagged))


def _steps(case: Case, schema: Schema) -> dict[tuple[str, str], str]:
    """Name the rule behind every link; rules from before these had names give none."""
    trace = getattr(derive, "trace_relations", None)
    found = trace(case.spans, case.joined, case.passage, schema) if trace else ()
    return {(item.kind.name, item.group[0].id): item.step for item in found}


def _ends(relations: Iterable[Relation], kind: str, members: set[str]) -> set[str]:
    own = [item for item in relations if item.type == kind]
    heads = {item.head for item in own if item.tail in members}
    return (heads | {item.tail for item in own if item.head in members}) - members


def _outcome(wanted: set[str], found: set[str], flagged: bool) -> str:
    if wanted == found:
        return "right"
    if not found:
        return "missing, flagged" if flagged else "missing, not flagged"
    if found < wanted:
        return "some missing"
    return "extra link" if wanted < found or not wanted else "wrong end"


def attribute_verdicts(case: Case, schema: Schema) -> Iterator[Verdict]:
    """Compare what the rules answer when nobody has answered the question."""
    gold = {span.id: span for span in case.gold.spans}
    silent = [_with_only(span, ()) for span in case.gold.spans]
    untold = {span.id: span for span in derive_attributes(silent, case.passage, schema)}
    for span in case.spans:
        for attribute in schema.attributes:
            if span.label not in schema.resolve(attribute.applies_to):
                continue
            right = gold[span.id].attribute(attribute.name) or attribute.default
            source = untold if attribute.name in ANSWERED else {span.id: span}
            found = source[span.id].attribute(attribute.name)
            outcome = (
                "right" if found == right else "left to a person" if found is None else "wrong"
            )
            yield Verdict(attribute.name, right.partition(":")[0] if right else "", outcome)


def region_verdicts(case: Case, schema: Schema) -> Iterator[Verdict]:
    """Compare predicted regions with the gold ones; a gold one nobody predicted is `missed`."""
    from annotate.labels.predict import predict

    labels = {label for kind in schema.relations for label in schema.resolve(kind.from_)}
    gold = [span for span in case.gold.spans if span.label in labels and span.layer == "speaker"]
    regions = predict(case.passage.text, schema, case.gold.language)
    for region in regions:
        over = [one for one in gold if one.start < region.end and region.start < one.end]
        exact = any((one.start, one.end) == (region.start, region.end) for one in over)
        same = any(one.label == region.label for one in over)
        outcome = "other label" if over and not same else "right" if exact else "other border"
        yield Verdict(region.label, region.cue, outcome if over else "nobody there")
    for span in gold:
        if not any(one.start < span.end and span.start < one.end for one in regions):
            named = case.passage.gazetteer.pattern.search(case.passage.text, span.start, span.end)
            yield Verdict(span.label, "named" if named else "not named", "missed")


def wilson(right: int, total: int) -> tuple[float, float]:
    """Give the 95 % interval of a share after Wilson (1927)."""
    if not total:
        return 0.0, 1.0
    z, share = 1.96, right / total
    middle = share + z * z / (2 * total)
    reach = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return (middle - reach) / scale, (middle + reach) / scale


def share(right: int, total: int) -> str:
    if not total:
        return "–"
    low, high = wilson(right, total)
    return f"{100 * right / total:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


class Scores(NamedTuple):
    relations: list[Verdict]
    attributes: list[Verdict]
    regions: list[Verdict]


def measure() -> Scores:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "sample"
        init(folder, sample=True)
        workspace = Workspace.find(folder)
        prepare(workspace)
        schema = load_schema(workspace.schema_file)
        found = Scores([], [], [])
        for case in cases(schema, project_gold(workspace, schema, read_gold())):
            found.relations.extend(relation_verdicts(case, schema))
            found.attributes.extend(attribute_verdicts(case, schema))
            if hasattr(derive, "trace_relations"):
                found.regions.extend(region_verdicts(case, schema))
    return found


def measure_at(commit: str) -> Scores:
    """Score the rules of a commit on the same labels, in a process of their own."""
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch) / "tree.tar"
        git("archive", "--output", str(archive), commit, "annotate")
        subprocess.run(["tar", "-xf", str(archive), "-C", scratch], check=True)
        command = [sys.executable, __file__, "--json"]
        paths = os.pathsep.join((scratch, str(ROOT / "scripts")))
        result = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": paths},
        )
    if not result.stdout:
        raise SystemExit(f"error: the rules of {commit} cannot be scored\n{result.stderr}")
    return Scores(*([Verdict(*row) for row in rows] for rows in json.loads(result.stdout)))


def git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def gold_since() -> str:
    """Say since which commit gold has stood as it is now."""
    changed = git("status", "--porcelain", "--", GOLD)
    commits = git("log", "--format=%h of %cs", "--", GOLD).splitlines()
    state = "and has CHANGED SINCE in this tree" if changed else "unchanged since"
    return f"gold: {GOLD}, commit {commits[0]}, {state} ({len(commits)} commit in all)"


def relation_tables(verdicts: Sequence[Verdict]) -> Iterator[str]:
    yield table(
        ("relation", "groups", "right", "share right [95 %]", *FAILURES),
        [_failures(kind, "", verdicts) for kind in _names(verdicts)],
    )
    yield table(
        ("relation", "rule", "groups", "right", "share right [95 %]", *FAILURES),
        [
            row
            for kind in _names(verdicts)
            for step in sorted({one.by for one in verdicts if one.of == kind})
            if (row := _failures(kind, step, verdicts))
        ],
    )


def _names(verdicts: Iterable[Verdict]) -> list[str]:
    return list(dict.fromkeys(one.of for one in verdicts))


def _failures(kind: str, step: str, verdicts: Iterable[Verdict]) -> tuple[object, ...]:
    own = Counter(one.outcome for one in verdicts if one.of == kind and step in {"", one.by})
    named = (kind, step) if step else (kind,)
    figures = (own.total(), own["right"], share(own["right"], own.total()))
    return (*named, *figures, *(own[failure] for failure in FAILURES))


def attribute_table(verdicts: Sequence[Verdict]) -> str:
    rows = []
    for name in _names(verdicts):
        own = Counter(one.outcome for one in verdicts if one.of == name)
        given = own["right"] + own["wrong"]
        answered = share(given, own.total())
        right = share(own["right"], given)
        rows.append((name, own.total(), given, answered, own["wrong"], right))
    heads = ("attribute", "spans", "answered", "share answered", "wrong", "right of the answered")
    return table(heads, rows)


def region_table(verdicts: Sequence[Verdict]) -> str:
    rows = []
    for label in ("Speaker", "Relay", ""):
        own = [one for one in verdicts if label in {"", one.of}]
        outcomes = Counter(one.outcome for one in own)
        proposed = outcomes.total() - outcomes["missed"]
        right, near = outcomes["right"], outcomes["right"] + outcomes["other border"]
        there = near + outcomes["missed"] + outcomes["other label"]
        rows.append(
            (
                label or "both",
                proposed,
                share(right, proposed),
                share(near, proposed),
                share(right, there),
                outcomes["other border"],
                outcomes["other label"],
                outcomes["nobody there"],
                sum(one.outcome == "missed" and one.by == "named" for one in own),
                sum(one.outcome == "missed" and one.by == "not named" for one in own),
            )
        )
    heads = ("label", "proposed", "precision, exact", "precision, overlap", "recall, exact")
    return table(
        (*heads, "other border", "other label", "nobody there", "missed, named", "missed, other"),
        rows,
    )


def cue_table(verdicts: Sequence[Verdict]) -> str:
    proposed = [one for one in verdicts if one.outcome != "missed"]
    rows = []
    for cue in sorted({one.by for one in proposed}):
        own = Counter(one.outcome for one in proposed if one.by == cue)
        rows.append((cue, own.total(), own["right"], share(own["right"], own.total())))
    return table(("cue", "proposed", "right", "precision, exact"), rows)


def before_table(commit: str, before: Scores, now: Scores) -> str:
    """Set the rules of a commit beside today's; what is left to a person counts as not right."""
    pairs = ((before.relations, now.relations), (before.attributes, now.attributes))
    rows = [
        (name, *(_right(name, verdicts) for verdicts in pair))
        for pair in pairs
        for name in _names(pair[1])
    ]
    return table(("", f"right at {commit}", "right now"), rows)


def _right(name: str, verdicts: Iterable[Verdict]) -> str:
    own = [one for one in verdicts if one.of == name]
    return share(sum(one.outcome == "right" for one in own), len(own))


def limits(scores: Scores) -> list[Limit]:
    found = []
    for kind in TARGETS:
        own = Counter(one.outcome for one in scores.relations if one.of == kind)
        found.append(Limit(f"{kind} right", own["right"] / own.total(), PROMISED, at_least=True))
        found.append(Limit(f"{kind} missing without a flag", own["missing, not flagged"], 0))
    return found


def report(scores: Scores, commit: str | None) -> str:
    parts = [gold_since(), *relation_tables(scores.relations), attribute_table(scores.attributes)]
    parts += [region_table(scores.regions), cue_table(scores.regions)]
    if commit:
        parts.append(before_table(commit, measure_at(commit), scores))
    rows = [one.row() for one in limits(scores)]
    parts.append(table(("", "what", "figure", "", "limit", ""), rows))
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--before", metavar="COMMIT")
    parser.add_argument("--write", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    scores = measure()
    if options.json:
        print(json.dumps(scores))
        return
    printed = report(scores, options.before)
    print(printed)
    if options.write:
        before = ("--before", options.before) if options.before else ()
        command = shlex.join(("python", "scripts/score_rules.py", *before))
        document = options.write.read_text(encoding="utf-8") if options.write.is_file() else ""
        written = replaced(document, "rules", section("rules", command, printed))
        options.write.write_text(written, encoding="utf-8")
    raise SystemExit(0 if all(one.holds for one in limits(scores)) else 1)


if __name__ == "__main__":
    main()
