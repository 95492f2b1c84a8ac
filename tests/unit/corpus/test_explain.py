from __future__ import annotations

import gzip
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from annotate.corpus import Rejected, prepare, read_articles, read_chunks
from annotate.corpus.article import prepare_article
from annotate.corpus.articles import Decision, Metadata
from annotate.corpus.explain import KEPT, Explanation, command, explain, lay_out
from annotate.corpus.explain_page import render_explanation
from annotate.corpus.metadata import MetadataTable
from annotate.corpus.overrides import Wish
from annotate.errors import InputError
from annotate.workspace import PrepareSettings
from tests.unit.corpus.test_overrides import law, received
from tests.unit.corpus.texts import nasty_texts
from tests.unit.scraped import (
    AD,
    GATE,
    HTML,
    LEAD,
    MENU,
    NOTE,
    OTHER,
    PAGE,
    SECOND,
    THIRD,
    TITLE,
)
from tests.unit.test_pages import Reader

if TYPE_CHECKING:
    from annotate.workspace import Workspace

SETTINGS = PrepareSettings()


def explained(raw: str, form: Any = "text", **more: Any) -> Explanation | None:
    each = received(raw, form)
    result = prepare_article(each, PrepareSettings(**more))
    if isinstance(result, Rejected):
        return None
    return lay_out(result, each, MetadataTable())


@law
@given(nasty_texts | st.sampled_from([PAGE, HTML]), st.sampled_from(["text", "html"]))
@example("\u1112\u1161\u11ab\U00012544", "html")
def test_the_segments_join_to_the_raw_text(raw: str, form: Any) -> None:
    found = explained(raw, form)
    if found is None:
        return
    assert "".join(segment.text for segment in found.segments) == raw
    for segment in found.segments:
        assert raw[segment.start : segment.end] == segment.text
        for row in segment.rows:
            assert segment.start <= row.start < row.end <= segment.end
            assert row.text.strip() == row.text != ""
    reader = Reader(render_explanation(found))
    assert {"script", "img", "link", "a"}.isdisjoint(reader.elements)


@law
@given(nasty_texts | st.just(PAGE))
def test_the_kept_rows_are_the_lines_of_the_article(raw: str) -> None:
    each = received(raw)
    result = prepare_article(each, SETTINGS)
    if isinstance(result, Rejected):
        return
    found = lay_out(result, each, MetadataTable())
    rows = [row.text for part in found.segments if part.kind == KEPT for row in part.rows]
    assert rows == [line for line in result.article.text.split("\n") if line]


def test_what_was_left_out_is_shown_with_its_reason() -> None:
    found = explained(PAGE)
    assert found is not None
    shown = [(part.kind, [row.text for row in part.rows]) for part in found.segments if part.rows]
    assert shown == [
        ("boilerplate", MENU.split("\n")),
        ("title", [TITLE]),
        (KEPT, [LEAD, SECOND, THIRD]),
        ("boilerplate", ["LEAVE A REPLY", NOTE, "Your name", AD]),
    ]
    counts = {count.kind: (count.places, count.characters) for count in found.counts}
    assert counts["title"] == (1, len(TITLE))
    assert counts["boilerplate"][0] == 2


def test_of_a_page_the_words_are_shown_and_not_the_tags() -> None:
    found = explained(HTML, "html")
    assert found is not None
    last = [part for part in found.segments if part.rows][-1]
    assert (last.kind, [row.text for row in last.rows]) == ("boilerplate", [f"{NOTE} & {AD}"])
    assert HTML[last.rows[0].start :].startswith(NOTE)


@pytest.mark.parametrize(("raw", "form"), [(PAGE, "text"), (HTML, "html")])
def test_a_printed_range_brings_back_what_it_stands_beside(raw: str, form: Any) -> None:
    found = explained(raw, form)
    assert found is not None
    for segment in found.segments:
        if segment.kind != KEPT and segment.rows:
            start, end = map(int, segment.span.split("-"))
            decision = Decision("keep", "0", start, end)
            again = prepare_article(received(raw, form, decision), SETTINGS)
            assert not isinstance(again, Rejected)
            for row in segment.rows:
                assert row.text in again.article.text


def test_a_flag_stands_at_its_place() -> None:
    raw = PAGE.replace("Mayor", "May\u043er")
    found = explained(raw)
    assert found is not None
    (flag,) = found.flags
    assert (flag.code, raw[flag.start : flag.end]) == ("mixed_script", "May\u043er")
    (row,) = [row for part in found.segments for row in part.rows if row.marks]
    (mark,) = row.marks
    assert row.text[mark.start : mark.end] == "May\u043er"
    assert '<mark title="mixed_script">May\u043er' in render_explanation(found)


def test_a_line_that_a_person_cut_is_shown_in_parts() -> None:
    words = "had listened"
    start = PAGE.index(words)
    each = received(PAGE, "text", Decision("drop", "0", start, start + len(words)))
    result = prepare_article(each, SETTINGS)
    assert not isinstance(result, Rejected)
    found = lay_out(result, each, MetadataTable())
    rows = [row for part in found.segments for row in part.rows if row.text in SECOND]
    before, after = SECOND.split(words)
    assert [row.text for row in rows] == [before.strip(), words, after.strip()]
    assert all(PAGE[row.start : row.end] == row.text for row in rows)


def test_the_line_where_a_chunk_begins_names_it() -> None:
    found = explained(PAGE, chunk_limit=200, chunk_target=150)
    assert found is not None
    begins = [(row.chunk, row.start) for part in found.segments for row in part.rows if row.chunk]
    assert begins == [(name, start) for name, start, _ in found.chunks]
    assert len(begins) > 1


def test_an_article_in_thousands_of_lines_is_explained_in_good_time() -> None:
    raw = "\n\n".join(f"{SECOND} It was report number {n}; May\u043er." for n in range(5000))
    found = explained(raw, body="as-is")
    assert found is not None
    assert sum(len(part.rows) for part in found.segments) >= 5000


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a.txt", "annotate prepare --keep a.txt:1-2"),
        ("it's x", "annotate prepare --keep 'it'\"'\"'s x:1-2'"),
        ("-x", "annotate prepare --keep=-x:1-2"),
    ],
)
def test_a_command_can_be_pasted_into_a_shell(name: str, written: str) -> None:
    assert command("keep", name, "1-2") == written


# On disk


@pytest.fixture
def page(workspace: Workspace) -> Workspace:
    (workspace.articles / "a.txt").write_bytes(PAGE.encode())
    (workspace.articles / "bad.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    rows = ({"id": "x", "text": OTHER, "outlet": "Tarn Post"}, {"id": "y", "text": GATE}, {"id": 1})
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (workspace.articles / "b.jsonl").write_text(lines, encoding="utf-8")
    (workspace.articles / "metadata.csv").write_text("path,event\ny,gate\n", encoding="utf-8")
    prepare(workspace)
    return workspace


def test_every_article_of_a_corpus_can_be_explained(page: Workspace) -> None:
    for article in read_articles(page):
        found = explain(page, article.id)
        assert (found.id, found.status) == (article.id, article.status)
        own = [chunk.id for chunk in read_chunks(page) if chunk.article_id == article.id]
        assert [name for name, _, _ in found.chunks] == own


def packed(kind: str) -> bytes:
    rows = [{"id": f"p{number}", "text": f"{SECOND} It was {number}."} for number in range(3)]
    lines = "\r\n".join(map(json.dumps, rows))
    table = "id,text\n" + "".join(f'{row["id"]},"{row["text"]}"\n' for row in rows)
    if kind == "zip":
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("in/one.txt", PAGE)
            archive.writestr("in/more.jsonl", lines)
        return file.getvalue()
    forms = {
        "jsonl": f"\ufeff{lines}".encode(),
        "jsonl.gz": gzip.compress(lines.encode()),
        "json": json.dumps(rows).encode(),
        "csv": table.encode(),
        "txt": PAGE.replace("\n", "\r\n").encode("utf-16"),
        "html": HTML.encode(),
    }
    return forms[kind]


@pytest.mark.parametrize("kind", ["zip", "jsonl", "jsonl.gz", "json", "csv", "txt", "html"])
def test_the_text_is_found_again_in_every_kind_of_file(workspace: Workspace, kind: str) -> None:
    (workspace.articles / f"a.{kind}").write_bytes(packed(kind))
    prepare(workspace)
    articles = read_articles(workspace)
    assert articles
    for article in articles:
        found = explain(workspace, article.id)
        rows = [row.text for part in found.segments if part.kind == KEPT for row in part.rows]
        assert rows == [line for line in article.text.split("\n") if line]


def test_explaining_changes_no_file(page: Workspace) -> None:
    before = {path: path.stat().st_mtime_ns for path in page.root.rglob("*")}
    explain(page, "articles/a.txt")
    assert {path: path.stat().st_mtime_ns for path in page.root.rglob("*")} == before


def test_metadata_is_told_with_where_it_came_from(page: Workspace) -> None:
    origins = {each.name: each.origin for name in "xy" for each in explain(page, name).known}
    assert origins["outlet"] == "the record"
    assert origins["event"] == "metadata.csv"
    assert {each.name: each.origin for each in explain(page, "articles/a.txt").known}["title"] == (
        "the text"
    )


def test_every_known_thing_is_named(page: Workspace) -> None:
    (article,) = (each for each in read_articles(page) if each.id == "x")
    known = {each.name: each.value for each in explain(page, "x").known}
    assert Metadata(**known) == article.metadata


@pytest.mark.parametrize(
    ("name", "code"), [("articles/bad.txt", "binary"), ("articles/b.jsonl#3", "bad_record")]
)
def test_a_rejected_input_is_told_with_its_reason(page: Workspace, name: str, code: str) -> None:
    found = explain(page, name)
    assert (found.status, found.reasons) == ("rejected", (code,))
    assert found.message
    assert found.message in Reader(render_explanation(found)).text


def test_an_unknown_article_is_told_with_the_nearest_one(page: Workspace) -> None:
    with pytest.raises(InputError) as error:
        explain(page, "articles/bad.tx")
    assert error.value.hint == "did you mean articles/bad.txt?"
    with pytest.raises(InputError) as error:
        explain(page, "quite another name")
    assert error.value.hint is not None
    assert "did you mean" not in error.value.hint


def test_of_a_file_of_records_those_that_exist_are_named(workspace: Workspace) -> None:
    rows = b"id,text\n,The ferry is back.\n,The bridge is open.\nown-7,The harbour is shut.\n"
    (workspace.articles / "good.csv").write_bytes(rows + b"x,\n")
    (workspace.articles / "a.jsonl").write_bytes(b'\n{"text": "The lock is dry."}\n')
    prepare(workspace)
    with pytest.raises(InputError) as error:
        explain(workspace, "articles/good.csv")
    shown = "articles/good.csv#2, articles/good.csv#3, own-7"
    assert error.value.hint == f"name one of them: {shown} and 1 more"
    for name in (*shown.split(", "), "articles/good.csv#5"):
        assert explain(workspace, name).path == "articles/good.csv"
    with pytest.raises(InputError) as error:
        explain(workspace, "articles/a.jsonl")
    assert error.value.hint == "name one of them: articles/a.jsonl#2"
    with pytest.raises(InputError) as error:
        explain(workspace, "articles/good.csv#1")
    assert (error.value.hint or "").startswith("did you mean articles/good.csv#")


def test_a_text_that_changed_since_is_not_explained(page: Workspace) -> None:
    (page.articles / "a.txt").write_bytes(OTHER.encode())
    with pytest.raises(InputError, match="was prepared from"):
        explain(page, "articles/a.txt")
    (page.articles / "a.txt").unlink()
    with pytest.raises(InputError, match="was prepared from"):
        explain(page, "articles/a.txt")


def test_before_anything_is_prepared_the_remedy_is_prepare(workspace: Workspace) -> None:
    with pytest.raises(InputError) as error:
        explain(workspace, "a")
    assert "annotate prepare" in (error.value.hint or "")


def test_what_a_person_decided_is_told_with_the_way_back(page: Workspace) -> None:
    prepare(page, wishes=[Wish("drop", "x", 0, 10)])
    found = explain(page, "x")
    assert [decision.action for decision in found.decisions] == ["drop"]
    assert found.segments[0].kind == "dropped"
    assert "annotate prepare --undo x" in Reader(render_explanation(found)).text
