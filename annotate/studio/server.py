"""A local Label Studio of one workspace: SQLite, loopback by default, no telemetry.

Everything it keeps lies in `.annotate/`: its data, its login (mode 0600), and while it
runs, its address.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from annotate.errors import ConfigError, InputError, RefusedError, RemoteError
from annotate.workspace import Workspace, lock, private_folder, replacing, write_private, writing

START_LIMIT = 300.0  # seconds: a first start makes the database, on a slow disk for minutes
FIRST_PORT = 8080
OPERATOR = "operator@annotate.example"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Login:
    """The operator's account on the local server."""

    email: str
    password: str
    token: str


@dataclass(frozen=True)
class RunningServer:
    """A server that answers."""

    url: str
    pid: int
    login: Login
    process: subprocess.Popen[bytes] | None = None  # only for whoever started it


def running_server(workspace: Workspace) -> RunningServer | None:
    """Find the `annotate serve` of this workspace, if it is up and is ours."""
    try:
        state = json.loads((workspace.private / "server.json").read_text(encoding="utf-8"))
        login = _read_login(workspace)
    except (OSError, ValueError):
        return None
    if login is None or not _is_ours(state["url"], login):
        return None
    return RunningServer(state["url"], state["pid"], login)


def has_server(workspace: Workspace) -> bool:
    """Whether this workspace has had a server of its own, which then may be started again."""
    return (workspace.private / "login.json").exists()


@contextmanager
def serving(
    workspace: Workspace, *, host: str = "127.0.0.1", port: int | None = None, progress: Progress
) -> Iterator[RunningServer]:
    """Run a Label Studio for the length of the block, and stop it cleanly after it.

    Raises `ConfigError` when Label Studio is not installed or the port is taken, and
    `RemoteError` when the server ends or stays silent while it starts.
    """
    _require_label_studio()
    with _alone(workspace):
        _stop_orphan(workspace)
        login = _read_login(workspace) or _make_login(workspace)
        data = _prepared_data(workspace, progress)
        chosen = _free_port(host, port)
        process = _launch(workspace, data, login, host, chosen)
        try:
            server = RunningServer(_url(host, chosen), process.pid, login, process)
            _note(workspace, server)
            yield _ready(workspace, server, host, progress, may_move=port is None)
        finally:
            _stop(process)
            (workspace.private / "server.json").unlink(missing_ok=True)


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Hold the lock of `serve`; says where the other server is when there is one."""
    with ExitStack() as stack:
        try:
            stack.enter_context(lock(workspace, "serve"))
        except RefusedError:
            other = running_server(workspace)
            where = f" at {other.url}" if other else ", still starting"
            raise RefusedError(
                f"Label Studio already runs for this workspace{where}",
                "use that one, or stop it with Ctrl-C in its terminal",
            ) from None
        yield


def _require_label_studio() -> None:
    try:
        version("label-studio")
    except PackageNotFoundError:
        raise ConfigError(
            "Label Studio is not installed in this environment",
            'install it with `pip install "annotate[server]"`, or use a server elsewhere: '
            "set LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY",
        ) from None


def _read_login(workspace: Workspace) -> Login | None:
    path = workspace.private / "login.json"
    if not path.exists():
        return None
    return Login(**json.loads(path.read_text(encoding="utf-8")))


def _make_login(workspace: Workspace) -> Login:
    login = Login(OPERATOR, secrets.token_urlsafe(12), secrets.token_hex(20))
    write_private(private_folder(workspace) / "login.json", json.dumps(asdict(login)))
    return login


def _prepared_data(workspace: Workspace, progress: Progress) -> Path:
    """Make the server's data folder, with a database in it that needs no migration.

    Migrating an empty database takes a minute, so the result (no user, no secret in it) is
    kept per Label Studio version in the user's cache folder and copied.
    """
    data = private_folder(workspace) / "label-studio"
    database = data / "label_studio.sqlite3"
    with writing(".annotate/label-studio"):
        data.mkdir(mode=0o700, exist_ok=True)
        if not database.exists():
            template = _template(workspace, progress)
            with replacing(database) as draft:
                shutil.copyfile(template, draft)
                draft.chmod(0o600)
    return data


def _template(workspace: Workspace, progress: Progress) -> Path:
    """Find or make the empty database; beside the workspace's data where no cache can be kept."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "annotate"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        writable = os.access(cache, os.W_OK)
    except OSError:
        writable = False
    folder = cache if writable else workspace.private
    template = folder / f"label-studio-{version('label-studio')}.sqlite3"
    if not template.exists():
        with replacing(template) as draft, tempfile.TemporaryDirectory(dir=folder) as scratch:
            _migrate(Path(scratch), progress)
            (Path(scratch) / "label_studio.sqlite3").replace(draft)
    return template


def _migrate(data: Path, progress: Progress) -> None:
    manage = Path(_package_folder()) / "manage.py"
    command = [sys.executable, str(manage), "migrate", "--no-color", "--verbosity", "0"]
    log = data / "migrate.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=_environment(data),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _watch(process, "making Label Studio's database, once per version", progress)
        finally:
            _stop(process)
    if process.returncode:
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        raise InputError(
            f"Label Studio's database could not be made: {''.join(last)}",
            "look for free disk space and for a broken install of label-studio",
        )


def _watch(process: subprocess.Popen[bytes], what: str, progress: Progress) -> None:
    started = time.monotonic()
    while process.poll() is None and time.monotonic() - started < START_LIMIT:
        progress(f"{what} … {time.monotonic() - started:.0f} s")
        time.sleep(0.5)


def _package_folder() -> str:
    from importlib.util import find_spec

    found = find_spec("label_studio")
    if found is None or not found.submodule_search_locations:
        raise ConfigError("Label Studio's package folder cannot be found")
    return found.submodule_search_locations[0]


def _environment(data: Path, lock_seconds: int = 7200) -> dict[str, str]:
    """Our own environment, with Label Studio's telemetry off and its folders in `data`."""
    return os.environ | {
        "LABEL_STUDIO_BASE_DATA_DIR": str(data),
        "DJANGO_DB": "sqlite",
        "DJANGO_SETTINGS_MODULE": "core.settings.label_studio",
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "LOG_LEVEL": "WARNING",  # the access log would hold invite links
        "TASK_LOCK_TTL": str(lock_seconds),
        "PYTHONUNBUFFERED": "1",
    }


def _launch(
    workspace: Workspace, data: Path, login: Login, host: str, port: int
) -> subprocess.Popen[bytes]:
    environment = _environment(data, workspace.settings.studio.lock_seconds) | {
        "LABEL_STUDIO_USERNAME": login.email,
        "LABEL_STUDIO_PASSWORD": login.password,
        "LABEL_STUDIO_USER_TOKEN": login.token,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "DJANGO_SETTINGS_MODULE": "label_studio.core.settings.label_studio",
    }
    command = [sys.executable, "-m", "label_studio.server", "start", "--no-browser"]
    command += ["--internal-host", host, "--port", str(port)]
    log = os.open(workspace.private / "server.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        return subprocess.Popen(
            command,
            env=environment,
            cwd=data,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
        )
    finally:
        os.close(log)


def _free_port(host: str, wanted: int | None) -> int:
    """Find a port to listen on: `wanted` or nothing, else the first free one from 8080 up.

    Label Studio itself would silently move on to the next port when its own is taken.
    """
    candidates = [wanted] if wanted else [*range(FIRST_PORT, FIRST_PORT + 100), 0]
    for port in candidates:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ConfigError(
        f"port {wanted} on {host} is taken" if wanted else f"cannot listen on {host}",
        "leave out --port, and a free one is found"
        if wanted
        else "--host takes an IPv4 address or a name of this machine",
    )


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", ""} else host  # noqa: S104 - compared, not bound


def _url(host: str, port: int) -> str:
    return f"http://{_reachable(host)}:{port}"


def _note(workspace: Workspace, server: RunningServer) -> None:
    """Write down where the server is, for the other commands."""
    state = {"url": server.url, "pid": server.pid}
    write_private(workspace.private / "server.json", json.dumps(state))


def _ready(
    workspace: Workspace, server: RunningServer, host: str, progress: Progress, *, may_move: bool
) -> RunningServer:
    """Wait until the server answers, and give it with its address.

    Between our look for a free port and its start another program may take the port; Label
    Studio then goes to one further on, and says so in its log.
    """
    started = time.monotonic()
    while time.monotonic() - started < START_LIMIT:
        if server.process is None or server.process.poll() is not None:
            break
        if _is_ours(server.url, server.login):
            return server
        moved = _moved_port(workspace)
        if moved is not None and server.url != _url(host, moved):
            if not may_move:
                raise ConfigError(
                    f"the port of {server.url} is taken",
                    "leave out --port, and a free one is found",
                )
            server = replace(server, url=_url(host, moved))
            _note(workspace, server)
        progress(f"starting Label Studio … {time.monotonic() - started:.0f} s")
        time.sleep(0.25)
    raise RemoteError(
        "Label Studio did not start",
        f"its log is {workspace.relative(workspace.private / 'server.log')} in the workspace",
    )


def _moved_port(workspace: Workspace) -> int | None:
    """Find the port that Label Studio says it starts at instead of the one it was given."""
    log = (workspace.private / "server.log").read_text(encoding="utf-8", errors="replace")
    found = re.findall(r"Trying to start at (\d+)", log)
    return int(found[-1]) if found else None


def _is_ours(url: str, login: Login) -> bool:
    """Whether the server at `url` accepts our own token: any other server would not."""
    request = urllib.request.Request(  # noqa: S310 - http, to an address that we wrote
        f"{url}/api/current-user/whoami", headers={"Authorization": f"Token {login.token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            return bool(json.load(answer).get("email") == login.email)
    except (OSError, ValueError, AttributeError):
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _stop_orphan(workspace: Workspace) -> None:
    """End a server whose `annotate serve` was killed: two on one SQLite file would collide."""
    orphan = running_server(workspace)
    if orphan is None:
        return
    os.kill(orphan.pid, signal.SIGTERM)
    for _ in range(40):
        time.sleep(0.25)
        if not _is_ours(orphan.url, orphan.login):
            return
    raise ConfigError(
        f"a server of this workspace still runs as process {orphan.pid}",
        f"end it with `kill {orphan.pid}`, then run the command again",
    )
