"""The command line: registers the commands, and turns what goes wrong into an exit status."""

from __future__ import annotations

import signal
import sys
import traceback
from typing import Annotated, Any

import typer

from annotate.cli import (
    corpus,
    demo,
    labels,
    output,
    proof,
    quality,
    release,
    review,
    schema,
    studio,
)
from annotate.errors import AnnotateError

BUG, INTERRUPTED = 70, 130
# Typer keeps Click inside itself, under a private name; this is its class for wrong usage.
USAGE_ERROR: Any = typer.BadParameter.__base__

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="News articles in, a labelled and versioned Hugging Face dataset out.",
)
for command in (
    corpus.init,
    corpus.prepare,
    studio.serve,
    studio.invite,
    studio.push,
    studio.pull,
    studio.status,
    labels.findings,
    labels.log,
    quality.agreement,
    quality.annotators,
    release.publish,
    proof.verify,
    proof.upload,
    proof.hydrate,
    proof.withdraw,
    release.diff,
    demo.demo,
):
    app.command()(command)
app.add_typer(review.app, name="review")
app.add_typer(schema.app, name="schema")


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """News articles in, a labelled and versioned Hugging Face dataset out."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"annotate {installed('annotate')}")
        raise typer.Exit


def main() -> None:
    """Run the command line and end the process with its exit status."""
    # Any request to end is a Ctrl-C: what was started is stopped, what was begun is tidied up.
    # Ctrl-C itself is named too: a shell hides it from what runs in the background.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; returns the exit status of product-wide meaning."""
    try:
        status = int(app(arguments, prog_name="annotate", standalone_mode=False) or 0)
    except AnnotateError as error:
        output.print_error(error)
        return error.exit_code
    except USAGE_ERROR as error:
        if error.format_message():  # empty when help was shown, for want of a command
            output.say(f"error: {error.format_message()}")
            output.say(f"hint: `{_command_of(error)} --help` shows how it is used")
        return 2
    except SystemExit:  # Typer's answer when whoever read our output has hung up
        return 0
    except Exception:  # noqa: BLE001 - the one place where a bug is named as such
        traceback.print_exc()
        output.say("error: this is a bug in annotate; please report it with the lines above")
        return BUG
    if status == INTERRUPTED:
        output.say("interrupted; it is safe to run the command again")
    return status


def _command_of(error: Any) -> str:
    context = getattr(error, "ctx", None)
    return context.command_path if context is not None else "annotate"
