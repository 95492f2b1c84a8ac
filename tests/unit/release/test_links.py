"""Which articles belong together."""

from __future__ import annotations

import pytest

from annotate.corpus import Article, Chunk, Metadata, Source
from annotate.release import links as links_of
from annotate.release.links import Link, find_links

LONG = "the committee will not accept any proposal that leaves the harbour closed for the winter"
STORY = (
    "Ferries stopped at noon after the mayor of Velin ordered the harbour shut. Crews waited on "
    "the quay for word from the capital while lorries backed up along the coast road. Nobody "
    "could say when the boats would sail again, and the shops on the island began to run low."
)


def article(name: str, text: str, event: str | None = None, **more: object) -> Article:
    metadata = Metadata(language="en", event=event)
    return Article(name, Source(name, "0" * 64), text, (), metadata, **more)  # type: ignore[arg-type]


def links(*articles: Article) -> list[Link]:
    chunks = [Chunk(f"c-{one.id}", one.id, 0, 0, len(one.text), one.text) for one in articles]
    known = {one.id: one for one in articles}
    found = find_links(known, known, chunks)
    assert find_links(known, list(known)[::-1], chunks[::-1]) == found
    return found


def test_articles_of_one_event_belong_together() -> None:
    found = links(article("a", "One.", "e"), article("b", "Two.", "e"), article("c", "Three."))
    assert found == [Link("event e", ("a", "b"))]


def test_articles_without_an_event_do_not() -> None:
    assert links(article("a", "One."), article("b", "Two.")) == []


def test_texts_that_repeat_one_another_belong_together() -> None:
    found = links(article("a", STORY), article("b", STORY.replace("noon", "dawn")))
    assert Link("near-duplicate", ("a", "b")) in found


def test_a_chain_of_repeats_is_found_whole() -> None:
    """`find_twins` names one twin of an article; here the middle one has two."""
    words = [f"w{number}" for number in range(90)]
    texts = {"a": words[:60], "b": words[15:75], "c": words[30:]}
    found = links(*(article(name, " ".join(text)) for name, text in texts.items()))
    assert {link.articles for link in found if link.reason == "near-duplicate"} == {
        ("a", "b"),
        ("b", "c"),
    }


def test_what_preparing_called_a_duplicate_belongs_to_its_article() -> None:
    found = links(article("a", "One."), article("b", "Two.", duplicate_of="a"))
    assert found == [Link("near-duplicate", ("a", "b"))]


def test_a_long_quote_in_two_articles_ties_them_whatever_its_marks() -> None:
    one = f"She said: “I told them that {LONG}, whatever they pay”. Rain fell."
    two = f"«{LONG.upper()}», so die Sprecherin am Abend in der Stadt vor vielen Leuten im Saal."
    assert links(article("a", one), article("b", two)) == [Link("shared quote", ("a", "b"))]


def test_a_short_quote_does_not() -> None:
    short = " ".join(LONG.split()[:11])
    one, two = f"He said “{short}” on Monday.", f"“{short}”, it was said, and that was that."
    assert links(article("a", one), article("b", two)) == []


def test_a_long_sentence_in_two_articles_ties_them() -> None:
    one = (
        f"It rained all day in the capital, and people in the shops spoke of it. And {LONG}. More."
    )
    two = f"Snow fell on the hills and the roads were closed by the army at noon. And {LONG}! Then "
    assert links(article("a", one), article("b", two)) == [Link("shared sentence", ("a", "b"))]


@pytest.mark.parametrize("waiting", [1, 2, 7, 1 << 16])
def test_hashes_that_were_put_away_are_found_again(
    waiting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links_of, "_WAITING", waiting)
    holders = links_of._Holders()
    owners = {words: sorted({words % 3, words % 7}) for words in range(-200, 200)}
    for words, several in owners.items():
        for owner in (*several, several[0]):
            holders.add(words, owner)
    assert sorted(holders.several()) == sorted(each for each in owners.values() if len(each) > 1)
    assert list(links_of._Holders().several()) == []
