"""Makes a workspace: folders, settings with a comment on each, and a schema to start from."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from annotate.errors import ConfigError, InputError, RefusedError
from annotate.schema import parse_schema, render_all
from annotate.workspace import (
    PATTERNS,
    SETTINGS_FILE,
    Workspace,
    parse_settings,
    private_folder,
    replacing,
    writing,
)

METADATA_HEAD = "path,outlet,title,url,published_at,language,event\n"
SAMPLE = files("annotate") / "sample"
NAME_LENGTH = 49

PLAIN = {
    "annotators": "1",
    "rights": "standoff",
    "aggregation": "gold",
    "license": "other",
    "text_license": "all rights reserved by the outlets",
    "simulated": "false",
}
SAMPLE_VALUES = {
    "annotators": "2",
    "rights": "full",
    "aggregation": "gold",
    "license": "cc-by-4.0",
    "text_license": "CC BY 4.0: the articles are invented",
    "simulated": "true",
}


@dataclass(frozen=True)
class InitReport:
    """The files that were made, as seen from the workspace."""

    path: str
    name: str
    files: tuple[str, ...]


def init(
    folder: Path, *, name: str | None = None, sample: bool = False, dry_run: bool = False
) -> InitReport:
    """Make a workspace in `folder`; with `sample`, one with the sample's articles and schema.

    Raises `RefusedError` when one of its files is there already, `InputError` when it cannot
    be written.
    """
    name = name or ("summit-call" if sample else _slug(folder.resolve().name))
    contents = dict(_contents(name, sample=sample))
    there = [path for path in contents if (folder / path).exists()]
    if there:
        raise RefusedError(
            f"{folder} already has {', '.join(there[:3])}",
            "choose another folder; nothing was changed",
        )
    if not dry_run:
        _write(folder, contents)
    return InitReport(str(folder), name, tuple(contents))


def _contents(name: str, *, sample: bool) -> Iterator[tuple[str, bytes]]:
    """Give path and content of every file; raises `ConfigError` for a name that is none."""
    values = (SAMPLE_VALUES if sample else PLAIN) | {"name": name}
    settings = _filled(values | {"workspace_id": secrets.token_hex(6)})
    try:
        parsed = parse_settings(settings, SETTINGS_FILE)
    except ConfigError:
        parsed = None
    if parsed is None or parsed.name != name:
        raise ConfigError(f"{name!r} cannot be the name of a dataset", f"--name {PATTERNS['name']}")
    yield SETTINGS_FILE, settings.encode()
    schema = _schema_text(sample=sample)
    yield "label_config/schema.yaml", schema.encode()
    for file, content in render_all(parse_schema(schema, "schema.yaml")).items():
        yield f"label_config/{file}", content.encode()
    if not sample:
        yield "articles/metadata.csv", METADATA_HEAD.encode()
        return
    for article in sorted((SAMPLE / "articles").iterdir(), key=lambda item: item.name):
        yield f"articles/{article.name}", article.read_bytes()


def _filled(values: Mapping[str, str]) -> str:
    template = (files("annotate") / "flows" / SETTINGS_FILE).read_text(encoding="utf-8")
    return re.sub(r"@(\w+)@", lambda found: values[found[1]], template)


def _schema_text(*, sample: bool) -> str:
    source = (
        SAMPLE / "label_config" / "schema.yaml"
        if sample
        else files("annotate") / "schema" / "starter.yaml"
    )
    return source.read_text(encoding="utf-8")


def _write(folder: Path, contents: Mapping[str, bytes]) -> None:
    # The settings come last: a folder is a workspace only when all the rest is there.
    in_order = sorted(contents, key=lambda path: path == SETTINGS_FILE)
    made: list[Path] = []
    try:
        with writing(str(folder)):
            for path in in_order:
                with replacing(folder / path) as draft:
                    draft.write_bytes(contents[path])
                made.append(folder / path)
            private_folder(Workspace.find(folder))
    except InputError:
        for file in made:
            file.unlink()
        raise


def _slug(text: str) -> str:
    """Make a name that the settings accept, from that of the folder."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:NAME_LENGTH].strip("-")
    return slug if len(slug) > 2 else f"news-{slug or 'dataset'}"  # noqa: PLR2004 - shortest name
