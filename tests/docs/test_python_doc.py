"""What docs/python.md shows is what Python prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = re.findall(
    r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), flags=re.DOTALL
)
SHOWN = [code for code in EXAMPLES if "print(" in code]


def test_the_examples_were_found() -> None:
    assert (len(EXAMPLES), len(SHOWN)) == (4, 3)


@pytest.mark.usefixtures("hf")
@pytest.mark.parametrize("code", SHOWN, ids=lambda code: code.splitlines()[0][:40])
def test_an_example_prints_what_its_comments_say(
    code: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(code, "python.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"print\(.*\)  # (.*)", code)


def test_the_rewards_of_a_batch() -> None:
    from averitec_eval import mini_gold_path, read_gold
    from averitec_eval.training import ClaimReward

    (code,) = (code for code in EXAMPLES if "def rewards" in code)
    gold = read_gold(mini_gold_path())
    names = {"reward": ClaimReward(gold), "parse": lambda text: (text, [])}
    exec(compile(code, "python.md", "exec"), names)
    right = gold.claims[2].label.value
    assert names["rewards"]([right, None], claim_id=[2, 2], prompts=[]) == [1.0, 0.0]  # type: ignore[operator]
