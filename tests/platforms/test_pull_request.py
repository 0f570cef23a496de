"""``check-pr`` on real repositories: what may come in, and each trick by itself."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.helpers import run
from hypothesis import given
from hypothesis import strategies as st
from leaderboard.helpers import entries
from platforms.requests import Task, files, git, make_task

from averitec_eval.platforms import pull_report
from averitec_eval.platforms.paths import path_problem, skeleton
from averitec_eval.platforms.pull_request import (
    CODES,
    DEFAULT_BYTES,
    MAX_CHANGES,
    MAX_FILES,
    MAX_SAME,
    Checked,
)
from averitec_eval.validation.findings import Finding

S = "submissions"


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Task:
    """A task that no test changes; commits that are no branch do not."""
    return make_task(tmp_path_factory.mktemp("task") / "task", limits={"bytes": 200_000})


def test_a_submission_comes_in(task: Task) -> None:
    head = task.hand_in(contents={**files(), "README.md": b"# Ours\n"})
    ended = task.check(head, "--score", "--format", "json")
    document = json.loads(ended.out)
    assert (ended.code, document["ok"], document["problems"], document["folder"]) == (0, True, [], "ours")
    assert document["head"] == head
    assert document["base"] == git(task.root, "rev-parse", "main")
    assert document["scores"]["averitec@0.25"] == 0.5
    assert [(file["name"], file["status"]) for file in document["files"]] == [("predictions.json", "valid")]


def test_nothing_is_checked_out_and_no_hook_filter_or_setting_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = make_task(tmp_path / "task")
    head = task.hand_in()
    ran = tmp_path / "ran"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch '{ran}'\ncat\n", encoding="utf-8")
    script.chmod(0o755)
    for hook in ("post-checkout", "reference-transaction", "fsmonitor-watchman", "post-index-change"):
        shutil.copy(script, task.root / ".git" / "hooks" / hook)
    settings = tmp_path / "settings"
    settings.write_text(
        f"[core]\n fsmonitor = {script}\n pager = {script}\n[diff]\n external = {script}\n"
        f'[filter "x"]\n smudge = {script}\n clean = {script}\n[diff "x"]\n textconv = {script}\n',
        encoding="utf-8",
    )
    local = task.root / ".git" / "config"
    local.write_text(local.read_text() + settings.read_text(), encoding="utf-8")
    (task.root / ".git" / "info" / "attributes").write_text("* filter=x diff=x\n", encoding="utf-8")
    ran.unlink(missing_ok=True)
    before = {path: path.read_bytes() for path in task.root.rglob("*") if path.is_file()}
    elsewhere = {"GIT_DIR": "/nowhere", "GIT_EXTERNAL_DIFF": str(script), "GIT_OBJECT_DIRECTORY": "/nowhere"}
    for name, value in {**elsewhere, "GIT_CONFIG_GLOBAL": str(settings), "GIT_PAGER": str(script)}.items():
        monkeypatch.setenv(name, value)
    assert task.codes(head) == []
    assert not ran.exists()
    assert {path: path.read_bytes() for path in task.root.rglob("*") if path.is_file()} == before


def test_replaced_objects_and_grafts_deceive_nobody(tmp_path: Path) -> None:
    task = make_task(tmp_path / "task")
    head = task.commit({"README.md": b"defaced"})
    git(task.root, "replace", head, task.hand_in())
    assert task.codes(head) == ["PR010"]


# What a request changes, and which codes it gets.
CHANGES: dict[str, tuple[Callable[[Task], str], list[str]]] = {
    "nothing": (lambda t: t.commit({}), ["PR002"]),
    "the task itself": (lambda t: t.commit({"leaderboard.yaml": b"title: Mine"}), ["PR010"]),
    "a workflow beside a submission": (
        lambda t: t.commit({".github/workflows/x.yml": b"on: push", **below("ours", files())}),
        ["PR010"],
    ),
    "attributes of all submissions": (
        lambda t: t.commit({f"{S}/.gitattributes": b"* filter=x", **below("ours", files())}),
        ["PR010", "PR020"],
    ),
    "a file that becomes a folder": (lambda t: emptied(t), ["PR010"]),
    "a file removed": (lambda t: t.commit({"leaderboard.yaml": None}), ["PR010"]),
    "two folders": (lambda t: t.commit({**below("ours", files()), **below("more", files())}), ["PR011"]),
    "another's folder": (lambda t: t.hand_in("theirs"), ["PR013"]),
    "another's file removed": (
        lambda t: t.commit({f"{S}/theirs/predictions.json": None, **below("ours", files())}),
        ["PR011"],
    ),
    "another's folder removed": (
        lambda t: t.commit({f"{S}/theirs/{name}": None for name in files()}),
        ["PR013", "PR016"],
    ),
    "capitals": (lambda t: t.hand_in("Theirs"), ["PR014"]),
    "separators": (lambda t: t.hand_in("the-irs"), ["PR014"]),
    "a digit for a letter": (lambda t: t.hand_in("the1rs"), ["PR014"]),
    "Cyrillic letters": (lambda t: t.hand_in("thеirs"), ["PR020", "PR020", "PR012", "PR014"]),
    "an accent": (lambda t: t.hand_in("théirs"), ["PR020", "PR020", "PR012", "PR014"]),
    "a space": (lambda t: t.hand_in("our system"), ["PR020", "PR020", "PR012"]),
    "a long name": (lambda t: t.hand_in("o" * 81), ["PR012"]),
    "a Windows device": (lambda t: t.hand_in("aux"), ["PR020", "PR020", "PR012"]),
    "a hidden folder": (lambda t: t.hand_in(".ours"), ["PR020", "PR020", "PR012"]),
    "control characters": (
        lambda t: t.hand_in(contents={**files(), "a\x1b[2J\u202eb": b"x"}),
        ["PR020"],
    ),
    "a line break": (lambda t: raw_names(t, ["a\nb"]), ["PR020"]),
    "a device of Windows": (lambda t: t.hand_in(contents={**files(), "NUL.txt": b"x"}), ["PR020"]),
    "a name that Windows cuts": (lambda t: t.hand_in(contents={**files(), "submission.yaml.": b"x"}), ["PR020"]),
    "a stream of Windows": (lambda t: t.hand_in(contents={**files(), "predictions.json:x": b"x"}), ["PR020"]),
    "a backslash": (lambda t: t.hand_in(contents={**files(), "..\\..\\leaderboard.yaml": b"x"}), ["PR020"]),
    "attributes": (lambda t: t.hand_in(contents={**files(), ".gitattributes": b"* filter=x"}), ["PR020"]),
    "a dot-dot": (lambda t: raw_names(t, [".."], "tree"), ["PR020", "PR026"]),
    "a folder of git": (lambda t: raw_names(t, [".git"], "tree"), ["PR020", "PR026"]),
    "a short name of git": (lambda t: raw_names(t, ["GIT~1"], "tree"), ["PR020", "PR026"]),
    "a slash in a name": (lambda t: raw_names(t, ["../../x"]), ["PR020", "PR026"]),
    "bytes that are no text": (lambda t: raw_names(t, ["a\udcff"]), ["PR020"]),
    "one name twice": (lambda t: raw_names(t, ["predictions.json"]), ["PR021"]),
    "a folder twice": (lambda t: submissions_twice(t), ["PR021"]),
    "names that differ in capitals": (
        lambda t: t.hand_in(contents={**files(), "PREDICTIONS.json": b"x"}),
        ["PR021", "PR026"],
    ),
    "a link": (lambda t: with_mode(t, "120000", b"../theirs/predictions.json"), ["PR022", "PR030"]),
    "a link out of the repository": (lambda t: with_mode(t, "120000", b"/etc/passwd"), ["PR022", "PR030"]),
    "a submodule": (lambda t: with_mode(t, "160000", None), ["PR023", "PR030"]),
    "an executable file": (lambda t: with_mode(t, "100755", json.dumps(entries(0.5)).encode()), ["PR024"]),
    "a file too large": (
        lambda t: t.hand_in(contents={**files(), "predictions.json": b" " * 200_001}),
        ["PR025", "PR030"],
    ),
    "settings too large": (
        lambda t: t.hand_in(contents={**files(), "submission.yaml": b"#" * 70_000}),
        ["PR025", "PR030"],
    ),
    "a file beside": (lambda t: t.hand_in(contents={**files(), "run.sh": b"#!/bin/sh"}), ["PR026"]),
    "a file below": (lambda t: t.hand_in(contents={**files(), "code/x.py": b"x"}), ["PR026"]),
    "Git LFS": (
        lambda t: t.hand_in(contents={**files(), "predictions.json": b"version https://git-lfs.github.com/spec/v1\n"}),
        ["PR027", "PR061"],
    ),
    "a binary README": (lambda t: t.hand_in(contents={**files(), "README.md": b"\x7fELF\0"}), ["PR027"]),
    "an archive": (lambda t: t.hand_in(contents={**files(), "predictions.json": b"PK\x03\x04x"}), ["PR061"]),
    "too many files": (
        lambda t: t.hand_in(contents={**files(), **{f"a{n}.json": b"[]" for n in range(MAX_FILES)}}),
        ["PR003", "PR030"],
    ),
    "a large file that was removed again": (
        lambda t: t.hand_in(onto=t.commit({f"{S}/ours/x": None}, onto=t.commit({f"{S}/ours/x": b"x" * 200_001}))),
        ["PR028"],
    ),
    "no settings": (lambda t: t.commit(below("ours", {"predictions.json": b"[]"})), ["PR030"]),
    "a token": (lambda t: t.hand_in(contents=files(description="ghp_" + "a1" * 20)), ["PR035"]),
    "invalid predictions": (lambda t: t.hand_in(contents=files(predictions=entries(0.5, "no label"))), ["PR060"]),
    "claims without predictions": (lambda t: t.hand_in(contents=files(predictions=entries(0.5)[1:])), ["PR062"]),
    "another's predictions": (lambda t: t.hand_in(contents=files(0.3)), ["PR037"]),
    "another's team": (lambda t: t.hand_in(contents=files(team="ΤHEIR  TEAM")), ["PR036"]),
    "another's display name": (lambda t: t.hand_in(contents=files(name="Their\u0455")), ["PR036"]),
}


def below(folder: str, contents: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{S}/{folder}/{name}": data for name, data in contents.items()}


def raw_names(task: Task, names: list[str], kind: str = "blob") -> str:
    """A submission with more entries in its tree, whatever they are called."""
    rows = [("100644", name, task.blob(data)) for name, data in files().items()]
    extra = task.blob(b"x")
    mode, sha = ("40000", task.tree([("100644", "x", extra)])) if kind == "tree" else ("100644", extra)
    ours = task.tree([*rows, *((mode, name, sha) for name in names)])
    theirs = git(task.root, "rev-parse", f"main:{S}/theirs")
    submissions = task.tree([("40000", "ours", ours), ("40000", "theirs", theirs)])
    config = git(task.root, "rev-parse", "main:leaderboard.yaml")
    return task.of_tree(task.tree([("100644", "leaderboard.yaml", config), ("40000", S, submissions)]))


def submissions_twice(task: Task) -> str:
    """A tree that has the folder of submissions twice, the first time without the other submission."""
    config = git(task.root, "rev-parse", "main:leaderboard.yaml")
    ours = task.tree([("40000", "ours", git(task.root, "rev-parse", f"{task.hand_in()}:{S}/ours"))])
    there = git(task.root, "rev-parse", f"main:{S}")
    return task.of_tree(task.tree([("100644", "leaderboard.yaml", config), ("40000", S, ours), ("40000", S, there)]))


def emptied(task: Task) -> str:
    """A submission beside which the task's file has become a folder with nothing in it."""
    tree = git(task.root, "rev-parse", f"{task.hand_in()}:{S}")
    return task.of_tree(task.tree([("40000", "leaderboard.yaml", task.tree([])), ("40000", S, tree)]))


def with_mode(task: Task, mode: str, data: bytes | None) -> str:
    """A submission whose predictions are an entry of this mode."""
    sha = git(task.root, "rev-parse", "main") if data is None else task.blob(data)
    settings = task.blob(files()["submission.yaml"])
    return task.raw([f"{mode} {sha}\t{S}/ours/predictions.json", f"100644 {settings}\t{S}/ours/submission.yaml"])


@pytest.mark.parametrize("what", CHANGES)
def test_each_trick_has_its_code(task: Task, what: str) -> None:
    make, expected = CHANGES[what]
    assert task.codes(make(task)) == expected


def test_all_problems_are_told_at_once_in_every_form(task: Task) -> None:
    contents = {
        **files(predictions=entries(0.5, "no label"), phase="x"),
        "submission.yaml": b"team: a\nnmae: b\n",
        "b": b"",
    }
    head = task.commit({"README.md": b"x", **below("Theirs", contents)})
    found = task.codes(head)
    assert {"PR010", "PR014", "PR030"} <= set(found)
    assert max(map(len, task.check(head).out.splitlines())) <= 80
    text, markdown = task.check(head).out, task.check(head, "--format", "markdown").out
    assert all(code in text and code in markdown and CODES[code] in text for code in found)
    assert text.splitlines()[-1] == f"NOT OK: {len(found)} errors, 0 warnings"
    assert markdown.startswith("## NOT OK: ")


def test_what_a_request_holds_is_not_read_as_markup(task: Task) -> None:
    hostile = (
        "</td><script>|`*[a](javascript:x)\u202e ![i](http://evil.example/i.png) www.evil.example @everyone \x1b[31m"
    )
    contents = {**files(team=hostile, name=hostile), hostile.replace("/", "_"): b"x"}
    markdown = task.check(task.hand_in(contents=contents), "--format", "markdown").out
    assert "script" in markdown
    # Every mark stands behind a backslash, and no address is whole.
    unescaped = re.sub(r"\\[^A-Za-z0-9]", "", markdown.replace("@<!-- -->", "@ "))
    for active in ("<", "](", "`*", "http:", "www.evil", "@everyone", "\x1b", "\u202e", "!"):
        assert active not in unescaped, active
    text = task.check(task.hand_in(contents=contents)).out
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("_https://evil.example", r"\_https&#58;//evil.example"),
        ("1HTTP://evil.example", "1HTTP&#58;//evil.example"),
        ("mail a.b@evil.example", "mail a.b@<!-- -->evil.example"),
        ("#12 o/r#3 GH-4", r"\#<!-- -->12 o/r\#<!-- -->3 GH-<!-- -->4"),
        ("averitec@0.25", "averitec@0.25"),
    ],
)
def test_nothing_in_a_summary_becomes_a_link(text: str, shown: str) -> None:
    problem = Finding("PR010", "error", text, "", "", "")
    (line,) = (line for line in pull_report.markdown(Checked("b", "h", (problem,))).splitlines() if "PR010" in line)
    assert line.split(" | ")[2] == shown


def test_a_summary_is_no_longer_than_platforms_take() -> None:
    problems = tuple(Finding("PR010", "error", "\U0001f600" * 300, "", "", "") for _ in range(500))
    assert len(pull_report.markdown(Checked("b", "h", problems)).encode()) <= 512_000


def test_a_folder_is_its_owners_whoever_else_says_so(tmp_path: Path) -> None:
    task = make_task(tmp_path / "task")
    task.accept(task.hand_in(by="ours", at="2025-03-02T00:00:00Z"))
    better = task.hand_in(contents=files(0.6), by="ours")
    assert task.codes(better) == []
    assert task.codes(better, author="OURS") == []
    assert task.codes(better, author="theirs") == ["PR013"]
    assert task.codes(better, author=None) == ["PR013"]
    # A merge is the organiser's; whose branch it was stands in the platform's message alone.
    branch = task.hand_in("branched", files(0.4, name="B", team="B"), by="victim", at="2025-03-03T00:00:00Z")
    tree = git(task.root, "rev-parse", f"{branch}^{{tree}}")
    message = "Merge pull request #7 from brancher/patch-1\n\nfrom victim/x"
    task.accept(
        git(task.root, "commit-tree", tree, "-p", "main", "-p", branch, "-m", message, at="2025-03-03T01:00:00Z")
    )
    changed = task.hand_in("branched", files(0.45, name="B", team="B"))
    assert task.codes(changed, author="brancher") == []
    assert [task.codes(changed, author=name) for name in ("victim", "organiser", "1+brancher")] == [["PR013"]] * 3


def test_a_name_stays_taken_when_the_folder_is_gone(tmp_path: Path) -> None:
    task = make_task(tmp_path / "task")
    task.accept(task.hand_in())
    task.accept(task.commit({f"{S}/ours/{name}": None for name in files()}))
    assert task.codes(task.hand_in(), author="theirs") == ["PR013"]
    assert task.codes(task.hand_in(contents=files(0.6))) == []


def test_a_request_that_is_behind_is_compared_with_where_it_began(tmp_path: Path) -> None:
    task = make_task(tmp_path / "task")
    task.accept(task.hand_in())
    head = task.hand_in("second", files(0.55, name="Second"))
    change = task.hand_in(contents=files(0.65))
    task.accept(task.hand_in("later", files(0.2, name="Later", team="Late"), by="late"))
    assert task.codes(head) == []
    assert task.codes(change) == []
    task.accept(task.hand_in(contents=files(0.7)))
    assert task.codes(change) == ["PR015"]


def test_merging_old_branches_crosswise_brings_nothing_back(tmp_path: Path) -> None:
    task = make_task(tmp_path / "task")
    began = task.hand_in()
    task.configure(ends="2025-04-01")
    task.accept(task.hand_in("later", files(0.2, name="Later", team="Late"), by="late"))
    middle = git(task.root, "rev-parse", "main")
    git(task.root, "merge", "-q", "--no-ff", "-m", "Merge pull request #1 from ours/branch", began)

    def crossed(onto: str) -> str:
        """A commit with two starting points, ``began`` and ``middle``, and a better submission than ``onto`` has."""
        better = task.hand_in(contents=files(0.7), onto=onto)
        tree = git(task.root, "rev-parse", f"{better}^{{tree}}")
        return git(task.root, "commit-tree", tree, "-p", began, "-p", middle, "-m", "Cross", by="ours")

    # As the branch began, the task had no end and nobody else's submission was there.
    ended = json.loads(task.check(crossed(began), "--format", "json").out)
    assert [(problem["code"], problem["where"]) for problem in ended["problems"]] == [
        ("PR010", "leaderboard.yaml"),
        ("PR011", S),
    ]
    assert task.codes(crossed("main")) == []


def test_histories_without_a_common_commit_are_refused(task: Task) -> None:
    alone = git(task.root, "commit-tree", git(task.root, "rev-parse", f"{task.hand_in()}^{{tree}}"), "-m", "Alone")
    assert task.codes(alone) == ["PR001"]


def test_a_request_that_changes_very_much_is_not_looked_at(task: Task) -> None:
    sha = task.blob(b"x")
    head = task.raw([f"100644 {sha}\t{S}/ours/{number}" for number in range(MAX_CHANGES + 1)])
    assert task.codes(head) == ["PR003"]


def test_problems_of_one_kind_are_cut_short(task: Task) -> None:
    sha = task.blob(b"x")
    head = task.raw([f"100644 {sha}\tother/{number}" for number in range(500)])
    ended = json.loads(task.check(head, "--format", "json").out)
    assert [problem["code"] for problem in ended["problems"]] == ["PR010"] * (MAX_SAME + 1)
    assert ended["problems"][-1]["found"] == f"{500 - MAX_SAME} more like these"


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "-p", "main:leaderboard.yaml", "main\n", "HEAD^{tree}"])
def test_what_is_no_commit_is_said_to_be_none(task: Task, revision: str) -> None:
    ended = run("check-pr", "--config", task.config, "--", "main", revision)
    assert ended.code == 3
    assert "fetch it first" in ended.err or "expected a branch" in ended.err


def test_what_git_cannot_read_is_said_in_its_words(task: Task) -> None:
    lost = task.blob(b"lost")
    head = task.raw([f"100644 {lost}\t{S}/ours/x"])
    (task.root / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    ended = task.check(head)
    assert ended.code == 3
    assert "missing blob object" in ended.err


def test_what_is_no_repository_or_not_whole_is_an_error(task: Task, tmp_path: Path) -> None:
    shutil.copy(task.config, tmp_path)
    outside = run("check-pr", "main", "main", "--config", tmp_path / "leaderboard.yaml")
    assert (outside.code, "git cannot read it" in outside.err) == (3, True)
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{task.root}", "shallow")
    shallow = run("check-pr", "main", "main", "--config", tmp_path / "shallow" / "leaderboard.yaml")
    assert (shallow.code, "git fetch --unshallow" in shallow.err) == (3, True)
    assert run("check-pr", "main", "main", "--config", tmp_path / "absent.yaml").code == 3


def test_the_default_size_is_one_a_platform_takes() -> None:
    assert 10_000_000 <= DEFAULT_BYTES <= 100_000_000


def test_documents_follow_the_schema(task: Task) -> None:
    import jsonschema

    folder = Path(__file__).resolve().parents[2] / "averitec_eval" / "schemas"
    schema = json.loads((folder / "pull-request.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    for what in ("nothing", "a link", "an accent", "invalid predictions", "claims without predictions"):
        document = json.loads(task.check(CHANGES[what][0](task), "--score", "--format", "json").out)
        validator.validate(document)
        assert [problem["title"] for problem in document["problems"]] == [
            CODES[problem["code"]] for problem in document["problems"]
        ]


def test_every_code_is_tried() -> None:
    tried = {code for _, codes in CHANGES.values() for code in codes}
    here = Path(__file__)
    text = here.read_text(encoding="utf-8") + here.with_name("test_pull_rules.py").read_text(encoding="utf-8")
    assert {code for code in CODES if code not in tried and f'"{code}"' not in text} == set()


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("my-system", "My_System", True),
        ("my-system", "mysystem", True),
        ("hero", "her0", True),
        ("modern", "modem", True),
        ("НЕRО", "hero", True),
        ("ｈｅｒｏ", "hero", True),
        ("he\u200bro", "hero", True),
        ("hero", "heron", False),
        ("hero-8b", "hero-70b", False),
        ("日本", "日木", False),
        ("-", "_", False),
    ],
)
def test_names_look_alike(one: str, other: str, alike: bool) -> None:
    assert (skeleton(one) == skeleton(other)) is alike


@given(st.binary(max_size=40))
def test_a_path_without_a_problem_is_a_plain_one(path: bytes) -> None:
    if not path_problem(path):
        assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", part) for part in path.decode("ascii").split("/"))


@given(st.text(alphabet=".gitGITcon ~1\\/:-_\u200c", max_size=12))
def test_no_name_of_git_or_windows_is_plain(name: str) -> None:
    if not path_problem(name.encode()):
        assert not re.search(r"(^|/)(\.|git~|con(\.|/|$))|[. ](/|$)", name, re.IGNORECASE)
