"""What is told of each annotator: pace, weeks, control chunks, and what proposals do."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from importlib.resources import files

import orjson
import pytest

from annotate.cli import run
from annotate.corpus import prepare
from annotate.errors import InputError
from annotate.flows.init import init
from annotate.labels.predict import Predictor
from annotate.labels.summary import each_answer
from annotate.ledger import Ledger
from annotate.quality.acceptance import Acceptance
from annotate.quality.agreement import agreement
from annotate.quality.annotators import Sheet, annotators, unusual
from annotate.quality.controls import Score, score
from annotate.quality.ledgers import pushed_chunks
from annotate.quality.report_page import render_report
from annotate.schema import load_schema
from annotate.studio.predictions import Proposals
from annotate.studio.push import _wanted
from annotate.workspace import Workspace
from tests.unit.quality.answered import mark


@pytest.fixture
def answered(tmp_path):
    """The sample, prepared, with the answers of its annotators."""
    init(tmp_path / "news", sample=True)
    workspace = Workspace.find(tmp_path / "news")
    prepare(workspace)
    workspace.labels.mkdir(exist_ok=True)
    for file in (files("annotate") / "sample" / "labels").iterdir():
        (workspace.labels / file.name).write_bytes(file.read_bytes())
    return workspace


def sheet(number, seconds, spans=10, words=100):
    moment = (f"2031-03-{number:02}T10:00:00Z", number)
    labels = Counter({"Support": spans})
    return Sheet("ann", f"c{number}", 3, number, moment, words, seconds, labels, None, None)


def kinds(sheets, middle=60.0):
    return [(each.kind, each.task_id) for each in unusual(sheets, middle)]


def test_fast_is_below_a_third_of_the_own_median_with_few_spans():
    normal = [sheet(number, 60.0) for number in range(1, 10)]
    assert kinds(normal) == []
    assert kinds([*normal, sheet(10, 19.0, spans=4)]) == [("fast", 10)]
    assert kinds([*normal, sheet(10, 21.0, spans=4)]) == []  # not that fast
    assert kinds([*normal, sheet(10, 19.0, spans=6)]) == []  # fast, and yet as much as usual
    assert kinds([*normal, sheet(10, 19.0, spans=4, words=20)]) == []  # a short chunk


def test_slow_is_above_five_times_whatever_was_marked():
    normal = [sheet(number, 60.0) for number in range(1, 10)]
    assert kinds([*normal, sheet(10, 301.0)]) == [("slow", 10)]
    assert kinds([*normal, sheet(10, 299.0)]) == []
    assert kinds([*normal, sheet(10, None)]) == []


def test_pace_is_against_the_own_median_and_needs_some_answers(answered):
    times = {}
    chunk_of = pushed_chunks(answered)
    for annotation, _ in each_answer(answered):
        if not annotation.skipped:
            count = len(chunk_of(annotation.chunk_id)["text"].split())
            pace = annotation.lead_time * 100 / count
            times.setdefault(annotation.annotator, []).append(pace)
    people = annotators(answered)
    assert {person.name for person in people} == times.keys()
    for person in people:
        own = sorted(times[person.name])
        assert person.timed == len(own)
        low, high = own[(len(own) - 1) // 2], own[len(own) // 2]
        assert low * (1 - 1e-9) <= person.pace <= high * (1 + 1e-9)


def test_labels_are_counted_by_week_of_the_answer(answered):
    for person in annotators(answered):
        given = Counter(
            span.label
            for annotation, _ in each_answer(answered)
            if annotation.annotator == person.name
            for span in annotation.spans
        )
        assert set(person.weeks) == {date(2026, 11, 23)}
        (counts,) = person.weeks.values()
        assert {label: count for label, count in counts.items() if count} == dict(given)


def test_a_score_asks_for_the_label_and_half_of_the_union():
    known = [mark(0, 10, "Support"), mark(20, 30, "Oppose"), mark(40, 50, "Neutral")]
    given = [mark(0, 6, "Support"), mark(20, 30, "Support"), mark(40, 44, "Neutral")]
    assert score(known, known) == Score(1, 3, 3, 3)
    assert score(known, given) == Score(1, 3, 3, 1)
    assert score(known, []).f1 == 0
    assert score([], []).f1 is None


def controlled(workspace, *rows):
    workspace.controls_file.write_bytes(b"\n".join(map(orjson.dumps, rows)))  # no last newline


def spans_of(workspace, chunk_id, nth):
    found = [each for each, _ in each_answer(workspace) if each.chunk_id == chunk_id]
    return found[nth].annotator, [
        {"start": span.start, "end": span.end, "label": span.label} for span in found[nth].spans
    ]


def test_annotators_are_scored_on_control_chunks(answered):
    chunk_id = next(iter(Ledger(answered.labels / "tasks.jsonl")))["chunk_id"]
    name, spans = spans_of(answered, chunk_id, 0)
    controlled(answered, {"chunk_id": chunk_id, "spans": spans}, {"chunk_id": "c-not-pushed"})
    scores = {person.name: person.controls for person in annotators(answered)}
    assert scores.pop(name) == Score(1, len(spans), len(spans), len(spans))
    answered_it = {each.annotator for each, _ in each_answer(answered) if each.chunk_id == chunk_id}
    others = [score for who, score in scores.items() if who in answered_it]
    assert len(others) == len(answered_it) - 1 > 0
    assert all(other.chunks == 1 and 0 < other.f1 < 1 for other in others)


@pytest.mark.parametrize(
    ("span", "problem"),
    [
        ({"start": 0, "end": 5, "label": "Speeker"}, "no label 'Speeker'"),
        ({"start": 0, "end": 10**6, "label": "Speaker"}, "lie outside the text"),
        ({"start": 0, "end": 5, "label": "Speaker", "text": "not so"}, "the text has"),
        ({"start": 0, "label": "Speaker"}, "'end'"),
    ],
)
def test_control_chunks_that_do_not_fit_are_named_with_their_line(answered, span, problem):
    chunk_id = next(iter(Ledger(answered.labels / "tasks.jsonl")))["chunk_id"]
    controlled(answered, {"chunk_id": "c-other"}, {"chunk_id": chunk_id, "spans": [span]})
    with pytest.raises(InputError) as told:
        annotators(answered)
    (line,) = told.value.problems
    assert re.match(r"label_config/controls.jsonl, line 2: ", line)
    assert problem in line


def test_everybody_gets_the_control_chunks_and_nothing_in_a_task_tells(answered):
    schema = load_schema(answered.schema_file)
    proposals = Proposals(schema, answered.settings.studio)
    before = _wanted(answered, schema.version, proposals)
    chosen = list(before)[1]
    controlled(answered, {"chunk_id": chosen})
    after = _wanted(answered, schema.version, proposals)
    assert list(before) == list(after)
    assert after[chosen].overlap == 50
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {chosen}
    assert after[chosen].data_sha256 == before[chosen].data_sha256


def sent_with_proposals(workspace, share):
    """Let the ledger say that today's rules proposed in this share of the chunks."""
    tasks = workspace.labels / "tasks.jsonl"
    version = Predictor(load_schema(workspace.schema_file)).model_version
    rows = list(Ledger(tasks))
    present = [row for row in rows if row["event"] == "present"]
    for number, row in enumerate(present):
        row["model_version"] = version if number < share * len(present) else None
    tasks.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    settings = workspace.root / "annotate.toml"
    text = settings.read_text(encoding="utf-8")
    off = re.sub(r"^predictions = \w+", "predictions = false", text, flags=re.MULTILINE)
    settings.write_text(off, encoding="utf-8")
    return Workspace.find(workspace.root)


def test_proposals_are_measured_where_they_were_shown_and_where_not(answered):
    nowhere = annotators(sent_with_proposals(answered, 0))
    everywhere = annotators(sent_with_proposals(answered, 1))
    partly = annotators(sent_with_proposals(answered, 0.5))
    for none, all_, some in zip(nowhere, everywhere, partly, strict=True):
        assert none.shown == all_.unshown == Acceptance()
        assert none.unshown == all_.shown == some.shown + some.unshown
        assert 0 < some.shown.proposed < all_.shown.proposed
        assert all_.shown.unchanged <= all_.shown.kept <= all_.shown.proposed


def test_what_other_rules_proposed_is_not_measured(answered):
    workspace = sent_with_proposals(answered, 1)
    tasks = workspace.labels / "tasks.jsonl"
    tasks.write_bytes(tasks.read_bytes().replace(b'"rules-1/', b'"rules-0/'))
    for person in annotators(workspace):
        assert person.shown == person.unshown == Acceptance()


def test_the_page_and_the_command_name_pseudonyms_alone(answered, capsys):
    people = annotators(answered)
    page = render_report(agreement(answered), pushed_chunks(answered), "", people)
    assert "Each alone" in page
    assert run(["annotators", "--json", "-C", str(answered.root)]) == 0
    told = json.loads(capsys.readouterr().out)["annotators"]
    assert [each["annotator"] for each in told] == [person.name for person in people]
    assert run(["annotators", "-C", str(answered.root)]) == 0
    shown = capsys.readouterr().out
    for person in people:
        assert re.fullmatch(r"annotator-[0-9a-f]{10}", person.name)
        assert person.name in page
        assert person.name in shown
