"""Predicted regions: what is proposed, what is not, and how it reaches and leaves Label Studio."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import annotate
from annotate.labels.cues import CUES
from annotate.labels.predict import (
    Predictor,
    is_predicted,
    model_version,
    predict,
    predictions_of,
)
from annotate.labels.regions import read_results, write_results
from annotate.schema import load_schema
from annotate.schema.model import Entity
from tests.unit.labels.marked import STARTER
from tests.unit.labels.texts import nasty_texts

SAMPLE = load_schema(Path(annotate.__file__).parent / "sample" / "label_config" / "schema.yaml")
ABROAD = STARTER.model_copy(
    update={
        "entities": (
            *STARTER.entities,
            Entity(id="merz", type="person", names=("Friedrich Merz", "Merz")),
            Entity(id="kreml", type="institution", names=("Kreml", "Кремль", "Élysée")),
            Entity(id="peskow", type="person", names=("Песков", "Пескова", "Дмитрий Песков")),
            Entity(id="tass", type="media", names=("ТАСС", "dpa", "AFP")),
        )
    }
)
PREDICTOR = Predictor(ABROAD)


@dataclass(frozen=True)
class Chunk:
    id: str
    text: str


def marked(text: str, language: str | None = "en") -> str:
    """Write what is proposed into the text: `[S:Macron] said no`."""
    for region in reversed(PREDICTOR.predict(text, language)):
        start, end = region.start, region.end
        text = f"{text[:start]}[{region.label[0]}:{text[start:end]}]{text[end:]}"
    return text


@pytest.mark.parametrize(
    "expected",
    [
        "[S:Macron] said the war must end.",
        "[S:President Macron] has repeatedly rejected the plan.",
        "[S:French President Emmanuel Macron] called for a truce.",
        "“Not one village,” said [S:Mr Putin].",
        "“Not one village,” [S:Putin] told reporters, “not one house.”",
        "[S:Putin], who had arrived late, warned against delay.",
        "[S:Putin], the Russian president, said no.",
        "[S:The Russian president, Vladimir Putin], said no.",
        "[S:Putin] on Tuesday urged Kyiv to leave.",
        "[S:Macron and Putin] agreed that talks must begin.",
        "[S:Trump] 😏 replied that tables would be set.",
        "[S:Moscow] rejects any truce.",
        "[S:Kyiv] said it would give up no land and repeated its demand.",
        "[S:The Kremlin] dismissed the plan.",
        "[S:The Kremlin] said the plan was dead.",
        "[S:Macron] “reaffirmed his wish to keep the line open at any price”.",
        "[S:Macron]: Nothing is decided. We shall see.",
        "According to [S:Putin], the war will end.",
    ],
)
def test_a_holder_beside_a_verb_of_saying_is_a_speaker(expected):
    assert marked(bare(expected)) == expected


@pytest.mark.parametrize(
    "expected",
    [
        "[R:The Kremlin] said [S:Putin] rejected the plan.",
        "[S:Macron] called for a truce, [R:the Élysée] said.",
        "He demanded a truce, [R:the Kremlin] said.",
        "According to [R:the Kremlin], [S:Putin] told [Macron] that it was over.",
        "According to [R:the Kremlin], he answered that it was over.",
        "[R:Reuters], citing [R:the Kremlin], reported that [S:Putin] refused.",
        "[R:Reuters and BFMTV] reported that [S:Putin] refused.",
        "[R:Reuters] quoted diplomats as saying that it was over.",
    ],
)
def test_who_passes_on_what_another_holds_is_a_relay(expected):
    expected = expected.replace("[Macron]", "Macron")
    assert marked(bare(expected)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Macron arrived in Kyiv.",
        "Critics of Macron said no.",
        "Macron’s aides said no.",
        "The envoy told Macron that it was over.",
        "Macron was accused by the opposition.",
        "Trump, condemned by everybody, went home.",
        "He wrote: “Macron said no.”",
        "Russia’s army crossed the border.",
        "After Macron said no, the call ended.",
        "Kyiv residents said no.",
        "Reuters could not verify the report.",
        "According to Moscow residents, it was over.",
        "Iran: the facts and figures.",
        "The Kremlin said Putin met the envoy.",
        "According to the Kremlin, the talks lasted two hours.",
        "The Kremlin said the envoy had argued for a truce.",
        "",
    ],
)
def test_where_nothing_is_sure_nothing_is_proposed(text):
    assert PREDICTOR.predict(text, "en") == []


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", "« Il faut négocier », a déclaré [S:Emmanuel Macron] mardi."),
        ("fr", "[S:Macron] a aussi rejeté cette idée."),
        ("fr", "Selon [R:l’Élysée], [S:Macron] exige une trêve."),
        ("fr", "Les critiques de Macron ont dit non."),
        ("de", "„Das muss enden“, sagte [S:Friedrich Merz] am Montag."),
        ("de", "[S:Merz] hat den Plan am Montag deutlich kritisiert."),
        ("de", "Laut [S:Merz] ist der Plan gescheitert."),
        ("de", "[S:Merz] forderte eine Waffenruhe, wie [R:dpa] meldete."),
        ("de", "[R:Dem Kreml] zufolge erklärte [S:Putin], alles sei vorbei."),
        ("de", "Am Montag sagte [S:Merz], alles sei vorbei."),
        ("de", "Die Opposition kritisierte Merz."),
        ("de", "Kritiker von Merz sagten nein."),
        ("es", "«No habrá tregua», dijo [S:Putin] el lunes."),
        ("es", "[S:Macron] también ha exigido una tregua."),
        ("es", "Según [R:AFP], [S:Putin] rechazó la tregua."),
        ("es", "Los críticos de Macron dijeron que no."),
        ("ru", "«Перемирия не будет», — сказал [S:Дмитрий Песков]."),
        ("ru", "[S:Песков] вчера заявил, что перемирия не будет."),
        ("ru", "По словам [S:Пескова], перемирия не будет."),
        ("ru", "[S:Песков] отверг план, сообщает [R:ТАСС]."),
    ],
)
def test_other_languages_have_their_own_words(language, expected):
    assert marked(bare(expected), language) == expected


def bare(text: str) -> str:
    return text.replace("[S:", "").replace("[R:", "").replace("]", "")


def test_a_language_is_told_by_its_first_letters_and_missing_it_is_english():
    assert marked("Macron said no.", None) == "[S:Macron] said no."
    assert marked("Macron a dit non.", "fr-CA") == "[S:Macron] a dit non."
    assert PREDICTOR.predict("Macron said no.", "fi") == []


def test_a_schema_that_says_nothing_of_speech_gets_no_regions():
    assert predict("Macron said no.", STARTER.model_copy(update={"relations": ()}), "en") == []
    assert predict("Macron said no.", STARTER.model_copy(update={"entities": ()}), "en") == []


@given(
    st.lists(
        st.sampled_from(["Macron", "the Kremlin", "Reuters", "said", "rejected", "according to"])
        | st.sampled_from([",", ".", "“", "”", "and", "that", "\n", ": ", "told Putin", "’s"])
        | nasty_texts,
        max_size=14,
    ),
    st.sampled_from([None, *CUES]),
)
def test_regions_lie_in_order_do_not_overlap_and_hold_a_name(parts, language):
    text = " ".join(parts)
    regions = PREDICTOR.predict(text, language)
    ends = [0]
    for region in regions:
        assert ends[-1] <= region.start < region.end <= len(text)
        assert PREDICTOR.gazetteer.pattern.search(text, region.start, region.end)
        assert region.label in {"Speaker", "Relay"}
        ends.append(region.end)


def test_a_prediction_is_what_label_studio_takes():
    chunk = Chunk("c-1", "According to the Citadel, President Vehn told Ferran to wait.")
    prediction = predictions_of(chunk, SAMPLE, "en")
    assert prediction.keys() == {"model_version", "score", "result"}
    assert prediction["model_version"] == f"rules-1/news-stance-{SAMPLE.version}"
    assert prediction["model_version"] == model_version(SAMPLE)
    assert 0 < prediction["score"] <= 1
    reading = read_results(prediction["result"], chunk.text, SAMPLE, "here")
    found = [(span.label, chunk.text[span.start : span.end]) for span in reading.spans]
    assert found == [("Relay", "the Citadel"), ("Speaker", "President Vehn")]
    assert not reading.findings


def test_ids_of_regions_are_the_same_every_time_and_differ_between_chunks():
    text = "Vehn said no. Ferran said yes."
    first, again, other = (
        [item["id"] for item in predictions_of(Chunk(name, text), SAMPLE, "en")["result"]]
        for name in ("c-1", "c-1", "c-2")
    )
    assert first == again
    assert len({*first, *other}) == 4


def test_where_nothing_is_proposed_the_result_is_empty():
    assert predictions_of(Chunk("c-1", "It rained."), SAMPLE, "en")["result"] == []


def test_a_share_of_chunks_gets_no_predictions():
    names = [f"chunk-{number}" for number in range(4_000)]
    without = [name for name in names if not is_predicted(name)]
    assert 0.17 < len(without) / len(names) < 0.23
    assert all(is_predicted(name, 0.0, 7) for name in names)
    assert not any(is_predicted(name, 1.0, 7) for name in names)


@given(st.text(max_size=40), st.floats(0, 1), st.floats(0, 1), st.integers())
def test_a_larger_share_only_takes_predictions_away(name, one, two, seed):
    less, more = sorted((one, two))
    assert is_predicted(name, less, seed) >= is_predicted(name, more, seed)


def test_another_seed_draws_other_chunks():
    names = [f"chunk-{number}" for number in range(200)]
    assert [is_predicted(name, 0.5, 1) for name in names] != [
        is_predicted(name, 0.5, 2) for name in names
    ]


# What Label Studio 1.23.2 kept of a task that was opened with predictions in Chromium: the Relay
# was left alone, the first Speaker got another label by its key, the second was answered the
# question of its type, and the stance was drawn.
SUBMITTED = [
    {
        "value": {"start": 62, "end": 73, "text": "the Citadel", "labels": ["Relay"]},
        "id": "p114ebde8e3",
        "from_name": "span",
        "to_name": "text",
        "type": "labels",
        "origin": "prediction",
    },
    {
        "value": {"start": 75, "end": 89, "text": "President Vehn", "labels": ["Relay"]},
        "id": "p3b5c016428",
        "from_name": "span",
        "to_name": "text",
        "type": "labels",
        "origin": "prediction-changed",
    },
    {
        "value": {"start": 177, "end": 187, "text": "Anton Ruza", "labels": ["Speaker"]},
        "id": "pe95b80b07a",
        "from_name": "span",
        "to_name": "text",
        "type": "labels",
        "origin": "prediction",
    },
    {
        "value": {"start": 177, "end": 187, "text": "Anton Ruza", "choices": ["person"]},
        "id": "pe95b80b07a",
        "from_name": "speaker_type",
        "to_name": "text",
        "type": "choices",
        "origin": "prediction",
    },
    {
        "value": {
            "start": 107,
            "end": 136,
            "text": "an immediate truce was needed",
            "labels": ["Support"],
        },
        "id": "L-q7EyO0EP",
        "from_name": "span",
        "to_name": "text",
        "type": "labels",
        "origin": "manual",
    },
]
SHOWN = (
    "On Tuesday the judge 👩\u200d⚖️ put on his 𝐜oat again. According to the Citadel, President "
    "Vehn told Ferran that an immediate truce was needed in Ostava.\n\n“The line stays open,” "
    "said Anton Ruza, the president’s spokesman.\n"
)


def test_what_a_person_left_alone_is_predicted_and_what_they_changed_is_theirs():
    reading = read_results(SUBMITTED, SHOWN, SAMPLE, "here")
    assert not reading.findings
    origins = {SHOWN[span.start : span.end]: span.origin for span in reading.spans}
    assert origins == {
        "the Citadel": "predicted",
        "President Vehn": "human",
        "Anton Ruza": "predicted",
        "an immediate truce was needed": "human",
    }


def test_an_answer_about_a_predicted_region_is_a_persons():
    """Label Studio calls it a prediction, like its region; but ours answer no questions."""
    (ruza,) = [
        span for span in read_results(SUBMITTED, SHOWN, SAMPLE, "here").spans if span.attributes
    ]
    assert [(item.value, item.origin) for item in ruza.attributes] == [("person", "human")]
    predicted = predictions_of(Chunk("c-1", SHOWN), SAMPLE, "en")["result"]
    assert {item["type"] for item in predicted} == {"labels"}


def test_the_page_was_filled_with_what_is_predicted_today():
    """The recorded answer began as this prediction: same places, before a person came."""
    regions = predict(SHOWN, SAMPLE, "en")
    labels = [item for item in SUBMITTED if item["type"] == "labels" and item["origin"] != "manual"]
    assert [(one.start, one.end) for one in regions] == [
        (item["value"]["start"], item["value"]["end"]) for item in labels
    ]
    assert [one.label for one in regions] == ["Relay", "Speaker", "Speaker"]


def test_a_prediction_read_and_written_again_is_the_same():
    result = predictions_of(Chunk("c-1", SHOWN), SAMPLE, "en")["result"]
    spans = read_results(result, SHOWN, SAMPLE, "here").spans
    assert write_results(spans, (), SHOWN, SAMPLE) == result
