"""Prepare articles as a script of a newsroom would: one well-known package for each step.

    python scripts/bench_naive.py FILE.jsonl [COUNT]

Text repair by ftfy, body by jusText, language by lingua, sentences by pysbd, repeats across
articles by the MinHash index of datasketch, chunks by the text splitter of langchain.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import ftfy
import justext
import pysbd
from bench_words import LANGUAGES
from datasketch import MinHash, MinHashLSH
from langchain_text_splitters import RecursiveCharacterTextSplitter
from lingua import IsoCode639_1, LanguageDetectorBuilder

NAMES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "ru": "Russian"}
SIMILAR, SHINGLE, LIMIT = 0.5, 5, 4000


class Naive:
    """Holds what a script makes once: models, word lists, the index."""

    def __init__(self) -> None:
        codes = [IsoCode639_1.from_str(code) for code in LANGUAGES]
        self.detector = (
            LanguageDetectorBuilder.from_iso_codes_639_1(*codes)
            .with_preloaded_language_models()
            .build()
        )
        self.stop_words = {code: justext.get_stoplist(name) for code, name in NAMES.items()}
        self.segmenters = {code: pysbd.Segmenter(language=code, clean=False) for code in NAMES}
        self.index = MinHashLSH(threshold=SIMILAR)
        self.splitter = RecursiveCharacterTextSplitter(chunk_size=LIMIT, chunk_overlap=0)

    def prepare(self, article_id: str, text: str) -> dict[str, Any]:
        fixed = ftfy.fix_text(text)
        found = self.detector.detect_language_of(fixed)
        code = found.iso_code_639_1.name.lower() if found else "en"
        body = self.body(fixed, code)
        sentences = self.segmenters[code].segment(body)
        sketch = self.sketch(body)
        repeats = self.index.query(sketch)
        self.index.insert(article_id, sketch)
        chunks = self.splitter.split_text(body)
        return {
            "id": article_id,
            "text": body,
            "language": code,
            "sentences": sentences,
            "duplicate_of": repeats[:1],
            "chunks": chunks,
        }

    def body(self, text: str, code: str) -> str:
        """Let jusText classify the lines, which it knows as paragraphs of HTML only."""
        page = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n") if line.strip())
        paragraphs = justext.justext(f"<html><body>{page}</body></html>", self.stop_words[code])
        return "\n\n".join(each.text for each in paragraphs if not each.is_boilerplate)

    def sketch(self, text: str) -> MinHash:
        words = text.split()
        sketch = MinHash()
        for at in range(max(1, len(words) - SHINGLE + 1)):
            sketch.update(" ".join(words[at : at + SHINGLE]).encode())
        return sketch


def read(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def main() -> None:
    path, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None  # noqa: PLR2004
    naive = Naive()
    with path.with_suffix(".naive.jsonl").open("w", encoding="utf-8") as file:
        for row in itertools.islice(read(path), count):
            prepared = naive.prepare(row["id"], row["text"])
            file.write(json.dumps(prepared, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
