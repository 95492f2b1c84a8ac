"""What a project in Label Studio is for: labelling, or deciding where labels differ."""

from __future__ import annotations

from dataclasses import dataclass

from annotate.labels.shelf import MAIN, REVIEW
from annotate.schema import Schema, render_instructions, render_review_xml, render_xml
from annotate.workspace import Workspace

_TITLE_LENGTH = 50  # the server takes no longer one
_SUFFIX = " review"
_HOW = (
    "<h4>Deciding between versions</h4><p>Open each task from the list. What everybody agrees on "
    "is marked already; the versions, <b>version A</b> and so on, are in the tabs beside your "
    "answer, in an order that says nothing of whose they are. Add what is right, take off what is "
    "wrong, say what the versions differ in and why you decided so, and submit.</p>"
)


@dataclass(frozen=True)
class Purpose:
    """`annotators` is how many people answer a task, unless its article is shared by more."""

    role: str
    schema: Schema
    title: str
    page: str
    instructions: str
    annotators: int


def labelling(workspace: Workspace, schema: Schema) -> Purpose:
    return Purpose(
        MAIN,
        schema,
        workspace.settings.name,
        render_xml(schema),
        render_instructions(schema),
        workspace.settings.studio.annotators_per_chunk,
    )


def reviewing(workspace: Workspace, schema: Schema) -> Purpose:
    return Purpose(
        REVIEW,
        schema,
        workspace.settings.name[: _TITLE_LENGTH - len(_SUFFIX)] + _SUFFIX,
        render_review_xml(schema),
        _HOW + render_instructions(schema),
        annotators=1,
    )
