"""All pages of a site."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from averitec_eval.leaderboard.about_page import about_page
from averitec_eval.leaderboard.board_page import index_page
from averitec_eval.leaderboard.claim_pages import claim_pages
from averitec_eval.leaderboard.compare_pages import compare_pages
from averitec_eval.leaderboard.page import Page
from averitec_eval.leaderboard.system_page import system_pages
from averitec_eval.leaderboard.view import PublicSite

if TYPE_CHECKING:
    from averitec_eval.leaderboard.charts import Charts


def pages(site: PublicSite, charts: Charts | None) -> Iterator[Page]:
    """Every page of a site, each path once; ``charts`` is None where no images are made.

    Images and data files are no pages: ``figures`` and ``exports`` make them.
    """
    yield index_page(site, charts)
    yield about_page(site)
    for board in site.boards:
        yield from system_pages(site, board, charts)
        yield from claim_pages(site, board)
        yield from compare_pages(site, board)


__all__ = ["pages"]
