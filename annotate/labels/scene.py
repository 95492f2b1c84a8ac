"""What a rule of derivation may look at: the text of a chunk, and the spans of one answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from annotate.corpus.quotes import MARKS, Quotes
from annotate.corpus.sentences import sentences
from annotate.labels.annotation import Relation, Span
from annotate.labels.entities import Gazetteer
from annotate.labels.lexicon import lexicon_of
from annotate.schema.model import Relation as RelationType
from annotate.schema.model import Schema

FINISHED = frozenset(".!?…") | MARKS  # how an answer ends; a subheading ends with a word
WHO_SPEAKS = frozenset({"speaker_of_sentence", "all_in_sentence"})


@dataclass(frozen=True)
class Passage:
    """A chunk's text with what the rules look at. `clause_markers` are those of its language."""

    text: str
    quotes: Quotes
    gazetteer: Gazetteer
    clause_markers: tuple[str, ...] = ()
    language: str | None = None

    @cached_property
    def sentences(self) -> Sequence[tuple[int, int]]:
        """The ranges of the sentences, looked for once a rule asks: many answers ask for none."""
        return sentences(self.text, self.language)

    def sentence_at(self, position: int) -> tuple[int, int]:
        for start, end in self.sentences:
            if start <= position < end:
                return start, end
        return 0, len(self.text)

    def clause_start(self, position: int) -> int:
        """Where the clause with `position` begins inside its sentence."""
        start, end = self.sentence_at(position)
        cuts = [start]
        for marker in map(_marker, self.clause_markers):
            cuts += [found.end() for found in marker.finditer(self.text, start, end)]
        return max(cut for cut in cuts if cut <= position)

    def paragraph_at(self, position: int) -> tuple[int, int]:
        end = self.text.find("\n", position)
        return self.text.rfind("\n", 0, position) + 1, len(self.text) if end < 0 else end

    def quotation_at(self, position: int) -> tuple[int, int] | None:
        """Give the outermost quotation that a position lies in."""
        return next((pair for pair in self.quotes.pairs if pair[0] <= position < pair[1]), None)

    def turn_of(self, position: int, mentions: Iterable[Span]) -> Span | None:
        """Give the mention before the colon that a paragraph opens with, as interviews print it."""
        start, end = self.paragraph_at(position)
        if self.text.find(":", start, position + 1) < 0:
            return None
        paragraph = self.text[start:end].rstrip()
        if not paragraph or paragraph[-1] not in FINISHED:
            return None
        start += len(paragraph) - len(paragraph.lstrip())
        heads = [span for span in mentions if span.start == start and span.end <= position]
        return next((span for span in heads if self.text[span.end : span.end + 1] == ":"), None)


@cache
def _marker(words: str) -> re.Pattern[str]:
    return re.compile(re.escape(words) + r"(?!\w)")


class Scene:
    """What a rule may look at: every span of one answer, what was drawn, and the text."""

    def __init__(
        self,
        spans: Sequence[Span],
        drawn: Sequence[Relation],
        passage: Passage,
        schema: Schema,
    ) -> None:
        self.spans, self.drawn, self.passage, self.schema = spans, drawn, passage, schema
        self.lexicon = lexicon_of(schema)
        kinds = [kind for kind in schema.relations if kind.derive in WHO_SPEAKS]
        speaking = frozenset[str]().union(*(self.resolve(kind.from_) for kind in kinds))
        self.mentions = [span for span in spans if span.label in speaking]

    def resolve(self, names: Iterable[str]) -> frozenset[str]:
        """Expand names of labels and layers to the labels they mean."""
        return self.lexicon.resolve(names)

    def entity_of(self, span: Span) -> str | None:
        """Give the answer to the question that asks whom a span with this label names."""
        asked = (item for item in self.lexicon.asked_of(span.label) if item.type == "entities")
        given = (span.attribute(item.name) for item in asked)
        return next((value for value in given if value is not None), None)

    def drawn_ends(self, kind: RelationType, group: Sequence[Span]) -> set[str]:
        """Give the far ends of what a person drew for a group."""
        members = {span.id for span in group}
        return {
            item.tail if item.head in members else item.head
            for item in self.drawn
            if item.type == kind.name and (item.head in members or item.tail in members)
        }


def is_by_outlet(span: Span) -> bool:
    """Whether the outlet speaks with its own voice."""
    return span.attribute("voice") == "outlet"
