"""Reading configurations: every problem at once, each with its key, what was found and what is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from baselines.running import CONFIG, system_of, write_config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from averitec_eval.baselines.config import System, load_system, system_names
from averitec_eval.errors import ConfigError, UsageError

MODELS = """\
models:
  writer:
    port: chat
    published: {provider: openai, name: big-model, open_weights: true}
    local: {provider: smollm2}
  likeness: {port: embedding, local: {provider: wordllama}}
"""


def problems_of(folder: Path, text: str, *overrides: str, **options: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        system_of(folder, text, *overrides, **options)
    assert str(caught.value).endswith("1 problem" if len(caught.value.problems) == 1 else "problems")
    return list(caught.value.problems)


def test_a_system_has_its_stages_in_order_with_all_options(tmp_path: Path) -> None:
    system = system_of(tmp_path)
    assert [stage.key for stage in system.stages] == ["segment", "retrieve", "question", "answer", "veracity", "label"]
    assert system.stages[1].options == {"k": 3, "slow": 0.0, "mood": "calm", "words": (), "share": 0.5}
    assert system.needs_store
    assert system.folder == tmp_path
    assert (system.pairs, system.compat, system.models) == (10, frozenset(), {})


def test_the_label_stage_that_is_left_out_stands_after_the_verdict(tmp_path: Path) -> None:
    assert system_of(tmp_path).stages[-1].kind.name == "aliases"
    own = system_of(tmp_path, CONFIG + "  - label: exact\n")
    assert [stage.kind.name for stage in own.stages][-2:] == ["test-fixed", "exact"]


def test_stages_that_occur_twice_are_counted(tmp_path: Path) -> None:
    text = CONFIG.replace("  - question", "  - filter: test-bad\n  - filter: {type: test-bad, claim: 4}\n  - question")
    system = system_of(tmp_path, text, "filter[2].claim=7", "filter.claim=5", "filter[1].way=none")
    found = {stage.key: stage.options for stage in system.stages if stage.kind.stage == "filter"}
    assert found == {"filter": {"way": "none", "claim": 5}, "filter[2]": {"way": "crash", "claim": 7}}


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = """\
name: No name
titel: x
version: 0
description: d
pairs: many
models: {writer: {port: chart, local: {provider: smollm2}}, other: {port: chat, local: {provider: smolm2}}}
stages:
  - segmnt: test-all
  - retrieve: {type: test-frist, k: 3}
  - retrieve: {type: test-first, k: 0, mod: calm, mood: claim, words: a, share: .nan, slow: true}
  - question
  - veracity: {type: test-asks}
"""
    found = problems_of(tmp_path, text)
    expected = [
        'name: found "No name", expected a name of small letters, digits and hyphens',
        "titel: found a key that is not known, expected one of the fields; did you mean title?",
        "version: found the number 0, expected a whole number from 1 to 10,000",
        'pairs: found "many", expected a whole number from 0 to 100',
        "title: found no such key, expected what the system is called in tables",
        'models.writer.port: found "chart", expected one of chat, embedding, scorer, stance',
        'models.other.local.provider: found "smolm2", expected one of openai, smollm2, replay; did you mean smollm2?',
        'stages, number 4: found "question", expected one stage such as',
        "stages.segmnt: found a stage that is not known, expected one of the stages; did you mean segment?",
        'retrieve.type: found "test-frist", expected one of ',
        "retrieve[2].k: found the number 0, expected a whole number from 1 to 1,000",
        "retrieve[2].mod: found a key that is not known, expected one of the fields; did you mean mood?",
        'retrieve[2].mood: found "claim", expected one of calm, wild',
        'retrieve[2].words: found "a", expected a list of at most 100 names',
        "retrieve[2].share: found the number nan, expected a number from 0.0 to 1.0",
        "retrieve[2].slow: found the truth value true, expected a number",
        "veracity.model: found no such key, expected who is asked; add a line",
    ]
    for start in expected:
        assert any(problem.startswith(start) for problem in found), (start, found)
    assert len(found) == len(expected), found


def test_a_stage_reads_only_what_is_there(tmp_path: Path) -> None:
    found = problems_of(tmp_path, CONFIG.replace("  - segment: test-all\n", ""))
    assert len(found) == 1
    assert found[0].startswith("retrieve: found test-first before anything fills units, expected a stage that does")
    assert "segment: test-all" in found[0]
    lines = CONFIG.splitlines(keepends=True)
    swapped = "".join([*lines[:-2], lines[-1], lines[-2]])
    assert problems_of(tmp_path, swapped)[0].startswith("veracity: found test-fixed before anything fills answers")


def test_a_system_without_verdict_is_none(tmp_path: Path) -> None:
    found = problems_of(tmp_path, CONFIG.replace("  - veracity: {type: test-fixed, text: Refuted}\n", ""))
    assert found[0].startswith("stages: found none that gives a verdict, expected one (")


def test_options_that_do_not_go_together_are_a_problem(tmp_path: Path) -> None:
    found = problems_of(tmp_path, CONFIG.replace("k: 3", "k: 6, mood: wild"))
    assert found == ["retrieve: found options that do not go together: wild goes with a k of at most 5"]


def test_null_is_a_value_where_it_may_be(tmp_path: Path) -> None:
    system = system_of(tmp_path, CONFIG.replace("k: 3", "k: null, share: null"))
    assert (system.stages[1].options["k"], system.stages[1].options["share"]) == (3, None)


def test_models_are_chosen_by_set(tmp_path: Path) -> None:
    text = CONFIG.replace("stages:", MODELS + "stages:")
    with pytest.raises(ConfigError, match="1 problem") as caught:
        system_of(tmp_path, text, models="published")
    assert caught.value.problems == ("models.likeness: found no published model, expected one; there is local",)
    local = system_of(tmp_path, text, models="local")
    assert {role: model.provider for role, model in local.models.items()} == {
        "writer": "smollm2",
        "likeness": "wordllama",
    }
    assert [model.open_weights for model in local.models.values()] == [True, True]
    open_choice = system_of(tmp_path, text)
    assert (open_choice.models, open_choice.roles) == ({}, ("writer", "likeness"))
    assert problems_of(tmp_path, text, models="other") == ['models: found "other", expected one of published, local']


def test_the_only_set_needs_no_choice(tmp_path: Path) -> None:
    text = CONFIG.replace("stages:", "models: {likeness: {port: embedding, local: {provider: wordllama}}}\nstages:")
    assert system_of(tmp_path, text).model_set == "local"


def test_settings_of_models_are_checked(tmp_path: Path) -> None:
    text = CONFIG.replace(
        "stages:", MODELS + "  judge: {port: scorer, local: {provider: embedding, role: writer}}\nstages:"
    )
    assert problems_of(tmp_path, text) == [
        'models.judge.local.role: found "writer", expected a role of the port embedding: likeness'
    ]
    found = problems_of(
        tmp_path,
        CONFIG.replace("stages:", MODELS + "stages:"),
        "models.writer.local.provider=openai",
        "models.writer.local.base_url=http://me:secret@here/v1",
        models="local",
    )
    assert [problem.split(":")[0] for problem in found] == ["models.writer.local.base_url", "models.writer.local.name"]


def test_paths_are_missed_only_where_the_set_is_to_be_run(tmp_path: Path) -> None:
    models = (
        "models: {s: {port: scorer, published: {provider: transformers}, local: {provider: transformers, path: x}}}"
    )
    text = CONFIG.replace("stages:", models + "\nstages:")
    assert system_of(tmp_path, text).sets["published"]["s"].options == {}
    assert problems_of(tmp_path, text, models="published")[0].startswith("models.s.published.path: found no such key")
    chosen = system_of(tmp_path, text, "models.s.path=/tmp/model", models="published")
    assert chosen.models["s"].options == {"path": "/tmp/model"}


def test_overrides_reach_models_stages_quirks_and_fields(tmp_path: Path) -> None:
    text = CONFIG.replace("stages:", MODELS + "stages:")
    system = system_of(
        tmp_path,
        text,
        "models.writer.provider=replay",
        "models.writer.file=replies.jsonl",
        "retrieve.k=20",
        "retrieve.words=[a, b]",
        "retrieve.slow=1.5",
        "pairs=4",
        "compat.test-last=true",
        "veracity.text=Not: enough",
        models="local",
    )
    assert dict(system.models["writer"].options) == {"file": "replies.jsonl"}
    assert system.stages[1].options["k"] == 20
    assert system.stages[1].options["words"] == ("a", "b")
    assert system.stages[1].options["slow"] == 1.5
    assert (system.pairs, system.compat) == (4, frozenset({"test-last"}))
    assert system.stages[4].options == {"text": "Not: enough"}
    assert system_of(tmp_path, text, "label=exact").stages[-1].kind.name == "exact" if "label" in text else True


def test_overriding_a_type_forgets_the_options_of_the_other(tmp_path: Path) -> None:
    text = CONFIG + "  - label: aliases\n"
    assert system_of(tmp_path, text, "label=exact").stages[-1].kind.name == "exact"
    found = system_of(tmp_path, CONFIG, "veracity.text=Supported", "veracity.type=test-fixed")
    assert found.stages[4].options == {"text": "Supported"}


@pytest.mark.parametrize(
    ("override", "problem"),
    [
        ("retrieve", '--set: found "retrieve", expected key=value, such as retrieve.k=20'),
        ("=3", '--set: found "=3", expected key=value'),
        ("rerank.k=3", "--set rerank.k: found no stage of that name, expected one of segment, retrieve, question"),
        ("retrieve[2].k=3", "--set retrieve[2].k: found no stage of that name, expected one of segment, retrieve"),
        ("models.writer.name=x", '--set models.writer.name: found the role "writer", expected one of none'),
        ("stages=[]", "--set stages: found no such key, expected a stage's option (retrieve.k)"),
        ("retrieve.k=", "retrieve.k: "),
        ("compat.substring=true", "compat.substring: found a key that is not known"),
        ("compat.test-last=maybe", 'compat.test-last: found "maybe", expected true or false'),
        ("retrieve.k=*x", 'retrieve.k: found "*x", expected a whole number'),
    ],
)
def test_wrong_overrides_are_told(tmp_path: Path, override: str, problem: str) -> None:
    if override == "retrieve.k=":
        assert system_of(tmp_path, CONFIG, override).stages[1].options["k"] == 3
    else:
        assert problems_of(tmp_path, CONFIG, override)[0].startswith(problem)


def test_a_setting_without_a_chosen_set_is_a_problem(tmp_path: Path) -> None:
    text = CONFIG.replace("stages:", MODELS + "stages:")
    found = problems_of(tmp_path, text, "models.writer.name=x")
    assert found == [
        "--set models.writer.name: found no set chosen, expected --models published or --models local beside it"
    ]
    named = system_of(tmp_path, text, "models.writer.published.name=x")
    assert named.sets["published"]["writer"].options["name"] == "x"


def test_recorded_replies_stand_in_for_every_chat_model(tmp_path: Path) -> None:
    text = CONFIG.replace("stages:", MODELS + "stages:")
    system = system_of(tmp_path, text, replay=tmp_path / "r.jsonl")
    assert {role: model.provider for role, model in system.models.items()} == {
        "writer": "replay",
        "likeness": "wordllama",
    }


def test_a_base_url_goes_to_every_server_and_into_no_record(tmp_path: Path) -> None:
    models = "models: {writer: {port: chat, published: {provider: openai, name: m}}}"
    system = system_of(tmp_path, CONFIG.replace("stages:", models + "\nstages:"), base_url="http://127.0.0.1:1/v1")
    assert system.models["writer"].options["base_url"] == "http://127.0.0.1:1/v1"
    assert "127.0.0.1" not in str(system.to_dict())
    assert problems_of(tmp_path, CONFIG, base_url="http://x")[0].startswith(
        "--base-url: found no model of the provider"
    )


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r'"her0" is no system and no configuration file .*; did you mean hero'):
        load_system("her0")
    with pytest.raises(UsageError, match="the systems are "):
        load_system("qqqqqqqq")
    with pytest.raises(ConfigError) as caught:
        load_system("absent.yaml")
    assert caught.value.problems == ("absent.yaml: cannot be read: No such file or directory",)


@pytest.mark.parametrize("name", system_names())
def test_every_system_of_the_package_is_sound(name: str) -> None:
    system = load_system(name)
    assert system.name == name
    assert system.sources or name == "lexical"
    assert not system.compat
    assert not system.roles or set(system.sets) == {"published", "local"}
    if system.roles:
        local = load_system(name, models="local")
        assert all(model.open_weights for model in local.models.values())


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 10**20)
    | st.floats()
    | st.sampled_from(["test-first", "chat", "", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "k", "port", "x"]), inner),
    max_leaves=6,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["name", "title", "version", "description", "models", "examples", "pairs", "compat", "stages"]),
        VALUES,
    ),
    st.lists(st.fixed_dictionaries({}, optional={"retrieve": VALUES, "veracity": VALUES, "label": VALUES}), max_size=3),
    st.lists(
        st.sampled_from(["retrieve.k=1", "models.x.k=2", "compat.x=1", "veracity=test-fixed", "pairs={"]), max_size=2
    ),
)
def test_no_configuration_breaks_the_reader(
    tmp_path: Path, changes: dict[str, Any], stages: list[Any], overrides: list[str]
) -> None:
    mapping = {**yaml.safe_load(CONFIG), "stages": stages, **changes}
    path = write_config(tmp_path, yaml.safe_dump(mapping, allow_unicode=True))
    for models in (None, "local"):
        try:
            assert isinstance(load_system(path, overrides, models=models), System)
        except ConfigError as error:
            if not error.problems:
                raise
