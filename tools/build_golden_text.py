"""Write what NLTK 3.9.1 makes of the texts below: the golden values that tests/text/test_golden.py compares with.

    python tools/install_oracle.py && python tools/build_golden_text.py [--check]

With the golden files committed, the pinned definition is proved on any machine, without NLTK. All texts were written
for this project. ``--check`` writes nothing and ends with 1 if a file would change.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable
from itertools import pairwise, product
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from text.oracle import Oracle, is_installed  # noqa: E402

from averitec_eval.files import write_bytes  # noqa: E402

GOLDEN = ROOT / "tests" / "golden" / "text"

SENTENCES = (
    "",
    " ",
    "\n",
    "Word",
    "Who built the lighthouse?",
    "The mayor didn't say that the bridge would be closed.",
    "Mr. Harrow met Dr. Lindqvist at 10:30 a.m. in St. Olave. They talked about No. 7.",
    "The U.S. and the U.K. signed it. The treaty took effect on Jan. 5, 1987.",
    "J. P. Ostrander owns 3.5% of the firm, i.e. 1,204,000 shares. His brother owns none.",
    'She asked, "Is it true?" and left. "Nobody knows," he said.',
    'He wrote: "It is over." Then he slept.',
    "(The figures are estimates.) They may change.",
    "The price rose from $3.20 to $4.15 -- or did it? Yes!! It did?!",
    "It was... strange. And then .... nothing. . . . Nothing at all",
    "'Tis the season; 'twas cold. It's o'clock, isn't it? They'll, we've, I'm, he'd, you're.",
    "Cannot, gonna, gotta, wanna, gimme, lemme and d'ye are cut; more'n a few. I wanna go.",
    "The dogs' bowls, the dog's bowl and the ’90s: ‘quoted’ “words” «here» „there“.",
    "rock'n'roll, y'all, O'Brien's, the 'a' and 'an' in '99, ''double'' and ``ticks''",
    "a,b ,c , d,,e ,,f 1,2 x,5 :6 7:8 9: 10:b :: ;;",
    "well-known state-of-the-art -- half--full --- 2019-20 -5 +7",
    "See https://www.example.org/path?query=1&b=2#top, or mail a.b@example.org; 50% off #now!",
    "Cases [12] and {x} <tag> were (re)opened.[3] Next.",
    "It fell.[4][5] It rose.(6) It stayed.",
    "Five stars ***** and *one* ~ ^ | \\ / = _under_score_",
    "The total is 5. The next is 6. Chapter 7. international law",
    "Number 3. however small, counts. Section B. Stewart agreed.",
    "He works at Acme Corp. The office is closed. Acme Corp. the firm is open.",
    "Born in the U.S.A. Raised in L.A. by his aunt. Ph.D. Thesis vs. the rest etc. And so on.",
    "E.g. this. I.e. that. Prof. X. Y. Zed. No. Yes. P.S. Bye.",
    "First line\nsecond line.\n\nNew paragraph? \"Yes\"\n'No'\n",
    "Tab\tand no-break\u00a0space, thin\u2009space.\u00a0Joined.\u2028Separated. \x1cField.",
    "Straße, naïve café, e\u0301 combining, ﬁ ligature, ǅ titlecase, İstanbul, ΌΣΟΣ, ſtrange, K",
    "日本語の文。次の文です。 中文，标点！ 한국어 문장.",
    "שלום עולם. مرحبا بالعالم؟ नमस्ते।",
    "Thumbs 👍🏽 up 👩‍👩‍👧. 🇫🇷 flags! ☺️",
    "½ of 10² is ٣٤ or Ⅷ; №5 costs €5, £6 and ¥7.",
    "He said 'I'm going' and 'she's not'. The boys' 's 'm 'd ' alone '",
    '"" "\'quoted\'" \'"nested"\' ("paren") ["bracket"] {"brace"} <"angle"> x"y"z',
    '"Start. "End." "(Both.)" Done.") So.\' Well.\'\' Ok.``',
    "– en – and — em — dashes ― bar ‒ figure−minus",
    "Trailing quote.' Trailing bracket.) Trailing both.\") Trailing dash.-- Next.",
    "ALL CAPS CAN'T WON'T THEY'LL HE'S IT'D N'T 'S",
    "x's's y'll've shouldn't've who'd've ma'am's 'll n't",
    "\u200bzero\u200dwidth\ufeff \x00nul \x7fdel",
)

PAIRS = (
    ("Who built the lighthouse?", "Which engineer designed the lighthouse?"),
    ("The car was sold for $3,000 in 2019.", "In 2019 the automobile sold at 3,000 dollars."),
    ("No answer could be found.", "No, the answer could not be found."),
    ("Physicians began treating the sick children.", "A doctor started to treat ill kids."),
    ("the the the cat the", "the cat sat on the the mat"),
    ("He purchased big houses quickly.", "She quickly bought a large house and a home."),
    ("Did the U.S. president resign? No. He finished his term.", "The president of the United States did not resign."),
    ("Cities' budgets weren't cut", "the budget of the city was not reduced"),
    ("It isn't so", "It is n't so"),
    ("“Quoted” words", "'quoted' words"),
    ("", "something"),
    ("something", ""),
    (".", "."),
    ("run runs running ran runner", "runner ran running runs run"),
    ("begin start commence get", "commence begin start get"),
    ("women and men and geese and mice", "woman, man, goose, mouse"),
    ("new_york is OK", "NY is fine"),
    ("it was 100 miles", "it was a hundred miles"),
)

WORDS = """
    caresses ponies ties caress cats feed agreed plastered bled motoring sing conflated troubled sized hopping tanned
    falling hissing fizzed failing filing happy sky relational conditional rational valency hesitancy digitizer
    conformably radically differently vilely analogously vietnamization predication operator feudalism decisiveness
    hopefulness callousness formality sensitivity sensibility triplicate formative formalize electricity electrical
    hopeful goodness revival allowance inference airliner gyroscopic adjustable defensible irritant replacement
    adjustment dependent adoption homologous communism activate angularity effective bowdlerize probate rate cease
    controlling roll dying lying tying news innings outings canning howe proceed exceed succeed skies flies dies spied
    died enjoy say by y yy yyy syzygy using us as is was i ied ies eed ing ed s ss sses geo theology archaeology
    fully generically a*ding naïve SKY NEWS Dying İst 's n't 1,000 e.g. well-known -- ... 日本 geese axes better best
    mice children went gone was were feet teeth oxen wolves boxes quizzes churches dishes women carries tries happier
    happiest larger largest nicer nicest faster bettered dogs dr. obama london apple x-ray o'clock u.s. us ny new_york
    hot_dogs car cars auto physician glad big large start begin quickly slowly hard harder hardest deeply farther well
    good evil evilly back set run 100 1000 k m g 'hood .22 24/7 zz
"""


def distinct(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))


def golden_files(oracle: Oracle) -> dict[str, bytes]:
    """Every golden file by name, one JSON object a line."""
    glued = [f"{first} {second}" for first, second in product(SENTENCES[4:44:4], SENTENCES[5:44:3])]
    texts = distinct([*SENTENCES, *glued])
    tokens = oracle.words(texts)
    words = distinct(
        [*WORDS.split(), *(word for row in tokens for word in row), *(w for t in SENTENCES for w in re.split(" ", t))]
    )
    stems = oracle.stems(words)
    asked = distinct([*words, *stems])
    mixed = pairwise(SENTENCES)
    pairs = [*PAIRS, *((b, a) for a, b in PAIRS), *((a, f"{b} {a[: len(a) // 2]}") for a, b in mixed)]
    rows: dict[str, list[dict[str, Any]]] = {
        "words": [{"text": text, "words": row} for text, row in zip(texts, tokens, strict=True)],
        "stems": [{"word": word, "stem": stem} for word, stem in zip(words, stems, strict=True)],
        "synonyms": [{"word": w, "synonyms": names} for w, names in zip(asked, oracle.synonyms(asked), strict=True)],
        "meteor": [
            {"candidate": candidate, "reference": reference, "meteor": score, "matches": matches}
            for (candidate, reference), score, matches in zip(
                pairs, oracle.meteor(pairs), oracle.matches(pairs), strict=True
            )
        ],
    }
    return {
        f"{name}.jsonl": "".join(json.dumps(row) + "\n" for row in table).encode("ascii")
        for name, table in rows.items()
    }


def main() -> int:
    """Write or check; the exit code is 0, or 1 for a difference and 2 where NLTK 3.9.1 is not installed aside."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 if a file would change")
    check = parser.parse_args().check
    if not is_installed():
        print("NLTK 3.9.1 is not installed aside: run `python tools/install_oracle.py`")
        return 2
    oracle = Oracle()
    files = golden_files(oracle)
    oracle.close()
    changed = [
        name for name, data in files.items() if not (GOLDEN / name).is_file() or (GOLDEN / name).read_bytes() != data
    ]
    if not check:
        for name in changed:
            write_bytes(GOLDEN / name, files[name])
    print(f"{GOLDEN}: {', '.join(changed) or 'no file'} {'would change' if check else 'changed'}")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
