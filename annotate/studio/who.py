"""Whose account a pseudonym stands for: worked out when it is asked for, and kept nowhere."""

from __future__ import annotations

from annotate.labels.pseudonyms import open_pseudonyms
from annotate.ledger import Ledger
from annotate.studio.connect import connect
from annotate.workspace import Workspace


def accounts(workspace: Workspace) -> dict[str, str]:
    """Give the e-mail address of each account on the server by its pseudonym.

    An account that was deleted there is missing. Raises `RefusedError` without the secret that
    the ledger was written with.
    """
    names = open_pseudonyms(workspace, Ledger(workspace.labels / "annotations.jsonl"))
    return {names.of(email): email for email in connect(workspace).emails().values()}
