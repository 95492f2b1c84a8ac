"""A small release by hand: three articles of two outlets, four chunks, two annotators."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from annotate.corpus import Article, Chunk, Metadata, Source
from annotate.corpus.parts import RowFiles, rows_of
from annotate.corpus.store import place
from annotate.findings import Finding
from annotate.labels.annotation import Annotation
from annotate.labels.read import Labels
from annotate.release import source as read
from annotate.release.built import Built
from annotate.release.row_versions import RowVersions, with_versions
from annotate.release.rows import build_rows
from annotate.schema import render_all
from annotate.schema.model import Schema
from annotate.workspace import Workspace
from tests.unit.labels.marked import SCHEMAS, STARTER, Marked, marked, read_annotation
from tests.unit.labels.rows import BORIS, answered, drawn, write_ledgers

Json = dict[str, Any]
PARTS = {
    "c-call-0": marked(
        "👩\u200d👩\u200d👧 [Speaker s1|Emmanuel Macron] said “[Support a1|[ceasefire t1|a\ntruce] "
        "is needed]”.\n\n"
    ),
    "c-call-1": marked(
        "[Speaker s1|Vladimir Putin] called [Oppose a1|[military_aid t1|arms] wrong]."
    ),
    "c-visit-0": marked(
        "[Speaker s1|She] backs [Support a1|[dialogue t1|calls] \u05e9\u05dc\u05d5\u05dd]."
    ),
    "c-row-0": marked("Nothing to see | here."),
}
TEXTS = {
    "articles/call.txt": PARTS["c-call-0"].text + PARTS["c-call-1"].text,
    "articles/visit.txt": PARTS["c-visit-0"].text,
    "articles/row.txt": PARTS["c-row-0"].text,
}
ABOUT = {
    "articles/call.txt": Metadata(
        "Velin | Post", "A call", "https://x.test/1", "2031-03-12", "en", "call"
    ),
    "articles/visit.txt": Metadata("Velin | Post", None, None, "2031-03-14", "en", "call"),
    "articles/row.txt": Metadata(None, None, None, None, None, None),
}
ARTICLES = {
    name: Article(name, Source(name, f"{number:064}"), text, (), ABOUT[name])
    for number, (name, text) in enumerate(TEXTS.items())
}


def _chunk(name: str, article: str, index: int, start: int) -> Chunk:
    text = PARTS[name].text
    return Chunk(name, article, index, start, start + len(text), text)


CHUNKS = (
    _chunk("c-call-0", "articles/call.txt", 0, 0),
    _chunk("c-call-1", "articles/call.txt", 1, len(PARTS["c-call-0"].text)),
    _chunk("c-row-0", "articles/row.txt", 0, 0),
    _chunk("c-visit-0", "articles/visit.txt", 0, 0),
)
ANSWERS = (
    answered("c-call-0", drawn(PARTS["c-call-0"]), annotation_id=1),
    answered("c-call-0", [], annotation_id=2, annotator=BORIS, at="2031-03-15T10:00:00Z"),
    answered("c-call-1", drawn(PARTS["c-call-1"]), annotation_id=3),
    answered("c-visit-0", drawn(PARTS["c-visit-0"]), annotation_id=4, annotator=BORIS),
    answered("c-row-0", [], annotation_id=5, was_cancelled=True),
)


def annotation(
    case: Marked, *links: str, chunk_id: str = "c-1", schema: Schema = STARTER, **more: Any
) -> Annotation:
    """One answer as it is read from the ledger, rules included."""
    row = answered(chunk_id, drawn(case, *links), **more)
    return read_annotation(row, case.passage(schema=schema), schema, "1.0.0")[0]


def source(
    *annotations: Annotation,
    chunks: Sequence[Chunk] = CHUNKS,
    findings: Sequence[Finding] = (),
    aggregation: str = "first",
    simulated: bool = False,
    schema: Schema = STARTER,
) -> read.Source:
    pushed = {chunk.id: chunk.to_json() for chunk in chunks}
    labels = Labels(pushed, annotations, tuple(findings))
    return read.Source(schema, ARTICLES, chunks, labels, aggregation, "CC0-1.0", simulated)


def answers() -> list[Annotation]:
    return [
        annotation(PARTS["c-call-0"], chunk_id="c-call-0", annotation_id=1),
        annotation(
            marked(PARTS["c-call-0"].text),
            chunk_id="c-call-0",
            annotation_id=2,
            annotator=BORIS,
            at="2031-03-15T10:00:00Z",
        ),
        annotation(PARTS["c-call-1"], chunk_id="c-call-1", annotation_id=3),
        annotation(PARTS["c-visit-0"], chunk_id="c-visit-0", annotation_id=4, annotator=BORIS),
        annotation(
            marked(PARTS["c-row-0"].text), chunk_id="c-row-0", annotation_id=5, was_cancelled=True
        ),
    ]


def first_release(made_of: read.Source) -> Built:
    """The rows of a release before which there was none."""
    return with_versions(build_rows(made_of), "0.1.0", RowVersions(), ())


SETTINGS = """workspace_id = "0123456789"
name = "ferry-news"
[publish]
rights = "full"
license = "cc-by-4.0"
text_license = "CC BY 4.0"
aggregation = "first"
contact = "data@example.org"
"""


def make_workspace(
    root: Path, answers: Sequence[Json] = ANSWERS, *, settings: str = SETTINGS
) -> Workspace:
    """A workspace whose chunks were pushed and whose answers were pulled."""
    (root / "label_config").mkdir(parents=True)
    (root / "annotate.toml").write_text(settings, encoding="utf-8")
    schema = (SCHEMAS / "starter.yaml").read_text(encoding="utf-8")
    (root / "label_config" / "schema.yaml").write_text(schema, encoding="utf-8")
    for name, content in render_all(STARTER).items():
        (root / "label_config" / name).write_text(content, encoding="utf-8")
    workspace = Workspace.find(root)
    draft = workspace.private / "draft"
    with RowFiles(draft) as files:
        for article in ARTICLES.values():
            own = tuple(chunk for chunk in CHUNKS if chunk.article_id == article.id)
            files.add(rows_of((0, 0), article, own))
        files.seal({})
    place(draft, workspace)
    write_ledgers(workspace.labels, CHUNKS, answers)
    return workspace
