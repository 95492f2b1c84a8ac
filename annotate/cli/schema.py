"""`annotate schema check`, `annotate schema render` and `annotate schema diff`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli import output
from annotate.cli.options import DryRun, Folder, Json, find

if TYPE_CHECKING:
    from annotate.schema import SchemaChange
    from annotate.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="Check the schema, and write what follows from it.")
File = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="A schema; without it the workspace's.")
]
Before = Annotated[
    str | None,
    typer.Argument(
        metavar="[A]",
        help="The older schema: a file or a release; else the one last applied, or last released.",
    ),
]
After = Annotated[
    Path | None,
    typer.Argument(metavar="[B]", help="The newer schema file; without it the workspace's."),
]


@app.command()
def check(file: File = None, folder: Folder = None, json: Json = False) -> None:
    """Look for every problem in the schema.

    Example: annotate schema check label_config/schema.yaml
    """
    from annotate.schema.load import load_schema

    schema = load_schema(file or find(folder).schema_file)
    found = {
        "schema": schema.name,
        "version": schema.version,
        "labels": len(schema.labels),
        "entities": len(schema.entities),
        "rules": len(schema.rules),
    }
    if json:
        output.print_json(found)
    else:
        output.print_counts("no problems", found)


@app.command()
def render(dry_run: DryRun = False, folder: Folder = None, json: Json = False) -> None:
    """Write the labelling page and the guidelines from the schema.

    Example: annotate schema render
    """
    from annotate.schema import load_schema, render_all
    from annotate.schema.write import changed_files, write_files

    workspace = find(folder)
    contents = render_all(load_schema(workspace.schema_file))
    changed = changed_files(workspace.label_config, contents)
    if not dry_run:
        write_files(workspace.label_config, {name: contents[name] for name in changed})
    if json:
        output.print_json({"changed": changed})
        return
    would = "would write" if dry_run else "wrote"
    output.say(f"{would}: {', '.join(changed) or 'nothing, all is up to date'}")


@app.command()
def diff(old: Before = None, new: After = None, folder: Folder = None, json: Json = False) -> None:
    """Say what changed from schema A to schema B, and which version that asks for.

    Without A from the schema that Label Studio was last given, or else the last release's; without
    B to the workspace's.
    Removed or redefined is major, added is minor, wording, keys and looks are patch. A reworded
    definition counts as wording: whether it means something else, you decide.

    Example: annotate schema diff
    """
    from annotate.flows.older_schema import older_schema, schema_in_file
    from annotate.schema import load_schema

    if old is not None and Path(old).is_file():
        older = schema_in_file(Path(old))
    else:
        older = older_schema(find(folder), old)
    if new is None:
        workspace = find(folder)
        newer, called = load_schema(workspace.schema_file), _in(workspace)
    else:
        newer, called = load_schema(new, str(new)), str(new)
    change = older.compared(newer)
    if json:
        output.print_json(_as_json(change))
        return
    if str(old) != older.called or new is None:
        output.say(f"A is {older.called}, B is {called}")
    if not older.is_whole:
        output.say("a release tells of labels, attributes and relations; nothing else is compared")
    if change.changes:
        output.print_table(("step", "change"), [(each.step, each) for each in change.changes])
    typer.echo(_verdict(change))


def _in(workspace: Workspace) -> str:
    return workspace.relative(workspace.schema_file)


def _as_json(change: SchemaChange) -> dict[str, object]:
    return {
        **asdict(change),
        "step": change.step,
        "needed": change.needed,
        "enough": change.enough,
    }


def _verdict(change: SchemaChange) -> str:
    if change.step is None and change.old_version == change.new_version:
        return f"nothing changed: A and B say {change.old_version}"
    if change.step is None:
        return f"nothing changed: A says {change.old_version}, B says {change.new_version}"
    return f"B says {change.new_version}, the change needs {change.needed}"
