"""Which Label Studio a workspace talks to, and with which key."""

from __future__ import annotations

import os
import re

from annotate.errors import ConfigError, RemoteError
from annotate.studio.client import Studio
from annotate.studio.connection import checked_url
from annotate.studio.server import has_server, running_server
from annotate.workspace import Workspace


def connect(workspace: Workspace) -> Studio:
    """Open the server that settings, environment or a running `annotate serve` name.

    Address: `LABEL_STUDIO_URL`, then `annotate.toml`, then `annotate serve` of this workspace.
    Key: `LABEL_STUDIO_API_KEY` for an address that is named; the workspace's own server, where
    none is, has its own login, and a key for some other server is not shown to it.
    """
    url = os.environ.get("LABEL_STUDIO_URL") or workspace.settings.studio.url
    key = os.environ.get("LABEL_STUDIO_API_KEY")
    own = running_server(workspace)
    if url is None and own is not None:
        return Studio(own.url, own.login.token, workspace.settings.studio.timeout)
    if url is None and (workspace.private / "server.json").exists():
        raise RemoteError(
            "the Label Studio of this workspace does not answer",
            "wait until `annotate serve` says that it is running, or start it again",
        )
    if url is None and has_server(workspace):
        raise RemoteError(
            "the Label Studio of this workspace is not running",
            "start it with `annotate serve` in another terminal; all that it holds is kept",
        )
    if url is None:
        raise ConfigError(
            "no Label Studio is known",
            "start one with `annotate serve` in another terminal, or set LABEL_STUDIO_URL "
            "and LABEL_STUDIO_API_KEY",
        )
    if key is None and own is not None and own.url == url.rstrip("/"):
        key = own.login.token
    if not key:
        raise ConfigError(
            f"no API key for {checked_url(url)}",
            "set LABEL_STUDIO_API_KEY; the key is in Label Studio under Account & Settings",
        )
    if not re.fullmatch(r"[!-~]+", key):
        raise ConfigError(
            "the API key holds spaces or characters that no key has",
            "copy it again; the key is in Label Studio under Account & Settings",
        )
    return Studio(url, key, workspace.settings.studio.timeout)
