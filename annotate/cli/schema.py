"""`annotate schema check` and `annotate schema render`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from annotate.cli import output
from annotate.cli.options import DryRun, Folder, Json, find

app = typer.Typer(no_args_is_help=True, help="Check the schema, and write what follows from it.")
File = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="A schema; without it the workspace's.")
]


@app.command()
def check(file: File = None, folder: Folder = None, json: Json = False) -> None:
    """Look for every problem in the schema.

    Example: annotate schema check label_config/schema.yaml
    """
    from annotate.schema import load_schema

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
