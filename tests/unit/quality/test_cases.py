"""Which chunks that several people answered go to a person, and what is told of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from annotate.cli import run
from annotate.errors import InputError, RefusedError
from annotate.flows.decide import told
from annotate.labels.shelf import REVIEW
from annotate.ledger import Ledger
from annotate.quality.agreement import agreement
from annotate.quality.annotators import annotators
from annotate.quality.cases import Standing, each_case, standings
from annotate.quality.conflicts import find_conflicts
from annotate.quality.ledgers import decisions
from annotate.release.build import publish
from annotate.release.files import read_parquet
from annotate.studio.status import status
from annotate.workspace import Workspace
from tests.unit.labels.marked import Marked, marked
from tests.unit.labels.rows import ANNA, BORIS, answered, drawn, present
from tests.unit.release.source import CHUNKS, PARTS, SETTINGS, make_workspace

Json = dict[str, Any]
SENT, AFTERWARDS = "2031-04-02T08:00:00.000000Z", "2031-04-03T08:00:00.000000Z"
PEOPLE = (ANNA, BORIS, "annotator-cccccccccc", "annotator-dddddddddd")
GOLD = SETTINGS.replace('"first"', '"gold"')
DIFFERING = GOLD + '[review]\nchunks = "differing"\n'


def call(side: str) -> Marked:
    return marked(
        f"👩\u200d👩\u200d👧 [Speaker s1|Emmanuel Macron] said “[{side} a1|[ceasefire t1|a\ntruce] "
        "is needed]”.\n\n"
    )


FOR, AGAINST, NEITHER = map(call, ("Support", "Oppose", "Neutral"))
VISIT = PARTS["c-visit-0"]


def said(chunk_id: str, *versions: Marked, first: int = 1) -> list[Json]:
    return [
        answered(chunk_id, drawn(one), annotation_id=first + number, annotator=who)
        for number, (one, who) in enumerate(zip(versions, PEOPLE, strict=False))
    ]


def workspace(folder: Path, *versions: Marked, settings: str = GOLD) -> Workspace:
    """One chunk answered so; another that two people answer alike, and one that one did."""
    rows = [
        *said("c-call-0", *versions),
        *said("c-visit-0", VISIT, VISIT, first=20),
        *said("c-call-1", PARTS["c-call-1"], first=30),
    ]
    return make_workspace(folder / "news", rows, settings=settings)


def listed(found: Workspace) -> dict[str, Standing]:
    return {each.chunk_id: each for each in standings(found, decisions(found))}


def of_review(found: Workspace, event: str) -> None:
    """Write into the ledger what a push of the review writes, or a person who takes it off."""
    chunk = next(chunk for chunk in CHUNKS if chunk.id == "c-call-0")
    row = present(chunk, 99) | {"event": event, "role": REVIEW, "project_id": 9, "at": SENT}
    Ledger(found.labels / "tasks.jsonl").append([row])


def decide(found: Workspace, why: str, who: str = "annotator-eeeeeeeeee") -> None:
    result = [*drawn(FOR), *told(["label"], why)]
    row = answered("c-call-0", result, annotation_id=90, annotator=who)
    Ledger(found.labels / "annotations.jsonl").append([row | {"role": REVIEW, "project_id": 9}])


@pytest.mark.parametrize(
    ("versions", "kinds"),
    [
        ((FOR, AGAINST), "label"),
        ((FOR, AGAINST, NEITHER), "label"),
        ((FOR, marked(FOR.text)), "missed"),
        ((FOR, FOR, AGAINST), None),
        ((FOR, FOR, AGAINST, NEITHER), None),
        ((FOR, FOR, marked(FOR.text)), None),
        ((FOR, FOR, FOR), None),
    ],
)
def test_a_chunk_goes_to_a_person_where_the_vote_is_tied_and_only_there(
    versions: Sequence[Marked], kinds: str | None, tmp_path: Path
) -> None:
    found = workspace(tmp_path, *versions)
    assert set(find_conflicts(found)) == ({"c-call-0"} if kinds else set())
    own = listed(found)
    assert own.keys() == {"c-call-0", "c-visit-0"}
    assert own["c-visit-0"] == Standing("c-visit-0", 2, "unanimous", "all say the same")
    if kinds:
        assert own["c-call-0"] == Standing("c-call-0", len(versions), "to send", f"tied: {kinds}")
    else:
        assert own["c-call-0"].state in {"by vote", "unanimous"}


def test_a_release_leaves_out_what_goes_to_a_person_and_nothing_else(tmp_path: Path) -> None:
    for name, versions in (("tied", (FOR, AGAINST, NEITHER)), ("voted", (FOR, FOR, AGAINST))):
        found = workspace(tmp_path / name, *versions)
        report = publish(found)
        rows = (found.root / str(report.path)).glob("spans/*")
        there = {row["id"] for path in rows for row in read_parquet(path)}
        assert listed(found).keys() - there == find_conflicts(found).keys()
        assert report.in_conflict == len(find_conflicts(found))


def test_a_majority_is_told_with_who_stands_behind_it(tmp_path: Path) -> None:
    found = listed(workspace(tmp_path, FOR, FOR, AGAINST))
    why = "a majority decides; 2 of 3 say all of it"
    assert found["c-call-0"] == Standing("c-call-0", 3, "by vote", why)


def test_by_setting_everything_that_differs_goes_to_a_person(tmp_path: Path) -> None:
    found = workspace(tmp_path, FOR, FOR, AGAINST, settings=DIFFERING)
    conflicts = find_conflicts(found)
    assert set(conflicts) == {"c-call-0"}
    assert len(conflicts["c-call-0"].versions) == 3
    assert listed(found)["c-call-0"].state == "to send"
    assert listed(found)["c-visit-0"].state == "unanimous"


def test_a_chunk_is_told_from_being_sent_to_being_decided(tmp_path: Path) -> None:
    found = workspace(tmp_path, FOR, AGAINST)
    for event, state in (("present", "in review"), ("deleted", "taken out")):
        of_review(found, event)
        assert listed(found)["c-call-0"] == Standing("c-call-0", 2, state, "tied: label")
    of_review(found, "present")
    decide(found, "rule 4")
    assert listed(found)["c-call-0"] == Standing("c-call-0", 2, "decided", "rule 4")
    assert set(find_conflicts(found)) == {"c-call-0"}  # sent again it is already there


def test_answers_that_come_after_a_chunk_was_sent_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = workspace(tmp_path, FOR, AGAINST)
    of_review(found, "present")
    decide(found, "rule 4")
    assert listed(found)["c-call-0"].newer == 0
    later = [row | {"pulled_at": AFTERWARDS} for row in said("c-call-0", FOR, NEITHER, FOR)]
    Ledger(found.labels / "annotations.jsonl").append(later[1:])  # one changed, one more
    assert listed(found)["c-call-0"] == Standing("c-call-0", 3, "decided", "rule 4", newer=2)
    assert run(["review", "list", "-C", str(found.root)]) == 0
    assert "answers that came after they were sent: 1" in capsys.readouterr().err
    of_review(found, "deleted")
    assert listed(found)["c-call-0"].newer == 0


def test_who_decides_between_versions_and_has_given_one_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = workspace(tmp_path, FOR, AGAINST)
    decide(found, "rule 4")
    assert not listed(found)["c-call-0"].party
    decide(found, "mine", ANNA)
    assert listed(found)["c-call-0"] == Standing("c-call-0", 2, "decided", "mine", party=True)
    assert run(["review", "list", "-C", str(found.root)]) == 0
    assert "decided by somebody who had answered them, too: 1" in capsys.readouterr().err
    card = (found.root / str(publish(found).path) / "README.md").read_text(encoding="utf-8")
    assert "Decided by somebody who had answered the chunk, too: 1 chunk." in card


def test_the_command_lists_them_for_programs_and_for_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = workspace(tmp_path, FOR, AGAINST)
    assert run(["review", "list", "--json", "-C", str(found.root)]) == 0
    told_ = orjson.loads(capsys.readouterr().out)
    assert told_["decisions"] == []
    assert {each["chunk_id"]: each["state"] for each in told_["chunks"]} == {
        "c-call-0": "to send",
        "c-visit-0": "unanimous",
    }
    assert run(["review", "list", "-C", str(found.root)]) == 0
    told_ = capsys.readouterr()
    assert "tied: label" in told_.out
    assert "to send 1, unanimous 1" in told_.err
    assert "annotate review push" in told_.err


def test_strict_refuses_while_a_conflict_waits_for_a_decision(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = workspace(tmp_path, FOR, AGAINST)
    with pytest.raises(RefusedError, match="1 chunk") as refused:
        publish(found, strict=True)
    assert refused.value.exit_code == 4
    assert run(["publish", "--strict", "-C", str(found.root)]) == 4
    error, hint = capsys.readouterr().err.splitlines()[-2:]
    assert error.startswith("error: in 1 chunk answers differ and nobody has decided")
    assert "annotate review push" in hint
    assert not list(found.releases.glob("*.*.*"))
    decide(found, "rule 4")
    assert publish(found, strict=True).path


def test_an_answer_of_which_nothing_stands_counts_nowhere(tmp_path: Path) -> None:
    outside = {"start": 0, "end": 99_999, "text": "x", "labels": ["Speaker"]}
    mark = {"id": "r1", "from_name": "label", "to_name": "text", "type": "labels"}
    void = answered("c-call-0", [mark | {"value": outside}], annotation_id=1)
    says = answered("c-call-0", [], annotation_id=2, annotator=BORIS)
    workspace = make_workspace(tmp_path / "news", [void, says])
    assert list(each_case(workspace)) == []
    assert [each.name for each in annotators(workspace)] == [BORIS]
    with pytest.raises(InputError, match="no chunk has the answers of two people"):
        agreement(workspace)
    found = status(workspace)
    assert (found.chunks["answered"], found.chunks["skipped"]) == (1, 0)
    alone = make_workspace(tmp_path / "alone", [void])
    assert status(alone).chunks["answered"] == 0
