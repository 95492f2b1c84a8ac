"""A stand-in for the Hugging Face Hub: enough of its HTTP interface for one dataset repository.

It shows how our code uses the real client, not how the Hub behaves. It keeps everything in
memory, knows one key, and fails on request.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Json = dict[str, Any]
KEY = "hf_standinkeyofthetests"
REPO = r"(?P<repo>[\w.-]+/[\w.-]+)"
REVISION = r"(?P<revision>[^/]+)"


@dataclass
class Repo:
    """Commits by id, each the whole tree; branches and tags by name."""

    private: bool
    gated: str | bool = False
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)

    def add(self, tree: dict[str, bytes]) -> str:
        parts = [f"{name} {hashlib.sha256(data).hexdigest()}" for name, data in tree.items()]
        oid = hashlib.sha1("\n".join([*self.order[-1:], *sorted(parts)]).encode()).hexdigest()
        self.commits[oid] = tree
        self.order.append(oid)
        return oid

    @property
    def main(self) -> str:
        return self.order[-1]

    def find(self, revision: str) -> str | None:
        named = {"main": self.main, **self.tags}.get(revision, revision)
        return named if named in self.commits else None


@dataclass
class Fault:
    """Fails the first `times` requests whose path matches; `after` it was obeyed, if so."""

    method: str
    path: str
    status: int
    after: bool = False
    times: int = 1
    message: str = "this was ordered"


class Hub(ThreadingHTTPServer):
    """The server; tests look into it and order its faults."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.repos: dict[str, Repo] = {}
        self.blobs: dict[str, bytes] = {}
        self.faults: list[Fault] = []
        self.truncate = 0  # how many uploads lose their second half
        self.seen: list[str] = []
        self.meanwhile: Callable[[], object] | None = None  # done between a look and a commit

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def standing_in() -> Iterator[Hub]:
    hub = Hub()
    thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        thread.join()
        hub.server_close()


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._serve()

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815

    def _serve(self) -> None:
        path = urlsplit(self.path).path
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append(f"{self.command} {path}")
        fault = self._fault(path)
        if fault and not fault.after:
            return self._error(fault.status, fault.message)
        for method, pattern, answer in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and self.command in method:
                groups = {name: unquote(value) for name, value in found.groupdict().items()}
                status, value, headers = answer(self, **groups)
                if fault:
                    return self._error(fault.status, fault.message)
                return self._send(status, value, headers)
        return self._error(404, f"no such thing: {path}")

    def _fault(self, path: str) -> Fault | None:
        for fault in self.server.faults:
            if fault.times and fault.method == self.command and re.search(fault.path, path):
                fault.times -= 1
                return fault
        return None

    def _error(self, status: int, message: str) -> None:
        self._send(status, {"error": message}, {"X-Error-Message": message})

    def _send(self, status: int, value: Any, headers: Json) -> None:
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, content in headers.items():
            self.send_header(name, str(content))
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    @property
    def may_write(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {KEY}"

    def repo(self, name: str) -> Repo | None:
        found = self.server.repos.get(name)
        return found if found and (self.may_write or not found.private) else None


Answer = tuple[int, Any, Json]
NOT_FOUND: Answer = (404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
REFUSED: Answer = (401, {"error": "Invalid username or password."}, {})


def no_revision(revision: str) -> Answer:
    return 404, {"error": f"Invalid rev id: {revision}"}, {"X-Error-Code": "RevisionNotFound"}


def create(request: Handler) -> Answer:
    if not request.may_write:
        return REFUSED
    told = json.loads(request.body)
    name = f"{told['organization']}/{told['name']}"
    if name in request.server.repos:
        return 409, {"error": "You already created this dataset repo"}, {}
    private = told.get("visibility") == "private" or bool(told.get("private"))
    made = request.server.repos[name] = Repo(private)
    made.add({".gitattributes": b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"})
    return 200, {"url": f"{request.server.url}/datasets/{name}", "id": name}, {}


def info(request: Handler, repo: str, revision: str = "main") -> Answer:
    found = request.repo(repo)
    if found is None:
        return NOT_FOUND
    oid = found.find(revision)
    if oid is None:
        return no_revision(revision)
    siblings = [{"rfilename": name} for name in found.commits[oid]]
    told = {"id": repo, "sha": oid, "private": found.private, "gated": found.gated}
    return 200, {**told, "siblings": siblings, "tags": [], "downloads": 0, "likes": 0}, {}


def settings(request: Handler, repo: str) -> Answer:
    found = request.repo(repo)
    if found is None or not request.may_write:
        return REFUSED
    found.gated = json.loads(request.body).get("gated", found.gated)
    return 200, {}, {}


def refs(request: Handler, repo: str) -> Answer:
    found = request.repo(repo)
    if found is None:
        return NOT_FOUND
    tags = [
        {"name": name, "ref": f"refs/tags/{name}", "targetCommit": oid}
        for name, oid in found.tags.items()
    ]
    main = {"name": "main", "ref": "refs/heads/main", "targetCommit": found.main}
    return 200, {"branches": [main], "converts": [], "tags": tags, "pullRequests": []}, {}


def preupload(request: Handler, repo: str, revision: str) -> Answer:
    found = request.repo(repo)
    if found is None or not request.may_write:
        return REFUSED
    tree = found.commits[found.find(revision) or found.main]
    if meanwhile := request.server.meanwhile:
        request.server.meanwhile = None
        meanwhile()
    files = [
        {
            "path": item["path"],
            "uploadMode": "lfs" if item["path"].endswith(".parquet") else "regular",
            "shouldIgnore": False,
            "oid": oid_of(item["path"], tree[item["path"]]) if item["path"] in tree else None,
        }
        for item in json.loads(request.body)["files"]
    ]
    return 200, {"files": files, "commitOid": found.main}, {}


def lfs_batch(request: Handler, repo: str) -> Answer:
    if request.repo(repo) is None or not request.may_write:
        return REFUSED
    objects = []
    for item in json.loads(request.body)["objects"]:
        link = {"href": f"{request.server.url}/lfs/{item['oid']}"}
        check = {"href": f"{request.server.url}/verify/{item['oid']}"}
        actions = {} if item["oid"] in request.server.blobs else {"upload": link, "verify": check}
        objects.append({**item, **({"actions": actions} if actions else {})})
    return 200, {"transfer": "basic", "objects": objects}, {}


def upload(request: Handler, oid: str) -> Answer:
    data = request.body
    if request.server.truncate:
        request.server.truncate -= 1
        data = data[: len(data) // 2]
    request.server.blobs[oid] = data
    return 200, b"", {"ETag": f'"{oid}"'}


def verify(request: Handler, oid: str) -> Answer:
    """As the Hub does, take only an object that is what its name says."""
    if hashlib.sha256(request.server.blobs.get(oid, b"")).hexdigest() != oid:
        request.server.blobs.pop(oid, None)
        return 400, {"error": "the object is not what it says"}, {}
    return 200, {}, {}


def commit(request: Handler, repo: str, revision: str) -> Answer:
    found = request.repo(repo)
    if found is None or not request.may_write or revision != "main":
        return REFUSED
    tree = dict(found.commits[found.main])
    for item in map(json.loads, request.body.splitlines()):
        value = item["value"]
        if item["key"] == "header" and value.get("parentCommit") not in {None, found.main}:
            return 412, {"error": "A commit has happened since. Please refresh and try again."}, {}
        if item["key"] == "file":
            tree[value["path"]] = base64.b64decode(value["content"])
        if item["key"] == "lfsFile":
            tree[value["path"]] = request.server.blobs[value["oid"]]
        if item["key"] == "deletedFile":
            del tree[value["path"]]
    oid = found.add(tree)
    url = f"{request.server.url}/datasets/{repo}/commit/{oid}"
    return 200, {"success": True, "commitOid": oid, "commitUrl": url}, {}


def tag(request: Handler, repo: str, revision: str) -> Answer:
    found = request.repo(repo)
    if found is None or not request.may_write:
        return REFUSED
    name, oid = json.loads(request.body)["tag"], found.find(revision)
    if name in found.tags:
        return 409, {"error": f"Tag {name} already exists"}, {}
    if oid is None:
        return no_revision(revision)
    found.tags[name] = oid
    return 200, {}, {}


def oid_of(path: str, data: bytes) -> str:
    if path.endswith(".parquet"):
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def entry(path: str, data: bytes) -> Json:
    oid = oid_of(path, data)
    told: Json = {"type": "file", "path": path, "size": len(data), "oid": oid}
    if path.endswith(".parquet"):
        told["lfs"] = {"oid": oid, "size": len(data), "pointerSize": 128}
    return told


def tree(request: Handler, repo: str, revision: str, path: str = "") -> Answer:
    found = request.repo(repo)
    if found is None:
        return NOT_FOUND
    oid = found.find(revision)
    if oid is None:
        return no_revision(revision)
    whole = parse_qs(urlsplit(request.path).query).get("recursive", [""])[0].lower() in {
        "1",
        "true",
    }
    below = {name: data for name, data in found.commits[oid].items() if name.startswith(path)}
    prefix = f"{path}/" if path else ""
    names = {name.removeprefix(prefix).split("/")[0] for name in below}
    folders = [{"type": "directory", "path": prefix + n, "size": 0, "oid": "0" * 40} for n in names]
    files = [entry(*item) for item in below.items()]
    if whole:
        tops = {name.rpartition("/")[0] for name in below} - {""}
        folders = [{"type": "directory", "path": n, "size": 0, "oid": "0" * 40} for n in tops]
        return 200, [*folders, *files], {}
    here = {item["path"] for item in files}
    shown = [item for item in files if "/" not in item["path"].removeprefix(prefix)]
    return 200, [*(item for item in folders if item["path"] not in here), *shown], {}


def paths_info(request: Handler, repo: str, revision: str) -> Answer:
    found = request.repo(repo)
    if found is None:
        return NOT_FOUND
    oid = found.find(revision)
    if oid is None:
        return no_revision(revision)
    text = request.body.decode()
    asked = json.loads(text)["paths"] if text.startswith("{") else parse_qs(text).get("paths", [])
    files = found.commits[oid]
    return 200, [entry(name, files[name]) for name in asked if name in files], {}


def resolve(request: Handler, repo: str, revision: str, path: str) -> Answer:
    found = request.repo(repo)
    if found is None:
        return NOT_FOUND
    oid = found.find(revision)
    if oid is None:
        return no_revision(revision)
    data = found.commits[oid].get(path)
    if data is None:
        return 404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound"}
    headers: Json = {"ETag": f'"{oid_of(path, data)}"', "X-Repo-Commit": oid}
    headers |= {"Accept-Ranges": "bytes", "Content-Length": len(data)}
    part = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
    if part is None:
        return 200, data, headers
    start, end = int(part[1]), int(part[2] or len(data) - 1)
    cut = data[start : end + 1]
    told = {"Content-Range": f"bytes {start}-{start + len(cut) - 1}/{len(data)}"}
    return 206, cut, {**headers, **told, "Content-Length": len(cut)}


API, FILES = rf"/api/datasets/{REPO}", rf"/datasets/{REPO}"
READ = ("GET", "HEAD")
ROUTES: list[tuple[tuple[str, ...], str, Any]] = [
    (("POST",), r"/api/repos/create", create),
    (("POST",), r"/api/validate-yaml", lambda _: (200, {"errors": [], "warnings": []}, {})),
    (READ, API, info),
    (READ, rf"{API}/revision/{REVISION}", info),
    (("PUT",), rf"{API}/settings", settings),
    (READ, rf"{API}/refs", refs),
    (("POST",), rf"{API}/preupload/{REVISION}", preupload),
    (("POST",), rf"{FILES}\.git/info/lfs/objects/batch", lfs_batch),
    (("PUT",), r"/lfs/(?P<oid>\w+)", upload),
    (("POST",), r"/verify/(?P<oid>\w+)", verify),
    (("POST",), rf"{API}/commit/{REVISION}", commit),
    (("POST",), rf"{API}/tag/{REVISION}", tag),
    (READ, rf"{API}/tree/{REVISION}", tree),
    (READ, rf"{API}/tree/{REVISION}/(?P<path>.+)", tree),
    (("POST",), rf"{API}/paths-info/{REVISION}", paths_info),
    (READ, rf"{FILES}/resolve/{REVISION}/(?P<path>.+)", resolve),
]
