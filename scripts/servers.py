"""Real Label Studio servers for tests and benchmarks: one on SQLite, one on PostgreSQL.

Both listen on 127.0.0.1 alone, and are gone, with all that they started, when their block ends.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from annotate.flows.init import init
from annotate.studio.server import (
    OPERATOR,
    Login,
    _environment,
    _is_ours,
    _package_folder,
    _prepared_data,
    serving,
)
from annotate.workspace import SETTINGS_FILE, Workspace, replacing

START_LIMIT = 300.0  # seconds
WORKERS = 2
DATABASE = "labelstudio"
UNPRIVILEGED = "postgres"  # whom Debian's package makes; PostgreSQL refuses to run as root
SETTINGS_MODULE = "annotate_settings"

# Label Studio's settings ask Django for some of them while they are being read.
SETTINGS_HEAD = "from core.settings.base import *\nfrom core.settings.label_studio import *\n"

Environment = Mapping[str, str]


@dataclass(frozen=True)
class LiveStudio:
    """A Label Studio that answers; `kind` names its database, `pid` is its first process."""

    kind: str
    url: str
    pid: int
    login: Login

    @property
    def token(self) -> str:
        return self.login.token

    @property
    def email(self) -> str:
        return self.login.email

    @property
    def password(self) -> str:
        return self.login.password


@contextmanager
def sqlite_studio(folder: Path) -> Iterator[LiveStudio]:
    """Run what `annotate serve` runs, for the workspace `folder`, which is made when not there."""
    if not (folder / SETTINGS_FILE).exists():
        init(folder)
    with serving(Workspace.find(folder), progress=lambda _: None) as running:
        kind = f"SQLite {sqlite3.sqlite_version}"
        yield LiveStudio(kind, running.url, running.pid, running.login)


@contextmanager
def postgres_studio(folder: Path) -> Iterator[LiveStudio]:
    """Run Label Studio under gunicorn on a PostgreSQL of its own; its log lies in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with _cluster(folder) as cluster:
        environment = _environment(folder) | cluster.environment
        cluster.fill(environment, folder)
        with gunicorn_studio(folder, environment, f"PostgreSQL {cluster.version}") as studio:
            yield studio


@contextmanager
def altered_studio(folder: Path, settings: str) -> Iterator[LiveStudio]:
    """Run Label Studio on SQLite under gunicorn, with lines added to its Django settings."""
    init(folder)
    data = _prepared_data(Workspace.find(folder), lambda _: None)
    module = data / f"{SETTINGS_MODULE}.py"
    module.write_text(SETTINGS_HEAD + settings, "utf-8")
    altered = {"PYTHONPATH": str(data), "DJANGO_SETTINGS_MODULE": SETTINGS_MODULE}
    kind = f"SQLite {sqlite3.sqlite_version}"
    with gunicorn_studio(data, _environment(data) | altered, kind) as studio:
        yield studio


@cache
def postgresql_version() -> str | None:
    """Tell the version of the machine's PostgreSQL server, or None when there is none."""
    binaries = _binaries()
    if binaries is None or (os.geteuid() == 0 and not _has_account(UNPRIVILEGED)):
        return None
    told = subprocess.run([binaries / "postgres", "--version"], capture_output=True, check=True)
    return told.stdout.decode().split()[2]


def _binaries() -> Path | None:
    """Find the folder of the server's programs; Debian keeps it off the PATH."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major, reverse=True)
    return next((folder for folder in folders if (folder / "postgres").exists()), None)


def _major(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _has_account(name: str) -> bool:
    import pwd

    return any(entry.pw_name == name for entry in pwd.getpwall())


@dataclass(frozen=True)
class _Cluster:
    """A PostgreSQL that listens on nothing but a socket in a folder of its owner's."""

    binaries: Path
    folder: Path
    version: str

    @property
    def template(self) -> str:
        """Name the dump of an empty database: older versions do not read what newer ones wrote."""
        major = self.version.split(".")[0]
        return f"label-studio-{version('label-studio')}-postgresql-{major}.pgdump"

    @property
    def environment(self) -> dict[str, str]:
        """Give what Label Studio must know; a HOST that is a path names the socket's folder."""
        return {
            "DJANGO_DB": "default",
            "POSTGRE_NAME": DATABASE,
            "POSTGRE_USER": DATABASE,
            "POSTGRE_PASSWORD": "",
            "POSTGRE_HOST": str(self.folder),
            "POSTGRE_PORT": "5432",
        }

    @property
    def account(self) -> str | None:
        """Name whom the server's programs run as when it is not who we are."""
        return UNPRIVILEGED if os.geteuid() == 0 else None

    def make(self) -> None:
        options = ["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        command = [str(self.binaries / "initdb"), *options, f"--username={DATABASE}", "data"]
        if self.account:
            shutil.chown(self.folder, self.account, self.account)
        _run_once(command, os.environ, self.folder, self.account)

    @contextmanager
    def running(self, log: Path) -> Iterator[None]:
        command = [str(self.binaries / "postgres"), "-D", "data"]
        command += ["-k", str(self.folder), "-c", "listen_addresses="]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                user=self.account,
                group=self.account,
                extra_groups=() if self.account else None,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _await((self.folder / ".s.PGSQL.5432").exists, process, log)
            self.client("pg_isready", "--timeout=60")
            yield
        finally:
            _end(process, signal.SIGQUIT)  # at once: nothing of it will be read again

    def client(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), "--host", str(self.folder)]
        _run_once([*command, "--username", DATABASE, *arguments], os.environ, self.folder)

    def fill(self, environment: Environment, scratch: Path) -> None:
        """Make the database with all tables in it: from the cache, or once by migrating.

        The kept dump is of an empty Label Studio: no user and no secret is in it.
        """
        self.client("createdb", DATABASE)
        template = _cache(scratch) / self.template
        if template.exists():
            self.client("pg_restore", "--no-owner", "--dbname", DATABASE, str(template))
            return
        command = [sys.executable, str(Path(_package_folder()) / "manage.py"), "migrate"]
        _run_once([*command, "--no-color", "--verbosity", "0"], environment, scratch)
        with replacing(template) as draft:
            self.client("pg_dump", "--format=custom", "--no-owner", f"--file={draft}", DATABASE)


@contextmanager
def _cluster(folder: Path) -> Iterator[_Cluster]:
    """Make and run a cluster in a temporary folder, whose path is short enough for a socket.

    The folder is not in `folder`: pytest's own folders are closed to the unprivileged account.
    """
    binaries, found = _binaries(), postgresql_version()
    if binaries is None or found is None:
        raise RuntimeError("there is no PostgreSQL server here; scripts/postgresql installs it")
    with tempfile.TemporaryDirectory(prefix="annotate-", ignore_cleanup_errors=True) as place:
        cluster = _Cluster(binaries, Path(place), found)
        cluster.make()
        with cluster.running(folder / "postgresql.log"):
            yield cluster


@contextmanager
def gunicorn_studio(folder: Path, environment: Environment, kind: str) -> Iterator[LiveStudio]:
    """Run Label Studio as one runs it in production, on a database that has its tables."""
    login = Login(OPERATOR, secrets.token_urlsafe(12), secrets.token_hex(20))
    # One key for all processes: each worker that finds none would make its own.
    environment = {**environment, "SECRET_KEY": secrets.token_urlsafe(50)}
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "core.wsgi:application"]
    command += ["--chdir", _package_folder(), "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(WORKERS), "--timeout", "600", "--graceful-timeout", "1"]
    with (folder / "gunicorn.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _make_operator(login, environment, folder)  # while the workers load
        url = f"http://127.0.0.1:{port}"
        _await(lambda: _is_ours(url, login), process, folder / "gunicorn.log")
        yield LiveStudio(kind, url, process.pid, login)
    finally:
        _end(process, signal.SIGTERM)


def _make_operator(login: Login, environment: Environment, folder: Path) -> None:
    """Make the first account, whose legacy token is switched on as its organisation is made."""
    account = {
        "LABEL_STUDIO_USERNAME": login.email,
        "LABEL_STUDIO_PASSWORD": login.password,
        "LABEL_STUDIO_USER_TOKEN": login.token,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
    }
    command = [sys.executable, "-m", "label_studio.server", "init", "--quiet"]
    _run_once(command, {**environment, **account}, folder)


def _run_once(
    command: list[str], environment: Environment, folder: Path, account: str | None = None
) -> None:
    done = subprocess.run(
        command,
        env=dict(environment),
        cwd=folder,
        user=account,
        group=account,
        extra_groups=() if account else None,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=START_LIMIT,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr.strip()[-2000:]}")


def _cache(otherwise: Path) -> Path:
    """Find the user's cache folder of this tool."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "annotate"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return otherwise
    return folder if os.access(folder, os.W_OK) else otherwise


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    started = time.monotonic()
    while not ready():
        if process.poll() is not None or time.monotonic() - started > START_LIMIT:
            raise RuntimeError(
                f"the server did not start: {log.read_text(errors='replace')[-2000:]}"
            )
        time.sleep(0.1)


def _end(process: subprocess.Popen[bytes], by: signal.Signals) -> None:
    """Stop a process that leads a session of its own, and whatever of the session is left."""
    process.send_signal(by)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
