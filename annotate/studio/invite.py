"""Lets further annotators in: the link they sign up by, and signing up itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from annotate.errors import RemoteError
from annotate.studio.connect import connect
from annotate.studio.project import address_of, find_project, labelling_address
from annotate.workspace import Workspace


@dataclass(frozen=True)
class Invitation:
    """A `link` that makes an account, and where to label with it; None before the first push."""

    link: str
    label_at: str | None


def invite(workspace: Workspace) -> Invitation:
    """Give what another person needs to label on this server."""
    studio = connect(workspace)
    project = find_project(studio, workspace)
    address = address_of(studio.url, int(project["id"]) if project else None)
    return Invitation(studio.invite_link(), labelling_address(address) if address else None)


def sign_up(link: str, email: str, password: str) -> str:
    """Sign up through an invite link as a browser would; returns the new account's token.

    The users' endpoint of the API is no way in: it ignores the password.
    """
    import httpx

    parts = urlsplit(link)
    server = f"{parts.scheme}://{parts.netloc}"
    with httpx.Client(base_url=server, timeout=60, follow_redirects=True) as browser:
        page = browser.get(link)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        if found is None:
            raise RemoteError("the sign-up page of Label Studio has no form")
        form = {"csrfmiddlewaretoken": found[1], "email": email, "password": password}
        browser.post(link, data=form, headers={"Referer": link})
        answer = browser.get("/api/current-user/token")
        if not answer.is_success:
            raise RemoteError("Label Studio did not accept the new account")
        return str(answer.json()["token"])
