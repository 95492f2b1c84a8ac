"""What the tests of the labelling page begin and end with: texts, a workspace, what was pulled.

The texts are invented, with letters and spaces that have broken offsets elsewhere. What a person
is to have said is written by the words; their offsets are counted here, by Python.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from annotate.corpus import prepare
from annotate.corpus.articles import Chunk
from annotate.corpus.store import read_chunks
from annotate.labels.annotation import Annotation
from annotate.labels.read import Labels, read_labels
from annotate.schema import load_schema
from annotate.studio.pull import pull
from annotate.workspace import SETTINGS_FILE, Workspace

# A joined emoji, others beyond U+FFFF, a flag, bold letters beyond U+FFFF, right-to-left words, a
# combining mark that no letter swallows. `~` stands for a no-break space, `_` for a second one.
NASTY = """The keeper of the well

On Tuesday the judge 👩‍⚖️ put on her 𝐜oat~again. President Aldo Ferran said that an immediate~truce \
🕊️ was needed in Nov̂a, and the envoys agreed to meet once more before the spring.

Then Mira Dolan came in_ with a note, سلام عليكم, from the well of Nov̂a 👨‍👩‍👧. “We keep every \
𝐯illage,” she said, “and every well 🏞️ of it.” Nobody there 🇻🇱 had asked for the price of bread.

The Citadel answered in the evening that it would read every proposal with care, and it gave no \
date for a second call between the capitals.
"""
QUIET = """A quiet day at the ministry

The lifts 🛗 of the ministry were out of order again on Wednesday, and the 𝐨fficials of Nov̂a who \
had come to read~the telegrams 👨‍👩‍👧 went home before noon with a سلام عليكم and nothing to tell.
"""
DOORS = """Salt and bread

On the doors 🏞️ of the mills of Nov̂a hangs a note, سلام عليكم, that no~baker 👩‍⚖️ has read so far, \
and the 𝐥etters of it will be gone by the middle of the summer, when the rain comes in_ from sea.
"""
BREAD = """Bread and salt

The bakers of the northern districts will open an hour later from Monday on, for the mills that \
feed them are being repaired one after the other until the middle of the summer.
"""

Place = tuple[str, int, int]


def with_schema(workspace: Workspace, schema: Path) -> Workspace:
    shutil.copyfile(schema, workspace.schema_file)
    return workspace


def with_settings(workspace: Workspace, **settings: float | str) -> Workspace:
    """Change settings in `annotate.toml`."""
    path = workspace.root / SETTINGS_FILE
    text = path.read_text(encoding="utf-8")
    for key, value in settings.items():
        text, found = re.subn(rf"^{key} = \S+", f"{key} = {value}", text, flags=re.MULTILINE)
        assert found == 1, key
    path.write_text(text, encoding="utf-8")
    return Workspace.find(workspace.root)


def prepared(workspace: Workspace, *articles: str) -> list[Chunk]:
    """Prepare articles, and put the spaces into their chunks that `prepare` makes plain ones."""
    for number, text in enumerate(articles, 1):
        (workspace.articles / f"{number}.txt").write_text(text, encoding="utf-8")
    prepare(workspace)
    file = workspace.corpus / "chunks.jsonl"
    text = file.read_text(encoding="utf-8").replace("~", "\u00a0").replace("_ ", "  ")
    file.write_text(text, encoding="utf-8")
    manifest = workspace.corpus / "manifest.json"
    told = orjson.loads(manifest.read_bytes())
    told["bytes"][file.name] = file.stat().st_size
    manifest.write_bytes(orjson.dumps(told))
    return read_chunks(workspace)


def pulled(workspace: Workspace) -> Labels:
    """Pull, and read what the ledger then says."""
    pull(workspace)
    return read_labels(workspace.labels, load_schema(workspace.schema_file), {})


def the_answer(workspace: Workspace) -> Annotation:
    """Pull the one answer that there is, of which nothing was set aside."""
    labels = pulled(workspace)
    assert not labels.findings, labels.findings
    (annotation,) = labels.annotations
    return annotation


def place(text: str, label: str, words: str, nth: int = 0) -> Place:
    """Say where a span of these words belongs, in code points."""
    at = -1
    for _ in range(nth + 1):
        at = text.index(words, at + 1)
    return label, at, at + len(words)


def places(annotation: Annotation) -> list[Place]:
    return sorted((span.label, span.start, span.end) for span in annotation.spans)


def answers(annotation: Annotation) -> dict[Place, dict[str, tuple[str, str]]]:
    """Give every answer about a span with its origin, by the span."""
    return {
        (span.label, span.start, span.end): {
            item.name: (item.value, item.origin) for item in span.attributes
        }
        for span in annotation.spans
    }


def arrows(annotation: Annotation) -> set[tuple[str, Place, Place, str]]:
    where = {span.id: (span.label, span.start, span.end) for span in annotation.spans}
    return {
        (item.type, where[item.head], where[item.tail], item.origin)
        for item in annotation.relations
    }


def assert_surfaces(sent: Mapping[str, Any], text: str) -> None:
    """The words that the page stored beside its offsets are the text at these offsets."""
    for item in sent["result"]:
        if item["type"] == "labels":
            value = item["value"]
            surface = text[value["start"] : value["end"]]
            assert value["text"].replace("\\n", "\n") == surface
