"""What an operator meets at the command line: results, failures, and no secret anywhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from annotate.flows.demo import simulate
from annotate.labels.pseudonyms import Pseudonyms
from annotate.studio.client import Studio
from annotate.studio.pull import pull
from annotate.studio.push import push
from annotate.studio.server import running_server
from tests.outcome import assert_error

pytestmark = [pytest.mark.live, pytest.mark.one_database]


def run(workspace, *arguments, **environment) -> subprocess.CompletedProcess[str]:
    """Run `annotate` in a process of its own, in the workspace; None unsets a variable."""
    merged = {**os.environ, **environment}
    return subprocess.run(
        [sys.executable, "-m", "annotate", *arguments],
        cwd=workspace.root if hasattr(workspace, "root") else workspace,
        env={key: value for key, value in merged.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_missing_key_is_told_with_where_to_find_one(sample):
    done = run(sample, "push", LABEL_STUDIO_API_KEY=None)
    assert_error(done, 2, "no API key", "LABEL_STUDIO_API_KEY")


def test_a_wrong_key_is_refused_without_showing_it(sample):
    done = run(sample, "push", LABEL_STUDIO_API_KEY="0123456789abcdef" * 2)
    assert_error(done, 3, "does not accept the API key")
    assert "0123456789abcdef" not in done.stdout + done.stderr


def test_a_server_that_is_down_is_told_as_such(sample):
    done = run(sample, "pull", LABEL_STUDIO_URL="http://127.0.0.1:9")
    assert_error(done, 3, "cannot be reached")
    assert not (sample.labels / "annotations.jsonl").exists()


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "ftp://127.0.0.1", "http://"])
def test_an_address_that_is_none_is_told_before_anything_is_sent(sample, url):
    assert_error(run(sample, "push", LABEL_STUDIO_URL=url), 2, "not the address of a server")


def test_another_web_server_is_not_taken_for_label_studio(sample, other_server):
    done = run(sample, "push", LABEL_STUDIO_URL=other_server)
    assert_error(done, 3, "does not answer like Label Studio")


def test_push_says_in_how_many_standing_tasks_a_new_version_proposes(sample):
    push(sample)
    text = sample.schema_file.read_text(encoding="utf-8")
    sample.schema_file.write_text(text.replace("version: 1.0.0", "version: 1.0.1"), "utf-8")
    plan = run(sample, "push", "--dry-run").stderr
    assert plan.startswith("warning: of another schema, in label_config/: guidelines.md, ")
    assert re.search(r"standing tasks that new rules would look at: \d+\n", plan)
    told = run(sample, "push").stderr
    assert re.search(
        r"\b[1-9]\d* standing tasks without an answer got new predicted regions\n", told
    )
    assert "standing tasks" not in run(sample, "push").stderr


def test_annotators_are_sent_to_the_stream_that_hides_what_others_answered(sample):
    assert "project id" not in run(sample, "push", "--dry-run").stdout  # there is none yet
    before = run(sample, "invite")
    assert "`annotate push`, which says where they label" in before.stderr
    pushed = run(sample, "push")
    assert re.search(r"^  project id +\d+$", pushed.stdout, re.MULTILINE)
    (stream,) = re.findall(r"label at (http\S+/projects/\d+/data\?labeling=1), then", pushed.stderr)
    invited = run(sample, "invite")
    assert invited.stdout == before.stdout
    assert f"next: after signing up they label at {stream}\n" in invited.stderr
    told = json.loads(run(sample, "invite", "--json").stdout)
    assert told == {"link": invited.stdout.strip(), "label_at": stream}


def test_who_alone_leads_from_a_pseudonym_to_an_account_and_keeps_nothing(sample, studio):
    push(sample, studio=studio)
    simulate(sample, studio, lambda _: None)
    pull(sample, studio=studio)
    names = Pseudonyms(bytes.fromhex((sample.private / "secret").read_text(encoding="utf-8")))
    told = json.loads(run(sample, "annotators", "--who", "--json").stdout)["annotators"]
    people = {each["annotator"]: each["email"] for each in told}
    assert len(people) > 1
    assert all(names.of(email) == name for name, email in people.items())
    shown = run(sample, "annotators", "--who")
    assert all(f"{name}\t{email}\n" in shown.stdout for name, email in people.items())
    assert "for you alone" in shown.stderr

    run(sample, "agreement", "--report", "report.html")
    silent = [run(sample, "annotators"), run(sample, "annotators", "--json")]
    assert not any(each in done.stdout for each in people.values() for done in silent)
    kept = [path.read_bytes() for path in sample.root.rglob("*") if path.is_file()]
    assert not any(each.encode() in content for each in people.values() for content in kept)


def test_pull_before_push_says_what_to_do_first(sample):
    assert_error(run(sample, "pull"), 2, "annotate push")


def test_the_verbs_print_the_promised_json(sample):
    pushed = json.loads(run(sample, "push", "--json").stdout)
    counts = {"project_id", "created", "present", "changed", "duplicates"}
    # A program must learn what a person reads in the lines below the counts.
    assert set(pushed) == counts | {
        "removed",
        "gone",
        "shared",
        "predicted",
        "proposed",
        "differences",
        "warnings",
    }
    assert (pushed["differences"], pushed["warnings"]) == ([], [])
    pulled = json.loads(run(sample, "pull", "--json").stdout)
    assert set(pulled) == {"new", "changed", "deleted", "skipped", "unchanged"}
    assert json.loads(run(sample, "status", "--json").stdout)["server"]["tasks"] > 0


def test_json_tells_a_program_what_the_terminal_tells_a_person(sample, server):
    report = json.loads(run(sample, "push", "--json").stdout)
    studio = Studio(server.url, server.login.token)
    task = next(studio.tasks(report["project_id"], answers=False))
    studio.delete_task(task["id"])
    studio.update_project(report["project_id"], show_skip_button=False)
    planned = json.loads(run(sample, "push", "--dry-run", "--json").stdout)
    pushed = json.loads(run(sample, "push", "--json").stdout)
    for told in (planned, pushed):
        assert told["gone"] == 1
        assert told["differences"] == ["show skip button: False becomes True"]


def test_no_output_and_no_file_under_version_control_holds_a_secret(sample, server):
    """Run every verb, failing ones included, and look for the key, the password, a cookie."""
    key = server.login.token[:12]  # also finds the mangled key that is tried below
    secrets = (key, server.login.password, "sessionid", "csrftoken")
    outputs = [
        run(sample, *arguments)
        for arguments in (
            ("push",),
            ("push", "--json"),
            ("pull",),
            ("pull", "--json"),
            ("status",),
            ("publish",),
            ("invite", "--bogus"),
            ("schema", "check"),
        )
    ]
    outputs.append(run(sample, "push", LABEL_STUDIO_API_KEY=server.login.token[:-1] + "x"))
    outputs.append(run(sample, "push", LABEL_STUDIO_URL=f"{server.url}/nowhere"))
    for done in outputs:
        for secret in secrets:
            assert secret not in done.stdout + done.stderr
    kept = [path for path in sample.root.rglob("*") if path.is_file()]
    for path in kept:
        if sample.private not in path.parents:
            content = path.read_bytes()
            assert not any(secret.encode() in content for secret in secrets), path


def test_files_that_hold_secrets_are_for_their_owner_alone(server, tmp_path_factory):
    del server
    from annotate.workspace import Workspace

    host = next(tmp_path_factory.getbasetemp().glob("server*/host"))
    workspace = Workspace.find(host)
    assert running_server(workspace) is not None
    for name in ("login.json", "server.json", "server.log"):
        assert (workspace.private / name).stat().st_mode & 0o077 == 0
    assert workspace.private.stat().st_mode & 0o077 == 0
