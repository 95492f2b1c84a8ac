"""Signatures of many texts: columns of what all of them have, and their samples on disk."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable
from typing import IO

import numpy as np

from annotate.corpus.duplicates import Keys, Twin, find_twins
from annotate.corpus.shingles import Hashes, signature
from annotate.workspace import TEMPORARY, temporary_file, writing

_BUFFER = 1 << 18  # bytes


class Samples:
    """Takes texts one by one; of each, 20 bytes are held."""

    def __init__(self) -> None:
        self._file = temporary_file(_BUFFER)
        self._exact, self._words = array("Q"), array("I")
        self._sizes, self._lengths = array("I"), array("I")

    def add(self, text: str) -> None:
        found = signature(text)
        self._exact.append(found.exact)
        self._words.append(found.words)
        self._sizes.append(len(found.sample))
        self._lengths.append(len(text))
        with writing(TEMPORARY):
            self._file.write(found.sample.tobytes())

    def __len__(self) -> int:
        return len(self._sizes)

    def keys(self) -> Keys:
        with writing(TEMPORARY):
            self._file.flush()
        sizes = np.array(self._sizes, np.int64)
        offsets = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        return Keys(_Stored(self._file, int(offsets[-1])), offsets)

    def twins(self, text_of: Callable[[int], str]) -> dict[int, Twin]:
        """Find the texts that repeat another one; the longer one of two stands for both."""
        return find_twins(
            self.keys(),
            np.array(self._exact, np.uint64),
            np.array(self._words, np.int64),
            -np.array(self._lengths, np.int64),
            text_of,
            np.zeros(len(self), bool),
        )


class _Stored:
    """Hashes in a file, of which stretches are read."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self._file, self._length = file, length

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, part: slice, /) -> Hashes:
        start, end, _ = part.indices(self._length)
        size = np.dtype(np.uint64).itemsize
        data = os.pread(self._file.fileno(), max(0, end - start) * size, start * size)
        return np.frombuffer(data, np.uint64)
