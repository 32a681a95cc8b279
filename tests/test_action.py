"""action.yml, run step by step as a runner would, on pull requests of a real repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from repositories import Git, git
from shell import TINY

ROOT = Path(__file__).resolve().parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
GH = """\
#!{python}
# Comments of a pull request, in comments.json beside this file: what is asked of `gh` in action/comment.sh.
import json, pathlib, subprocess, sys
store = pathlib.Path(__file__).with_name("comments.json")
comments = json.loads(store.read_text()) if store.exists() else []
words = sys.argv[1:]
assert words.pop(0) == "api"
options = dict(zip(words, words[1:]))
fields = dict(word.split("=", 1) for flag, word in zip(words, words[1:]) if flag in ("-f", "-F"))
if words[0] == "graphql":
    assert (fields["owner"], fields["name"], fields["number"]) == ("ann", "songs", "7")
    assert all(name in fields["query"] for name in ("viewerDidAuthor", "$endCursor", "hasNextPage"))
    data = {{"data": {{"repository": {{"pullRequest": {{"comments": {{"nodes": comments}}}}}}}}}}
    sys.exit(subprocess.run(["jq", "-r", options["--jq"]], input=json.dumps(data), text=True).returncode)
if store.with_name("read-only").exists():
    sys.exit("gh: Resource not accessible by integration (HTTP 403)")
place, body = words[words.index("--method") + 2], pathlib.Path(fields["body"].removeprefix("@")).read_text()
if options["--method"] == "POST":
    assert place == "repos/ann/songs/issues/7/comments"
    comments.append({{"databaseId": 100 + len(comments), "body": body, "viewerDidAuthor": True}})
else:
    (found,) = [each for each in comments if place == f"repos/ann/songs/issues/comments/{{each['databaseId']}}"]
    found["body"] = body
store.write_text(json.dumps(comments))
"""


class Missing(dict[str, Any]):
    """A context of expressions: what isn't there is empty."""

    def __getattr__(self, name: str) -> Any:
        found = self.get(name.replace("__", "-"), {})
        return Missing(found) if isinstance(found, dict) else found

    def __str__(self) -> str:
        return ""


def evaluated(text: str, contexts: dict[str, Any]) -> str:
    """A text with its expressions, ${{ … }}, replaced by their values: names, texts, ==, !=, && and ||."""

    def value(match: re.Match[str]) -> str:
        words = re.findall(r"'[^']*'|&&|\|\||[!=]=|[\w.-]+", match[1])
        joins = {"&&": "and", "||": "or"}
        made = [joins.get(word, word if word[0] in "'!=" else word.replace("-", "__")) for word in words]
        found = eval(" ".join(made), {"__builtins__": {}}, {name: Missing(each) for name, each in contexts.items()})
        return str(found).lower() if isinstance(found, bool) else str(found)

    return re.sub(r"\$\{\{(.*?)\}\}", value, text)


@dataclass
class Runner:
    """A machine that runs the action; `saved` is what the caches of earlier runs hold."""

    tmp: Path
    repo: Git
    event: dict[str, Any]
    inputs: dict[str, str] = field(default_factory=dict)
    uploaded: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    annotated: str = ""
    summary: str = ""
    log: str = ""
    failed: str = ""

    @property
    def comments(self) -> list[dict[str, Any]]:
        store = self.tmp / "bin" / "comments.json"
        found: list[dict[str, Any]] = json.loads(store.read_text()) if store.exists() else []
        return found

    def run(self) -> None:
        """All steps, in order; a step that fails ends it."""
        temp = self.tmp / "temp"
        shutil.rmtree(temp, ignore_errors=True)
        (temp / "songbuild" / "bin").mkdir(parents=True)
        (temp / "songbuild/bin/songbuild").symlink_to(Path(sys.executable).with_name("songbuild"))
        self.uploaded, self.annotated, self.summary, self.log, self.failed = [], "", "", "", ""
        sha = self.repo("rev-parse", "HEAD")
        github = {"event": self.event, "sha": sha, "token": "t0ken", "run_attempt": "1", "repository": "ann/songs"}
        runner = {"temp": str(temp), "os": "Linux", "arch": "X64"}
        contexts: dict[str, Any] = {"github": github, "runner": runner, "steps": {}}
        defaults = {name: evaluated(each.get("default", ""), contexts) for name, each in ACTION["inputs"].items()}
        contexts["inputs"] = defaults | self.inputs
        for step in ACTION["runs"]["steps"]:
            if evaluated(step.get("if", "true"), contexts) == "false":
                continue
            outputs = self._step(step, contexts, temp)
            contexts["steps"][step.get("id", "")] = {"outputs": outputs}
            if self.failed:
                break

    def _step(self, step: dict[str, Any], contexts: dict[str, Any], temp: Path) -> dict[str, str]:
        given = {name: evaluated(str(each), contexts) for name, each in step.get("with", {}).items()}
        name = step.get("uses", "").partition("@")[0]
        if name == "actions/setup-python":
            return {"python-path": sys.executable}
        if name == "actions/cache/restore":
            if (self.tmp / "saved").exists():
                shutil.copytree(self.tmp / "saved", given["path"])
            return {}
        if name == "actions/cache/save":
            self.keys.append(given["key"])
            shutil.copytree(given["path"], self.tmp / "saved", dirs_exist_ok=True)
            return {}
        if name == "actions/upload-artifact":
            files = Path(given["path"])
            self.uploaded = sorted(
                each.relative_to(files).as_posix() for each in files.rglob("[!.]*") if each.is_file()
            )
            return {"artifact-url": f"https://example.org/{given['name']}"}
        if name == "github/codeql-action/upload-sarif":
            self.annotated = Path(given["sarif_file"]).read_text()
            return {}
        assert not name, f"{name}: what does it stand for?"
        if step.get("id") == "install":
            return {"version": "0.1.0"}
        return self._bash(step, contexts, temp)

    def _bash(self, step: dict[str, Any], contexts: dict[str, Any], temp: Path) -> dict[str, str]:
        assert "${{" not in step["run"], "text of others would become a part of the script"
        script, output, summary = temp / "step.sh", temp / "output", temp / "summary"
        script.write_text(step["run"])
        output.touch()
        output.write_text("")
        summary.touch()
        own = {key: os.environ[key] for key in ("HOME", "XDG_CONFIG_HOME", "LANG") if key in os.environ}
        own |= {"PATH": f"{self.tmp / 'bin'}:{os.environ['PATH']}", "RUNNER_TEMP": str(temp), "CI": "true"}
        own |= {"GITHUB_ACTION_PATH": str(ROOT), "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
        own |= {"GITHUB_REPOSITORY": "ann/songs", "GITHUB_WORKSPACE": str(self.repo.folder)}
        own |= {"GITHUB_BASE_REF": "main" if "pull_request" in self.event else ""}
        own |= {name: evaluated(str(each), contexts) for name, each in step.get("env", {}).items()}
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", script]
        ran = subprocess.run(command, cwd=self.repo.folder, env=own, capture_output=True, text=True, check=False)
        self.log += ran.stdout + ran.stderr
        self.summary = summary.read_text()
        if ran.returncode:
            self.failed = step["name"]
        return dict(line.split("=", 1) for line in output.read_text().splitlines())


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A pull request that makes a song louder."""
    for tool in ("bash", "jq"):
        if shutil.which(tool) is None and not os.environ.get("CI"):
            pytest.skip(f"{tool} isn't installed")
    gh = tmp_path / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text(GH.format(python=sys.executable))
    gh.chmod(0o755)
    repo = git(tmp_path / "repo")
    repo.write("tiny/song.yaml", TINY)
    base = repo.commit("first")
    repo("update-ref", "refs/remotes/origin/main", base)
    repo("checkout", "-q", "-b", "topic")
    repo.write("tiny/song.yaml", TINY.replace("gain_db: -6", "gain_db: -3"))
    repo.commit("louder")
    return Runner(tmp_path, repo, {"pull_request": {"number": 7}, "before": "0" * 40})


def test_one_comment_is_written_and_updated(runner: Runner) -> None:
    theirs = {"databaseId": 9, "body": "<!-- songbuild -->\nmine!", "viewerDidAuthor": False}
    (runner.tmp / "bin/comments.json").write_text(json.dumps([theirs]))
    runner.run()
    assert runner.failed == "", runner.log
    assert [each["databaseId"] for each in runner.comments] == [9, 101]
    first = runner.comments[1]["body"]
    assert first.startswith("<!-- songbuild -->\n## songbuild: 1 song changed\n")
    assert "low fader -6 -> -3 dB" in first
    assert "\norigin/main (" in first
    assert "master and low: 3.0 LU louder throughout" in first
    assert first.endswith("\n[Pages with pictures, and audio](https://example.org/songbuild)\n")
    assert {"comment.md", "songs/tiny/diff.html", "songs/tiny/audio/tiny-24bit.wav"} <= set(runner.uploaded)
    assert json.loads(runner.annotated)["runs"][0]["results"] == []
    assert runner.summary == ""
    runner.repo.write("tiny/song.yaml", TINY.replace("gain_db: -6", "gain_db: -4"))
    runner.repo.commit("less")
    runner.inputs = {"audio": "false", "songs": "tiny\n"}
    made = {path.name for path in (runner.tmp / "saved").rglob("*") if path.is_file()}
    runner.run()
    assert runner.failed == "", runner.log
    assert [each["databaseId"] for each in runner.comments] == [9, 101]
    assert runner.comments[0] == theirs
    assert "low fader -6 -> -4 dB" in runner.comments[1]["body"]
    assert "heard" not in runner.comments[1]["body"]
    assert made <= {path.name for path in (runner.tmp / "saved").rglob("*") if path.is_file()}  # it was restored
    assert len(set(runner.keys)) == 2


def test_a_fork_comments_in_the_summary(runner: Runner) -> None:
    (runner.tmp / "bin/read-only").touch()
    runner.inputs = {"audio": "false"}
    runner.run()
    assert runner.failed == "", runner.log
    assert runner.comments == []
    assert "low fader -6 -> -3 dB" in runner.summary
    assert "see the summary" in runner.log


def test_a_broken_song_fails_with_a_comment_and_an_annotation(runner: Runner) -> None:
    runner.repo.write("tiny/song.yaml", TINY.replace("[gain:", "[gian:"))
    runner.repo.commit("broken")
    runner.inputs = {"audio": "false"}
    runner.run()
    assert runner.failed == "Fail where a song has errors"
    assert "tiny/song.yaml:13: unknown effect 'gian'" in runner.comments[0]["body"]
    (result,) = json.loads(runner.annotated)["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("tiny/song.yaml", 13)


def test_nothing_of_the_pull_request_is_run(runner: Runner) -> None:
    mark = runner.tmp / "it ran"
    touch = f"open({str(mark)!r}, 'w')\n"
    for module in ("songbuild", "yaml", "json", "pip", "multiprocessing", "sitecustomize", "tiny/mix"):
        runner.repo.write(f"{module}.py", touch)
    runner.repo.write("tiny/mix.py", touch)
    text = TINY.partition("mix:")[0].replace("Tiny", f"'::error::$(touch {mark.name})`'")
    runner.repo.write("tiny/song.yaml", text + "mix: mix.py\n")
    runner.repo.commit("evil")
    runner.inputs = {"audio": "false"}
    runner.run()
    assert runner.failed == "", runner.log
    assert not mark.exists()
    assert "code isn't run without trust (mix.py)" in runner.comments[0]["body"]
    token = re.search(r"^::stop-commands::([0-9a-f]{32})$", runner.log, re.M)
    assert token is not None
    assert f"\n::{token[1]}::\n" in runner.log.partition(token[0])[2]
    runner.inputs = {"trust": "true", "audio": "false"}
    runner.run()
    assert mark.exists()


def test_without_a_pull_request_it_is_the_summary_and_a_base_is_needed(runner: Runner) -> None:
    runner.event = {"before": runner.repo("rev-parse", "main")}
    runner.inputs = {"audio": "false"}
    runner.run()
    assert runner.failed == "", runner.log
    assert "low fader -6 -> -3 dB" in runner.summary
    runner.event = {}
    runner.run()
    assert runner.failed == "Review"
    assert "'' is no revision" in runner.log


def test_every_input_does_something_and_no_script_holds_an_expression() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for name in ACTION["inputs"]:
        assert f"inputs.{name}" in text.partition("\nruns:")[2], name
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert "run" not in step or step["shell"] == "bash"


def test_the_workflow_in_the_docs_is_sound() -> None:
    page = (ROOT / "docs/pull-requests.md").read_text(encoding="utf-8")
    workflow = yaml.safe_load(re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S)[0])
    assert list(workflow[True]) == ["pull_request", "push"]  # YAML 1.1 reads `on` as true
    assert workflow["permissions"]["contents"] == "read"
    assert workflow["jobs"]["review"]["steps"][0]["with"]["fetch-depth"] == 0
    assert re.findall(r"^\| `([\w-]+)` \| .* \| .* \|$", page, re.M) == list(ACTION["inputs"])
