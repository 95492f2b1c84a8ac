"""Labels in a release, read back as the answer that they were."""

from __future__ import annotations

from annotate.labels.annotation import Annotation, Attribute, Relation, Span
from annotate.release.proof.opened import Json


def annotation_of(row: Json) -> Annotation:
    """Read a row of `annotations` or `spans`; the latter tells neither who nor when.

    The time is a day, and the numbers of answer, task and project are not told.
    """
    spans = tuple(
        Span(
            span["id"],
            span["start"],
            span["end"],
            span["layer"],
            span["label"],
            tuple(Attribute(i["key"], i["value"], i["origin"]) for i in span["attributes"]),
            span["origin"],
        )
        for span in row["spans"]
    )
    relations = tuple(
        Relation(one["type"], one["head"], one["tail"], one["origin"]) for one in row["relations"]
    )
    document = tuple((item["key"], item["value"]) for item in row["document"])
    who, day = row.get("annotator", ""), row.get("created_at", "")
    return Annotation(
        0, row["id"], 0, 0, who, "", day, day, None, False, False, spans, relations, document
    )
