"""A release on the Hub, by the real client against a stand-in for the server.

What is shown is how our code uses `huggingface_hub`; how the Hub itself behaves is checked by
hand, as docs/hub.md tells.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotate.release.files import file_sha256
from annotate.release.withdraw import withdraw
from annotate.workspace import Workspace
from tests.hub.server import KEY, Fault, Hub, Repo, standing_in
from tests.unit.release.source import make_workspace
from tests.unit.release.workshop import Workshop, whole_release

Json = dict[str, Any]
Done = subprocess.CompletedProcess[str]
REPO = "news-lab/ferry"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with standing_in() as server:
        yield server


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole_release(tmp_path_factory.mktemp("release"))


@pytest.fixture
def later(whole: Path, tmp_path: Path) -> Path:
    """The next version: a skipped answer less, and a file less."""
    shop = Workshop(whole, tmp_path / "0.2.0")
    shop.edit("annotations", lambda rows: rows.remove(next(row for row in rows if row["skipped"])))
    shop.text("README.md", "| `annotations` | 5 |", "| `annotations` | 4 |")
    shop.text("README.md", "# ferry-news 0.1.0", "# ferry-news 0.2.0")
    shop.in_manifest(lambda told: told.update(version="0.2.0", parent="0.1.0"))
    shop.in_card(lambda card: [item.update(version="0.2.0") for item in card["configs"]])
    shop.seal()
    (shop.folder / "croissant.json").unlink()
    shop.sums()
    return shop.folder


class Client:
    """Runs programs that know the stand-in as the Hub."""

    def __init__(self, hub: Hub, home: Path, key: str | None = KEY) -> None:
        self.home = home
        mine = {"HF_ENDPOINT": hub.url, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
        mine |= {"HF_HUB_DISABLE_TELEMETRY": "1", "NO_PROXY": "127.0.0.1"}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
        self.environment = kept | mine | ({"HF_TOKEN": key} if key else {})

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert KEY not in done.stdout + done.stderr
        return done

    def upload(self, release: Path, *options: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "annotate", "upload", str(release), REPO, *options)


@pytest.fixture
def client(hub: Hub, tmp_path: Path) -> Client:
    return Client(hub, tmp_path / "home")


def files_of(release: Path) -> dict[str, bytes]:
    found = (path for path in release.rglob("*") if path.is_file())
    return {path.relative_to(release).as_posix(): path.read_bytes() for path in found}


def holds(hub: Hub, revision: str, release: Path) -> bool:
    repo = hub.repos[REPO]
    tree = dict(repo.commits[repo.find(revision) or ""])
    assert tree.pop(".gitattributes")
    return tree == files_of(release)


def untouched(hub: Hub) -> bool:
    """Whether nothing but the commit that made the repository is there."""
    repo = hub.repos[REPO]
    return len(repo.order) == 1 and not repo.tags


def test_a_release_goes_up_in_one_commit_and_is_tagged(
    hub: Hub, client: Client, whole: Path
) -> None:
    done = client.upload(whole, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["steps"] == ["create", "commit", "tag"]
    assert len(hub.repos[REPO].order) == 2
    assert hub.repos[REPO].tags == {"v0.1.0": hub.repos[REPO].main}
    assert told["commit"] == hub.repos[REPO].main
    assert holds(hub, "v0.1.0", whole)


def test_a_second_run_does_nothing(hub: Hub, client: Client, whole: Path) -> None:
    client.upload(whole)
    before = list(hub.repos[REPO].order)
    hub.seen.clear()
    done = client.upload(whole, "--json")
    assert (done.returncode, json.loads(done.stdout)["steps"]) == (0, [])
    assert hub.repos[REPO].order == before
    assert not [each for each in hub.seen if each.startswith(("POST", "PUT"))]


def test_the_next_version_takes_the_place_of_the_last_whose_tag_stays(
    hub: Hub, client: Client, whole: Path, later: Path
) -> None:
    assert client.upload(whole).returncode == 0
    assert client.upload(later).returncode == 0
    assert len(hub.repos[REPO].order) == 3
    assert holds(hub, "main", later)
    assert holds(hub, "v0.2.0", later)
    assert holds(hub, "v0.1.0", whole)


def test_an_older_version_does_not_go_over_a_newer_one(
    hub: Hub, client: Client, whole: Path, later: Path
) -> None:
    client.upload(later)
    done = client.upload(whole)
    assert done.returncode == 4
    assert holds(hub, "main", later)
    assert list(hub.repos[REPO].tags) == ["v0.2.0"]


def test_a_tag_is_never_moved(hub: Hub, client: Client, whole: Path) -> None:
    client.upload(whole)
    repo = hub.repos[REPO]
    other = repo.add({".gitattributes": b"x", "README.md": b"something else"})
    repo.tags["v0.1.0"] = other
    done = client.upload(whole)
    assert done.returncode == 4
    assert "never moved" in done.stderr
    assert repo.tags == {"v0.1.0": other}
    assert repo.main == other


FAULTS = {
    "500 before the commit": (Fault("POST", "/commit/", 500), 1, []),
    "500 with the commit made": (Fault("POST", "/commit/", 500, after=True), 2, ["tag"]),
    "412, somebody was faster": (Fault("POST", "/commit/", 412), 1, []),
    "409 at the commit": (Fault("POST", "/commit/", 409), 1, []),
    "403 at the commit": (Fault("POST", "/commit/", 403), 1, []),
    "409 at the tag": (Fault("POST", "/tag/", 409), 2, ["tag"]),
    "500 at the tag": (Fault("POST", "/tag/", 500), 2, ["tag"]),
    "500 with the tag set": (Fault("POST", "/tag/", 500, after=True), 2, []),
    "500 at the settings": (Fault("PUT", "/settings", 500), 1, []),
}


@pytest.mark.parametrize("name", FAULTS)
def test_after_a_fault_nothing_is_half_there_and_a_new_run_finishes(
    hub: Hub, client: Client, whole: Path, name: str
) -> None:
    fault, commits, _ = FAULTS[name]
    hub.faults.append(Fault(**vars(fault)))
    done = client.upload(whole, "--gated", "manual")
    assert done.returncode == 3, done.stderr
    assert str(fault.status) in done.stderr
    assert "Traceback" not in done.stderr
    assert len(hub.repos[REPO].order) == commits
    assert commits == 1 or holds(hub, "main", whole)
    assert not hub.repos[REPO].tags or holds(hub, "v0.1.0", whole)
    again = client.upload(whole, "--gated", "manual", "--json")
    assert again.returncode == 0, again.stderr
    assert len(hub.repos[REPO].order) == 2
    assert holds(hub, "v0.1.0", whole)
    assert hub.repos[REPO].gated == "manual"


def test_only_what_is_missing_is_done_after_a_commit_whose_answer_was_lost(
    hub: Hub, client: Client, whole: Path
) -> None:
    hub.faults.append(Fault("POST", "/commit/", 500, after=True))
    client.upload(whole)
    done = client.upload(whole, "--json")
    assert json.loads(done.stdout)["steps"] == ["tag"]


def test_a_truncated_upload_never_gets_a_commit(hub: Hub, client: Client, whole: Path) -> None:
    hub.truncate = 1
    done = client.upload(whole)
    assert done.returncode == 3, done.stderr
    assert untouched(hub)
    assert client.upload(whole).returncode == 0
    assert holds(hub, "v0.1.0", whole)


def test_a_commit_of_other_bytes_gets_no_tag(hub: Hub, client: Client, whole: Path) -> None:
    """A server that keeps half a file and says it keeps the whole: only the bytes tell."""
    name = next(path for path in sorted(files_of(whole)) if path.endswith(".parquet"))
    hub.blobs[file_sha256(whole / name)] = (whole / name).read_bytes()[:100]
    done = client.upload(whole)
    assert done.returncode == 3
    assert hub.repos[REPO].tags == {}


def test_somebody_who_commits_meanwhile_is_not_overwritten(
    hub: Hub, client: Client, whole: Path
) -> None:
    """The head moves between the look at it and the commit: the server refuses, and so do we."""
    theirs = {".gitattributes": b"x", "NOTES.md": b"theirs"}
    hub.meanwhile = lambda: hub.repos[REPO].add(theirs)
    done = client.upload(whole)
    assert done.returncode == 3
    assert "412" in done.stderr
    repo = hub.repos[REPO]
    assert repo.commits[repo.main] == theirs
    assert repo.tags == {}


def test_a_private_repository_is_private_from_the_first_moment(
    hub: Hub, client: Client, whole: Path, tmp_path: Path
) -> None:
    assert client.upload(whole, "--private").returncode == 0
    assert hub.repos[REPO].private
    stranger = Client(hub, tmp_path / "stranger", key=None)
    assert stranger.upload(whole).returncode == 3


def test_a_public_repository_is_not_taken_for_a_private_one(
    hub: Hub, client: Client, whole: Path
) -> None:
    hub.repos[REPO] = Repo(private=False)
    hub.repos[REPO].add({".gitattributes": b"x"})
    done = client.upload(whole, "--private")
    assert done.returncode == 4
    assert untouched(hub)


def test_a_gate_is_there_before_the_data(hub: Hub, client: Client, whole: Path) -> None:
    assert client.upload(whole, "--gated", "auto").returncode == 0
    assert hub.repos[REPO].gated == "auto"
    paths = [each.split()[1] for each in hub.seen if each.startswith(("PUT", "POST"))]
    gate = next(at for at, path in enumerate(paths) if path.endswith("/settings"))
    assert gate < next(at for at, path in enumerate(paths) if "/preupload/" in path)


def test_another_word_than_auto_or_manual_is_a_wrong_call(client: Client, whole: Path) -> None:
    assert client.upload(whole, "--gated", "yes").returncode == 2


def test_without_a_key_nothing_is_made(hub: Hub, whole: Path, tmp_path: Path) -> None:
    done = Client(hub, tmp_path / "home", key=None).upload(whole)
    assert done.returncode == 3
    assert "HF_TOKEN" in done.stderr
    assert hub.repos == {}


@pytest.mark.parametrize("wrong", ["hf_wrongkeyofthetests", "keyofanotherform"])
def test_a_wrong_key_is_not_shown_even_if_the_server_repeats_it(
    hub: Hub, whole: Path, tmp_path: Path, wrong: str
) -> None:
    hub.faults.append(Fault("POST", "/create", 401, message=f"{wrong} is no key"))
    done = Client(hub, tmp_path / "home", key=wrong).upload(whole)
    assert done.returncode == 3
    assert "401" in done.stderr
    assert wrong not in done.stdout + done.stderr


def test_no_hub_at_all_ends_with_status_3(whole: Path, tmp_path: Path) -> None:
    with standing_in() as gone:
        client = Client(gone, tmp_path / "home")
    done = client.upload(whole)
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr


def test_a_release_that_is_not_proved_stays_here(
    hub: Hub, client: Client, whole: Path, tmp_path: Path
) -> None:
    shop = Workshop(whole, tmp_path / "0.1.0")
    (shop.folder / "more.txt").write_text("x", encoding="utf-8")
    assert client.upload(shop.folder).returncode == 4
    assert hub.seen == []


def test_a_name_that_is_none_is_a_wrong_call(client: Client, whole: Path) -> None:
    done = client.run("-m", "annotate", "upload", str(whole), "ferry")
    assert done.returncode == 2


def test_a_release_with_a_withdrawn_article_stays_here(
    hub: Hub, client: Client, whole: Path, tmp_path: Path
) -> None:
    workspace = make_workspace(tmp_path / "news")
    withdraw(workspace, "articles/call.txt", "asked for by the outlet")
    done = client.upload(whole, "--workspace", str(workspace.root))
    assert done.returncode == 4
    assert "withdrawn" in done.stderr
    assert hub.seen == []


@pytest.fixture
def news(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "news")


def publishing(client: Client, workspace: Workspace, *options: str) -> Done:
    place = ("--workspace", str(workspace.root))
    return client.run("-m", "annotate", "publish", "--to-hub", REPO, *place, *options)


def test_publish_builds_and_uploads_in_one_go(hub: Hub, client: Client, news: Workspace) -> None:
    done = publishing(client, news, "--private", "--gated", "manual", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["version"], told["hub"]["tag"]) == ("0.1.0", "v0.1.0")
    assert told["hub"]["steps"] == ["create", "gate", "commit", "tag"]
    assert (hub.repos[REPO].private, hub.repos[REPO].gated) == (True, "manual")
    assert holds(hub, "v0.1.0", news.root / told["path"])


def test_publish_again_uploads_what_a_fault_kept_here(
    hub: Hub, client: Client, news: Workspace
) -> None:
    hub.faults.append(Fault("POST", "/commit/", 500))
    assert publishing(client, news).returncode == 3
    assert untouched(hub)
    done = publishing(client, news)
    assert done.returncode == 0, done.stderr
    assert "nothing has changed since the last release" in done.stderr
    assert done.stdout.strip().endswith("/tree/v0.1.0")
    assert holds(hub, "v0.1.0", news.releases / "0.1.0")


def test_a_dry_run_tells_where_it_would_go_and_asks_nobody(
    hub: Hub, client: Client, news: Workspace
) -> None:
    done = publishing(client, news, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert f"would upload 0.1.0 to {REPO}" in done.stderr
    assert hub.seen == []
    assert not news.releases.exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--private",),
        ("--gated", "auto"),
        ("--to-hub", "ferry"),
        ("--to-hub", "news/ferry..x"),
        ("--to-hub", REPO),
    ],
)
def test_a_wrong_wish_is_told_before_anything_is_built(
    client: Client, news: Workspace, options: tuple[str, ...]
) -> None:
    wrong = (*options, "--gated", "yes") if options[-1] == REPO else options
    place = ("--workspace", str(news.root))
    assert client.run("-m", "annotate", "publish", *place, *wrong).returncode == 2
    assert not news.releases.exists()


LOAD = """
import json, sys
import datasets

datasets.disable_progress_bars()
found = {}
for config in ("spans", "annotations", "triples", "articles"):
    found[config] = datasets.load_dataset(
        sys.argv[1], config, split="train", revision=sys.argv[2]
    ).to_list()
stream = datasets.load_dataset(
    sys.argv[1], "spans", split="train", revision=sys.argv[2], streaming=True
)
found["streamed"] = list(stream)
print(json.dumps(found))
"""


def test_the_real_load_dataset_reads_each_tag(client: Client, whole: Path, later: Path) -> None:
    client.upload(whole)
    client.upload(later)
    for revision, count in (("v0.1.0", 5), ("v0.2.0", 4)):
        done = client.run("-c", LOAD, REPO, revision)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert len(found["annotations"]) == count
        assert found["streamed"] == found["spans"]
        for row in found["spans"]:
            for span in row["spans"]:
                assert row["text"][span["start"] : span["end"]] == span["text"]


DOWNLOAD = """
import sys
import huggingface_hub as hub

print(hub.snapshot_download(sys.argv[1], repo_type="dataset", revision=sys.argv[2]))
"""


def test_a_download_is_proved_as_it_lies_in_the_cache(client: Client, whole: Path) -> None:
    client.upload(whole)
    folder = client.run("-c", DOWNLOAD, REPO, "v0.1.0").stdout.strip()
    done = client.run("-m", "annotate", "verify", folder)
    assert (done.returncode, done.stdout.strip()) == (0, "proved"), done.stdout


OFF_LINE = """
import json, sys
import datasets, huggingface_hub as hub

datasets.disable_progress_bars()
folder = hub.snapshot_download(
    sys.argv[1], repo_type="dataset", revision=sys.argv[2], local_files_only=True
)
rows = datasets.load_dataset(folder, "annotations", split="train")
print(json.dumps([folder, len(rows)]))
"""


def test_t3_off_line_the_snapshot_of_a_tag_is_that_version(
    hub: Hub, client: Client, whole: Path, later: Path
) -> None:
    """`load_dataset` passes `revision` over there; the folder of the snapshot does not."""
    for release, tag in ((whole, "v0.1.0"), (later, "v0.2.0")):
        assert client.upload(release).returncode == 0
        assert client.run("-c", DOWNLOAD, REPO, tag).returncode == 0
    client.environment["HF_HUB_OFFLINE"] = "1"
    hub.seen.clear()
    for tag, count in (("v0.1.0", 5), ("v0.2.0", 4)):
        done = client.run("-c", OFF_LINE, REPO, tag)
        assert done.returncode == 0, done.stderr
        folder, rows = json.loads(done.stdout)
        assert rows == count
        assert json.loads((Path(folder) / "MANIFEST.json").read_bytes())["version"] == tag[1:]
    assert hub.seen == []
