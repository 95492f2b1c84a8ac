"""Which chunks are in conflict, what their versions share, and what was decided about them."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from xml.etree import ElementTree as ET

import orjson
import pytest
from pyarrow.parquet import read_table

from annotate.corpus import prepare
from annotate.flows.decide import told
from annotate.flows.init import init
from annotate.labels.annotation import Attribute, Relation
from annotate.labels.shelf import MAIN, REVIEW, answers_on, chunks_on
from annotate.labels.summary import each_answer, each_finding
from annotate.ledger import Ledger
from annotate.quality.agreement import agreement
from annotate.quality.conflicts import Version, agreed, find_conflicts
from annotate.quality.ledgers import adjudicated, decisions
from annotate.release.build import publish
from annotate.release.verify import verify_release
from annotate.schema import load_schema, render_review_xml, render_xml
from annotate.schema.controls import REVIEW_KIND, REVIEW_KINDS, REVIEW_WHY
from annotate.workspace import Workspace
from tests.unit.quality.answered import SCHEMA, mark

THIRD = "annotator-0123456789"


@pytest.fixture
def answered(tmp_path):
    """The sample with the answers of its annotators, before anybody decides."""
    init(tmp_path / "news", sample=True)
    workspace = Workspace.find(tmp_path / "news")
    workspace.labels.mkdir(exist_ok=True)
    for file in (files("annotate") / "sample" / "labels").iterdir():
        lines = file.read_bytes().splitlines(keepends=True)
        mine = (line for line in lines if orjson.loads(line).get("role", MAIN) == MAIN)
        (workspace.labels / file.name).write_bytes(b"".join(mine))
    return workspace


def decide(workspace, chunk_id, results, *, number=1, at="2031-03-01T10:00:00Z", **more):
    """Put a decision into the ledger, as a pull of the review does; gives the row."""
    ledger = Ledger(workspace.labels / "annotations.jsonl")
    like = next(row for row in ledger if row["chunk_id"] == chunk_id)
    record = like["annotation"] | {"id": number, "result": results, "updated_at": at, **more}
    row = like | {"role": REVIEW, "project_id": 99, "annotation_id": number}
    row |= {"annotator": THIRD, "annotation": record}
    ledger.append([row])
    return row


def test_only_chunks_on_which_two_people_differ_are_in_conflict(answered):
    ledger = Ledger(answered.labels / "annotations.jsonl")
    several = Counter(each.chunk_id for each, _ in each_answer(answered) if not each.skipped)
    labelled_twice = {chunk_id for chunk_id, count in several.items() if count == 2}
    assert find_conflicts(answered).keys() == labelled_twice  # three never tie here
    chunk_id = min(labelled_twice)
    one, two = (row for row in ledger if row["chunk_id"] == chunk_id)
    same = two["annotation"] | {"result": one["annotation"]["result"]}
    ledger.append([two | {"annotation": same}])  # the second person comes round
    assert find_conflicts(answered).keys() == labelled_twice - {chunk_id}
    first = same["result"][0]["id"]
    shorter = same | {"result": [item for item in same["result"] if item.get("id") != first]}
    ledger.append([two | {"annotation": shorter}])  # and takes a span off again
    assert find_conflicts(answered).keys() == labelled_twice


def test_another_seed_draws_another_order_and_the_same_seed_the_same(answered):
    def order(seed):
        text = (answered.root / "annotate.toml").read_text(encoding="utf-8")
        changed = text.replace("\nseed = 1 ", f"\nseed = {seed} ")
        assert seed == 1 or changed != text
        (answered.root / "annotate.toml").write_text(changed, encoding="utf-8")
        found = find_conflicts(Workspace.find(answered.root))
        (answered.root / "annotate.toml").write_text(text, encoding="utf-8")
        return {key: each.versions[0].spans for key, each in found.items()}

    assert order(1) == order(1)
    assert order(1) != order(2)


def test_agreed_is_what_all_versions_have_and_nothing_else():
    one = mark(0, 10, "Speaker", "a", entity="ostava", speaker_type="country")
    two = mark(0, 10, "Speaker", "b", entity="ostava", speaker_type="media")
    stance, other = mark(20, 40, "Support", "c"), mark(20, 40, "Support", "d")
    moved = mark(60, 90, "Oppose", "e"), mark(61, 90, "Oppose", "f")
    first = Version((one, stance, moved[0]), (Relation("held_by", "c", "a"),), (("kind", "x"),))
    second = Version((two, other, moved[1]), (Relation("held_by", "d", "b"),), (("kind", "y"),))
    found = agreed([first, second])
    assert [(span.id, span.attributes) for span in found.spans] == [
        ("a", (Attribute("entity", "ostava"),)),
        ("c", ()),
    ]
    assert found.relations == first.relations
    assert found.document == ()
    assert agreed([first, second, Version((), (), ())]) == Version((), (), ())


def test_a_decision_stands_apart_from_the_answers_it_decides_between(answered):
    before = [annotation for annotation, _ in each_answer(answered)]
    figures, chunks = agreement(answered).to_json(), set(find_conflicts(answered))
    chunk_id = min(chunks)
    result = next(
        row["annotation"]["result"]
        for row in Ledger(answered.labels / "annotations.jsonl")
        if row["chunk_id"] == chunk_id
    )
    decide(answered, chunk_id, [*result, *told(["label", "missed"], "rule 3")])
    (decided,) = decisions(answered).values()
    assert (decided.kinds, decided.why) == (("label", "missed"), "rule 3")
    assert not decided.answer.findings
    assert adjudicated(answered)[chunk_id].annotator == THIRD
    first = next(each for each in before if each.chunk_id == chunk_id)
    assert adjudicated(answered)[chunk_id].spans == first.spans
    assert [annotation for annotation, _ in each_answer(answered)] == before
    assert agreement(answered).to_json() == figures
    assert set(find_conflicts(answered)) == chunks


def test_a_release_gives_what_was_decided_and_counts_it_as_nobodys_answer(answered):
    prepare(answered)
    chunk_id = min(find_conflicts(answered))
    answers = list(Ledger(answered.labels / "annotations.jsonl"))
    result = next(row for row in answers if row["chunk_id"] == chunk_id)["annotation"]["result"]
    decide(answered, chunk_id, [*result, *told(["label"], "rule 3")])
    release = answered.root / publish(answered).path
    rows = [row for part in release.glob("spans/*") for row in read_table(part).to_pylist()]
    assert {row["id"] for row in rows if row["origin"] == "adjudicated"} == {chunk_id}
    given = [row for part in release.glob("annotations/*") for row in read_table(part).to_pylist()]
    (decided,) = (row for row in given if row["role"] == "adjudicator")
    assert (decided["id"], decided["counts"]) == (chunk_id, False)
    assert len(given) == len(answers) + 1
    assert not verify_release(release)


def test_the_last_decision_stands_and_a_skip_decides_nothing(answered):
    chunk_id = min(find_conflicts(answered))
    decide(answered, chunk_id, told(["label"], "first"), number=1)
    decide(answered, chunk_id, told(["label"], "third"), number=2, at="2031-03-03T10:00:00Z")
    decide(answered, chunk_id, told(["label"], "second"), number=3, at="2031-03-02T10:00:00Z")
    decide(answered, chunk_id, [], number=4, at="2031-03-04T10:00:00Z", was_cancelled=True)
    assert decisions(answered)[chunk_id].why == "third"


def test_a_deleted_decision_is_gone_and_a_bad_one_is_a_finding(answered):
    chunk_id = min(find_conflicts(answered))
    outside = {"start": 0, "end": 10**6, "labels": ["Speaker"]}
    bad = {"id": "x", "from_name": "span", "to_name": "text", "type": "labels", "value": outside}
    before = [finding.code for finding in each_finding(answered)]
    row = decide(answered, chunk_id, [bad])
    after = [finding.code for finding in each_finding(answered)]
    assert sorted(after) == sorted([*before, "offset-range"])
    gone = row | {"event": "deleted", "annotation": None}
    Ledger(answered.labels / "annotations.jsonl").append([gone])
    assert decisions(answered) == {}
    assert [finding.code for finding in each_finding(answered)] == before


def test_shelves_keep_the_roles_apart(answered):
    path = answered.labels / "annotations.jsonl"
    count = len(answers_on(path))
    chunk_id = min(find_conflicts(answered))
    decide(answered, chunk_id, [])
    assert len(answers_on(path)) == count
    assert len(answers_on(path, REVIEW)) == 1
    tasks = Ledger(answered.labels / "tasks.jsonl")
    row = next(row for row in tasks if row["event"] == "present" and row["chunk_id"] == chunk_id)
    tasks.append([row | {"role": REVIEW, "project_id": 99, "task_id": 12345}])
    held = chunks_on(answered.labels / "tasks.jsonl").get(chunk_id)
    assert held is not None
    assert held["task_id"] == row["task_id"]


def test_the_page_of_a_review_asks_two_questions_more_and_changes_nothing_else():
    label, review = (
        ET.fromstring(page) for page in (render_xml(SCHEMA), render_review_xml(SCHEMA))
    )
    named = {item.get("name"): item for item in review.iter() if item.get("name")}
    assert named.keys() - {item.get("name") for item in label.iter()} == {REVIEW_KIND, REVIEW_WHY}
    assert [each.get("value") for each in named[REVIEW_KIND]] == list(REVIEW_KINDS)
    assert {named[name].get("required") for name in (REVIEW_KIND, REVIEW_WHY)} == {"true"}
    (block,) = [each for each in review if each.get("className") == "an-decision"]
    review.remove(block)
    ET.indent(review)
    assert ET.tostring(review, encoding="unicode") + "\n" == render_xml(SCHEMA)


def test_a_schema_may_not_ask_what_the_review_asks(answered):
    text = answered.schema_file.read_text(encoding="utf-8")
    assert "  - name: speaker_type" in text
    answered.schema_file.write_text(
        text.replace("  - name: speaker_type", f"  - name: {REVIEW_WHY}"), encoding="utf-8"
    )
    with pytest.raises(Exception, match="schema") as told_:
        load_schema(answered.schema_file)
    assert any(REVIEW_WHY in problem for problem in told_.value.problems)
