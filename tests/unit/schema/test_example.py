import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.schema import Schema
from annotate.schema.example import parse_example


def found(source: str) -> list[tuple[str, str]]:
    example = parse_example(source)
    return [(example.text[mark.start : mark.end], mark.told) for mark in example.marks]


@pytest.mark.parametrize(
    ("source", "text", "marks"),
    [
        ("[Ferran](Speaker) said no.", "Ferran said no.", [("Ferran", "Speaker")]),
        ("[so it is](Neutral, voice outlet)", "so it is", [("so it is", "Neutral, voice outlet")]),
        (
            "[no [truce](ceasefire) now](Oppose)",
            "no truce now",
            [("no truce now", "Oppose"), ("truce", "ceasefire")],
        ),
        ("[[truce](ceasefire)](Oppose)", "truce", [("truce", "Oppose"), ("truce", "ceasefire")]),
        ("[𝐜oat 👩‍⚖️](A)\u00a0[b](B)", "𝐜oat 👩‍⚖️ b", [("𝐜oat 👩‍⚖️", "A"), ("b", "B")]),
        ("[x](Support (strong), sure)", "x", [("x", "Support (strong), sure")]),
        ("he [sic] went] [away", "he [sic] went] [away", []),
        ("[a [b] c](X)", "a [b] c", [("a [b] c", "X")]),
        ("two\n  lines", "two lines", []),
        ("", "", []),
    ],
)
def test_marks_are_taken_out_of_a_sentence(
    source: str, text: str, marks: list[tuple[str, str]]
) -> None:
    assert parse_example(source).text == text
    assert found(source) == marks


def test_as_plain_text_the_marks_follow_the_sentence() -> None:
    assert str(parse_example("[She](Speaker) [agreed](Support, hedged).")) == (
        "She agreed. (She: Speaker; agreed: Support, hedged)"
    )
    assert str(parse_example("Nothing here.")) == "Nothing here."


@given(st.text(alphabet="ab[](), X") | st.text())
def test_marks_of_any_text_lie_in_it_and_never_cross(source: str) -> None:
    example = parse_example(source)
    for mark in example.marks:
        assert 0 <= mark.start <= mark.end <= len(example.text)
        for other in example.marks:
            assert not mark.start < other.start < mark.end < other.end


def test_every_rule_of_the_news_schemas_has_a_sentence_of_ours(
    starter: Schema, sample: Schema
) -> None:
    for schema in (starter, sample):
        assert [rule.id for rule in schema.rules] == list(range(1, 19))
        sentences = [parse_example(rule.example).text for rule in schema.rules]
        assert all(len(sentence.split()) >= 6 for sentence in sentences)
        assert len(set(sentences)) == 18


def test_every_label_of_the_news_schemas_has_a_sentence_of_ours(
    starter: Schema, sample: Schema
) -> None:
    for schema in (starter, sample):
        sentences = {label.sentence for label in schema.labels}
        assert len(sentences) == 14
        assert all(parse_example(sentence).marks for sentence in sentences)


def test_spans_of_the_examples_obey_the_overlap_that_the_schema_sets(every: Schema) -> None:
    for source in (*(label.sentence for label in every.labels), *(r.example for r in every.rules)):
        marks = parse_example(source).marks
        for at, one in enumerate(marks):
            for other in marks[at + 1 :]:
                layer = every.layer_of(one.label)
                if layer == every.layer_of(other.label) and other.start < one.end:
                    assert every.overlap_of(layer).nested == "allow", source
