"""Every code that prepare gives, and what it means."""

from __future__ import annotations

REJECTIONS = {
    "archive_bomb": "an archive that unpacks to far more than its size",
    "archive_damaged": "an archive, gzip file or Parquet file that cannot be read to its end",
    "archive_members": "an archive of too many files",
    "bad_json": "a line or file that is not valid JSON",
    "bad_record": "a record that is no object or holds no text",
    "bad_row": "a row of a table that does not fit its columns",
    "bad_table": "a table without a column of texts",
    "binary": "something that is no text",
    "crashed": "an article that took down every process that prepared it",
    "empty": "an input without text in it",
    "failed": "an input that broke a stage of the pipeline",
    "id_twice": "an article whose id an earlier one has",
    "member_encrypted": "an encrypted file in an archive",
    "member_link": "a link in an archive",
    "member_nested": "an archive in an archive",
    "member_path": "a file in an archive whose name leads outside of it",
    "timeout": "an article that took longer than seconds_per_article",
    "too_large": "an input or a record over max_megabytes",
    "unreadable": "a file that cannot be opened",
    "unsupported": "a kind of file that is not read",
}
FLAGS = {
    "encoding_guessed": "the bytes do not prove the encoding that the text was read with",
    "encoding_mixed": "UTF-8 with stray bytes of cp1252 in it",
    "hard_split": "a place where a chunk had to end inside a sentence",
    "letter_as_quote": "letters that stand for a quote mark",
    "mixed_script": "a word with letters of another alphabet",
    "mojibake": "text that was once decoded wrongly",
    "offset_approximate": "a place that could not be found exactly in the page",
    "quotes_mixed": "a quote that closes with another mark than it opened with",
    "quotes_style": "a quote in other marks than the rest of the text",
    "quotes_unpaired": "a quote mark without its partner",
}
REVIEWS = {
    "no_body": "no paragraph looks like the text of an article, so that all was kept",
    "thin_body": "only a small part of the visible text was kept",
    "thin_margin": "what is article and what is not was hard to tell apart",
    "page_too_complex": "the page has too many tags, so that all its text was kept",
    "override_stale": "a person decided about another text, before this one came",
}
LEFT_OUT = {
    "boilerplate": "menus, teasers, forms: what stands around an article",
    "repeat": "stands in the text a second time",
    "title": "the title, which is kept as metadata",
    "caption": "stands beneath a picture",
    "credit": "names a source or an author",
    "dropped": "left out by a person",
}
