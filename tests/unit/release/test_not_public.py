"""What must not become public: refused with its place, or left out and said."""

from __future__ import annotations

import json
import shutil
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotate.cli import run
from annotate.corpus.store import each_header
from annotate.errors import ConfigError, InputError, RefusedError
from annotate.release import build
from annotate.release.build import publish
from annotate.release.diff import diff
from annotate.release.files import read_parquet
from annotate.release.links import Link
from annotate.release.verify import verify_release
from annotate.release.withdraw import NOTICE, withdraw
from annotate.workspace import Workspace
from tests.unit.labels.rows import BORIS, answered, drawn
from tests.unit.release.source import (
    ABOUT,
    ANSWERS,
    ARTICLES,
    PARTS,
    SETTINGS,
    TEXTS,
    make_workspace,
)
from tests.unit.release.test_publish import releases, rows_of, tell
from tests.unit.release.test_rights import STANDOFF

Json = dict[str, Any]
VISIT = "articles/visit.txt"


def named_by(words: str, at: str = "2031-03-20T10:00:00Z", on: str = "c-visit-0") -> Json:
    """The answer to a chunk in which the annotator wrote whom the speaker is."""
    row = deepcopy(next(row for row in ANSWERS if row["chunk_id"] == on))
    named = {"id": "s1", "from_name": "entity_other", "to_name": "text", "type": "textarea"}
    speaker = next(item for item in row["annotation"]["result"] if item["id"] == "s1")
    place = {key: speaker["value"][key] for key in ("start", "end")}
    row["annotation"]["result"].append(named | {"value": place | {"text": [words]}})
    row["annotation"]["updated_at"] = at
    return row


def relabelled(label: str, at: str) -> Json:
    row = deepcopy(ANSWERS[3])
    stance = next(item for item in row["annotation"]["result"] if item["id"] == "a1")
    stance["value"]["labels"] = [label]
    row["annotation"]["updated_at"] = at
    return row


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "news")


@pytest.mark.parametrize("take_back", ["withdrawal", "rights"])
def test_no_later_change_list_quotes_what_was_taken_back(
    workspace: Workspace, take_back: str
) -> None:
    publish(workspace)
    tell(workspace, relabelled("Oppose", "2031-03-20T10:00:00Z"))
    second = workspace.root / str(publish(workspace).path)
    assert "calls שלום" in (second / "CHANGELOG.md").read_text("utf-8")
    if take_back == "rights":
        (workspace.root / "annotate.toml").write_text(STANDOFF, encoding="utf-8")
    else:
        withdraw(workspace, VISIT, "asked for")
    third = workspace.root / str(publish(Workspace.find(workspace.root)).path)
    told = (third / "CHANGELOG.md").read_text("utf-8")
    assert "| span relabelled | 1 |" in told
    for path in third.rglob("*"):
        held = path.read_bytes() if path.is_file() else b""
        assert "שלום".encode() not in held, path.name
        assert b"?she" not in held, path.name


def test_an_address_in_an_answer_is_refused_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = make_workspace(tmp_path / "news", [named_by("anna@news.test")])
    assert run(["publish", "-C", str(workspace.root)]) == 4
    told = capsys.readouterr().err
    assert "email-found: annotations/train-00000-of-00001.parquet, row 0, spans.attributes" in told
    assert "correct the answer in Label Studio" in told
    assert "anna@news.test" not in told
    assert releases(workspace) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('license = "CC BY 4.0"', "publish.license: must be a licence as the Hub names it"),
        ('authors = ["Anna <anna@news.test>"]', "email-found: annotate.toml, publish.authors"),
        ('selection = "all of /home/anna/scrapes"', "local-path: annotate.toml, publish.selection"),
    ],
)
def test_a_setting_that_cannot_be_published_is_no_bug(tmp_path: Path, line: str, told: str) -> None:
    name = line.partition(" =")[0]
    kept = [each for each in SETTINGS.splitlines() if not each.startswith(f"{name} =")]
    settings = "\n".join([*kept, line, ""])
    with pytest.raises((ConfigError, RefusedError)) as refused:
        publish(make_workspace(tmp_path / "news", settings=settings))
    assert told in " ".join((refused.value.message, *refused.value.problems))


def test_a_name_that_looks_like_a_figure_of_the_card_is_none(tmp_path: Path) -> None:
    settings = SETTINGS + 'pretty_name = "Newspaper articles: 2024"\n'
    assert publish(make_workspace(tmp_path / "news", settings=settings)).version == "0.1.0"


def test_a_label_of_several_words_is_found_in_the_card(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "news")
    schema = workspace.schema_file.read_text(encoding="utf-8")
    assert "military_aid" in schema
    workspace.schema_file.write_text(
        schema.replace("military_aid", "military-aid (arms)"), encoding="utf-8"
    )
    report = publish(workspace)
    assert verify_release(workspace.root / str(report.path)) == []


def test_a_language_that_is_no_code_is_not_in_the_card(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "news")
    corpus = workspace.corpus / "articles.jsonl"
    assert {header.metadata.language for header in each_header(workspace)} == {"en", None}
    before = corpus.read_bytes()
    corpus.write_bytes(before.replace(b'"language":"en"', b'"language":"EN"'))
    report = publish(workspace)
    text = (workspace.root / str(report.path) / "README.md").read_text(encoding="utf-8")
    assert "language:\n- und\n" in text


def test_articles_that_would_tie_splits_are_named_and_strict_refuses_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = SETTINGS + "[publish.splits]\ntrain = 0.5\nvalidation = 0\ntest = 0.5\n"
    answers = [*ANSWERS, answered("c-row-0", annotation_id=9, annotator=BORIS)]
    workspace = make_workspace(tmp_path / "news", answers, settings=settings)
    publish(workspace)
    tied = Link("an event", ("articles/call.txt", "articles/row.txt", VISIT))
    monkeypatch.setattr(build, "find_links", lambda *_: [tied])
    assert run(["publish", "--strict", "-C", str(workspace.root)]) == 4
    assert (
        "would tie two splits together, and --strict leaves nothing out" in capsys.readouterr().err
    )
    assert run(["publish", "--json", "-C", str(workspace.root)]) == 1
    done = capsys.readouterr()
    left_out = json.loads(done.out)["left_out"]
    assert left_out
    for one in left_out:
        assert f"{one['article_id']} is left out, as it would tie splits together" in done.err


def test_the_name_of_an_answer_tells_nothing_of_its_time(tmp_path: Path) -> None:
    ids = []
    for number, second in enumerate(("00", "59")):
        at = f"2031-03-14T10:00:{second}Z"
        given = answered("c-call-0", drawn(PARTS["c-call-0"]), at=at)
        made = make_workspace(tmp_path / str(number), [given])
        ids.append([row["annotation_id"] for row in rows_of(path_of(made), "annotations")])
    assert ids[0] == ids[1]


def test_answers_of_two_servers_with_the_same_numbers_are_told_apart(tmp_path: Path) -> None:
    first = answered("c-call-0", drawn(PARTS["c-call-0"]))
    second = first | {"project_created_at": "2031-06-01T08:00:00.000000Z"}
    made = make_workspace(tmp_path / "news", [first, second])
    assert len({row["annotation_id"] for row in rows_of(path_of(made), "annotations")}) == 2


def path_of(workspace: Workspace) -> Path:
    return workspace.root / str(publish(workspace).path)


def test_a_damaged_release_is_not_taken_for_the_one_that_is_built_again(
    workspace: Workspace,
) -> None:
    file = path_of(workspace) / "spans" / "train-00000-of-00001.parquet"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(RefusedError, match="is there already, and damaged: spans/train"):
        publish(workspace, version="0.1.0")
    shutil.rmtree(workspace.releases / "0.1.0")
    publish(workspace, version="0.1.0")
    assert verify_release(workspace.releases / "0.1.0") == []


def test_lost_sums_are_damage_as_well(workspace: Workspace) -> None:
    sums = path_of(workspace) / "SHA256SUMS"
    for content in (b"garbage\n", None):
        sums.unlink()
        if content is not None:
            sums.write_bytes(content)
        with pytest.raises(RefusedError, match="and damaged: SHA256SUMS"):
            publish(workspace, version="0.1.0")


@pytest.mark.parametrize("name", ["unknown", "Law &lt; Order", "`Foo`", "a <b> | c"])
def test_an_outlet_may_have_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    about = ABOUT["articles/visit.txt"]
    named = replace(ARTICLES["articles/visit.txt"], metadata=replace(about, outlet=name))
    monkeypatch.setitem(ARTICLES, "articles/visit.txt", named)
    workspace = make_workspace(tmp_path / "news")
    assert verify_release(path_of(workspace)) == []


def test_an_address_that_the_source_has_stops_no_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = replace(ABOUT["articles/visit.txt"], url="https://x.test/list/dev@lists.test/1")
    article = replace(ARTICLES["articles/visit.txt"], metadata=about)
    monkeypatch.setitem(ARTICLES, "articles/visit.txt", article)
    found = verify_release(path_of(make_workspace(tmp_path / "news")))
    assert {one.code for one in found} == {"email-in-source"}


@pytest.mark.parametrize(("on", "refused"), [("c-call-1", True), ("c-visit-0", False)])
def test_an_answer_may_not_quote_at_length_what_is_not_published(
    tmp_path: Path, on: str, refused: bool
) -> None:
    words = " ".join(TEXTS["articles/call.txt"].split())
    answers = [named_by(words, on=on)]
    assert publish(make_workspace(tmp_path / "full", answers), dry_run=True).version
    bare = make_workspace(tmp_path / "bare", answers, settings=STANDOFF)
    if not refused:  # they are of another article
        assert publish(bare, dry_run=True).version == "0.1.0"
        return
    with pytest.raises(RefusedError, match="repeat 8 or more words in a row") as caught:
        publish(bare)
    assert caught.value.problems == ("chunk c-call-1, annotator-aaaaaaaaaa",)
    assert releases(bare) == []


def test_what_was_answered_in_own_words_before_is_not_in_the_list_of_changes(
    workspace: Workspace,
) -> None:
    tell(workspace, named_by("Jane Doe"))
    publish(workspace)
    tell(workspace, named_by("a clerk", at="2031-03-25T10:00:00Z"))
    release = path_of(workspace)
    changes = read_parquet(release / "CHANGES.parquet")
    assert any("other:a clerk" in str(row["after"]) for row in changes)
    for path in release.rglob("*"):
        assert not path.is_file() or b"Jane" not in path.read_bytes(), path.name
    for row in changes:
        assert "Jane" not in str(row)


def test_a_hidden_speaker_is_named_in_the_list_of_changes_as_in_the_rows(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "news", settings=STANDOFF)
    publish(workspace)
    (hidden,) = (
        row["entity"]
        for row in rows_of(workspace.releases / "0.1.0", "triples")
        if row["entity"].startswith("?")
    )
    tell(workspace, relabelled("Oppose", "2031-03-20T10:00:00Z"))
    publish(workspace)
    keys = [
        change.key
        for change in diff("0.1.0", "0.1.1", workspace).changes
        if change.config == "triples"
    ]
    assert len(keys) == 2
    assert all(hidden in key for key in keys)


def test_a_list_of_people_may_begin_with_a_mark_of_its_encoding(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace.root / "annotate.toml").write_text(
        SETTINGS + 'selection = "by Anna Berg"\n', encoding="utf-8"
    )
    release = path_of(Workspace.find(workspace.root))
    (tmp_path / "people.txt").write_text("Anna Berg\n", encoding="utf-8-sig")
    assert run(["verify", str(release), "--people", str(tmp_path / "people.txt")]) == 1
    assert "person-named" in capsys.readouterr().out


def test_what_was_withdrawn_stays_listed_when_the_release_that_held_it_is_elsewhere(
    workspace: Workspace, tmp_path: Path
) -> None:
    publish(workspace)
    withdraw(workspace, VISIT, "asked for")
    publish(workspace)
    (workspace.releases / "0.1.0").rename(tmp_path / "elsewhere")
    tell(workspace, answered("c-row-0", annotation_id=9))
    release = path_of(workspace)
    (stone,) = json.loads((release / "MANIFEST.json").read_bytes())["withdrawn"]
    assert (stone["article_id"], stone["releases"]) == (VISIT, ["0.1.0"])
    withdraw(workspace, "articles/call.txt", "asked for, too")
    assert f"| {VISIT} | 0.1.0 |" in (workspace.releases / NOTICE).read_text("utf-8")


def test_an_article_can_be_withdrawn_beside_a_damaged_release(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    file = path_of(workspace) / "articles" / "train-00000-of-00001.parquet"
    whole = file.read_bytes()
    file.write_bytes(b"PAR1")
    call = ["withdraw", VISIT, "--reason", "asked for", "-C", str(workspace.root)]
    assert run(call) == 0
    assert "release 0.1.0 is damaged: whether it holds" in capsys.readouterr().err
    for again in (["publish"], ["diff", "0.1.0", "0.1.0"]):
        assert run([*again, "-C", str(workspace.root)]) == 2
        assert "0.1.0" in capsys.readouterr().err
    file.write_bytes(whole)
    assert withdraw(workspace, VISIT, "asked for").releases == ("0.1.0",)


@pytest.mark.parametrize("content", ["{", "[]", "[1]", "null", "{}"])
def test_a_damaged_manifest_is_named(workspace: Workspace, content: str) -> None:
    (path_of(workspace) / "MANIFEST.json").write_text(content, encoding="utf-8")
    assert withdraw(workspace, VISIT, "asked for").changed
    with pytest.raises(InputError, match=r"MANIFEST\.json is damaged"):
        diff("0.1.0", "0.1.0", workspace)


def test_rights_of_an_outlet_whose_articles_are_all_withdrawn_are_no_mistake(
    tmp_path: Path,
) -> None:
    settings = STANDOFF + 'outlets = { "Velin | Post" = "full" }\n'
    answers = [*ANSWERS, answered("c-row-0", annotation_id=9, annotator=BORIS)]
    workspace = make_workspace(tmp_path / "news", answers, settings=settings)
    publish(workspace)
    for article in (VISIT, "articles/call.txt"):
        withdraw(workspace, article, "asked for")
    assert publish(workspace).version == "0.2.0"


@pytest.mark.parametrize("reason", ["see /home/kim/letter.pdf", "ask kim@news.test"])
def test_a_reason_that_must_not_be_public_is_refused(workspace: Workspace, reason: str) -> None:
    with pytest.raises(InputError, match="the reason is public"):
        withdraw(workspace, VISIT, reason)


def test_an_article_that_is_not_withdrawn_is_said_not_to_be(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["withdraw", VISIT, "--undo", "-C", str(workspace.root)]) == 0
    assert "it is not withdrawn" in capsys.readouterr().err
