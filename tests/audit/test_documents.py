"""Audits survive being written and read, and nothing else passes for one."""

from __future__ import annotations

import copy
import json
from importlib import resources
from typing import Any

import pytest
from audit.made import AUDIT, SILENT
from jsonschema import Draft202012Validator

from averitec_eval.audit.documents import audit_from_dict
from averitec_eval.audit.records import Audit
from averitec_eval.json_output import to_json

SCHEMA = json.loads((resources.files("averitec_eval") / "schemas" / "audit.schema.json").read_text("utf-8"))


def written(audit: Audit) -> Any:
    return json.loads(to_json(audit.to_dict()))


@pytest.mark.parametrize("audit", [AUDIT, SILENT])
def test_an_audit_comes_back_as_it_was_and_fits_the_schema(audit: Audit) -> None:
    document = written(audit)
    assert audit_from_dict(document) == audit
    assert to_json(audit_from_dict(document).to_dict()) == to_json(document)
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(document)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a document."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += places(item, (*path, key))
    return found


@pytest.mark.parametrize("wrong", [{"a": 1}, [[]], True, float("nan"), float("inf"), b""], ids=repr)
def test_any_value_that_is_of_another_kind_is_refused(wrong: Any) -> None:
    document = written(AUDIT)
    for path in places(document):
        changed = copy.deepcopy(document)
        target = changed
        for key in path[:-1]:
            target = target[key]
        if type(target[path[-1]]) is type(wrong) is bool:
            continue
        target[path[-1]] = wrong
        with pytest.raises(ValueError, match="not an audit"):
            audit_from_dict(changed)


def test_fields_too_many_or_too_few_are_refused() -> None:
    document = written(AUDIT)
    for path in [(), ("findings", 0), ("counterfactuals", 0), ("skipped", 0), ("findings", 0, "examples", 0)]:
        for key in (None, "more"):
            changed = copy.deepcopy(document)
            target = changed
            for step in path:
                target = target[step]
            if key is None:
                del target[sorted(target)[0]]
            else:
                target[key] = 1
            with pytest.raises(ValueError, match="not an audit"):
                audit_from_dict(changed)


@pytest.mark.parametrize("document", [None, 1, [], "audit", {}])
def test_what_is_no_object_is_no_audit(document: Any) -> None:
    with pytest.raises(ValueError, match="not an audit"):
        audit_from_dict(document)
