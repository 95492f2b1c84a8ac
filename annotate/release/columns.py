"""The columns of every config, declared once: for Parquet files and for the card.

Labels are words in Parquet, so that every reader sees words; the card declares them as class
labels, and `datasets` turns the one into the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from annotate.release.bio import tag_column, tag_names
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


@dataclass(frozen=True)
class Many:
    """A column whose cells are lists of words, numbers or labels."""

    item: str | Labels


Column = str | Labels | ListOf | Many
Table = dict[str, Column]
TEXT, WHOLE, YES_NO, PART = "string", "int32", "bool", "float64"


def tables(schema: Schema, *, text: bool = True) -> dict[str, Table]:
    """List the configs of a release, the default first, with columns in order.

    Without `text` there is no column and no config that repeats the articles' words.
    """
    labels = {name: Labels(values) for name, values in class_labels(schema).items()}
    relations = ListOf({"type": labels["relation"], "head": TEXT, "tail": TEXT, "origin": TEXT})
    found: dict[str, Table] = {
        "spans": _spans(labels, relations),
        "annotations": _annotations(labels, relations),
    }
    if labels["polarity"].names and labels["topic"].names:
        found["triples"] = _triples(labels)
        found["stance"] = _stance(labels)
    found["bio"] = _bio(schema)
    found["articles"] = _articles()
    return found if text else _without_text(found)


def _without_text(found: Mapping[str, Table]) -> dict[str, Table]:
    return {
        config: {
            name: ListOf({key: item for key, item in column.fields.items() if key != "text"})
            if isinstance(column, ListOf)
            else column
            for name, column in table.items()
            if name != "text"
        }
        for config, table in found.items()
        if config not in TEXT_CONFIGS
    }


def _span_list(labels: Mapping[str, Labels], *, gold: bool = False) -> ListOf:
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
            **({"support": WHOLE} if gold else {}),
            "origin": TEXT,
        }
    )


TEXT_CONFIGS = frozenset({"stance", "bio"})  # nothing is left of them without a text
QUESTIONS = ListOf({"key": TEXT, "value": TEXT})


def _spans(labels: Mapping[str, Labels], relations: ListOf) -> Table:
    return {
        "id": TEXT,
        "article_id": TEXT,
        "chunk_index": WHOLE,
        "start": WHOLE,
        "end": WHOLE,
        "text": TEXT,
        "text_sha256": TEXT,
        "spans": _span_list(labels, gold=True),
        "relations": relations,
        "document": QUESTIONS,
        "answers": WHOLE,
        "support": WHOLE,
        "origin": TEXT,
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
        "role": TEXT,
        "counts": YES_NO,
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


def _stance(labels: Mapping[str, Labels]) -> Table:
    return {
        "id": TEXT,
        "span_id": TEXT,
        "article_id": TEXT,
        "text": TEXT,
        "start": WHOLE,
        "end": WHOLE,
        "target": TEXT,
        "speaker": TEXT,
        "topic": labels["topic"],
        "stance": labels["polarity"],
        "soft": ListOf({"label": labels["polarity"], "share": PART}),
        "votes": WHOLE,
        "answers": WHOLE,
        "outlet": TEXT,
    }


def _bio(schema: Schema) -> Table:
    tags = {
        tag_column(layer.name): Many(Labels(tag_names(label.name for label in layer.labels)))
        for layer in schema.layers
    }
    return {
        "id": TEXT,
        "article_id": TEXT,
        "text": TEXT,
        "tokens": Many(TEXT),
        "starts": Many(WHOLE),
        "ends": Many(WHOLE),
        **tags,
        "lost": ListOf({"span": TEXT, "reason": TEXT}),
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
        "rights": TEXT,
        "text_sha256": TEXT,
        "edits": ListOf({"start": WHOLE, "end": WHOLE, "replacement": TEXT, "reason": TEXT}),
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
    if isinstance(column, Many):
        return pa.list_(_arrow_type(column.item))
    if isinstance(column, Labels):
        return pa.string()
    kinds = {TEXT: pa.string(), WHOLE: pa.int32(), YES_NO: pa.bool_(), PART: pa.float64()}
    return kinds[column]


def card_features(table: Table) -> list[dict[str, Any]]:
    """Spell the columns as `dataset_info.features` of a card has them."""
    return [{"name": name, **_card_type(column)} for name, column in table.items()]


def _card_type(column: Column) -> dict[str, Any]:
    if isinstance(column, ListOf):
        return {"list": card_features(dict(column.fields))}
    if isinstance(column, Many):
        return {"list": _class_label(column.item) or column.item}
    return {"dtype": _class_label(column) or column}


def _class_label(column: Column) -> dict[str, Any] | None:
    if not isinstance(column, Labels):
        return None
    numbered = {str(number): name for number, name in enumerate(column.names)}
    return {"class_label": {"names": numbered}}
