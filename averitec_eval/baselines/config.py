"""A system's configuration: a YAML file read, checked as a whole, and made into the stages that the pipeline runs.

Nothing is run while any key is wrong. Every problem is reported at once: the key, what was found and what is allowed.
``docs/baselines.md`` describes the file.
"""

from __future__ import annotations

import difflib
import os
import re
import types
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field
from dataclasses import Field as DataclassField
from importlib import resources
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from averitec_eval.baselines.catalogue import kinds, names_of
from averitec_eval.baselines.components.base import STAGES, Component, Kind
from averitec_eval.baselines.providers import PROVIDERS, Provider, number
from averitec_eval.errors import ConfigError, UsageError
from averitec_eval.leaderboard import fields
from averitec_eval.leaderboard.fields import Check, Wrong, check_fields
from averitec_eval.leaderboard.yamlfile import BROKEN, load_mapping, parse_mapping, unknown_key
from averitec_eval.validation.printable import printable, quote

MODEL_SETS = ("published", "local")
"""The two sets of models a configuration may name: those of the paper, and ones that run on this machine."""

MAX_BYTES = 64 * 1024
"""How large a configuration may be."""

MAX_STAGES = 40
FIRST_SLOTS = ("documents", "queries")
"""What is there before the first stage: the claim's documents, and the claim as the only query."""

DEFAULT_LABEL = "aliases"
"""The label stage of a configuration that names none; it stands right after the last stage that gives a verdict."""

_STAGE_KEY = re.compile(r"([a-z]+)(?:\[([1-9][0-9]?)\])?")


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model as a configuration names it: its role and port, who provides it, and the provider's settings."""

    role: str
    port: str
    provider: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def open_weights(self) -> bool | None:
        """Whether the model's weights can be downloaded, None if nobody says."""
        said = self.options.get("open_weights")
        return PROVIDERS[self.port][self.provider].open_weights if said is None else bool(said)

    def to_dict(self) -> dict[str, Any]:
        """Port, provider and settings, without the server's address, which changes nothing that a model says."""
        options = {key: value for key, value in sorted(self.options.items()) if key != "base_url"}
        return {"port": self.port, "provider": self.provider, **options}


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a system: ``key`` names it (``retrieve``, or ``filter[2]`` for the second of its kind)."""

    key: str
    kind: Kind
    component: Component

    @property
    def options(self) -> dict[str, Any]:
        """Every option of the component with its value, in the order of its fields."""
        return {option.name: getattr(self.component, option.name) for option in self.kind.options()}

    def to_dict(self) -> dict[str, Any]:
        """The stage as a configuration would write it in full."""
        options = {name: list(value) if isinstance(value, tuple) else value for name, value in self.options.items()}
        return {self.kind.stage: {"type": self.kind.name, **options}}


@dataclass(frozen=True, slots=True)
class System:
    """A system, ready to run once its models are chosen.

    ``stages`` run in this order. ``sets`` holds for each of ``MODEL_SETS`` that the configuration names the models by
    role; ``model_set`` is the one chosen, empty if none is. ``examples`` is ``train`` for a system that shows its
    models annotated claims. ``pairs`` is how many question-answer pairs are written at most, ``compat`` the published
    quirks that are switched on. ``folder`` is where the file lies, None for a system of this package.
    """

    name: str
    title: str
    version: int
    description: str
    stages: tuple[Stage, ...]
    sources: tuple[str, ...] = ()
    sets: Mapping[str, Mapping[str, ModelSpec]] = field(default_factory=dict)
    model_set: str = ""
    examples: str = "none"
    pairs: int = 10
    compat: frozenset[str] = frozenset()
    folder: Path | None = None

    @property
    def models(self) -> Mapping[str, ModelSpec]:
        """The models of the chosen set by role; empty where none is chosen."""
        return self.sets.get(self.model_set, {})

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of its models."""
        return tuple(dict.fromkeys(role for models in self.sets.values() for role in models))

    @property
    def needs_store(self) -> bool:
        """Whether any stage reads the knowledge store."""
        return any("documents" in stage.kind.reads for stage in self.stages)

    @property
    def quirks(self) -> dict[str, str]:
        """The published quirks that its components know, with a sentence on each."""
        return {name: text for stage in self.stages for name, text in stage.kind.compat.items()}

    def to_dict(self) -> dict[str, Any]:
        """The configuration in full, defaults included, with the chosen models alone."""
        return {
            "name": self.name,
            "title": self.title,
            "version": self.version,
            "stages": [stage.to_dict() for stage in self.stages],
            "models": {role: model.to_dict() for role, model in self.models.items()},
            "examples": self.examples,
            "pairs": self.pairs,
            "compat": sorted(self.compat),
        }


def system_names() -> tuple[str, ...]:
    """The names of the systems in this package, sorted."""
    folder = resources.files("averitec_eval.baselines") / "systems"
    return tuple(sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml")))


def load_system(
    name_or_path: str | os.PathLike[str],
    overrides: Sequence[str] = (),
    *,
    models: str | None = None,
    replay: str | os.PathLike[str] | None = None,
    base_url: str | None = None,
) -> System:
    """Read a system of this package by name, or a configuration file by path.

    ``overrides`` are ``key=value`` as ``--set`` takes them: ``retrieve.k=20``, ``filter[2].k=5``, ``pairs=5``,
    ``compat.substring-order=true``, ``answer=verbatim``, ``models.writer.name=...`` (in the chosen set). ``models``
    chooses a set of models; where it is None and every role has one set only, that one is. ``replay`` is a file of
    recorded replies that takes the place of every chat model, ``base_url`` the server of every model that has one.

    Raises ``ConfigError`` with every problem at once, and ``UsageError`` for a name that is no system.
    """
    path = _find(name_or_path)
    mapping, problems = load_mapping(path, MAX_BYTES)
    if mapping is None:
        raise ConfigError(f"{path}: 1 problem", tuple(problems))
    reading = _Reading(problems)
    wanted = _wanted_set(mapping, models, problems)
    reading.override(mapping, overrides, wanted)
    if replay is not None:
        reading.replay(mapping, os.fspath(replay), wanted or "local")
        wanted = wanted or "local"
    if base_url is not None:
        reading.base_url(mapping, base_url, wanted)
    shipped = path.parent == _systems_folder()
    system = reading.system(mapping, wanted, None if shipped else path.parent)
    if problems or system is None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise ConfigError(f"{path.name if shipped else path}: {count}", tuple(problems))
    return system


def _systems_folder() -> Path:
    return Path(str(resources.files("averitec_eval.baselines") / "systems"))


def _find(name_or_path: str | os.PathLike[str]) -> Path:
    given = os.fspath(name_or_path)
    if given in system_names():
        return _systems_folder() / f"{given}.yaml"
    path = Path(given)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        return path
    near = difflib.get_close_matches(given, system_names(), 1, 0.5)
    hint = f"did you mean {near[0]}?" if near else f"the systems are {', '.join(system_names())}"
    raise UsageError(f"{quote(given)} is no system and no configuration file that ends in .yaml; {hint}")


def _wanted_set(mapping: Mapping[str, Any], models: str | None, problems: list[str]) -> str:
    """The set that is asked for, or the only one that every role has; empty where the choice is open."""
    roles = mapping.get("models")
    described = [role for role in roles.values() if isinstance(role, dict)] if isinstance(roles, dict) else []
    if models is None:
        common = [name for name in MODEL_SETS if described and all(name in role for role in described)]
        return common[0] if len(common) == 1 and all(len(role) == 2 for role in described) else ""
    if models not in MODEL_SETS:
        problems.append(f"models: found {quote(models)}, expected one of {', '.join(MODEL_SETS)}")
        return ""
    return models if described else ""


class _Reading:
    """Makes a system of a mapping, collecting a sentence for every problem."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems

    # What the command line puts in place of what the file says.

    def override(self, mapping: dict[str, Any], overrides: Sequence[str], wanted: str) -> None:
        """Put the value of each ``key=value`` into ``mapping``; those that choose a type or provider go first, since
        they clear what was set for another.
        """
        parsed = []
        for text in overrides:
            key, equals, value = text.partition("=")
            if not equals or not key.strip():
                self.problems.append(f"--set: found {quote(text)}, expected key=value, such as retrieve.k=20")
                continue
            parsed.append((key.strip(), _value_of(value.strip())))
        for key, value in sorted(parsed, key=lambda item: not item[0].endswith((".type", ".provider"))):
            self._put(mapping, key, value, wanted)

    def _put(self, mapping: dict[str, Any], key: str, value: Any, wanted: str) -> None:
        first, *rest = key.split(".")
        stage = _STAGE_KEY.fullmatch(first)
        if stage and stage[1] in STAGES and len(rest) < 2:
            self._put_stage(mapping, first, rest[0] if rest else "type", value)
        elif first == "models" and len(rest) in (2, 3):
            self._put_model(mapping, key, rest, value, wanted)
        elif first == "compat" and len(rest) == 1:
            compat = mapping.setdefault("compat", {})
            if isinstance(compat, dict):
                compat[rest[0]] = value
        elif not rest and first in ("name", "title", "description", "examples", "pairs", "version"):
            mapping[first] = value
        else:
            allowed = "a stage's option (retrieve.k), models.ROLE.SETTING, compat.QUIRK, pairs, examples, name or title"
            self.problems.append(f"--set {printable(key[:80])}: found no such key, expected {allowed}")

    def _put_stage(self, mapping: dict[str, Any], key: str, name: str, value: Any) -> None:
        found = dict(_keyed_stages(mapping.get("stages")))
        if key.endswith("[1]"):
            key = key.removesuffix("[1]")
        item = found.get(key)
        if item is None:
            there = ", ".join(found) or "none"
            self.problems.append(f"--set {key}.{name}: found no stage of that name, expected one of {there}")
            return
        stage = next(iter(item))
        options = item[stage] if isinstance(item[stage], dict) else {"type": item[stage]}
        item[stage] = {"type": value} if name == "type" else {**options, name: value}

    def _put_model(self, mapping: dict[str, Any], key: str, rest: list[str], value: Any, wanted: str) -> None:
        roles = mapping.get("models")
        role = rest[0]
        there = roles.get(role) if isinstance(roles, dict) else None
        if not isinstance(roles, dict) or not isinstance(there, dict):
            names = ", ".join(roles) if isinstance(roles, dict) else "none, for the system has no models"
            self.problems.append(f"--set {key}: found the role {quote(role)}, expected one of {names}")
            return
        chosen = rest[1] if len(rest) == 3 else wanted
        if chosen not in MODEL_SETS:
            self.problems.append(
                f"--set {key}: found no set chosen, expected --models {' or --models '.join(MODEL_SETS)} beside it"
            )
            return
        settings = there.get(chosen) if isinstance(there.get(chosen), dict) else {}
        name = rest[-1]
        there[chosen] = {"provider": value} if name == "provider" else {**(settings or {}), name: value}

    def replay(self, mapping: dict[str, Any], file: str, wanted: str) -> None:
        """Let recorded replies stand in for every chat model."""
        for role in _roles(mapping):
            if role.get("port") == "chat":
                role[wanted] = {"provider": "replay", "file": file}

    def base_url(self, mapping: dict[str, Any], address: str, wanted: str) -> None:
        """Give every model of an OpenAI-compatible server this address."""
        changed = 0
        for role in _roles(mapping):
            for name, settings in role.items():
                if name in MODEL_SETS and isinstance(settings, dict) and settings.get("provider") == "openai":
                    settings["base_url"] = address
                    changed += name == wanted or not wanted
        if not changed:
            self.problems.append(
                "--base-url: found no model of the provider openai in the chosen set, expected one; "
                "leave the option out, or choose --models published"
            )

    # What the file says.

    def system(self, mapping: dict[str, Any], wanted: str, folder: Path | None) -> System | None:
        """The system, or None where too much is wrong to make one."""
        values = check_fields(mapping, _FIELDS, _REQUIRED, (), self.problems)
        sets = self._models(values.get("models", {}), wanted)
        roles = {name: spec.port for models in sets.values() for name, spec in models.items()}
        roles |= {name: str(role.get("port")) for name, role in _named_roles(values.get("models", {}))}
        stages = self._stages(values.get("stages"), roles)
        compat = self._compat(values.get("compat", {}), stages)
        if not self.problems:
            self._check_helpers(sets, stages, wanted)
        if self.problems:
            return None
        kept = {key: values[key] for key in ("name", "title", "version", "description")}
        optional = {key: values[key] for key in ("sources", "examples", "pairs") if key in values}
        return System(**kept, **optional, stages=stages, sets=sets, model_set=wanted, compat=compat, folder=folder)

    def _models(self, models: Mapping[str, Any], wanted: str) -> dict[str, dict[str, ModelSpec]]:
        sets: dict[str, dict[str, ModelSpec]] = {}
        for role, described in models.items():
            place = f"models.{printable(role[:40])}"
            if not isinstance(described, dict):
                self._found(place, described, "a mapping with port, published and local")
                continue
            checks = {"port": fields.one_of(tuple(PROVIDERS)), **dict.fromkeys(MODEL_SETS, _mapping("a provider"))}
            values = self._checked(place, described, checks, {"port": "one of " + ", ".join(PROVIDERS)})
            if not any(name in values for name in MODEL_SETS):
                self.problems.append(f"{place}: found no model, expected published, local or both")
            if wanted and wanted not in values and role not in _helpers(models, wanted):
                given = ", ".join(name for name in MODEL_SETS if name in values)
                self.problems.append(f"{place}: found no {wanted} model, expected one; there is {given or 'none'}")
            for name in MODEL_SETS:
                if name in values and "port" in values:
                    spec = self._model(f"{place}.{name}", role, values["port"], values[name], models, name == wanted)
                    if spec is not None:
                        sets.setdefault(name, {})[role] = spec
        return sets

    def _check_helpers(self, sets: Mapping[str, Mapping[str, ModelSpec]], stages: Iterable[Stage], wanted: str) -> None:
        """No stage may ask a role that the chosen set leaves out because it only serves models of the other set."""
        there = sets.get(wanted, {})
        for stage in stages if wanted else ():
            for option in stage.kind.options():
                role = getattr(stage.component, option.name) if option.metadata.get("role") else None
                if role is not None and role not in there:
                    self.problems.append(f"models.{role}: found no {wanted} model, expected one for {stage.key}")

    def _model(
        self, place: str, role: str, port: str, settings: dict[str, Any], roles: Mapping[str, Any], chosen: bool
    ) -> ModelSpec | None:
        known = PROVIDERS[port]
        name = settings.get("provider")
        if not isinstance(name, str) or name not in known:
            self._found(f"{place}.provider", name, f"one of {', '.join(known)}", _near(name, tuple(known)))
            return None
        provider: Provider = known[name]
        given = {key: value for key, value in settings.items() if key != "provider"}
        # Paths of published models are the user's to give; they are only missed where that set is to be run.
        values = self._checked(place, given, provider.settings, provider.required if chosen else {})
        for key, wanted_port in provider.roles.items():
            target = roles.get(values.get(key, ""))
            if key in values and not (isinstance(target, dict) and target.get("port") == wanted_port):
                names = [n for n, described in _named_roles(roles) if described.get("port") == wanted_port]
                allowed = f"a role of the port {wanted_port}: {', '.join(names) or 'there is none'}"
                self._found(f"{place}.{key}", values[key], allowed)
        return ModelSpec(role, port, name, values)

    def _stages(self, items: Any, roles: Mapping[str, str]) -> tuple[Stage, ...]:
        stages: list[Stage] = []
        if not isinstance(items, list):
            return ()
        for number_, item in enumerate(items, 1):
            if not isinstance(item, dict) or len(item) != 1:
                expected = "one stage such as '- retrieve: {type: bm25, k: 10}'"
                self._found(f"stages, number {number_}", item, expected, "write each stage as a '- ' of its own")
        broken = False
        for key, item in _keyed_stages(items):
            stage = self._stage(key, *next(iter(item.items())), roles)
            broken |= stage is None
            if stage is not None:
                stages.append(stage)
        if broken or self.problems:
            return tuple(stages)  # whether a slot is filled cannot be said while stages are missing
        stages = _with_label(stages)
        self._check_order(stages)
        return tuple(stages)

    def _stage(self, key: str, stage: str, given: Any, roles: Mapping[str, str]) -> Stage | None:
        if stage not in STAGES:
            shown = printable(stage[:40])
            hint = unknown_key(stage, STAGES)
            self.problems.append(f"stages.{shown}: found a stage that is not known, expected one of the stages; {hint}")
            return None
        if given is BROKEN:
            return None
        settings = given if isinstance(given, dict) else {"type": given}
        name = settings.get("type")
        allowed = names_of(stage)
        if not isinstance(name, str) or name not in allowed:
            self._found(f"{key}.type", name, f"one of {', '.join(allowed)}", _near(name, allowed))
            return None
        kind = kinds()[stage, name]
        before = len(self.problems)
        values = self._options(key, kind, {k: v for k, v in settings.items() if k != "type"}, roles)
        if len(self.problems) > before:
            return None
        try:
            return Stage(key, kind, kind.make(**values))
        except (TypeError, ValueError) as error:
            self.problems.append(f"{key}: found options that do not go together: {printable(str(error))[:300]}")
            return None

    def _options(self, key: str, kind: Kind, given: dict[str, Any], roles: Mapping[str, str]) -> dict[str, Any]:
        hints = get_type_hints(kind.make)
        options = {option.name: option for option in kind.options()}
        checks = {name: _option_check(option, hints[name], roles) for name, option in options.items()}
        required = {
            name: option.metadata.get("help") or "a value"
            for name, option in options.items()
            if option.default is MISSING and option.default_factory is MISSING
        }
        values = self._checked(key, given, checks, required)
        # `option: null` means None where None is allowed, and not that the line says nothing.
        for name, value in given.items():
            if value is None and name in options and _optional(hints[name]):
                values[name] = None
        return values

    def _check_order(self, stages: Sequence[Stage]) -> None:
        filled = set(FIRST_SLOTS)
        for stage in stages:
            missing = [slot for slot in stage.kind.reads if slot not in filled]
            if missing:
                fillers = ", ".join(_fillers(missing[0]))
                self.problems.append(
                    f"{stage.key}: found {stage.kind.name} before anything fills {', '.join(missing)}, expected a "
                    f"stage that does before it ({fillers})"
                )
            filled.update(stage.kind.fills)
        if "label" not in filled:
            self.problems.append(
                f"stages: found none that gives a verdict, expected one ({', '.join(_fillers('verdict'))})"
            )

    def _compat(self, given: Mapping[str, Any], stages: Iterable[Stage]) -> frozenset[str]:
        known: dict[str, Check] = {name: fields.boolean for stage in stages for name in stage.kind.compat}
        if not known and given and not self.problems:
            self.problems.append("compat: found quirks, expected none: no component of the system knows any")
            return frozenset()
        if self.problems and not known:
            return frozenset()
        values = self._checked("compat", given, known, {})
        return frozenset(name for name, on in values.items() if on)

    def _checked(
        self, place: str, given: Mapping[str, Any], checks: Mapping[str, Check], required: Mapping[str, str]
    ) -> dict[str, Any]:
        """What ``check_fields`` gives, with problems that name the whole path of a key."""
        problems: list[str] = []
        values = check_fields(given, checks, required, (), problems)
        self.problems += [f"{place}.{problem}" for problem in problems]
        return values

    def _found(self, place: str, value: Any, expected: str, mend: str = "") -> None:
        if value is not BROKEN:
            hint = f"; {mend}" if mend else ""
            self.problems.append(f"{place}: found {fields.describe(value)}, expected {expected}{hint}")


def _roles(mapping: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [role for _, role in _named_roles(mapping.get("models"))]


def _named_roles(models: Any) -> list[tuple[str, dict[str, Any]]]:
    if not isinstance(models, dict):
        return []
    return [(name, role) for name, role in models.items() if isinstance(role, dict)]


def _helpers(models: Mapping[str, Any], wanted: str) -> set[str]:
    """The roles that only serve models of another set than ``wanted``, and need no model in it."""
    named: dict[bool, set[str]] = {True: set(), False: set()}
    for _, role in _named_roles(models):
        for name in MODEL_SETS:
            settings = role.get(name)
            if isinstance(settings, dict) and isinstance(settings.get("role"), str):
                named[name == wanted].add(settings["role"])
    return named[False] - named[True]


def _keyed_stages(items: Any) -> list[tuple[str, dict[str, Any]]]:
    """Each sound item of the list of stages with its key: the second filter is ``filter[2]``."""
    seen: Counter[str] = Counter()
    keyed = []
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and len(item) == 1:
            stage = next(iter(item))
            seen[stage] += 1
            keyed.append((stage if seen[stage] == 1 else f"{stage}[{seen[stage]}]", item))
    return keyed


def _with_label(stages: list[Stage]) -> list[Stage]:
    """The stages with the default label stage after the last one that gives a verdict, unless one maps it already."""
    if any("label" in stage.kind.fills for stage in stages):
        return stages
    last = max((place for place, stage in enumerate(stages) if "verdict" in stage.kind.fills), default=None)
    if last is None:
        return stages
    kind = kinds()["label", DEFAULT_LABEL]
    return [*stages[: last + 1], Stage("label", kind, kind.make()), *stages[last + 1 :]]


def _fillers(slot: str) -> list[str]:
    return sorted({f"{kind.stage}: {kind.name}" for kind in kinds().values() if slot in kind.fills}) or [
        "there is none"
    ]


def _value_of(text: str) -> Any:
    """The value that ``text`` would have in a configuration; text that is no YAML is taken as it stands."""
    mapping, problems = parse_mapping("--set", f"value: {text}")
    return text if mapping is None or problems or len(mapping) != 1 else mapping["value"]


def _near(value: Any, allowed: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(value[:80], allowed, 1, 0.5) if isinstance(value, str) else []
    return f"did you mean {near[0]}?" if near else ""


def _mapping(what: str) -> Check:
    def check(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Wrong(f"{what} as a mapping")
        return value

    return check


def _list_of_stages(value: Any) -> list[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_STAGES:
        raise Wrong(f"a list of 1 to {MAX_STAGES} stages, one '- stage: type' a line")
    return value


def _name(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", value) or len(value) > 60:
        raise Wrong("a name of small letters, digits and hyphens, such as my-system")
    return value


def _optional(hint: Any) -> bool:
    return type(None) in get_args(hint)


def _option_check(option: DataclassField[Any], hint: Any, roles: Mapping[str, str]) -> Check:
    """The check of a component's option by its type and what ``option()`` says of it."""
    meta = option.metadata
    base = hint
    if get_origin(hint) in (Union, types.UnionType):
        base = next(part for part in get_args(hint) if part is not type(None))
    if meta.get("role"):
        return _role(meta["role"], roles)
    if base is bool:
        return fields.boolean
    if base is int or base is float:
        return number(meta.get("low"), meta.get("high"), whole=base is int)
    if get_origin(base) is tuple:
        return fields.names(100, 500)
    if meta.get("choices"):
        return fields.one_of(tuple(meta["choices"]))
    return _whole_text


def _whole_text(value: Any) -> str:
    """A text as it stands: white space at the ends of a prefix or separator means something."""
    fields.text(2000, lines=True)(value)
    return str(value)


def _role(port: str, roles: Mapping[str, str]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        fitting = [name for name, of in roles.items() if of == port]
        if not isinstance(value, str) or value not in fitting:
            raise Wrong(
                f"a role under models with the port {port}: {', '.join(fitting) or 'there is none'}",
                _near(value, tuple(fitting)),
            )
        return value

    return check


_FIELDS: dict[str, Check] = {
    "name": _name,
    "title": fields.text(120, empty=False),
    "version": number(1, 10_000, whole=True),
    "description": fields.text(2000, lines=True, empty=False),
    "sources": fields.names(20, 500),
    "models": _mapping("the roles of models"),
    "examples": fields.one_of(("train", "none")),
    "stages": _list_of_stages,
    "pairs": number(0, 100, whole=True),
    "compat": _mapping("published quirks as 'name: true' or 'name: false',"),
}
_REQUIRED = {
    "name": "the system's name",
    "title": "what the system is called in tables",
    "version": "a number that is raised with each change",
    "description": "what the system does",
    "stages": "the stages in the order in which they run",
}


__all__ = ["DEFAULT_LABEL", "FIRST_SLOTS", "MODEL_SETS", "ModelSpec", "Stage", "System", "load_system", "system_names"]
