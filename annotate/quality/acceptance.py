"""What proposing does to annotators: regions that rules propose, where shown and where not.

A share of the chunks is sent without its predictions. What rules would have proposed there shows
how often people mark the same by themselves: that is what acceptance is measured against.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from annotate.labels.annotation import Annotation, Span
from annotate.labels.lexicon import lexicon_of
from annotate.labels.predict import Predictor, is_predicted, region_id
from annotate.labels.read import ChunkOf
from annotate.labels.shelf import MAIN
from annotate.labels.summary import languages_of
from annotate.ledger import Ledger
from annotate.quality.alignment import align
from annotate.schema.model import Schema
from annotate.workspace import Workspace

_OPEN = 256  # chunks kept open: answers to one chunk stand close together


class Acceptance(NamedTuple):
    """Of `proposed` regions, `kept` have a span of the same label on half of the union.

    `unchanged` of them have the very same borders.
    """

    chunks: int = 0
    proposed: int = 0
    kept: int = 0
    unchanged: int = 0

    @property
    def share(self) -> float | None:
        return self.kept / self.proposed if self.proposed else None

    def __add__(self, other: object) -> Acceptance:
        if not isinstance(other, Acceptance):
            return NotImplemented
        return Acceptance(*(one + two for one, two in zip(self, other, strict=True)))


class Proposed:
    """The regions that today's rules propose in each chunk, and whether it was sent with them."""

    def __init__(self, workspace: Workspace, schema: Schema, chunk_of: ChunkOf) -> None:
        self._settings, self._predictor = workspace.settings.studio, Predictor(schema)
        self._layers = lexicon_of(schema).layers
        self._chunk_of, self._languages = chunk_of, languages_of(workspace)
        self._sent = _versions_sent(workspace)
        self._spans = lru_cache(maxsize=_OPEN)(self._predicted)

    def measure(self, answer: Annotation) -> tuple[bool, Acceptance] | None:
        """Compare an answer with what rules propose, and say whether it began with that.

        None where they propose nothing, or where other rules had proposed.
        """
        shown = self._shown(answer)
        spans = self._spans(answer.chunk_id) if shown is not None else ()
        if shown is None or not spans:
            return None
        pairs = [(one, two) for one, two in align(spans, answer.spans) if one.label == two.label]
        same = sum((one.start, one.end) == (two.start, two.end) for one, two in pairs)
        return shown, Acceptance(1, len(spans), len(pairs), same)

    def _shown(self, answer: Annotation) -> bool | None:
        version = self._sent.get(answer.chunk_id)
        if version is not None:
            return True if version == self._predictor.model_version else None
        share, seed = self._settings.unpredicted_share, self._settings.overlap_seed
        drawn = self._settings.predictions and is_predicted(answer.chunk_id, share, seed)
        return None if drawn or answer.prelabelled else False

    def _predicted(self, chunk_id: str) -> Sequence[Span]:
        chunk = self._chunk_of(chunk_id)
        if chunk is None:
            return ()
        language = self._languages.get(chunk["article_id"])
        return [
            Span(region_id(chunk_id, one), one.start, one.end, self._layers[one.label], one.label)
            for one in self._predictor.predict(chunk["text"], language)
        ]


def _versions_sent(workspace: Workspace) -> dict[str, str | None]:
    """Give by chunk which rules have last proposed in its task, by the ledger."""
    return {
        row["chunk_id"]: row.get("model_version")
        for row in Ledger(workspace.labels / "tasks.jsonl")
        if row["event"] in {"present", "predicted"} and row.get("role", MAIN) == MAIN
    }
