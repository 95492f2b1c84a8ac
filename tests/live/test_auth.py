"""Both kinds of key: the legacy token, and the personal access token with its short-lived ones.

A personal access token is a refresh token: what opens the door is an access token that the
client fetches with it, of 300 seconds' life; the server here gives them `LIFETIME` seconds.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from annotate.corpus import read_chunks
from annotate.errors import RemoteError
from annotate.studio.client import Studio
from annotate.studio.project import find_project
from annotate.studio.pull import pull
from annotate.studio.push import push
from annotate.workspace import Workspace
from scripts.servers import LiveStudio, altered_studio
from tests.live.asynchronous import Forward, listening
from tests.live.conftest import renewed
from tests.live.test_cli import run
from tests.outcome import assert_error

pytestmark = pytest.mark.live

LIFETIME = 2  # seconds
SHORT_LIVED = f"""
from datetime import timedelta
SIMPLE_JWT = {{"ACCESS_TOKEN_LIFETIME": timedelta(seconds={LIFETIME})}}
"""
XML = '<View><Text name="text" value="$text"/></View>'


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStudio]:
    """A Label Studio whose access tokens hardly live."""
    with altered_studio(tmp_path_factory.mktemp("brief") / "host", SHORT_LIVED) as running:
        yield running


@pytest.fixture
def owner(brief: LiveStudio) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Token {brief.token}"}
    with httpx.Client(base_url=brief.url, headers=headers) as client:
        yield client


@pytest.fixture
def personal(owner: httpx.Client) -> Iterator[str]:
    """A personal access token; a user has one at a time."""
    token = owner.post("/api/token/").raise_for_status().json()["token"]
    yield token
    owner.post("/api/token/blacklist/", json={"refresh": token})


@pytest.fixture
def workspace(prepared_sample: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(prepared_sample, tmp_path / "sample")
    return renewed(tmp_path / "sample")


def wait_until_expired(url: str, personal: str) -> None:
    """Wait until the server refuses access tokens that were given out up to now."""
    answer = httpx.post(f"{url}/api/token/refresh/", json={"refresh": personal})
    headers = {"Authorization": f"Bearer {answer.raise_for_status().json()['access']}"}
    until = time.monotonic() + LIFETIME + 10
    while httpx.get(f"{url}/api/current-user/whoami", headers=headers).is_success:
        assert time.monotonic() < until, "the access token does not expire"
        time.sleep(0.1)


def test_a_personal_access_token_outlives_its_access_tokens(brief, personal):
    studio = Studio(brief.url, personal)
    assert studio.user["email"] == brief.email
    wait_until_expired(brief.url, personal)
    assert list(studio.find_projects("no-such-mark")) == []
    wait_until_expired(brief.url, personal)
    project = studio.create_project(title="brief", label_config=XML)
    wait_until_expired(brief.url, personal)
    studio.import_tasks(project["id"], [{"data": {"text": "one"}}, {"data": {"text": "two"}}])
    assert len(list(studio.tasks(project["id"], answers=True))) == 2


def test_push_and_pull_go_on_after_their_access_token_has_expired(brief, personal, workspace):
    studio = Studio(brief.url, personal)
    chunks = len(read_chunks(workspace))
    assert push(workspace, studio=studio).created == chunks
    task = next(studio.tasks(find_project(studio, workspace)["id"], answers=False))
    studio.annotate(int(task["id"]), {"result": []})
    wait_until_expired(brief.url, personal)
    assert pull(workspace, studio=studio).new == 1
    wait_until_expired(brief.url, personal)
    assert (push(workspace, studio=studio).created, pull(workspace, studio=studio).new) == (0, 0)


@contextmanager
def slow_line(url: str) -> Iterator[tuple[str, list[str]]]:
    """Hold up the requests that are named in the list, once each, for longer than a token lives."""
    held_up: list[str] = []

    class Slow(Forward):
        target = url

        def answer(self) -> None:
            body = self.body()
            if self.command in held_up:
                held_up.remove(self.command)
                time.sleep(LIFETIME + 1)
            self.reply(self.forwarded(self.path, body))

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815

    with listening(Slow) as address:
        yield address, held_up


def test_an_access_token_that_expires_on_its_way_to_the_server_is_renewed(brief, personal):
    """The client's look at its clock cannot see this coming: only the answer 401 tells."""
    with slow_line(brief.url) as (url, held_up):
        studio = Studio(url, personal)
        project = studio.create_project(title="slow", label_config=XML)
        studio.project(project["id"])
        held_up.append("GET")
        assert studio.project(project["id"])["title"] == "slow"
        held_up.append("PATCH")
        studio.update_project(project["id"], title="slower")
        assert studio.project(project["id"])["title"] == "slower"
        assert held_up == []


def test_a_revoked_token_ends_a_run_that_is_under_way_with_one_line(brief, personal, owner):
    studio = Studio(brief.url, personal)
    owner.post("/api/token/blacklist/", json={"refresh": personal}).raise_for_status()
    # The access token in hand is good until it expires; only then is the revocation felt.
    time.sleep(LIFETIME + 0.5)
    with pytest.raises(RemoteError) as caught:
        studio.find_projects("no-such-mark")
    assert (caught.value.exit_code, caught.value.status) == (3, 401)
    assert "\n" not in caught.value.message


def run_push(workspace: Workspace, url: str, key: str):
    done = run(workspace, "push", LABEL_STUDIO_URL=url, LABEL_STUDIO_API_KEY=key)
    assert key[:20] not in done.stdout + done.stderr
    return done


def test_a_revoked_token_is_refused_in_one_line(brief, personal, owner, workspace):
    owner.post("/api/token/blacklist/", json={"refresh": personal}).raise_for_status()
    assert_error(run_push(workspace, brief.url, personal), 3, "does not accept the API key")


@pytest.mark.parametrize("kind", ["api_tokens_enabled", "legacy_api_tokens_enabled"])
def test_a_kind_of_token_that_is_switched_off_is_refused_in_one_line(
    brief, personal, workspace, kind
):
    key = personal if kind == "api_tokens_enabled" else brief.token
    with browser(brief) as session, switched_off(session, kind):
        assert_error(run_push(workspace, brief.url, key), 3, "does not accept the API key")


@contextmanager
def browser(studio: LiveStudio) -> Iterator[httpx.Client]:
    """Log in as people do: a session needs no token."""
    with httpx.Client(base_url=studio.url, follow_redirects=True) as client:
        client.get("/user/login/")
        form = {
            "csrfmiddlewaretoken": client.cookies["csrftoken"],
            "email": studio.email,
            "password": studio.password,
        }
        client.post("/user/login/", data=form, headers={"Referer": studio.url})
        client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
        client.headers["Referer"] = studio.url
        yield client


@contextmanager
def switched_off(session: httpx.Client, kind: str) -> Iterator[None]:
    both = {"api_tokens_enabled": True, "legacy_api_tokens_enabled": True}
    session.post("/api/jwt/settings", json=both | {kind: False}).raise_for_status()
    try:
        yield
    finally:
        session.post("/api/jwt/settings", json=both).raise_for_status()
