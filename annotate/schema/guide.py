"""What annotators are told about a schema: the same words on every page that tells them."""

from __future__ import annotations

from annotate.schema.controls import labels_in_order
from annotate.schema.keys import choice_keys
from annotate.schema.model import Attribute, DocumentQuestion, Label, Relation, Schema

Row = tuple[str, ...]

KEYS = (
    ("the label's key, then drag over the words", "mark a span"),
    ("Esc, or u", "let go of the selected span"),
    ("Backspace", "delete the selected span"),
    ("Alt+R, then a click on the other span", "draw a relation"),
    ("Alt+M", "write a note on the span"),
    ("Ctrl+Z", "undo"),
    ("Ctrl+Enter", "submit"),
    ("Ctrl+Space", "skip"),
)
MARKING = (
    (
        "Go through the text twice: first mark all spans, then click each span that has a "
        "question open. Leave a question empty where its rule is right."
    ),
    (
        "A label's key while a span is selected changes that span's label without asking, and "
        "its answers are lost. Press Esc first."
    ),
    "To move a border, delete the span and mark it again.",
    ("Of spans inside each other a click takes the inner one; the list of regions has them all."),
    "A text with nothing to mark is submitted empty. Skip only what cannot be judged.",
)
WORK = (
    *MARKING,
    "Take tasks only from the labelling stream: there nobody sees another's work.",
)
RELATIONS = (
    "Draw a relation only where its rule is wrong, or where there is none. One drawn by hand "
    "replaces the derived ones of that kind for its span."
)
OVERLAP = "Spans of different layers may overlap. Inside one layer:"
RULES = "The examples mark the words that their rule is about, and not always all others."

QUESTION_HEAD = ("question", "about", "answers", "if empty")
RELATION_HEAD = ("relation", "from", "to", "rule")
OVERLAP_HEAD = ("layer", "identical", "one inside the other", "crossing")

_DERIVED = {
    "from_entity": "the type of its entity",
    "from_name": "the entity whose name it is",
    "quote_share": "how much of it stands between quotation marks",
    "speaker_of_sentence": (
        "the only one in the sentence, else the nearest to the left in the same clause"
    ),
    "all_in_sentence": "every one in the same sentence",
    "inside_then_sentence": "those inside the span, else the only one in the sentence",
}


def label_meaning(label: Label) -> str:
    """Tell what a label is for: its proposition, its definition, what it asks."""
    proposition = f"Proposition: {label.proposition}." if label.proposition else ""
    asked = "Asks for a short text." if label.asks else ""
    return " ".join(part for part in (proposition, label.definition, asked) if part)


def question_rows(schema: Schema) -> list[Row]:
    keys = choice_keys(schema)
    rows = [_question_row(schema, item, keys) for item in schema.attributes]
    return rows + [
        (item.name, "the whole text", _values(item, keys), "none of them holds")
        for item in schema.document
    ]


def relation_rows(schema: Schema) -> list[Row]:
    return [_relation_row(item) for item in schema.relations]


def overlap_rows(schema: Schema) -> list[Row]:
    words = {"allow": "allowed", "error": "an error"}
    return [
        (layer.name, words[rule.identical], words[rule.nested], words[rule.crossing])
        for layer in schema.layers
        for rule in (schema.overlap_of(layer.name),)
    ]


def _question_row(schema: Schema, item: Attribute, keys: dict[tuple[str, str], str | None]) -> Row:
    about = ", ".join(labels_in_order(schema, item.applies_to))
    derived = _DERIVED.get(item.derive)
    empty = f"{derived}, by rule" if derived else item.default or ""
    return item.name, about, _values(item, keys), empty


def _values(item: Attribute | DocumentQuestion, keys: dict[tuple[str, str], str | None]) -> str:
    if item.type == "entities":
        return "one or several of the list, by mouse: letters stay keys; else a name beside it"
    if item.type == "text":
        return "a short text"
    return ", ".join(f"{value} [{keys.get((item.name, value)) or '–'}]" for value in item.values)


def _relation_row(item: Relation) -> Row:
    rule = _DERIVED.get(item.derive, "always by hand")
    return item.name, ", ".join(item.from_), ", ".join(item.to), rule
