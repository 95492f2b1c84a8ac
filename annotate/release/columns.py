"""The columns of every config, declared once: for Parquet files and for the card.

Labels are words in Parquet, so that every reader sees words; the card declares them as class
labels, and `datasets` turns the one into the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from annotate.schema import Schema, class_labels

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Labels:
    """A column of words out of a fixed list, in the order of their class numbers."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class ListOf:
    """A column whose cells are lists of records."""

    fields: Mapping[str, Column]


Column = str | Labels | ListOf
Table = dict[str, Column]
TEXT, WHOLE, YES_NO = "string", "int32", "bool"


def tables(schema: Schema) -> dict[str, Table]:
    """List the configs of a release with text, the default first, with columns in order."""
    labels = {name: Labels(values) for name, values in class_labels(schema).items()}
    relations = ListOf({"type": labels["relation"], "head": TEXT, "tail": TEXT, "origin": TEXT})
    found: dict[str, Table] = {
        "spans": _spans(labels, relations),
        "annotations": _annotations(labels, relations),
    }
    if labels["polarity"].names and labels["topic"].names:
        found["triples"] = _triples(labels)
    found["articles"] = _articles()
    return found


def _span_list(labels: Mapping[str, Labels]) -> ListOf:
    attributes = ListOf({"key": TEXT, "value": TEXT, "origin": TEXT})
    return ListOf(
        {
            "id": TEXT,
            "start": WHOLE,
            "end": WHOLE,
            "text": TEXT,
            "layer": labels["layer"],
            "label": labels["label"],
            "attributes": attributes,
            "origin": TEXT,
        }
    )


QUESTIONS = ListOf({"key": TEXT, "value": TEXT})


def _spans(labels: Mapping[str, Labels], relations: ListOf) -> Table:
    return {
        "id": TEXT,
        "article_id": TEXT,
        "chunk_index": WHOLE,
        "start": WHOLE,
        "end": WHOLE,
        "text": TEXT,
        "spans": _span_list(labels),
        "relations": relations,
        "document": QUESTIONS,
        "answers": WHOLE,
        "outlet": TEXT,
        "published_at": TEXT,
        "url": TEXT,
        "language": TEXT,
        "event": TEXT,
        "first_version": TEXT,
        "last_changed_version": TEXT,
    }


def _annotations(labels: Mapping[str, Labels], relations: ListOf) -> Table:
    return {
        "annotation_id": TEXT,
        "id": TEXT,
        "article_id": TEXT,
        "start": WHOLE,
        "end": WHOLE,
        "annotator": TEXT,
        "simulated": YES_NO,
        "schema_version": TEXT,
        "created_at": TEXT,
        "lead_time": TEXT,
        "was_prelabelled": YES_NO,
        "skipped": YES_NO,
        "spans": _span_list(labels),
        "relations": relations,
        "document": QUESTIONS,
    }


def _triples(labels: Mapping[str, Labels]) -> Table:
    return {
        "article_id": TEXT,
        "outlet": TEXT,
        "event": TEXT,
        "entity": TEXT,
        "polarity": labels["polarity"],
        "topic": labels["topic"],
        "evidence": ListOf({"id": TEXT, "span": TEXT}),
    }


def _articles() -> Table:
    names = ("article_id", "outlet", "title", "url", "published_at", "language", "event")
    found: Table = dict.fromkeys(names, TEXT)
    return found | {
        "sha256": TEXT,
        "licence": TEXT,
        "split": TEXT,
        "group": TEXT,
        "chunks": WHOLE,
        "text": TEXT,
    }


def arrow_schema(table: Table) -> pa.Schema:
    """Spell the columns as Parquet has them."""
    import pyarrow as pa

    return pa.schema([(name, _arrow_type(column)) for name, column in table.items()])


def _arrow_type(column: Column) -> pa.DataType:
    import pyarrow as pa

    if isinstance(column, ListOf):
        fields = [(name, _arrow_type(item)) for name, item in column.fields.items()]
        return pa.list_(pa.struct(fields))
    if isinstance(column, Labels):
        return pa.string()
    return {TEXT: pa.string(), WHOLE: pa.int32(), YES_NO: pa.bool_()}[column]


def card_features(table: Table) -> list[dict[str, Any]]:
    """Spell the columns as `dataset_info.features` of a card has them."""
    return [{"name": name, **_card_type(column)} for name, column in table.items()]


def _card_type(column: Column) -> dict[str, Any]:
    if isinstance(column, ListOf):
        return {"list": card_features(dict(column.fields))}
    if isinstance(column, Labels):
        numbered = {str(number): name for number, name in enumerate(column.names)}
        return {"dtype": {"class_label": {"names": numbered}}}
    return {"dtype": column}
