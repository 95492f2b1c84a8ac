"""Names for annotators that tell them apart and do not tell who they are."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotate.errors import RefusedError
from annotate.workspace import Workspace, private_folder, write_private

Json = dict[str, Any]
UNKNOWN = "unknown"
SECRET_BYTES = 32


@dataclass(frozen=True)
class Pseudonyms:
    """Turns e-mail addresses into names that stay the same as long as the secret does."""

    secret: bytes

    @property
    def fingerprint(self) -> str:
        """Tells two secrets apart without giving either away."""
        return hashlib.sha256(b"annotate pseudonym key\0" + self.secret).hexdigest()[:12]

    def of(self, email: str | None) -> str:
        """HMAC-SHA256 over the address alone: user ids are reused on SQLite, servers move."""
        if not email:
            return UNKNOWN
        digest = hmac.new(self.secret, email.strip().casefold().encode(), hashlib.sha256)
        return f"annotator-{digest.hexdigest()[:10]}"


def open_pseudonyms(workspace: Workspace, ledger: Iterable[Json]) -> Pseudonyms:
    """Read `.annotate/secret`, or make it when the ledger holds no names yet.

    Raises `RefusedError` when the ledger was written with another secret: with a new one the
    same person would turn into two.
    """
    used = {row["pseudonym_key"] for row in ledger if row.get("pseudonym_key")}
    path = workspace.private / "secret"
    if not path.exists() and not used:
        private_folder(workspace)
        write_private(path, secrets.token_hex(SECRET_BYTES))
    found = _read(path)
    if found is not None and used <= {found.fingerprint}:
        return found
    raise RefusedError(
        "the secret behind the annotators' pseudonyms is missing, damaged or another one",
        "put your backup of .annotate/secret back; with a new secret nobody could be "
        "recognised any more",
    )


def _read(path: Path) -> Pseudonyms | None:
    """Read a secret; None when it is not one of ours: an empty key would protect nobody."""
    try:
        secret = bytes.fromhex(path.read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        return None
    return Pseudonyms(secret) if len(secret) == SECRET_BYTES else None
