from __future__ import annotations

import json
import textwrap
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import annotate
from annotate.corpus.body import select, select_bodies, select_body
from annotate.corpus.clean import clean
from annotate.corpus.credits import is_credit
from annotate.corpus.edits import EditedText
from annotate.corpus.lines import Lines
from annotate.corpus.model import Model, Verdicts, again, describe
from annotate.corpus.shapes import shape_of
from annotate.corpus.words import words_of
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

MORE = (
    "The old ferry was built in 1961 and takes eleven minutes to cross the sound of Mell.",
    (
        "“Nobody on the island asked for a bridge,” Pell said after the vote. “We asked for a boat "
        "that starts in winter.”"
    ),
    (
        "Two members of the council voted against the plan, which costs nine million crowns and "
        "will be paid by the islanders over twelve years."
    ),
    "The ferry will be painted in spring, and the mayor has promised to hold a brush herself.",
)
ARTICLE = (LEAD, SECOND, THIRD, *MORE)
HEAD = ("Skip to content", "News", "Sea", "Sport", "Mell Mail", TITLE, "12 March 2031, 08:14")
FOOT = (
    *("Share", "Print", "Most read", "Ten harbours to see before summer", "Bread is dear again"),
    *("Contact", "Privacy policy", "© 2031 Mell Mail. All rights reserved."),
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


def captions_of(*lines: str) -> list[str]:
    return [text for text, reason in reasons_of(*lines).items() if reason == "caption"]


def test_an_article_alone_is_its_own_body() -> None:
    assert body_of(*ARTICLE) == page(*ARTICLE)
    assert body_of(LEAD, SECOND, THIRD) == page(LEAD, SECOND, THIRD)


def test_navigation_title_and_footer_go_and_say_why() -> None:
    reasons = reasons_of(*HEAD, *ARTICLE, *FOOT)
    assert reasons == {
        page(*HEAD[:5]): "boilerplate",
        TITLE: "title",
        HEAD[6]: "boilerplate",
        page(*FOOT[:-1]): "boilerplate",
        FOOT[-1]: "credit",
    }


def test_the_title_is_found_among_what_stands_before_the_body() -> None:
    assert select_body(page(*HEAD, *ARTICLE, *FOOT)).title == TITLE


def test_no_title_is_guessed() -> None:
    assert select_body(page("News", "Sea", "12 March", *ARTICLE)).title is None


def test_a_known_title_is_kept_and_goes_from_the_text() -> None:
    selection = select_body(page(*HEAD, *ARTICLE), TITLE)
    assert selection.title == TITLE
    assert TITLE not in body_of(*HEAD, *ARTICLE, title=TITLE)


def test_a_second_copy_of_the_body_goes() -> None:
    text = body_of(*HEAD, *ARTICLE, "Share", "Print", *ARTICLE[1:], *FOOT)
    assert text == page(*ARTICLE)
    reasons = reasons_of(*HEAD, *ARTICLE, "Share", "Print", *ARTICLE[1:], *FOOT)
    assert "repeat" in reasons.values()


def test_a_pull_quote_goes() -> None:
    quote = "The council had listened to the island and that the ferry would stay"
    article = (*ARTICLE[:4], f"“{quote}”", *ARTICLE[4:])
    assert body_of(*HEAD, *article, *FOOT) == page(*ARTICLE)


def test_an_article_on_another_topic_behind_other_lines_goes() -> None:
    text = body_of(*HEAD, *ARTICLE, "Related", "Economy", "Bread is dear again", OTHER, *FOOT)
    assert text == page(*ARTICLE)


@pytest.mark.parametrize("line", ["* * *", "———", "•", "(…)"])
def test_a_line_that_is_drawn_is_no_text(line: str) -> None:
    article = (*ARTICLE[:4], line, *ARTICLE[4:])
    assert body_of(*HEAD, *article, *FOOT) == page(*ARTICLE)
    assert body_of(*article) == page(*ARTICLE)


def test_a_subhead_stays() -> None:
    article = (*ARTICLE[:3], "A ferry and its doctor", *ARTICLE[3:])
    assert body_of(*HEAD, *article, *FOOT) == page(*article)


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
    assert body_of(*HEAD, *ARTICLE[:2], line, *ARTICLE[2:], *FOOT) == page(*ARTICLE)


@pytest.mark.parametrize(
    "line",
    [
        "Levy falls to 2.4 per cent in May",
        "Flooding in Mell: sound peaks at 4.2 metres – as it happened",
        "Read the survey at mell.example before Monday",
        "Do you have a story for us? Write to tips@mell.example",
    ],
)
def test_a_point_inside_a_number_or_an_address_ends_no_sentence_before_a_name(line: str) -> None:
    assert not is_credit(line, shape_of(line))


def test_a_caption_with_its_credit_goes() -> None:
    caption = "The ferry leaves Mell on a morning in March\nPhoto: Jo Tarn / Mell Mail"
    assert body_of(*HEAD, *ARTICLE[:2], caption, *ARTICLE[2:], *FOOT) == page(*ARTICLE)
    assert caption.partition("\n")[0] in captions_of(*HEAD, *ARTICLE[:2], caption, *ARTICLE[2:])


@pytest.mark.parametrize(
    "line",
    ["Live", "Share", "6 мая 2031, 14:20", "6 de mayo de 2031", "May 6, 2031", "2031-05-06"],
)
def test_a_button_or_a_date_above_a_credit_is_no_caption(line: str) -> None:
    credit = "Photo: Jo Tarn / Mell Mail"
    assert not captions_of(*HEAD[:5], f"{line}\n{credit}", TITLE, *ARTICLE)


@pytest.mark.parametrize("text", ["Home\n\nContact", "Home\nNews\nSport", "12:40", ""])
def test_a_text_without_sentences_is_left_as_it_is(text: str) -> None:
    selection = select_body(text)
    assert selection.edits == ()
    assert not selection.found


def test_lines_that_are_wrapped_are_one_paragraph() -> None:
    wrapped = [textwrap.fill(paragraph, 60) for paragraph in ARTICLE]
    assert body_of(*HEAD, *wrapped, *FOOT) == page(*ARTICLE)


def test_entries_of_a_menu_are_no_wrapped_paragraph() -> None:
    places = ("Mell", "Tarn", "Orle", "Vash", "Quin", "Pell", "Norr", "Sund")
    menu = [f"{one} and {two} | Weather | Ferries" for one in places for two in places[:4]]
    assert body_of(*menu, *ARTICLE) == page(*ARTICLE)


def test_wrapped_lines_of_a_script_without_spaces_are_joined_without_one() -> None:
    sentence = (
        "市议会周一投票决定保留古老的渡轮从而结束了长达九年的争论渡轮可以运载四十辆汽车和医生。"
    )
    wrapped = "\n".join(textwrap.wrap(sentence * 4, 30))
    text = page("首页", "新闻", wrapped, "分享")
    clean_text = EditedText(text).then(select_body(text).edits).clean
    assert " " not in clean_text.replace("首页", "")


def test_text_nodes_of_one_sentence_are_rejoined() -> None:
    nodes = (
        *("Menu", "Harbour", TITLE, "12 March 2031", "The council of", "Mell"),
        "voted to keep the old ferry.",
        *("Mayor", "Anna Pell", ", who spoke first, said that the council had listened to"),
        *("the island", ".", "The ferry carries", "forty cars", "and the doctor on Fridays."),
        *MORE,
        *("Share", "Top", "Contact"),
    )
    text = "\n".join(nodes)
    rejoined = (
        "The council of Mell voted to keep the old ferry.",
        "Mayor Anna Pell, who spoke first, said that the council had listened to the island.",
        "The ferry carries forty cars and the doctor on Fridays.",
    )
    clean_text = EditedText(text).then(select_body(text).edits).clean
    assert clean_text == "\n".join((*rejoined, *MORE))


def test_sentences_of_an_error_page_before_the_title_go() -> None:
    error = "Something went wrong while this page was loaded. Please refresh your browser."
    assert body_of(error, *HEAD, *ARTICLE, *FOOT) == page(*ARTICLE)


def test_comments_behind_the_article_go() -> None:
    comments = ("3 comments", "tern_81", "I liked that ferry, it smelled of tar.", "Reply", "Like")
    more = ("islander", "Who pays for the paint in the end?", "Reply", "Like")
    assert body_of(*HEAD, *ARTICLE, *FOOT[:2], *comments, *more, *FOOT[2:]) == page(*ARTICLE)


def test_author_and_source_are_told() -> None:
    text = page(*HEAD, "By Jo Tarn", *ARTICLE, "Source: Mell Mail with agencies", *FOOT)
    selection = select_body(text)
    assert (selection.author, selection.credit) == ("Jo Tarn", "Mell Mail with agencies")


def test_a_page_of_which_the_model_is_not_sure_is_doubtful() -> None:
    assert not select_body(page(*HEAD, *ARTICLE, *FOOT)).doubtful
    text = page(*ARTICLE)
    lines = Lines.of([text])
    sure, unsure = (
        Verdicts(*([value] * len(lines) for value in (1000, -9000, 950, doubt, 10, False, 1)))
        for doubt in (500, 4000)
    )
    assert not select(lines.pages[0], None, sure).doubtful
    assert select(lines.pages[0], None, unsure).doubtful


def test_the_model_was_trained_on_the_columns_that_it_is_shown() -> None:
    lines, model = Lines.of([page(*HEAD, *ARTICLE)]), Model.load()
    words = words_of(lines)
    known = describe(lines, words, model.odds[words.stem])
    more = again(known, np.full(len(lines), 500))
    assert (*known.columns, *more) == model.names
    for trees in model.trees.values():
        assert trees.feature.max() < len(model.names)


def test_a_text_is_judged_alike_whatever_stands_beside_it_in_a_batch() -> None:
    texts = [
        page(*HEAD, *ARTICLE, *FOOT),
        OTHER,
        "",
        "one\n\ntwo",
        "水" * 3000,
        page(*ARTICLE).replace(" ", "\n"),
        page(*FOOT, *HEAD, OTHER),
    ]
    alone = [select_body(text) for text in texts]
    assert select_bodies(texts, [None] * len(texts)) == alone
    assert select_bodies(texts[::-1], [None] * len(texts)) == alone[::-1]


@given(st.lists(nasty_texts, max_size=6))
def test_any_texts_are_judged_alike_alone_and_together(raws: list[str]) -> None:
    texts = [clean(EditedText(raw)).clean for raw in raws]
    together = select_bodies(texts, [None] * len(texts))
    assert together == [select_body(text) for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(["Top", "a", "News of Mell", "x y."] * 25_000),
        "\n\n".join(f"{SECOND} That was on day {day}." for day in range(8_000)),
        "word and more " * 140_000,
        "水" * 500_000,
        "\n".join(f"“{SECOND}”" for _ in range(8_000)),
        "a(" + ":" * 200_000 + "(b)",
        "\n".join(f"Some ab{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}" for n in range(19_000)),
        "\n".join(f"{SECOND} No {n // 2}." for n in range(19_000)),
    ],
    ids=[
        *("tiny lines", "similar sentences", "one line", "no spaces", "one sentence"),
        *("brackets", "short last words", "pairs"),
    ],
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
    return {row["id"]: row for row in lines if "id" in row}


def test_the_bodies_and_titles_of_the_sample_are_found() -> None:
    both = kept = body = titled = 0
    for name, marks in samples().items():
        row = records().get(name) or {"text": (SAMPLE / name).read_bytes().decode("utf-8")}
        raw = row["text"]
        edited = clean(EditedText(raw))
        selection = select_body(edited.clean, row.get("title"))
        found = visible(raw, raw_ranges(edited.then(selection.edits)))
        wanted = visible(raw, marks["body_regions"])
        both, kept, body = both + len(found & wanted), kept + len(found), body + len(wanted)
        titled += selection.title == marks["title"]
    assert both >= 0.95 * kept
    assert both >= 0.98 * body
    assert titled >= len(samples()) - 1


def raw_ranges(edited: EditedText) -> list[tuple[int, int]]:
    return [edited.to_raw(index, index + 1) for index in range(len(edited.clean))]


def visible(raw: str, ranges: list[tuple[int, int]]) -> set[int]:
    return {at for start, end in ranges for at in range(start, end) if not raw[at].isspace()}
