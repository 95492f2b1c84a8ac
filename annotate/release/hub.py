"""The only code that talks to the Hugging Face Hub: a release goes there whole or not at all.

All files go in one commit on top of the head that was looked at, so that a failure leaves the
branch as it was. The tag comes last, when the commit is found to hold the release; then the tag
is read back and every byte compared. Each step finds out what is there already, so that a run
after a failure goes on where that one ended.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import orjson

from annotate.corpus.withdrawn import withdrawn
from annotate.errors import InputError, RefusedError, RemoteError
from annotate.release.files import file_sha256
from annotate.release.proof.opened import MANIFEST
from annotate.release.verify import verify_release
from annotate.release.version import Version
from annotate.workspace import Workspace

if TYPE_CHECKING:
    from huggingface_hub import HfApi

Gated = Literal["auto", "manual"]
OF_THE_HUB = ".gitattributes"
_REPO = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
AGAIN = "running the command again does no harm"


@dataclass(frozen=True)
class HubReport:
    """Where a release stands on the Hub. `steps` are those that this run had to take."""

    repo: str
    tag: str
    commit: str
    url: str
    files: int
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Wish:
    """Where a release shall go, and who may read it there."""

    repo: str
    private: bool = False
    gated: Gated | None = None

    @classmethod
    def of(cls, repo: str, *, private: bool = False, gated: str | None = None) -> Wish:
        """Read it as it is typed; raises `InputError` for a name or a gate that is none."""
        from huggingface_hub.errors import HFValidationError
        from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

        try:
            validate_repo_id(repo)
        except HFValidationError as error:
            raise InputError(f"{repo!r} is no repository: {error}", "name it as ORG/NAME") from None
        if not _REPO.fullmatch(repo):
            raise InputError(f"{repo!r} is no repository", "name it as ORG/NAME")
        return cls(repo, private, _gated_as(gated))


def to_hub(workspace: Workspace | None, release: Path, wish: Wish) -> HubReport:
    """Upload a proved release in one commit, tag it `vVERSION`, and read the tag back.

    The key comes from `HF_TOKEN` or from the login of `hf auth login`. A repository is made
    when there is none. Raises `RefusedError` for a release that is not proved or holds a
    withdrawn article, and when the tag holds something else; `RemoteError` when the Hub is away
    or says no, `main` and tags then being as they were or holding the whole release.
    """
    version = _proved(release)
    _without_withdrawn(workspace, release)
    sums, repo = _sums(release), wish.repo
    with _asking(repo):
        hub = _Hub(repo)
        steps = hub.open(private=wish.private, gated=wish.gated)
        tag = f"v{version}"
        commit = hub.tags().get(tag)
        if commit is None:
            commit, made = hub.commit(release, version, sums)
            hub.tag(tag, commit)
            steps += (*(("commit",) if made else ()), "tag")
        hub.compare(tag, sums)
        return HubReport(repo, tag, commit, hub.url(tag), len(sums), steps)


def _gated_as(word: str | None) -> Gated | None:
    match word:
        case None | "auto" | "manual":
            return word
        case _:
            raise InputError(f"--gated is auto or manual, not {word!r}")


def _proved(release: Path) -> Version:
    """Give the version of a release; raises `RefusedError` for one that is not proved."""
    wrong = [finding for finding in verify_release(release) if finding.severity == "error"]
    if wrong:
        raise RefusedError(
            f"{release} is not proved: {len(wrong)} finding{'s' * (len(wrong) > 1)}",
            f"`annotate verify {release}` names them",
        )
    version = Version.parse(str(orjson.loads((release / MANIFEST).read_bytes())["version"]))
    assert version is not None  # it was proved
    return version


def _without_withdrawn(workspace: Workspace | None, release: Path) -> None:
    gone = withdrawn(workspace) if workspace else {}
    if not gone:
        return
    import pyarrow.parquet as pq

    for file in sorted(release.glob("articles/*.parquet")):
        with pq.ParquetFile(file) as table:
            ids = set(table.read(columns=["article_id"])["article_id"].to_pylist())
        if held := sorted(ids & gone.keys()):
            raise RefusedError(
                f"{release} holds {held[0]}, which was withdrawn: {gone[held[0]]}",
                "`annotate publish` makes a release without it",
            )


def _sums(release: Path) -> dict[str, str]:
    """Give the sum of every file; it was proved that there are no others."""
    files = (path for path in sorted(release.rglob("*")) if path.is_file())
    named = ((path.relative_to(release).as_posix(), path) for path in files)
    return {name: file_sha256(path) for name, path in named if not _foreign(name)}


def _foreign(name: str) -> bool:
    return name == OF_THE_HUB or name.startswith(".cache/")


class _Hub:
    """One dataset repository."""

    def __init__(self, repo: str) -> None:
        from huggingface_hub import HfApi
        from huggingface_hub.utils.tqdm import disable_progress_bars

        disable_progress_bars()
        self.repo = repo
        self.api: HfApi = HfApi(library_name="annotate")

    def url(self, revision: str) -> str:
        return f"{self.api.endpoint}/datasets/{self.repo}/tree/{revision}"

    def open(self, *, private: bool, gated: Gated | None) -> tuple[str, ...]:
        """Make the repository if there is none, and close it as wished before anything is in it.

        One that is public already is never taken for a private one.
        """
        steps: tuple[str, ...] = ()
        if not self.api.repo_exists(self.repo, repo_type="dataset"):
            self.api.create_repo(self.repo, repo_type="dataset", private=private)
            steps += ("create",)
        info = self.api.dataset_info(self.repo)
        if private and not info.private:
            raise RefusedError(
                f"{self.repo} is public, so the release would be too",
                "make it private in its settings on the Hub, or leave out --private",
            )
        if gated and info.gated != gated:
            self.api.update_repo_settings(self.repo, repo_type="dataset", gated=gated)
            steps += ("gate",)
        return steps

    def tags(self) -> dict[str, str]:
        refs = self.api.list_repo_refs(self.repo, repo_type="dataset")
        return {ref.name: ref.target_commit for ref in refs.tags}

    def commit(self, release: Path, version: Version, sums: Mapping[str, str]) -> tuple[str, bool]:
        """Put the release on `main` in one commit; whether that had to be made.

        Files of the last release that this one does not have are taken off in the same commit.
        """
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        head = self.api.dataset_info(self.repo, revision="main").sha
        assert head is not None
        there = self._listed(head)
        self._not_behind(version, head, there)
        if there == _oids(release, sums, there):
            self._check_bytes(head, sums)
            return head, False
        operations: list[CommitOperationAdd | CommitOperationDelete] = [
            CommitOperationAdd(path_in_repo=name, path_or_fileobj=str(release / name))
            for name in sums
        ]
        operations += [
            CommitOperationDelete(path_in_repo=name, is_folder=False)
            for name in sorted(there.keys() - sums.keys())
        ]
        made = self.api.create_commit(
            self.repo,
            operations,
            commit_message=f"Version {version}",
            repo_type="dataset",
            parent_commit=head,
        )
        self._check_bytes(made.oid, sums)
        return made.oid, True

    def _listed(self, revision: str) -> dict[str, str]:
        """Give the files of a revision, each with the hash that the Hub has for it."""
        from huggingface_hub.hf_api import RepoFile

        tree = self.api.list_repo_tree(
            self.repo, repo_type="dataset", revision=revision, recursive=True
        )
        files = (each for each in tree if isinstance(each, RepoFile) and each.path != OF_THE_HUB)
        return {each.path: each.lfs.sha256 if each.lfs else each.blob_id for each in files}

    def _check_bytes(self, commit: str, sums: Mapping[str, str]) -> None:
        if wrong := self._differences(commit, sums):
            raise RemoteError(
                f"`main` of {self.repo} does not hold the release: {', '.join(wrong[:3])} differ",
                f"no tag was set; {AGAIN}",
            )

    def _not_behind(self, version: Version, head: str, there: Mapping[str, str]) -> None:
        """Refuse to put an older version over a newer one."""
        if MANIFEST not in there:
            return
        with tempfile.TemporaryDirectory(prefix="annotate-") as folder:
            path = self.api.hf_hub_download(
                self.repo, MANIFEST, repo_type="dataset", revision=head, local_dir=folder
            )
            try:
                told = Version.parse(str(orjson.loads(Path(path).read_bytes()).get("version")))
            except (ValueError, AttributeError):
                told = None
        if told is not None and told > version:
            raise RefusedError(
                f"{self.repo} is at {told}, which is newer than {version}",
                "an older version would take its place; upload the versions in their order",
            )

    def _differences(self, revision: str, sums: Mapping[str, str]) -> list[str]:
        """Download a revision and name every file that is not as it should be."""
        with tempfile.TemporaryDirectory(prefix="annotate-") as folder:
            self.api.snapshot_download(
                self.repo, repo_type="dataset", revision=revision, local_dir=folder
            )
            there = _sums(Path(folder))
        names = sorted(sums.keys() | there.keys())
        return [name for name in names if sums.get(name) != there.get(name)]

    def tag(self, tag: str, commit: str) -> None:
        self.api.create_tag(self.repo, tag=tag, revision=commit, repo_type="dataset")

    def compare(self, tag: str, sums: Mapping[str, str]) -> None:
        """Read the tag back; raises `RefusedError` when it holds anything else."""
        if wrong := self._differences(tag, sums):
            raise RefusedError(
                f"{tag} of {self.repo} is not this release: {', '.join(wrong[:3])} differ",
                "a tag is never moved; publish a new version",
            )


def _oids(release: Path, sums: Mapping[str, str], there: Mapping[str, str]) -> dict[str, str]:
    """Hash each file as the Hub has it: by its bytes, or as git does where it keeps it in git."""
    return {
        name: digest if there.get(name) == digest else _git_hash((release / name).read_bytes())
        for name, digest in sums.items()
    }


def _git_hash(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


@contextmanager
def _asking(repo: str) -> Iterator[None]:
    """Turn whatever goes wrong with the Hub into a `RemoteError` that holds no key."""
    from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError

    # The transport's own class: another package in each generation of the client.
    transport: Any = HfHubHTTPError.__bases__[0]
    try:
        yield
    except HfHubHTTPError as error:
        raise _said_no(repo, error) from None
    except LocalTokenNotFoundError:
        raise RemoteError(f"{repo}: the Hub wants a key", _KEY) from None
    except (transport, OSError, RuntimeError, ValueError) as error:
        if isinstance(error.__cause__, HfHubHTTPError):
            raise _said_no(repo, error.__cause__) from None
        message = f"{repo}: the Hub cannot be reached, or did not answer as it should"
        raise RemoteError(f"{message} ({_masked(error)})", AGAIN) from None


_KEY = "set HF_TOKEN to a key that may write there, or run `hf auth login`"
_HINTS = {
    401: _KEY,
    403: _KEY,
    404: "is the name right? " + _KEY,
    409: f"somebody else is at work there; {AGAIN}",
    412: f"somebody else changed it meanwhile; look at it, then: {AGAIN}",
}


def _said_no(repo: str, error: OSError) -> RemoteError:
    from huggingface_hub.errors import HfHubHTTPError

    assert isinstance(error, HfHubHTTPError)
    status = error.response.status_code
    said = _clean(error.server_message or "")
    message = f"{repo}: the Hub said {status}{f': {said}' if said else ''}"
    return RemoteError(message, _HINTS.get(status, AGAIN), status=status)


def _masked(error: BaseException) -> str:
    cause = error.__cause__ or error
    return f"{type(cause).__name__}: {_clean(str(cause))}"


def _clean(text: str) -> str:
    """Keep one line of a message, without anything that looks like a key."""
    token = os.environ.get("HF_TOKEN", "").strip()
    if token:
        text = text.replace(token, "…")
    return re.sub(r"hf_\w+", "…", " ".join(text.split()))[:200]
