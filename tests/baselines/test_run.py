"""Whole runs: the files they leave, what survives an interruption, and that a continued one ends with equal bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from baselines.running import CONFIG, mini, parrot, run_mini, same_bytes, system_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from averitec_eval import mini_gold_path, read_gold, validate
from averitec_eval.baselines.claims import ClaimSet, read_claims, read_examples
from averitec_eval.baselines.components.base import Tools
from averitec_eval.baselines.run import RunWatcher, run_system
from averitec_eval.baselines.state import Trouble
from averitec_eval.baselines.store import KnowledgeStore
from averitec_eval.baselines.submission_out import About
from averitec_eval.baselines.trace import TraceWriter, read_trace
from averitec_eval.errors import OutputError, UnreadableError, UsageError
from averitec_eval.examples import mini_knowledge_store_path
from averitec_eval.leaderboard.submission import read_submission_folder

ASKS = CONFIG.replace("type: test-fixed, text: Refuted", "type: test-asks, model: writer").replace(
    "stages:", "models: {writer: {port: chat, local: {provider: smollm2}}}\nstages:"
)


class Stop(RunWatcher):
    """Interrupts a run after so many claims."""

    def __init__(self, after: int) -> None:
        self.left = after
        self.notices: list[str] = []

    def claim(self, claim_id: int, seconds: float, troubles: Sequence[Trouble]) -> None:
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt

    def notice(self, text: str) -> None:
        self.notices.append(text)


def test_the_folder_is_a_valid_submission(tmp_path: Path) -> None:
    out = tmp_path / "out"
    summary = run_mini(system_of(tmp_path), out)
    meta = read_submission_folder(out)
    assert (meta.name, meta.team, meta.kind) == ("A system for tests", "averitec-eval", "baseline")
    assert (meta.models, meta.open_weights, meta.seeds) == ((), True, (0,))
    assert meta.seconds_per_claim is not None
    assert meta.seconds_per_claim > 0
    report = validate(out / meta.predictions, read_gold("averitec-mini"))
    assert report.valid
    assert (summary.claims, summary.fresh, summary.labels) == (40, 40, {"Refuted": 40})
    run = json.loads((out / "run.json").read_bytes())
    assert run["system"]["name"] == "test-system"
    assert run["ended"]["claims"] == 40
    assert run["ended"]["store"]["documents"] > 40
    assert len((out / "timings.jsonl").read_text().splitlines()) == 40


def test_the_trace_holds_what_every_stage_made(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_mini(system_of(tmp_path, ASKS), out, claims=mini(2), tools=Tools(parrot("Supported")))
    lines = [json.loads(line) for line in (out / "trace.jsonl").read_text().splitlines()]
    assert [line["claim_id"] for line in lines] == [0, 1]
    stages = {stage["stage"]: stage for stage in lines[0]["stages"]}
    assert list(stages) == ["segment", "retrieve", "question", "answer", "veracity", "label"]
    assert stages["segment"] == {"stage": "segment", "type": "test-all", "units": stages["segment"]["units"]}
    assert stages["segment"]["units"] > 3
    assert stages["retrieve"]["candidates"]["count"] == 3
    assert stages["retrieve"]["candidates"]["first"][0]["score"] == 1.0
    assert stages["answer"]["pairs"][0]["answer"] == stages["answer"]["pairs"][0]["source"]
    assert stages["veracity"]["replies"] == [
        {"text": "Supported", "model": "parrot", "prompt_tokens": 7, "completion_tokens": 2}
    ]
    assert stages["label"] == {"stage": "label", "type": "aliases", "label": "Supported"}
    assert lines[0]["prediction"]["pred_label"] == "Supported"
    assert lines[0]["troubles"] == []


def test_every_claim_has_a_row_whatever_fails(tmp_path: Path) -> None:
    out = tmp_path / "out"
    text = CONFIG.replace("  - question", "  - filter: test-bad\n  - question").replace("text: Refuted", "text: eh")
    summary = run_mini(system_of(tmp_path, text), out)
    assert summary.labels == {"Not Enough Evidence": 40}
    assert summary.troubles == {"label-unknown": 40, "stage-failed": 40}
    assert json.loads((out / "run.json").read_bytes())["ended"]["troubles"] == summary.troubles
    assert validate(out / "predictions.json", read_gold("averitec-mini")).valid


def test_odd_results_can_be_traced(tmp_path: Path) -> None:
    text = CONFIG.replace("  - question", "  - filter: {type: test-bad, way: odd}\n  - question")
    run_mini(system_of(tmp_path, text), tmp_path / "out", claims=mini(1))
    (line,) = (tmp_path / "out" / "trace.jsonl").read_text().splitlines()
    notes = json.loads(line)["stages"][2]["notes"]
    assert (notes["nan"], notes["set"], notes["deep"]) == (None, "{1}", [{"a": [1, "\ud800"]}])
    assert notes["long"].endswith("y… (300,000 characters)")


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bytes of a run of five claims that nothing disturbed."""
    folder = tmp_path_factory.mktemp("unbroken")
    run_mini(system_of(folder, ASKS), folder / "out", claims=mini(5), tools=Tools(parrot()))
    return same_bytes(folder / "out")


@pytest.mark.parametrize("after", [1, 3, 5])
def test_an_interrupted_run_goes_on_to_the_same_bytes(tmp_path: Path, unbroken: dict[str, bytes], after: int) -> None:
    system, out = system_of(tmp_path, ASKS), tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run_mini(system, out, claims=mini(5), tools=Tools(parrot()), watcher=Stop(after))
    assert len(read_trace(out / "trace.jsonl")[0]) == after
    assert not (out / "predictions.json").exists()
    # Replies may come from the cache then; that is nothing that the trace tells.
    summary = run_mini(system, out, claims=mini(5), tools=Tools(parrot(cached=True)), resume=True)
    assert (summary.claims, summary.fresh, summary.replies, summary.prompt_tokens) == (5, 5 - after, 5, 35)
    assert same_bytes(out) == unbroken


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_trace_cut_anywhere_goes_on_to_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, unbroken: dict[str, bytes], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    out = folder / "out"
    out.mkdir()
    size = data.draw(st.integers(0, len(unbroken["trace.jsonl"])))
    (out / "trace.jsonl").write_bytes(unbroken["trace.jsonl"][:size])
    begun = {**json.loads(unbroken["run.json"]), "ended": None}
    (out / "run.json").write_text(json.dumps(begun))
    (out / "timings.jsonl").write_bytes(b'{"claim_id": 0, "seconds": 3}\n{"claim_id": 1, "seco')
    run_mini(system_of(folder, ASKS), out, claims=mini(5), tools=Tools(parrot()), resume=True)
    assert same_bytes(out) == unbroken


def test_a_finished_run_is_left_as_it_is(tmp_path: Path, unbroken: dict[str, bytes]) -> None:
    system, out = system_of(tmp_path, ASKS), tmp_path / "out"
    run_mini(system, out, claims=mini(5), tools=Tools(parrot()), resume=True)
    summary = run_mini(system, out, claims=mini(5), tools=Tools(parrot()), resume=True)
    assert summary.fresh == 0
    assert summary.seconds_per_claim is not None
    assert same_bytes(out) == unbroken


def test_a_limited_run_can_be_taken_further(tmp_path: Path, unbroken: dict[str, bytes]) -> None:
    system, out = system_of(tmp_path, ASKS), tmp_path / "out"
    run_mini(system, out, claims=mini(5), tools=Tools(parrot()), limit=2)
    assert len(json.loads((out / "predictions.json").read_bytes())) == 2
    run_mini(system, out, claims=mini(5), tools=Tools(parrot()), resume=True)
    assert same_bytes(out) == unbroken
    with pytest.raises(UsageError, match="5 claims, more than --limit asks for"):
        run_mini(system, out, claims=mini(5), tools=Tools(parrot()), resume=True, limit=4)


def test_a_run_is_not_written_over(tmp_path: Path) -> None:
    system, out = system_of(tmp_path), tmp_path / "out"
    run_mini(system, out, claims=mini(1))
    with pytest.raises(UsageError, match="holds a run already: --resume continues it"):
        run_mini(system, out, claims=mini(1))
    other = tmp_path / "other"
    other.mkdir()
    (other / "predictions.json").write_text("[]")
    with pytest.raises(UsageError, match="holds a submission that no run has made"):
        run_mini(system, other, claims=mini(1), resume=True)


def test_only_the_same_run_is_continued(tmp_path: Path) -> None:
    system, out = system_of(tmp_path), tmp_path / "out"
    run_mini(system, out, claims=mini(2))
    changed = system_of(tmp_path, CONFIG, "retrieve.k=4")
    with pytest.raises(UsageError, match=r"a run of something else \(system differs\)"):
        run_mini(changed, out, claims=mini(2), resume=True)
    with pytest.raises(UsageError, match=r"\(seed differs\)"):
        run_mini(system, out, claims=mini(2), tools=Tools(seed=1), resume=True)
    claims = mini(2)
    with pytest.raises(UsageError, match=r"\(claims differs\)"):
        run_mini(system, out, claims=ClaimSet(claims.claims, "0" * 64, claims.name), resume=True)
    renamed = ClaimSet(claims.claims, claims.sha256, "another-name.json")
    assert run_mini(system, out, claims=renamed, resume=True).fresh == 0
    store = tmp_path / "store"
    store.mkdir()
    for number in range(3):
        (store / f"{number}.json").write_bytes((mini_knowledge_store_path() / f"{number}.json").read_bytes())
    with pytest.raises(UsageError, match=r"\(knowledge_store differs\)"):
        run_mini(system, out, claims=mini(2), resume=True, store=store)
    (out / "run.json").unlink()
    with pytest.raises(UnreadableError, match="is missing, so nobody can say what the trace is of"):
        run_mini(system, out, claims=mini(2), resume=True)


def test_a_damaged_trace_is_not_continued(tmp_path: Path) -> None:
    system, out = system_of(tmp_path), tmp_path / "out"
    run_mini(system, out, claims=mini(3))
    lines = (out / "trace.jsonl").read_bytes().splitlines(keepends=True)
    (out / "trace.jsonl").write_bytes(lines[0] + lines[1][:50] + b"\n" + lines[2])
    with pytest.raises(UnreadableError, match=r"trace\.jsonl: line 2 is not a line of a trace"):
        run_mini(system, out, claims=mini(3), resume=True)
    (out / "trace.jsonl").write_bytes(lines[0] + lines[2])
    with pytest.raises(UsageError, match="holds claims in another order"):
        run_mini(system, out, claims=mini(3), resume=True)


def test_one_run_at_a_time_writes_a_folder(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    first = TraceWriter(tmp_path / "trace.jsonl")
    with pytest.raises(OutputError, match="another run is writing it"):
        TraceWriter(tmp_path / "trace.jsonl")
    first.close()
    TraceWriter(tmp_path / "trace.jsonl").close()


def test_the_store_must_be_of_the_split(tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    (store / "900.json").write_text('{"url": "u", "url2text": ["x"]}\n')
    with pytest.raises(UnreadableError, match="a file for none of the 40 claims; it is of another split"):
        run_mini(system_of(tmp_path), tmp_path / "out", store=store)
    (store / "3.json").write_text('{"url": "u", "url2text": ["x"]}\n')
    watcher = Stop(0)
    summary = run_mini(system_of(tmp_path), tmp_path / "out2", store=store, watcher=watcher)
    assert watcher.notices == [
        "the knowledge store has no file for 39 of 40 claims, the first being 0; they go on without documents"
    ]
    assert summary.troubles["store-missing"] == 39
    assert summary.without_pairs == 39


def test_labels_and_evidence_are_never_passed_on(tmp_path: Path) -> None:
    """A run on claims without anything else gives the same trace as one on the gold file."""
    gold = json.loads(mini_gold_path().read_bytes())
    bare = [{key: item[key] for key in ("claim_id", "claim", "speaker", "claim_date")} for item in gold]
    path = tmp_path / "claims.json"
    path.write_text(json.dumps(bare))
    claims = read_claims(path)
    assert claims.claims == mini().claims
    system = system_of(tmp_path)
    run_mini(system, tmp_path / "bare", claims=claims)
    run_mini(system, tmp_path / "gold")
    for name in ("trace.jsonl", "predictions.json"):
        assert (tmp_path / "bare" / name).read_bytes() == (tmp_path / "gold" / name).read_bytes()


def test_claims_are_read_from_csv_with_and_without_gold(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    path.write_text('id,claim\n7,"A, quoted."\n9,Another.\n')
    assert [(claim.claim_id, claim.claim) for claim in read_claims(path).claims] == [(7, "A, quoted."), (9, "Another.")]
    path.write_text("id,claim,evi,label,split\n3,Third.,,Refuted,gold\n")
    assert [(claim.claim_id, claim.claim) for claim in read_claims(path).claims] == [(3, "Third.")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[{"claim": "A"}, {"claim": " "}, {"label": "Refuted"}]',
            "entry 2 has no claim text; entry 3 has no claim text",
        ),
        ('[{"claim": "A", "claim_id": 1}, {"claim": "B", "claim_id": 1}]', "entry 2 has the id 1, which an earlier"),
        ('[{"claim": "A", "claim_id": 1}, {"claim": "B"}]', "entry 2 has no claim id"),
        ('[{"claim": "A"}, ', "F013"),
        ("[]", "there are no claims in it"),
        ("what", "F011"),
        ('[{"claim": "A", "pred_label": "Refuted"}]', "F011"),
    ],
)
def test_a_file_that_holds_no_claims_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "claims.json"
    path.write_text(text)
    with pytest.raises(UnreadableError, match=r"claims\.json: not a claims file: ") as caught:
        read_claims(path)
    assert message in str(caught.value)


def test_examples_never_hold_a_claim_of_the_split(tmp_path: Path) -> None:
    gold = json.loads(mini_gold_path().read_bytes())
    shouted = {**gold[3], "claim_id": 90, "claim": f"  {gold[3]['claim'].upper()}\n"}
    other = {**gold[4], "claim_id": 91, "claim": "Something else was said."}
    path = tmp_path / "train.json"
    path.write_text(json.dumps([gold[0], shouted, other]))
    examples = read_examples(path, mini().claims)
    assert ([claim.claim_id for claim in examples.claims], examples.dropped) == ([91], 2)
    out = tmp_path / "out"
    run_mini(system_of(tmp_path), out, claims=mini(1), examples=examples)
    # The component for questions writes how many examples it was handed.
    assert json.loads((out / "predictions.json").read_bytes())[0]["evidence"][0]["question"].endswith(", 1?")
    used = json.loads((out / "run.json").read_bytes())["examples"]
    assert (used["name"], used["used"], used["dropped"]) == ("train.json", 1, 2)
    with pytest.raises(UsageError, match="every example is a claim of the file"):
        read_examples("averitec-mini", mini().claims)


def test_what_a_submission_says_of_itself_fits_its_rules(tmp_path: Path) -> None:
    system, out = system_of(tmp_path, ASKS), tmp_path / "out"
    with pytest.raises(UsageError, match="give --knowledge-store"):
        run_system(system, mini(1), out, Tools())
    about = About(name="N" * 200, hardware="h" * 500)
    with KnowledgeStore(mini_knowledge_store_path()) as store:
        run_system(system, mini(1), out, Tools(parrot(name="m" * 300), seed=7), store=store, about=about)
    meta = read_submission_folder(out)
    assert (len(meta.name), len(meta.hardware), meta.seeds) == (80, 200, (7,))
    assert (meta.models, meta.open_weights, meta.seconds_per_claim) == (("m" * 120,), True, None)
