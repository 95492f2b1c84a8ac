"""Which files are articles, and which must be copied into the workspace first."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from annotate.corpus.forms import FORMS, form_of
from annotate.corpus.metadata import METADATA_FILE
from annotate.errors import InputError, RefusedError
from annotate.workspace import Workspace, replacing

OWN_FILES = (METADATA_FILE, "overrides.jsonl", "withdrawn.jsonl")


@dataclass(frozen=True)
class Input:
    """A file to read, and the path it has or will have as seen from the workspace."""

    path: Path
    name: str

    @property
    def is_article(self) -> bool:
        return form_of(self.path.name) is not None and self.path.name not in OWN_FILES

    @property
    def is_readable(self) -> bool:
        """Whether it is a file, and no pipe or link to nowhere, that may be read."""
        return self.path.is_file() and os.access(self.path, os.R_OK)


@dataclass(frozen=True)
class InputPlan:
    """All inputs in the order of their names; `copies` come from outside the workspace."""

    inputs: tuple[Input, ...]
    tables: tuple[Input, ...]
    copies: tuple[Input, ...]
    skipped: tuple[str, ...]


def plan_inputs(workspace: Workspace, paths: Iterable[Path] = ()) -> InputPlan:
    """Find the whole articles folder and what `paths` will add to it.

    Raises `InputError` when a path is missing or there is nothing to prepare, and
    `RefusedError` when a new file has the name of another one.
    """
    outside = [path for path in paths if not _is_received(workspace, path)]
    found = [item for path in outside for item in _from_outside(path)]
    wanted = [item.is_article or item.path.name == METADATA_FILE for item in found]
    new = [item for item, keep in zip(found, wanted, strict=True) if keep]
    here = {item.name: item for item in _walk(workspace.articles, "articles")}
    copies = _copies(new, here)
    known = sorted({**{item.name: item for item in copies}, **here}.values(), key=_order)
    inputs = tuple(item for item in known if item.path.name not in OWN_FILES)
    if not any(item.is_article for item in inputs):
        raise InputError("no articles found", f"name files or folders; {FORMS}")
    tables = tuple(item for item in known if item.path.name == METADATA_FILE)
    skipped = tuple(item.path.name for item, keep in zip(found, wanted, strict=True) if not keep)
    return InputPlan(inputs, tables, copies, skipped)


def _is_received(workspace: Workspace, path: Path) -> bool:
    """Whether a path is in the articles folder already."""
    if not path.exists():
        raise InputError(f"no such file or folder: {path}", "check the spelling; " + FORMS)
    folder = workspace.articles.resolve()
    resolved = path.resolve()
    return resolved.is_relative_to(folder) or folder.is_relative_to(resolved)


def _from_outside(path: Path) -> list[Input]:
    """Name a file by its name and a folder's files by the folder's name and their path in it."""
    resolved = path.resolve()
    if resolved.is_dir():
        found = list(_walk(resolved, f"articles/{_safe(resolved.name)}"))
        if not any(item.is_article for item in found):
            raise InputError(f"no articles found in {path}", FORMS)
        return found
    found = [Input(resolved, f"articles/{_safe(resolved.name)}")]
    if not found[0].is_article:
        raise InputError(f"not an article: {path.name}", FORMS)
    return found


def _walk(folder: Path, name: str) -> Iterator[Input]:
    """All files below a folder but hidden ones; links to folders are not followed."""
    for place, folders, files in os.walk(folder, onerror=_closed):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for file in sorted(files):
            if not file.startswith("."):
                path = Path(place, file)
                yield Input(path, f"{name}/{_safe(path.relative_to(folder).as_posix())}")


def _closed(error: OSError) -> NoReturn:
    """Stop at a folder that cannot be listed: nobody would miss what is in it."""
    raise InputError(
        f"cannot read the folder {Path(error.filename).name}: {error.strerror}",
        "make it readable, or take it out of the articles",
    )


def _safe(name: str) -> str:
    """Give a file name as text, whatever bytes it is made of."""
    return os.fsencode(name).decode("utf-8", errors="backslashreplace")


def _order(item: Input) -> str:
    return item.name


def _copies(new: list[Input], here: dict[str, Input]) -> tuple[Input, ...]:
    """Choose the new files that are not here yet; refuse if one would overwrite another."""
    planned: dict[str, Input] = {}
    clashes: list[str] = []
    for item in new:
        twin = here.get(item.name) or planned.get(item.name)
        if twin is None:
            planned[item.name] = item
        elif not _same(twin.path, item.path):
            clashes.append(item.name)
    if clashes:
        raise RefusedError(
            f"{', '.join(clashes)} would be overwritten by another file of that name",
            "rename the new file, or its folder, and run the command again",
        )
    return tuple(planned.values())


def _same(left: Path, right: Path) -> bool:
    try:
        if left.stat().st_size != right.stat().st_size:
            return False
        return left.read_bytes() == right.read_bytes()
    except OSError:
        return False


def copy_inputs(workspace: Workspace, copies: Iterable[Input]) -> None:
    """Copy files into the workspace as they are; one that cannot be read stays outside."""
    for item in copies:
        if item.is_readable:
            with replacing(workspace.root / item.name) as draft:
                shutil.copyfile(item.path, draft)
