"""The pictures in the docs: all there, small, of the size that was asked for, and shown somewhere."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from screenshots import COLOURS, LIMIT, SHOTS, Shot, small

ROOT = Path(__file__).resolve().parent.parent.parent
IMAGES = ROOT / "docs" / "images"


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_a_picture_is_there_and_small(shot: Shot) -> None:
    path = IMAGES / f"{shot.name}.png"
    assert path.is_file(), "run `python tools/screenshots.py`"
    assert path.stat().st_size <= LIMIT
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.size == (shot.width, shot.height)
        assert len(picture.getcolors() or []) > 8, "the picture is empty"


def test_no_picture_is_left_over_and_each_is_shown() -> None:
    assert {path.name for path in IMAGES.glob("*.png")} == {f"{shot.name}.png" for shot in SHOTS}
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    assert [shot.name for shot in SHOTS if f"images/{shot.name}.png" not in text] == []


def test_making_a_picture_smaller_keeps_what_it_shows() -> None:
    picture = Image.new("RGB", (200, 100), (245, 246, 244))
    for x in range(200):
        for y in range(20, 60):
            picture.putpixel((x, y), (x, 80, 255 - x))
    out = io.BytesIO()
    picture.save(out, "PNG")
    made = Image.open(io.BytesIO(small(out.getvalue())))
    assert made.size == picture.size
    assert len(made.getcolors(COLOURS + 1) or []) <= COLOURS
    again = made.convert("RGB")
    for place in ((0, 0), (10, 40), (190, 40)):
        wanted, got = picture.getpixel(place), again.getpixel(place)
        assert all(abs(a - b) < 12 for a, b in zip(wanted, got, strict=True))
