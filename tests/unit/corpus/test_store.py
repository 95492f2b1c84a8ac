from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from annotate.corpus.articles import Article, Chunk, Edit, Metadata, Source
from annotate.corpus.parts import RowFiles, rows_of
from annotate.corpus.store import each_header, place, read_articles
from annotate.flows.init import init
from annotate.workspace import Workspace

# What stands between two keys of a record, in a string of it.
WORDS = st.sampled_from(['","text":"', '"text":', "\\", '\\","text":"', "é", "\n", "\u2028", "a"])
STRINGS = st.lists(WORDS, max_size=4).map("".join)


def corpus(root: Path, articles: list[Article]) -> Workspace:
    if not (root / "annotate.toml").exists():
        init(root)
    workspace = Workspace.find(root)
    draft = workspace.private / "draft"
    with RowFiles(draft) as files:
        for number, article in enumerate(articles):
            chunk = Chunk(f"c-{number}", article.id, 0, 0, len(article.text), article.text)
            files.add(rows_of((0, number), article, (chunk,)))
        files.seal({})
    place(draft, workspace)
    return workspace


@given(st.lists(st.tuples(STRINGS, STRINGS, STRINGS), min_size=1, max_size=3))
def test_a_header_is_that_of_the_whole_record(tmp_path_factory, told):
    articles = [
        Article(
            f"a{number}{title}",
            Source(f"{title}.txt", "0" * 64),
            text + "x",
            (Edit(0, 0, text, "test"),),
            Metadata(title=title, outlet=text, credit=credit),
        )
        for number, (title, text, credit) in enumerate(told)
    ]
    workspace = corpus(tmp_path_factory.mktemp("store"), articles)
    whole = [
        (article.id, article.source.sha256, article.metadata, article.status)
        for article in read_articles(workspace)
    ]
    assert [tuple(header) for header in each_header(workspace)] == whole
    assert [header.metadata.title for header in each_header(workspace)] == [one for one, *_ in told]
