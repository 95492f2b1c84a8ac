"""What stands in `spans` when several people answered, and the proof of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from annotate.cli import run
from annotate.release import build
from annotate.release.agreed import agreement_told
from annotate.release.build import publish
from annotate.release.files import read_parquet
from annotate.release.source import read_source
from annotate.release.verify import verify_release
from annotate.workspace import Workspace
from tests.unit.labels.marked import marked
from tests.unit.labels.rows import ANNA, BORIS, answered, drawn
from tests.unit.release.source import PARTS, SETTINGS, annotation, make_workspace
from tests.unit.release.workshop import Workshop, sample_workspace

Json = dict[str, Any]
CARLA, DORA = "annotator-cccccccccc", "annotator-dddddddddd"
GOLD = SETTINGS.replace('"first"', '"gold"')
CALL = PARTS["c-call-0"]
OTHER = marked(
    "👩\u200d👩\u200d👧 [Speaker s1|Emmanuel Macron] said “[Oppose a1|[ceasefire t1|a\ntruce] "
    "is needed]”.\n\n"
)
SINGLE = (
    answered("c-call-1", drawn(PARTS["c-call-1"]), annotation_id=11),
    answered("c-visit-0", drawn(PARTS["c-visit-0"]), annotation_id=12, annotator=BORIS),
)


def to_call(*said: Any) -> list[Json]:
    people = (ANNA, BORIS, CARLA, DORA)
    return [
        answered("c-call-0", drawn(one) if one else [], annotation_id=number + 1, annotator=who)
        for number, (one, who) in enumerate(zip(said, people, strict=False))
    ]


def release(folder: Path, answers: Sequence[Json], settings: str = GOLD) -> tuple[Path, Json]:
    workspace = make_workspace(folder / "news", [*answers, *SINGLE], settings=settings)
    report = publish(workspace)
    path = workspace.root / str(report.path)
    return path, orjson.loads((path / "MANIFEST.json").read_bytes())


def rows(path: Path, config: str = "spans") -> dict[str, Json]:
    return {row["id"]: row for file in path.glob(f"{config}/*") for row in read_parquet(file)}


def test_two_who_agree_stand_with_their_support(tmp_path: Path) -> None:
    path, _ = release(tmp_path, to_call(CALL, CALL))
    row = rows(path)["c-call-0"]
    assert (row["answers"], row["support"], row["origin"]) == (2, 2, "unanimous")
    assert {(span["support"], span["origin"]) for span in row["spans"]} == {(2, "unanimous")}
    alone = rows(path)["c-call-1"]
    assert (alone["answers"], alone["support"], alone["origin"]) == (1, 1, "single")
    assert {(span["support"], span["origin"]) for span in alone["spans"]} == {(1, "single")}


def test_the_report_counts_what_is_in_conflict(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "news", [*to_call(CALL, OTHER), *SINGLE], settings=GOLD)
    report = publish(workspace, dry_run=True)
    assert (report.undecided, report.in_conflict) == (2, 1)


def test_the_command_says_what_to_do_about_a_conflict_and_only_then(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, second, told in (("differ", OTHER, True), ("agree", CALL, False)):
        answers = [*to_call(CALL, second), *SINGLE]
        workspace = make_workspace(tmp_path / name, answers, settings=GOLD)
        assert run(["publish", "--dry-run", "--json", "-C", str(workspace.root)]) == 0
        assert orjson.loads(capsys.readouterr().out)["in_conflict"] == int(told)
        assert run(["publish", "--dry-run", "-C", str(workspace.root)]) == 0
        assert ("annotate review push" in capsys.readouterr().err) is told


def test_two_who_differ_are_left_out_counted_and_published_apart(tmp_path: Path) -> None:
    path, manifest = release(tmp_path, to_call(CALL, OTHER))
    assert "c-call-0" not in rows(path)
    assert sum(row["id"] == "c-call-0" for row in _all(path, "annotations")) == 2
    assert manifest["chunks_in_conflict"] == 1
    assert manifest["conflicts"] == {"label": 1}
    assert manifest["undecided_chunks"] == 2
    body = (path / "README.md").read_text(encoding="utf-8")
    assert "left out of `spans`: 2; with answers that differ among them: 1 (label: 1)" in body
    assert verify_release(path) == []


def _all(path: Path, config: str) -> list[Json]:
    return [row for file in path.glob(f"{config}/*") for row in read_parquet(file)]


def test_three_vote_and_the_votes_are_proved(tmp_path: Path) -> None:
    path, manifest = release(tmp_path, to_call(CALL, OTHER, CALL))
    row = rows(path)["c-call-0"]
    support = {span["label"]: (span["support"], span["origin"]) for span in row["spans"]}
    assert support == {
        "Speaker": (3, "unanimous"),
        "ceasefire": (3, "unanimous"),
        "Support": (2, "majority"),
    }
    assert (row["answers"], row["support"], row["origin"]) == (3, 2, "majority")
    assert set(manifest["weights"]) == {ANNA, BORIS, CARLA}
    assert manifest["weights"][ANNA] > manifest["weights"][BORIS]
    assert verify_release(path) == []


def test_agreement_stands_in_manifest_and_card(tmp_path: Path) -> None:
    path, manifest = release(tmp_path, to_call(CALL, OTHER, CALL))
    told = manifest["agreement"]
    assert (told["chunks"], told["articles"], told["largest_disagreement"]) == (1, 1, "label")
    figures = {(one["of"], one["name"]): one for one in told["figures"]}
    assert figures["stance", "f1_iou"]["value"] == 1
    assert figures["stance", "f1_exact"]["value"] == pytest.approx(1 / 3, abs=1e-6)
    body = (path / "README.md").read_text(encoding="utf-8")
    assert "| stance | F1 exact | 0.33 |  | 6 spans |" in body


def test_without_a_second_answer_the_card_says_that_nothing_is_compared(tmp_path: Path) -> None:
    path, manifest = release(tmp_path, to_call(CALL))
    assert manifest["agreement"] is None
    assert "has the answers of two people" in (path / "README.md").read_text(encoding="utf-8")


def test_the_last_answer_of_a_person_counts_and_the_first_is_published(tmp_path: Path) -> None:
    early = answered("c-call-0", [], annotation_id=20, at="2031-03-13T10:00:00.000000Z")
    path, _ = release(tmp_path, [early, *to_call(CALL, CALL)])
    assert rows(path)["c-call-0"]["origin"] == "unanimous"
    counts = [row["counts"] for row in _all(path, "annotations") if row["id"] == "c-call-0"]
    assert sorted(counts) == [False, True, True]
    assert verify_release(path) == []


@pytest.fixture
def decided(tmp_path: Path) -> Path:
    """A release in which a third person decided between two."""
    workspace = make_workspace(tmp_path / "news", [*to_call(CALL, OTHER), *SINGLE], settings=GOLD)
    decision = annotation(CALL, chunk_id="c-call-0", annotation_id=30, annotator=DORA)
    source = replace(read_source(workspace), adjudicated={"c-call-0": decision})
    made = build._with_rows(source, workspace, None)
    draft, _, _ = build._plan(workspace, made, None, None)
    assert draft is not None
    written = draft.written()
    written.place()
    return written.target


def test_what_a_person_decides_stands_and_is_proved(decided: Path) -> None:
    row = rows(decided)["c-call-0"]
    support = {span["label"]: (span["support"], span["origin"]) for span in row["spans"]}
    assert support == {
        "Speaker": (2, "adjudicated"),
        "ceasefire": (2, "adjudicated"),
        "Support": (1, "adjudicated"),
    }
    assert (row["answers"], row["support"], row["origin"]) == (2, 1, "adjudicated")
    own = [row for row in _all(decided, "annotations") if row["id"] == "c-call-0"]
    assert sorted((row["role"], row["counts"]) for row in own) == [
        ("adjudicator", False),
        ("annotator", True),
        ("annotator", True),
    ]
    body = (decided / "README.md").read_text(encoding="utf-8")
    assert "pseudonyms: 3, of whom 1 decided on conflicts" in body
    assert "| adjudicated | 1 | 3 |" in body
    assert verify_release(decided) == []


def flipped(found: list[Json]) -> None:
    row = next(row for row in found if row["id"] == "c-call-0")
    next(span for span in row["spans"] if span["label"] == "Support")["support"] = 3


def relabelled(found: list[Json]) -> None:
    row = next(row for row in found if row["id"] == "c-call-0")
    next(span for span in row["spans"] if span["label"] == "Support")["label"] = "Oppose"


def renamed_origin(found: list[Json]) -> None:
    next(row for row in found if row["id"] == "c-call-0")["origin"] = "unanimous"


def left_out(found: list[Json]) -> None:
    found[:] = [row for row in found if row["id"] != "c-call-0"]


def discounted(found: list[Json]) -> None:
    next(row for row in found if row["id"] == "c-call-0" and row["counts"])["counts"] = False


BREAKS = {
    "a support that is too high": ("spans", flipped, "support-differs"),
    "a vote turned round": ("spans", relabelled, "answer-unknown"),
    "a chunk that was not unanimous": ("spans", renamed_origin, "support-differs"),
    "a decided chunk left out": ("spans", left_out, "answer-missing"),
    "an answer that does not count any more": ("annotations", discounted, "answers-differ"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_gold_that_the_answers_do_not_give_is_found(name: str, tmp_path: Path) -> None:
    path, _ = release(tmp_path, to_call(CALL, OTHER, CALL))
    shop = Workshop(path, tmp_path / "broken")
    config, change, code = BREAKS[name]
    shop.edit(config, change)
    assert code in {finding.code for finding in verify_release(shop.folder)}


def test_a_decision_that_was_another_is_found(decided: Path, tmp_path: Path) -> None:
    shop = Workshop(decided, tmp_path / "broken")
    shop.edit("spans", relabelled)
    assert "answer-unknown" in {finding.code for finding in verify_release(shop.folder)}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"weights": {ANNA: 1.0, BORIS: 1.0, CARLA: 1.0}}, "weights-differ"),
        ({"chunks_in_conflict": 4}, "undecided-differ"),
        ({"agreement": None}, "agreement-differs"),
        ({"agreement": {"chunks": 1}}, "manifest-broken"),
    ],
)
def test_a_manifest_that_tells_other_decisions_is_found(
    change: Json, code: str, tmp_path: Path
) -> None:
    path, _ = release(tmp_path, to_call(CALL, OTHER, CALL))
    shop = Workshop(path, tmp_path / "broken")
    shop.in_manifest(lambda manifest: manifest.update(change))
    assert code in {finding.code for finding in verify_release(shop.folder)}


def in_figures(shop: Workshop, change: Callable[[Json], None]) -> list[str]:
    """Change a figure in the manifest, tell it in the card as well, and seal all of it."""
    before = agreement_told(shop.manifest["agreement"])
    shop.in_manifest(
        lambda manifest: change(
            next(
                one
                for one in manifest["agreement"]["figures"]
                if (one["of"], one["name"]) == ("stance", "f1_exact")
            )
        )
    )
    after = agreement_told(shop.manifest["agreement"])
    shop.seal()
    if before != after:
        shop.text("README.md", before, after)
        shop.sums()
    return [f"{each.code}: {each.place}: {each.message}" for each in verify_release(shop.folder)]


@pytest.mark.parametrize(
    ("key", "value", "was"),
    [("value", 0.9, 1 / 3), ("high", 0.95, None), ("n", 60, 6), ("why", "no units", "")],
)
def test_a_figure_that_the_answers_do_not_give_is_named(
    key: str, value: Any, was: Any, tmp_path: Path
) -> None:
    path, _ = release(tmp_path, to_call(CALL, OTHER, CALL))
    shop = Workshop(path, tmp_path / "broken")
    assert in_figures(shop, lambda _: None) == []  # the seal alone breaks nothing
    told = round(was, 6) if isinstance(was, float) else was
    place = "agreement-differs: MANIFEST.json, agreement"
    assert in_figures(shop, lambda figure: figure.update({key: value})) == [
        f"{place}: stance, f1_exact: {key} is {value!r}, not {told!r}"
    ]


def test_intervals_are_drawn_again_as_they_were_drawn(tmp_path: Path) -> None:
    """Of the sample, whose articles are enough for intervals; the order of rows changes none."""
    workspace = sample_workspace(tmp_path / "news")
    text = (workspace.root / "annotate.toml").read_text(encoding="utf-8")
    other = text.replace("draws = 1000 ", "draws = 300 ").replace("\nseed = 1 ", "\nseed = 7 ")
    (workspace.root / "annotate.toml").write_text(other, encoding="utf-8")
    path = workspace.root / str(publish(Workspace.find(workspace.root)).path)
    manifest = orjson.loads((path / "MANIFEST.json").read_bytes())
    told = manifest["agreement"]
    exact = next(
        one for one in told["figures"] if (one["of"], one["name"]) == ("stance", "f1_exact")
    )
    assert (told["draws"], told["seed"]) == (300, 7)
    assert exact["low"] < exact["value"] < exact["high"]
    assert verify_release(path) == []
    shop = Workshop(path, tmp_path / "turned")
    for split in shop.splits("annotations"):
        shop.edit("annotations", list.reverse, split)
    shop.seal()
    assert "agreement-differs" not in {finding.code for finding in verify_release(shop.folder)}
    broken = Workshop(path, tmp_path / "broken")
    (found,) = in_figures(broken, lambda figure: figure.update(low=0.01))
    assert f"stance, f1_exact: low is 0.01, not {exact['low']!r}" in found


def test_a_figure_changed_in_the_card_alone_is_named(tmp_path: Path) -> None:
    path, _ = release(tmp_path, to_call(CALL, OTHER, CALL))
    shop = Workshop(path, tmp_path / "broken")
    shop.text("README.md", "| stance | F1 exact | 0.33 |", "| stance | F1 exact | 0.93 |")
    shop.sums()
    (finding,) = verify_release(shop.folder)
    assert (finding.code, finding.place) == ("agreement-differs", "README.md")
    assert finding.message == "stance, F1 exact is not what the manifest has"


def test_an_agreement_kept_to_oneself_is_found(tmp_path: Path) -> None:
    path, _ = release(tmp_path, to_call(CALL, OTHER, CALL))
    shop = Workshop(path, tmp_path / "broken")
    before = agreement_told(shop.manifest["agreement"])
    shop.in_manifest(lambda manifest: manifest.update(agreement=None))
    shop.seal()
    shop.text("README.md", before, agreement_told(None))
    shop.sums()
    (finding,) = verify_release(shop.folder)
    assert finding.code == "agreement-differs"
    assert finding.message == "chunks with the answers of two people: 1 have"


@pytest.mark.parametrize("nameless", [True, False])
def test_without_texts_all_is_measured_again_but_what_words_tell(
    nameless: bool, tmp_path: Path
) -> None:
    """A speaker of no entity is known by words alone: `She` against nobody."""
    bare = GOLD.replace('rights = "full"', 'rights = "standoff"')
    visit = answered("c-visit-0", drawn(PARTS["c-visit-0"]), annotation_id=50)
    more = [visit] if nameless else []
    path, manifest = release(tmp_path, [*to_call(CALL, OTHER), *more], settings=bare)
    own = [one for one in manifest["agreement"]["figures"] if one["of"] == "triples"]
    assert all(one["n"] for one in own)
    untold = {each.message for each in verify_release(path) if each.place != "articles"}
    assert untold == (
        {"triples: told by words that are not at hand, so not measured again"}
        if nameless
        else set()
    )
    shop = Workshop(path, tmp_path / "broken")
    found = in_figures(shop, lambda figure: figure.update(value=0.9))
    assert any("stance, f1_exact: value is 0.9" in each for each in found)


def test_a_release_without_texts_has_the_same_gold(tmp_path: Path) -> None:
    bare = GOLD.replace('rights = "full"', 'rights = "standoff"')
    path, _ = release(tmp_path, to_call(CALL, OTHER, CALL), settings=bare)
    row = rows(path)["c-call-0"]
    assert (row["support"], row["origin"]) == (2, "majority")
    assert {finding.code for finding in verify_release(path)} == {"text-not-at-hand"}


def test_five_answers_are_proved_by_token(tmp_path: Path) -> None:
    fifth = answered("c-call-0", drawn(CALL), annotation_id=40, annotator="annotator-eeeeeeeeee")
    path, _ = release(tmp_path, [*to_call(CALL, OTHER, CALL, CALL), fifth])
    row = rows(path)["c-call-0"]
    assert (row["answers"], row["support"]) == (5, 4)
    assert verify_release(path) == []
