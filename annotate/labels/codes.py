"""What every finding about an answer means, and what of the answer it sets aside."""

from __future__ import annotations

FINDINGS = {
    "answer-unknown": "the schema has no such question or choice; this one reply is left out",
    "chunk-unknown": "the ledger has no such chunk; the whole answer is set aside",
    "label-unknown": "the region has no label or one that the schema lacks; it is set aside",
    "offset-range": "the borders lie outside the text; the region is set aside",
    "relation-end": "an end of the arrow is missing or set aside; the arrow is left out",
    "relation-unknown": "the schema joins no such labels; the arrow is left out",
    "resize-astral": "a border was shifted by the letters beyond U+FFFF; the span is set aside",
    "result-malformed": "the server holds what no labelling page writes; it is left out",
    "schema-stale": "saved under a schema that has since changed; nothing is set aside for it",
    "spans-crossing": "two spans overlap as the schema forbids; both are set aside",
    "surface-mismatch": "the words stored are not those at the borders; the region is set aside",
    "text-changed": "the text on the server is not the one pushed; the whole answer is set aside",
}
