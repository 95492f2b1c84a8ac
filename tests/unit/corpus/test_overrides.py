from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from annotate.corpus import Rejected, prepare, read_articles, read_chunks, read_rejected
from annotate.corpus.article import prepare_article
from annotate.corpus.articles import Article, Decision, Received, Source
from annotate.corpus.clean import clean
from annotate.corpus.decided import decided, removals, visible_text
from annotate.corpus.edits import Edit, EditedText
from annotate.corpus.explain import explain
from annotate.corpus.inputs import plan_inputs
from annotate.corpus.overrides import Wish, decide, read_decisions
from annotate.errors import InputError, RefusedError
from annotate.workspace import PrepareSettings
from tests.unit.corpus.texts import law, nasty_texts
from tests.unit.scraped import AD, GATE, HTML, LEAD, NOTE, OTHER, PAGE, SECOND

if TYPE_CHECKING:
    from annotate.workspace import Workspace

SETTINGS = PrepareSettings()
law = settings(law, max_examples=law.max_examples // 4)  # each lays a whole article out


def is_clean(text: str) -> bool:
    return not clean(EditedText(text)).edits


def received(raw: str, form: Any = "text", *decisions: Decision) -> Received:
    return Received("a", Source("a", "0"), raw, form, decisions=decisions)


def prepared(raw: str, form: Any, *decisions: Decision) -> Article:
    result = prepare_article(received(raw, form, *decisions), SETTINGS)
    assert not isinstance(result, Rejected), result.message
    return result.article


def on(raw: str, action: Any, words: str) -> Decision:
    start = raw.index(words)
    return Decision(action, "0", start, start + len(words))


pages = st.sampled_from([PAGE, HTML])


def is_border(visible: EditedText, at: int) -> bool:
    """Whether a place in the clean text lies between two characters of the raw one."""
    if not 0 < at < len(visible.clean):
        return True
    return visible.to_raw(at - 1, at)[1] <= visible.to_raw(at, at + 1)[0]


@st.composite
def decided_texts(draw: st.DrawFn) -> tuple[EditedText, EditedText, list[Decision]]:
    """A text, what rules left of it, and decisions about it."""
    form: Any = draw(st.sampled_from(["text", "html"]))
    each = received(draw(nasty_texts | pages), form)
    visible = visible_text(each)
    points = st.integers(0, len(visible.clean)).filter(lambda at: is_border(visible, at))
    cuts = sorted(draw(st.lists(points, max_size=8, unique=True)))
    drops = (
        Edit(start, end, draw(st.sampled_from(["", "\n\n", " "])) if start else "", "boilerplate")
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    )
    at = st.integers(0, len(each.raw))
    action = st.sampled_from(["keep", "drop", "accept"])
    ranges = draw(st.lists(st.tuples(action, at, at), max_size=5))
    decisions = [Decision(action, "0", *sorted((a, b))) for action, a, b in ranges]
    return visible.then(drops), visible, decisions


def seen(visible: EditedText, start: int, end: int) -> list[tuple[int, int]]:
    """The raw places of all that a reader would see of a range."""
    found = visible.to_clean(start, end) or (0, 0)
    marks = [at for at in range(*found) if not visible.clean[at].isspace()]
    return [visible.to_raw(at, at + 1) for at in marks]


@law
@given(decided_texts())
def test_what_is_kept_last_is_there_to_the_character(case: Any) -> None:
    edited, visible, decisions = case
    after = decided(edited, visible, decisions)
    for place, decision in enumerate(decisions):
        if decision.action != "keep" or any(d.action == "drop" for d in decisions[place:]):
            continue
        for start, end in seen(visible, decision.start, decision.end):
            shown = after.to_clean(start, end)
            assert shown is not None
            assert after.clean[slice(*shown)].strip() == seen_in(visible, start, end)


@law
@given(decided_texts())
def test_of_what_is_dropped_last_nothing_is_left(case: Any) -> None:
    edited, visible, decisions = case
    after = decided(edited, visible, decisions)
    for place, decision in enumerate(decisions):
        if decision.action != "drop" or any(d.action == "keep" for d in decisions[place:]):
            continue
        for start, end in seen(visible, decision.start, decision.end):
            shown = after.to_clean(start, end)
            assert shown is None or after.clean[slice(*shown)].isspace()


REPAIRED_BEFORE_A_CUT = (
    EditedText("a\xc3\xa9\xc2\xa0a", (Edit(0, 6, "", "boilerplate"),)),
    EditedText("a\xc3\xa9\xc2\xa0a", (Edit(1, 5, "\xe9 ", "space"),)),
    [Decision("keep", "0", 0, 2)],
)


@law
@given(decided_texts())
@example(REPAIRED_BEFORE_A_CUT)
def test_nothing_else_comes_or_goes(case: Any) -> None:
    edited, visible, decisions = case
    spans = [visible_range(visible, each) for each in decisions if each.action != "accept"]
    after = decided(edited, visible, decisions)
    for start, end in seen(visible, 0, len(visible.raw)):
        whole = replaced_with(after, start, end)
        if not any(first < whole[1] and whole[0] < last for first, last in spans):
            assert bool(seen_in(after, start, end)) == bool(seen_in(edited, start, end))


def replaced_with(edited: EditedText, start: int, end: int) -> tuple[int, int]:
    """The raw range that shows as a whole with a place: a replaced part is not taken apart."""
    shown = edited.to_clean(start, end)
    return edited.to_raw(*shown) if shown else (start, end)


def visible_range(visible: EditedText, decision: Decision) -> tuple[int, int]:
    """The range with the accents at its rims."""
    shown = visible.to_clean(decision.start, decision.end)
    if shown is None:
        return 0, 0
    start, end = shown
    text = visible.clean
    while start and joins(text[start]):
        start -= 1
    while end < len(text) and joins(text[end]):
        end += 1
    return visible.to_raw(start, end)


def joins(char: str) -> bool:
    return unicodedata.category(char)[0] == "M" or "\u1160" <= char < "\u1200"


def seen_in(edited: EditedText, start: int, end: int) -> str:
    shown = edited.to_clean(start, end)
    return edited.clean[slice(*shown)].strip() if shown else ""


@law
@given(decided_texts())
def test_a_decided_text_is_as_clean_as_any(case: Any) -> None:
    edited, visible, decisions = case
    after = decided(visible if not is_clean(edited.clean) else edited, visible, decisions)
    assert is_clean(after.clean)


@law
@given(decided_texts())
def test_accepting_changes_no_character(case: Any) -> None:
    edited, visible, _ = case
    assert decided(edited, visible, [Decision("accept", "0")]) == edited


@law
@given(st.sampled_from(["text", "html"]), st.data())
def test_the_text_of_a_decided_article_is_what_its_edits_make(form: Any, data: Any) -> None:
    raw = data.draw(nasty_texts | pages)
    at = st.integers(0, len(raw))
    kinds = st.sampled_from(["keep", "drop", "accept"])
    ranges = data.draw(st.lists(st.tuples(kinds, at, at), max_size=4))
    decisions = [Decision(kind, "0", *sorted((a, b))) for kind, a, b in ranges]
    result = prepare_article(received(raw, form, *decisions), SETTINGS)
    if isinstance(result, Rejected):
        assert result.code == "empty"
        return
    article, chunks = result
    assert article.edited(raw).clean == article.text
    assert is_clean(article.text)
    for chunk in chunks:
        assert article.text[chunk.start : chunk.end] == chunk.text


@pytest.mark.parametrize(("raw", "form"), [(PAGE, "text"), (HTML, "html")])
def test_a_kept_paragraph_stands_between_blank_lines(raw: str, form: Any) -> None:
    before = prepared(raw, form)
    assert NOTE not in before.text
    after = prepared(raw, form, on(raw, "keep", NOTE))
    assert after.text == f"{before.text}\n\n{NOTE}"


@pytest.mark.parametrize(("raw", "form"), [(PAGE, "text"), (HTML, "html")])
def test_a_dropped_paragraph_leaves_one_blank_line(raw: str, form: Any) -> None:
    after = prepared(raw, form, on(raw, "drop", SECOND))
    assert after.text == prepared(raw, form).text.replace(f"{SECOND}\n\n", "")
    assert [edit.reason for edit in after.edits].count("dropped") == 1


def test_a_removal_keeps_its_reason_on_both_sides_of_what_is_kept() -> None:
    after = prepared(PAGE, "text", on(PAGE, "keep", NOTE))
    hidden = [PAGE[edit.start : edit.end].strip() for edit in removals_of(after)]
    assert hidden[-2:] == ["LEAVE A REPLY", f"Your name\n\n{AD}"]
    assert {edit.reason for edit in removals_of(after)[-2:]} == {"boilerplate"}


def removals_of(article: Article) -> list[Edit]:
    each = received(PAGE)
    return removals(article.edited(PAGE), visible_text(each))


def test_words_go_from_within_a_line() -> None:
    words = "quarrel of"
    after = prepared(PAGE, "text", on(PAGE, "drop", words))
    assert " ".join(LEAD.replace(words, "", 1).split()) in after.text


def test_the_later_decision_wins() -> None:
    keep, drop = on(PAGE, "keep", NOTE), on(PAGE, "drop", NOTE)
    assert NOTE in prepared(PAGE, "text", drop, keep).text
    assert NOTE not in prepared(PAGE, "text", keep, drop).text


def test_a_body_that_was_chosen_wrongly_can_be_put_right() -> None:
    whole = Decision("drop", "0", 0, len(PAGE))
    assert prepared(PAGE, "text", whole, on(PAGE, "keep", NOTE)).text == NOTE


def test_a_decision_ends_all_doubt() -> None:
    words = "Ferry\n\nTram\n\nBus"
    assert prepared(words, "text").status == "needs_review"
    assert prepared(words, "text", Decision("accept", "0")).status == "ready"
    assert prepared(words, "text", on(words, "drop", "Tram")).text == "Ferry\n\nBus"
    assert prepared(words, "text", on(words, "drop", "Tram")).status == "ready"


def test_a_decision_about_another_text_is_not_followed_but_told() -> None:
    stale = Decision("drop", "1", 0, len(PAGE))
    after = prepared(PAGE, "text", stale)
    assert (after.status, after.reasons) == ("needs_review", ("override_stale",))
    assert after.text == prepared(PAGE, "text").text
    assert prepared(PAGE, "text", stale, Decision("accept", "0")).status == "ready"


def test_dropping_everything_is_told_with_the_way_back() -> None:
    whole = received(PAGE, "text", Decision("drop", "0", 0, len(PAGE)))
    result = prepare_article(whole, SETTINGS)
    assert isinstance(result, Rejected)
    assert "--undo" in result.message


@law
@example("e\u0301", 0, 1)
@given(nasty_texts, st.integers(0, 60), st.integers(0, 60))
def test_half_a_character_counts_for_the_whole(raw: str, start: int, end: int) -> None:
    visible = visible_text(received(raw))
    after = decided(visible, visible, [Decision("drop", "0", *sorted((start, end)))])
    assert unicodedata.is_normalized("NFC", after.clean)


# On disk


@pytest.fixture
def page(workspace: Workspace) -> Workspace:
    (workspace.articles / "a.txt").write_bytes(PAGE.encode())
    rows = ({"id": "x:1-2", "text": OTHER}, {"id": "y", "text": f"{LEAD}\n\n{GATE}"})
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (workspace.articles / "b.jsonl").write_text(lines, encoding="utf-8")
    prepare(workspace)
    return workspace


def texts(workspace: Workspace) -> dict[str, str]:
    return {article.id: article.text for article in read_articles(workspace)}


def ranged(action: Any, article: str, words: str, raw: str = PAGE) -> Wish:
    start = raw.index(words)
    return Wish(action, article, start, start + len(words))


def test_a_decision_is_followed_on_every_run(page: Workspace) -> None:
    before = texts(page)
    decide(page, ranged("drop", "articles/a.txt", SECOND))
    prepare(page)
    after = texts(page)
    assert SECOND not in after["articles/a.txt"]
    assert after["y"] == before["y"]
    chunks = [chunk.text for chunk in read_chunks(page) if chunk.article_id == "articles/a.txt"]
    assert SECOND not in "".join(chunks)
    prepare(page)
    assert texts(page) == after


def test_a_decision_is_written_down_with_the_text_it_is_about(page: Workspace) -> None:
    decide(page, Wish("keep", "x:1-2", 2, 9), Wish("accept", "y"))
    rows = [json.loads(row) for row in (page.articles / "overrides.jsonl").open("rb")]
    assert [(row["action"], row["article"]) for row in rows] == [("keep", "x:1-2"), ("accept", "y")]
    known = {article.id: article.source.sha256 for article in read_articles(page)}
    assert [row["sha256"] for row in rows] == [known["x:1-2"], known["y"]]
    assert all(row["at"] for row in rows)


def test_undoing_takes_back_all_decisions_about_an_article(page: Workspace) -> None:
    before = texts(page)
    decide(page, ranged("drop", "articles/a.txt", SECOND), Wish("accept", "y"))
    decide(page, Wish("undo", "articles/a.txt"))
    assert list(read_decisions(page, plan_inputs(page))) == ["y"]
    prepare(page)
    assert texts(page) == before


def test_where_nothing_was_decided_the_hint_says_about_what_something_was(page: Workspace) -> None:
    with pytest.raises(InputError, match="nothing to undo: no decision stands about") as error:
        decide(page, Wish("undo", "articles/a.txt"))
    assert error.value.hint == "no decision stands about any article"
    for name in ("b", "c", "d", "e"):
        (page.articles / f"{name}.txt").write_text(f"{name} " * 60, encoding="utf-8")
    prepare(page)
    decide(page, *(Wish("accept", f"articles/{name}.txt") for name in ("b", "c", "d", "e")))
    with pytest.raises(InputError) as error:
        decide(page, Wish("undo", "articles/a.txt"))
    near = "articles/c.txt, articles/d.txt, articles/e.txt"
    assert error.value.hint == f"decisions stand about {near} and 1 more"


def test_an_article_of_which_nothing_is_left_comes_back_by_undoing(page: Workspace) -> None:
    before = texts(page)
    prepare(page, wishes=[Wish("drop", "articles/a.txt", 0, len(PAGE))])
    assert "articles/a.txt" not in texts(page)
    assert "--undo" in read_rejected(page)[0].message
    prepare(page, wishes=[Wish("undo", "articles/a.txt")])
    assert texts(page) == before


def test_a_wish_is_written_down_and_followed_at_once(page: Workspace) -> None:
    prepare(page, wishes=[ranged("keep", "articles/a.txt", NOTE)])
    assert NOTE in texts(page)["articles/a.txt"]
    assert list(read_decisions(page, plan_inputs(page))) == ["articles/a.txt"]


def test_a_dry_run_shows_and_writes_nothing(page: Workspace) -> None:
    report = prepare(page, wishes=[Wish("drop", "articles/a.txt", 0, len(PAGE))], dry_run=True)
    assert report.counts["rejected"] == 1
    assert not (page.articles / "overrides.jsonl").exists()


def test_a_wish_that_would_orphan_pushed_chunks_is_not_written_down(page: Workspace) -> None:
    (chunk,) = (each for each in read_chunks(page) if each.article_id == "y")
    page.labels.mkdir(exist_ok=True)
    row = {"event": "present", "chunk_id": chunk.id, "task_id": 1}
    (page.labels / "tasks.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    wish = Wish("drop", "y", 0, len(LEAD))
    with pytest.raises(RefusedError):
        prepare(page, wishes=[wish])
    assert not read_decisions(page, plan_inputs(page))
    prepare(page, wishes=[wish], allow_orphans=True)
    assert list(read_decisions(page, plan_inputs(page))) == ["y"]


def test_a_decision_about_a_text_that_changed_asks_for_another_look(page: Workspace) -> None:
    decide(page, ranged("drop", "articles/a.txt", SECOND))
    (page.articles / "a.txt").write_bytes(PAGE.replace("Thursday", "Monday").encode())
    report = prepare(page)
    assert ("articles/a.txt", ("override_stale",)) in report.needs_review
    prepare(page, wishes=[Wish("accept", "articles/a.txt")])
    assert not prepare(page).needs_review


def numbered(workspace: Workspace, *texts: str) -> None:
    """Write texts as records without an id, and prepare them."""
    rows = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    (workspace.articles / "n.jsonl").write_text(rows, encoding="utf-8")
    prepare(workspace)


def test_a_decision_follows_a_record_without_an_id_to_its_new_number(page: Workspace) -> None:
    first, second = f"{OTHER} One.", f"{LEAD}\n\n{SECOND}"
    numbered(page, first, second)
    decide(page, ranged("drop", "articles/n.jsonl#1", "One.", first))
    decide(page, ranged("drop", "articles/n.jsonl#2", SECOND, second))
    numbered(page, f"{NOTE} {NOTE}", first, second)
    after = texts(page)
    assert (after["articles/n.jsonl#2"], after["articles/n.jsonl#3"]) == (OTHER, LEAD)
    assert not [
        why for _, why in prepare(page, dry_run=True).needs_review if "override_stale" in why
    ]
    assert len(explain(page, "articles/n.jsonl#3").decisions) == 1
    decide(page, ranged("keep", "articles/n.jsonl#2", "One.", first))
    prepare(page)
    assert texts(page)["articles/n.jsonl#2"] == first


def test_what_was_decided_about_a_record_without_an_id_is_undone_by_its_new_number(
    page: Workspace,
) -> None:
    first, second, new = f"{OTHER} One.", f"{LEAD}\n\n{SECOND}", f"{NOTE} {NOTE}"
    numbered(page, first, second)
    decide(page, ranged("drop", "articles/n.jsonl#1", "One.", first))
    numbered(page, new, first, second)
    decide(page, ranged("drop", "articles/n.jsonl#1", NOTE, new))
    decide(page, Wish("undo", "articles/n.jsonl#2"))
    prepare(page)
    after = texts(page)
    assert (after["articles/n.jsonl#1"], after["articles/n.jsonl#2"]) == (NOTE, first)
    with pytest.raises(InputError, match="nothing to undo"):
        decide(page, Wish("undo", "articles/n.jsonl#2"))


def test_a_decision_about_a_record_that_was_changed_in_its_place_is_told(page: Workspace) -> None:
    numbered(page, OTHER, f"{NOTE} {NOTE}")
    decide(page, Wish("accept", "articles/n.jsonl#2"))
    numbered(page, OTHER, f"{NOTE} {GATE}")
    assert ("articles/n.jsonl#2", ("override_stale",)) in prepare(page).needs_review


def test_of_two_records_alike_the_one_that_was_decided_about_keeps_its_decision(
    page: Workspace,
) -> None:
    numbered(page, OTHER, f"{OTHER} One.", f"{OTHER} One.")
    decide(page, Wish("accept", "articles/n.jsonl#3"))
    assert list(read_decisions(page, plan_inputs(page))) == ["articles/n.jsonl#3"]


def test_nothing_is_decided_about_a_text_that_nobody_has_seen(page: Workspace) -> None:
    (page.articles / "a.txt").write_bytes(OTHER.encode())
    with pytest.raises(InputError, match="was prepared from"):
        decide(page, Wish("accept", "articles/a.txt"))


@pytest.mark.parametrize("name", ["a.txt", "articles/A.txt", "articles/a.tx", "aritcles/a.txt"])
def test_an_unknown_article_is_refused_with_the_nearest_one(page: Workspace, name: str) -> None:
    with pytest.raises(InputError, match="no article") as error:
        decide(page, Wish("accept", name))
    assert error.value.hint == "did you mean articles/a.txt?"


@pytest.mark.parametrize(("start", "end"), [(5, 5), (7, 3), (0, len(PAGE) + 1)])
def test_a_range_outside_the_text_is_refused(page: Workspace, start: int, end: int) -> None:
    with pytest.raises(InputError, match="no range"):
        decide(page, Wish("keep", "articles/a.txt", start, end))


def test_a_ledger_changed_by_hand_is_told(page: Workspace) -> None:
    (page.articles / "overrides.jsonl").write_text('{"action": "keep", "article": "y"}\n')
    with pytest.raises(InputError, match="line 1"):
        prepare(page)
