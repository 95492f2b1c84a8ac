"""The workspace: finds `annotate.toml`, reads the settings, and knows every path."""

from __future__ import annotations

import difflib
import errno
import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from annotate.errors import ConfigError, InputError, NoWorkspaceError, RefusedError

SETTINGS_FILE = "annotate.toml"


PATTERNS = {
    "publish.license": "must be a licence as the Hub names it, such as cc-by-4.0, cc0-1.0 or other",
    "name": "must be a-z, 0-9 and -, 3 to 49 characters, no - at the ends",
    "workspace_id": "must be 8 to 32 characters out of a-z and 0-9",
}
LICENSE = r"^[a-z0-9][a-z0-9.+-]*$"  # as the Hub names licences


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnSettings(_Section):
    """Which column of a table, or key of a record, is what; the others are guessed."""

    text: str | None = None
    html: str | None = None
    id: str | None = None
    title: str | None = None
    outlet: str | None = None
    url: str | None = None
    published_at: str | None = None
    language: str | None = None
    event: str | None = None
    author: str | None = None
    credit: str | None = None


class PrepareSettings(_Section):
    """How articles become chunks. Sizes are code points unless the name says otherwise."""

    body: Literal["select", "as-is"] = "select"
    chunk_limit: int = Field(4000, ge=200, le=100_000)
    chunk_target: int = Field(2500, ge=100, le=100_000)
    max_megabytes: float = Field(20, gt=0, le=2000)
    columns: ColumnSettings = ColumnSettings()
    seconds_per_article: float = Field(30, gt=0, le=3600)

    @model_validator(mode="after")
    def _target_below_limit(self) -> PrepareSettings:
        if self.chunk_target > self.chunk_limit:
            raise ValueError("chunk_target must not be above chunk_limit")
        return self


class StudioSettings(_Section):
    """Where Label Studio is and how tasks are sent to it. Times are seconds."""

    url: str | None = None
    batch_size: int = Field(2500, ge=1, le=2500)
    timeout: float = Field(60, gt=0)
    settle: float = Field(5, ge=0)
    annotators_per_chunk: int = Field(1, ge=1, le=50)
    overlap_share: float = Field(0, ge=0, le=1)
    overlap_annotators: int = Field(2, ge=1, le=50)
    overlap_seed: int = 1
    control_annotators: int = Field(50, ge=1, le=1000)
    sampling: Literal["sequential", "uniform"] = "sequential"
    skipped: Literal["again", "others", "nobody"] = "others"
    skip_button: bool = True
    predictions: bool = True
    unpredicted_share: float = Field(0.2, ge=0, le=1)
    lock_seconds: int = Field(7200, ge=60, le=604_800)


class SplitSettings(_Section):
    """Which share of the labels each split shall have, of groups that are new."""

    train: float = Field(0.8, gt=0, le=1)
    validation: float = Field(0.1, ge=0, lt=1)
    test: float = Field(0.1, ge=0, lt=1)

    @model_validator(mode="after")
    def _whole(self) -> SplitSettings:
        if abs(self.train + self.validation + self.test - 1) > 1e-9:  # noqa: PLR2004 -- rounding
            raise ValueError("train, validation and test must add up to 1")
        return self


class PublishSettings(_Section):
    """What a release may hold and who answers for it."""

    rights: Literal["full", "standoff"] = "standoff"
    outlets: dict[str, Literal["full", "standoff"]] = {}
    aggregation: Literal["gold", "single", "first"] = "gold"
    pretty_name: str | None = None
    license: str = Field("other", pattern=LICENSE)
    text_license: str = "all rights reserved by the outlets"
    contact: str | None = None
    authors: tuple[str, ...] = ()
    homepage: str | None = None
    selection: str | None = None
    training: str | None = None
    consent: str | None = None
    annotations_creators: Literal["expert-generated", "crowdsourced", "other"] = "other"
    simulated: bool = False
    splits: SplitSettings = SplitSettings()
    split_seed: int = 1


class AgreementSettings(_Section):
    """How agreement is measured, and what it must reach: `layer.figure` or `triples.figure`."""

    draws: int = Field(1000, ge=100, le=100_000)
    seed: int = 1
    fewest_articles: int = Field(10, ge=1)
    pilot: dict[str, float] = {
        "speaker.u_alpha": 0.70,
        "stance.binary_alpha": 0.60,
        "stance.f1_iou": 0.70,
        "stance.label_alpha": 0.667,
        "topic.label_alpha": 0.70,
        "triples.f1": 0.60,
    }
    production: dict[str, float] = {"stance.label_alpha": 0.75, "triples.f1": 0.70}


class ReviewSettings(_Section):
    """Which of the chunks that several people answered a person decides."""

    chunks: Literal["undecided", "differing"] = "undecided"


class Settings(_Section):
    """The whole of `annotate.toml`."""

    workspace_id: str = Field(pattern=r"^[0-9a-z]{8,32}$")
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,47}[a-z0-9]$")
    prepare: PrepareSettings = PrepareSettings()
    studio: StudioSettings = StudioSettings()
    publish: PublishSettings = PublishSettings()
    agreement: AgreementSettings = AgreementSettings()
    review: ReviewSettings = ReviewSettings()


@dataclass(frozen=True)
class Workspace:
    """Where everything lives. All paths are absolute; nothing here creates them."""

    root: Path
    settings: Settings

    @classmethod
    def find(cls, start: Path | None = None) -> Workspace:
        """Open the workspace that `start` (default: the current folder) lies in."""
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / SETTINGS_FILE).is_file():
                return cls(folder, read_settings(folder / SETTINGS_FILE))
        raise NoWorkspaceError(
            f"no {SETTINGS_FILE} in {here} or above it",
            "make a workspace with `annotate init DIR`, or name one with `--workspace DIR`",
        )

    @property
    def articles(self) -> Path:
        return self.root / "articles"

    @property
    def schema_file(self) -> Path:
        return self.root / "label_config" / "schema.yaml"

    @property
    def label_config(self) -> Path:
        return self.root / "label_config"

    @property
    def controls_file(self) -> Path:
        """The chunks whose right answer is known; there need be none."""
        return self.label_config / "controls.jsonl"

    @property
    def corpus(self) -> Path:
        return self.root / "corpus"

    @property
    def labels(self) -> Path:
        return self.root / "labels"

    @property
    def releases(self) -> Path:
        return self.root / "datasets" / self.settings.name

    @property
    def private(self) -> Path:
        """The folder for secrets, the local server and locks; never under version control."""
        return self.root / ".annotate"

    def relative(self, path: Path) -> str:
        """Name `path` as seen from the workspace, with `/`; outside it, by its name alone."""
        resolved = path.resolve()
        if resolved.is_relative_to(self.root):
            return resolved.relative_to(self.root).as_posix()
        return resolved.name


def read_settings(path: Path) -> Settings:
    """Read and check `annotate.toml`; raises `ConfigError` with every problem at once."""
    try:
        return parse_settings(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError:
        raise ConfigError(f"{path.name} is not UTF-8") from None
    except OSError as error:
        raise InputError(f"cannot read {path.name}: {error.strerror}") from None


def parse_settings(text: str, name: str) -> Settings:
    """Check the text of an `annotate.toml`, which `name` stands for in messages."""
    try:
        return Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{name} is not valid TOML: {error}", 'words stand in quote marks: name = "news"'
        ) from None
    except ValidationError as error:
        problems = tuple(_problem(name, item) for item in error.errors())
        raise ConfigError(
            f"{name} has {len(problems)} problem{'s' if len(problems) > 1 else ''}",
            "every setting is explained in the annotate.toml that `annotate init` writes",
            problems,
        ) from None


def _problem(file: str, item: Any) -> str:
    """One line for one pydantic error, with "did you mean" for an unknown key."""
    where = ".".join(str(part) for part in item["loc"])
    if item["type"] == "string_pattern_mismatch":
        return f"{file}: {where}: {PATTERNS[where]}, not {item['input']!r}"
    if item["type"] != "extra_forbidden":
        said = item["msg"].removeprefix("Value error, ")
        return f"{file}: {where}: {said[0].lower()}{said[1:]}"
    section: Any = Settings
    for part in item["loc"][:-1]:
        section = section.model_fields[part].annotation
    near = difflib.get_close_matches(str(item["loc"][-1]), section.model_fields, n=1)
    return f"{file}: unknown setting {where}" + (f"; did you mean {near[0]}?" if near else "")


def private_folder(workspace: Workspace) -> Path:
    """Make `.annotate/` with mode 0700, and keep version control out of it."""
    folder = workspace.private
    with writing(".annotate"):
        folder.mkdir(mode=0o700, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    return folder


def write_private(path: Path, content: str) -> None:
    """Write a secret whole or not at all, and wait until it is on disk.

    The file never exists with a wider mode than 0600. Pseudonyms are in the ledger for good:
    the secret behind them must outlive a power cut just as it does.
    """
    draft = path.with_name(path.name + ".new")
    with writing(f"{path.parent.name}/{path.name}"):
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk: a renamed file is not before that."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; move it there only if the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def writing(what: str) -> Iterator[None]:
    """Turn a failure to write `what` into an `InputError` with its cause and a remedy."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        raise InputError(
            f"cannot write {what}: {error.strerror or error}",
            "make room on the disk, then run the command again"
            if full
            else "check that you may write there, then run the command again",
        ) from None


TEMPORARY = "a temporary file (where TMPDIR says)"


def temporary_file(buffering: int = -1) -> IO[bytes]:
    """Open a file without a name, which is gone when it is closed; raises `InputError`."""
    import tempfile

    with writing(TEMPORARY):
        return tempfile.TemporaryFile(buffering=buffering)


@contextmanager
def lock(workspace: Workspace, name: str) -> Iterator[None]:
    """Hold `.annotate/NAME.lock` for the block; raises `RefusedError` when another holds it.

    The lock is the kernel's (`flock`): it ends with the process, however that ends.
    """
    import fcntl

    with writing(f".annotate/{name}.lock"):
        path = private_folder(workspace) / f"{name}.lock"
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise RefusedError(
            f"another `annotate {name}` is running in this workspace",
            "wait until it has ended, then run the command again",
        ) from None
    try:
        yield
    finally:
        os.close(handle)
