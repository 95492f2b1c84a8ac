from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import annotate
from annotate.corpus.body import select_body
from annotate.corpus.clean import clean
from annotate.corpus.edits import EditedText
from tests.unit.corpus.texts import nasty_texts

DATA = Path(__file__).parents[2] / "data"
SAMPLE = Path(annotate.__file__).parent / "sample"

TITLE = "Mell council votes to keep the old ferry"
LEAD = "The council of Mell voted on Monday to keep the old ferry, ending a quarrel of nine years."
SECOND = (
    "Mayor Anna Pell said the council had listened to the island and that the ferry would stay."
)
THIRD = (
    "The ferry carries forty cars and the doctor, who lives on the mainland and visits on Fridays."
)
OTHER = (
    "Bakers in Tarn are short of rye because the mills closed early, and prices of bread doubled "
    "within a fortnight, a trade body reported, blaming dry weather and expensive diesel."
)


def page(*lines: str) -> str:
    return "\n\n".join(lines)


def body_of(*lines: str, title: str | None = None) -> str:
    text = page(*lines)
    return EditedText(text).then(select_body(text, title).edits).clean


def reasons_of(*lines: str) -> dict[str, str]:
    text = page(*lines)
    edits = select_body(text).edits
    return {text[edit.start : edit.end].strip(): edit.reason for edit in edits}


def test_an_article_alone_is_its_own_body() -> None:
    assert body_of(LEAD, SECOND, THIRD) == f"{LEAD}\n\n{SECOND}\n\n{THIRD}"


def test_navigation_title_and_footer_go_and_say_why() -> None:
    reasons = reasons_of("Home | News | Sea | Sport", TITLE, LEAD, SECOND, THIRD, "Popular", "Top")
    assert reasons == {
        "Home | News | Sea | Sport": "boilerplate",
        TITLE: "title",
        "Popular\n\nTop": "boilerplate",
    }


def test_the_title_is_the_line_before_the_body_that_shares_its_words() -> None:
    assert select_body(page("Sea and land", TITLE, "12", LEAD, SECOND)).title == TITLE


def test_no_title_is_guessed() -> None:
    assert select_body(page("All the news of today", LEAD, SECOND)).title is None


def test_of_two_titles_the_one_that_repeats_is_taken() -> None:
    lines = ("Old ferry of Mell to stay", TITLE, LEAD, SECOND, THIRD, "Popular", TITLE, "Top")
    assert select_body(page(*lines)).title == TITLE


def test_a_second_copy_of_the_body_goes() -> None:
    text = body_of(TITLE, LEAD, SECOND, THIRD, "Share", "Print", SECOND, THIRD, "Popular")
    assert text == f"{LEAD}\n\n{SECOND}\n\n{THIRD}"


def test_a_pull_quote_goes() -> None:
    quote = "listened to the island and that the ferry would stay"
    assert body_of(LEAD, SECOND, f"“{quote}”", THIRD) == f"{LEAD}\n\n{SECOND}\n\n{THIRD}"


def test_an_article_on_another_topic_behind_other_lines_goes() -> None:
    assert body_of(LEAD, SECOND, THIRD, "Related", "Economy", OTHER, "Popular") == (
        f"{LEAD}\n\n{SECOND}\n\n{THIRD}"
    )


def test_a_subhead_stays() -> None:
    assert body_of(LEAD, "A ferry and its doctor", THIRD) == (
        f"{LEAD}\n\nA ferry and its doctor\n\n{THIRD}"
    )


@pytest.mark.parametrize(
    "line",
    [
        "Photo: Mell Mail / Jo Tarn",
        "Foto: Mell Mail",
        "Source: Mell Mail with agencies",
        "https://mell.example/licences/4.0",
        "(Reporting by the Mell desk)",
    ],
)
def test_credits_between_paragraphs_go(line: str) -> None:
    assert body_of(LEAD, line, SECOND, THIRD) == f"{LEAD}\n\n{SECOND}\n\n{THIRD}"


def test_a_caption_with_its_credit_goes() -> None:
    caption = "The ferry leaves Mell on a morning in March.\nPhoto: Jo Tarn"
    assert body_of(LEAD, caption, SECOND, THIRD) == f"{LEAD}\n\n{SECOND}\n\n{THIRD}"


def test_a_text_without_sentences_is_left_as_it_is() -> None:
    selection = select_body("one\n\ntwo")
    assert selection.edits == ()
    assert not selection.found


def test_lines_that_are_wrapped_are_one_paragraph() -> None:
    words = (SECOND + " " + THIRD).split()
    wrapped = "\n".join(" ".join(words[at : at + 8]).lower() for at in range(0, len(words), 8))
    rejoined = wrapped.replace("\n", " ")
    assert body_of("Home", wrapped + "\n\n" + LEAD) == rejoined + "\n\n" + LEAD


def test_text_nodes_of_one_sentence_are_rejoined() -> None:
    nodes = (
        *("Menu", "Harbour", TITLE, "The council of", "Mell", "voted to keep the old ferry."),
        *("Mayor", "Anna Pell", ", who spoke first, said that the council had listened to"),
        *(
            "the island",
            ".",
            "The ferry carries",
            "forty cars",
            "and the doctor on Fridays.",
            "Top",
        ),
    )
    text = "\n".join(nodes)
    assert EditedText(text).then(select_body(text).edits).clean == (
        "The council of Mell voted to keep the old ferry.\n"
        "Mayor Anna Pell, who spoke first, said that the council had listened to the island.\n"
        "The ferry carries forty cars and the doctor on Fridays."
    )


def test_a_long_closing_paragraph_among_noise_stays() -> None:
    closing = (
        "The ferry of Mell will be painted in spring, and Anna Pell has promised to hold a brush."
    )
    text = body_of("Home", TITLE, LEAD, SECOND, THIRD, "Advertisement", closing, "Share", "Top")
    assert text == page(LEAD, SECOND, THIRD, closing)


def test_a_short_last_sentence_stays() -> None:
    assert body_of(TITLE, LEAD, SECOND, THIRD, "Nobody else spoke that night.", "Top", "Terms") == (
        page(LEAD, SECOND, THIRD, "Nobody else spoke that night.")
    )


def test_sentences_of_an_error_page_before_the_title_go() -> None:
    error = "Something went wrong while this page was loaded. Please refresh your window."
    assert body_of(error, "Sea", TITLE, LEAD, SECOND, THIRD) == page(LEAD, SECOND, THIRD)


def test_questions_and_answers_stay() -> None:
    question = "And what will the ferry cost?"
    answer = "More than the council of Mell can pay, said Mayor Pell, and less than a bridge."
    assert body_of(TITLE, LEAD, question, answer, "Who pays?", SECOND) == (
        page(LEAD, question, answer, "Who pays?", SECOND)
    )


def test_comments_behind_the_article_go() -> None:
    comments = ("3 comments", "tern_81", "I always liked that ferry, it smelled of tar.", "Reply")
    more = ("islander", "Who pays for the paint in the end, I wonder?", "Reply")
    assert body_of(TITLE, LEAD, SECOND, THIRD, "Share", *comments, *more) == (
        page(LEAD, SECOND, THIRD)
    )


def test_author_and_source_are_told() -> None:
    text = page(TITLE, "By Jo Tarn", LEAD, SECOND, THIRD, "Source: Mell Mail with agencies", "Top")
    selection = select_body(text)
    assert (selection.author, selection.credit) == ("Jo Tarn", "Mell Mail with agencies")


def test_a_larger_text_on_another_topic_makes_the_body_doubtful() -> None:
    other = [OTHER.replace("Tarn", name) for name in ("Tarn", "Orle", "Vash", "Quin")]
    lines = (TITLE, LEAD, SECOND, THIRD, "Economy", "More", "Bread")
    assert not select_body(page(TITLE, LEAD, SECOND, THIRD, "Top")).doubtful
    selection = select_body(page(*lines, *other))
    assert selection.doubtful or LEAD not in body_of(*lines, *other)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(["Top", "a", "News of Mell", "x y."] * 25_000),
        "\n\n".join(f"{SECOND} That was on day {day}." for day in range(8_000)),
        "word and more " * 140_000,
        "水" * 500_000,
        "\n".join(f"“{SECOND}”" for _ in range(8_000)),
    ],
    ids=["tiny lines", "similar sentences", "one line", "no spaces", "one sentence"],
)
def test_long_texts_take_no_longer_than_their_length(text: str) -> None:
    start = time.process_time()
    select_body(text)
    assert time.process_time() - start < 5


@given(nasty_texts)
def test_any_clean_text_gives_edits_that_delete_or_rejoin(raw: str) -> None:
    text = clean(EditedText(raw)).clean
    selection = select_body(text)
    for edit in selection.edits:
        rejoined = edit.reason == "rejoined" and not text[edit.start : edit.end].strip("\n")
        assert edit.replacement == "" or (edit.replacement == " " and rejoined)
    assert EditedText(text).then(selection.edits).clean == EditedText(text, selection.edits).clean


def samples() -> dict[str, dict[str, Any]]:
    """The own-written articles whose bodies were marked by hand."""
    marked: dict[str, dict[str, Any]] = {}
    for file in sorted(DATA.glob("sample_bodies_*.json")):
        marked |= json.loads(file.read_text(encoding="utf-8"))
    return {name: value for name, value in marked.items() if "body_regions" in value}


def records() -> dict[str, dict[str, Any]]:
    lines = [
        json.loads(line)
        for file in sorted((SAMPLE / "articles").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    return {row["id"]: row for row in lines}


@pytest.mark.parametrize("name", samples())
def test_precision_and_recall_on_the_sample_are_at_least_nine_in_ten(name: str) -> None:
    row = records().get(name) or {"text": (SAMPLE / name).read_bytes().decode("utf-8")}
    raw = row["text"]
    edited = clean(EditedText(raw))
    selection = select_body(edited.clean, row.get("title"))
    kept = visible(raw, raw_ranges(edited.then(selection.edits)))
    body = visible(raw, samples()[name]["body_regions"])
    assert len(kept & body) >= 0.9 * len(kept)
    assert len(kept & body) >= 0.9 * len(body)
    assert selection.title == samples()[name]["title"]


def raw_ranges(edited: EditedText) -> list[tuple[int, int]]:
    return [edited.to_raw(index, index + 1) for index in range(len(edited.clean))]


def visible(raw: str, ranges: list[tuple[int, int]]) -> set[int]:
    return {at for start, end in ranges for at in range(start, end) if not raw[at].isspace()}
