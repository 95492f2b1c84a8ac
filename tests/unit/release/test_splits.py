"""Splits over many versions: nothing moves, nothing leaks."""

from __future__ import annotations

import random
from collections import Counter
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.errors import ConfigError, InputError
from annotate.release.build import publish
from annotate.release.files import read_parquet
from annotate.release.links import Link
from annotate.release.opened import Release
from annotate.release.splits import (
    Assigned,
    Assignment,
    Policy,
    assign,
    leaks,
    ledger_rows,
    read_ledger,
)
from annotate.workspace import parse_settings
from tests.unit.release.source import SETTINGS, make_workspace

Json = dict[str, Any]
POLICY = Policy({"train": 0.8, "validation": 0.1, "test": 0.1})


def weights(names: list[str]) -> dict[str, Counter[str]]:
    return {name: Counter({"chunks": 1}) for name in names}


def version_after_version(rng: random.Random, versions: int = 20) -> list[Assignment]:
    """Articles keep coming, some to old events; some tie two old events; some are withdrawn."""
    articles: dict[str, Counter[str]] = {}
    links: dict[str, set[str]] = {}
    ledger: tuple[Assigned, ...] = ()
    found: list[Assignment] = []
    for version in range(versions):
        for number in range(rng.randint(1, 12)):
            name = f"a{version}-{number}"
            topics = {f"label {rng.choice('xyz')}": rng.randint(1, 4)}
            articles[name] = Counter({"chunks": rng.randint(1, 5)} | topics)
            for _ in range(rng.choice([0, 1, 1, 1, 2])):
                links.setdefault(f"e{rng.randint(0, 40)}", set()).add(name)
        if rng.random() < 0.3:
            links.setdefault(f"e{rng.randint(0, 40)}", set()).add(rng.choice(sorted(articles)))
        if rng.random() < 0.3:
            del articles[rng.choice(sorted(articles))]
        tied = [Link(name, tuple(sorted(names & articles.keys()))) for name, names in links.items()]
        assignment = assign(articles, tied, ledger, POLICY)
        assert leaks(assignment, tied) == []
        placed = assignment.split_of
        left_out = {item.article_id for item in assignment.left_out}
        assert {name for name in articles if name not in placed} <= left_out
        assert not left_out & placed.keys()
        found.append(assignment)
        ledger = tuple(Assigned(**row) for row in ledger_rows(assignment.ledger, str(version)))
    return found


@pytest.mark.parametrize("seed", range(20))
def test_over_20_versions_nothing_moves_and_nothing_leaks(seed: int) -> None:
    found = version_after_version(random.Random(seed))
    for one, two in pairwise(found):
        both = one.split_of.keys() & two.split_of.keys()
        assert all(one.split_of[name] == two.split_of[name] for name in both)
        lines = [row._replace(assigned_in_version="") for row in two.ledger]
        old = [row._replace(assigned_in_version="") for row in one.ledger]
        assert lines[: len(old)] == old
    groups: dict[str, set[str]] = {}
    for row in found[-1].ledger:
        groups.setdefault(row.group, set()).add(row.split)
    assert all(len(splits) == 1 for splits in groups.values())
    assert any(assignment.left_out for assignment in found), "no version had to leave one out"


@settings(deadline=None, max_examples=50)
@given(st.randoms(use_true_random=False))
def test_the_laws_hold_for_any_growth(rng: random.Random) -> None:
    version_after_version(rng, 6)


def test_the_shares_come_out_for_every_label() -> None:
    rng = random.Random(5)
    articles = {
        f"a{number:03}": Counter({"chunks": rng.randint(1, 6), f"label {rng.choice('xyz')}": 3})
        for number in range(400)
    }
    placed = assign(articles, [], (), POLICY).split_of
    for kind in ("chunks", "label x", "label y", "label z"):
        total = sum(count[kind] for count in articles.values())
        for split, share in POLICY.shares.items():
            own = sum(articles[name][kind] for name in articles if placed[name] == split)
            assert own / total == pytest.approx(share, abs=0.03), (kind, split)


def test_the_order_of_articles_does_not_matter_and_the_seed_does() -> None:
    names = [f"a{number}" for number in range(40)]
    one = assign(weights(names), [], (), POLICY)
    other = assign(weights(names[::-1]), [], (), POLICY)
    assert one.split_of == other.split_of
    assert assign(weights(names), [], (), Policy(POLICY.shares, 2)).split_of != one.split_of


def test_with_fewer_groups_than_splits_everything_is_train_and_it_is_said_why() -> None:
    found = assign(weights(["a", "b", "c"]), [Link("event", ("a", "b"))], (), POLICY)
    assert set(found.split_of.values()) == {"train"}
    assert found.why == "there are fewer groups (2) than splits (3)"


def test_with_as_many_groups_as_splits_each_has_one() -> None:
    found = assign(weights(["a", "b", "c"]), [], (), POLICY)
    assert sorted(found.split_of.values()) == ["test", "train", "validation"]
    assert found.why == ""


def before(**splits: str) -> tuple[Assigned, ...]:
    return tuple(Assigned(f"g-{name}", name, split, "1.0.0") for name, split in splits.items())


def test_a_new_article_goes_where_its_group_is() -> None:
    ledger = before(a="test", b="train")
    found = assign(weights(["a", "b", "n"]), [Link("event", ("a", "n"))], ledger, POLICY)
    assert found.split_of["n"] == "test"
    assert found.group_of["n"] == "g-a"


def test_an_article_that_ties_two_splits_is_left_out_and_listed() -> None:
    ledger = before(a="test", b="train")
    links = [Link("event e", ("a", "n")), Link("shared quote", ("b", "n"))]
    found = assign(weights(["a", "b", "n"]), links, ledger, POLICY)
    assert found.split_of == {"a": "test", "b": "train"}
    assert [item.article_id for item in found.left_out] == ["n"]
    assert "shared quote" in found.left_out[0].reason
    assert [row.article_id for row in found.ledger] == ["a", "b"]


def test_of_a_chain_between_two_splits_the_end_at_train_is_left_out() -> None:
    ledger = before(a="test", b="train")
    links = [Link("x", ("a", "m")), Link("y", ("m", "n")), Link("z", ("b", "n"))]
    found = assign(weights(["a", "b", "m", "n"]), links, ledger, POLICY)
    assert found.split_of == {"a": "test", "b": "train", "m": "test"}


def test_published_articles_that_turn_out_to_belong_together_do_not_move() -> None:
    ledger = before(a="validation", b="train", c="test")
    found = assign(weights(["a", "b", "c"]), [Link("event", ("a", "b", "c"))], ledger, POLICY)
    assert found.split_of == {"c": "test"}
    assert found.ledger == ledger
    assert [item.article_id for item in found.left_out] == ["a", "b"]


def test_an_article_that_comes_back_is_where_it_was() -> None:
    ledger = before(a="test", b="train")
    without = assign(weights(["b"]), [], ledger, POLICY)
    again = assign(weights(["a", "b"]), [], without.ledger, POLICY)
    assert again.split_of["a"] == "test"


@pytest.mark.parametrize("shares", ["train = 0.5", "train = 0.9, validation = 0.2", "train = 0"])
def test_shares_that_do_not_add_up_are_a_wrong_setting(shares: str) -> None:
    with pytest.raises(ConfigError):
        parse_settings(f"{SETTINGS}splits = {{ {shares} }}\n", "annotate.toml")


def test_a_release_has_its_ledger_and_the_card_says_why_there_is_one_split(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "news")
    publish(workspace)
    folder = workspace.releases / "0.1.0"
    rows = read_parquet(folder / "splits.parquet")
    assert {(row["article_id"], row["split"], row["assigned_in_version"]) for row in rows} == {
        (name, "train", "0.1.0")
        for name in ("articles/call.txt", "articles/visit.txt", "articles/row.txt")
    }
    groups = {row["article_id"]: row["group"] for row in rows}
    assert groups["articles/call.txt"] == groups["articles/visit.txt"]  # of one event
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "Everything is in `train`: there are fewer groups (2) than splits (3)." in card


TWO_SPLITS = SETTINGS + "splits = { train = 0.5, validation = 0.0, test = 0.5 }\n"


def test_splits_are_files_of_their_own_and_rows_follow_their_article(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "news", settings=TWO_SPLITS)
    publish(workspace)
    folder = workspace.releases / "0.1.0"
    split_of = {row["article_id"]: row["split"] for row in read_parquet(folder / "splits.parquet")}
    assert set(split_of.values()) == {"train", "test"}
    release = Release.open(folder)
    for config in release.configs:
        for path in folder.glob(f"{config}/*"):
            for row in read_parquet(path):
                assert split_of[row["article_id"]] == path.name.split("-")[0]


@pytest.mark.parametrize("content", [None, b"PAR1"])
def test_nothing_is_published_on_a_release_whose_ledger_cannot_be_read(
    tmp_path: Path, content: bytes | None
) -> None:
    workspace = make_workspace(tmp_path / "news", settings=TWO_SPLITS)
    publish(workspace)
    ledger = workspace.releases / "0.1.0" / "splits.parquet"
    ledger.unlink()
    if content is not None:
        ledger.write_bytes(content)
    with pytest.raises(InputError, match=r"splits\.parquet is damaged"):
        publish(workspace)
    assert read_ledger(None) == ()


def test_counters_are_not_changed() -> None:
    given_weights = weights(["a", "b", "c", "d"])
    kept = deepcopy(given_weights)
    assign(given_weights, [Link("event", ("a", "b"))], (), POLICY)
    assert given_weights == kept
