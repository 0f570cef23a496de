"""The formats in which a board's figures and tables are written. Imports nothing, for the command line's options."""

FIGURE_FORMATS = ("pdf", "svg", "png")

TABLE_FORMATS = {"latex": "tex", "markdown": "md", "csv": "csv"}
"""The formats of tables, with the ending of their files."""

PAPER_FORMATS = (*FIGURE_FORMATS, *TABLE_FORMATS)

__all__ = ["FIGURE_FORMATS", "PAPER_FORMATS", "TABLE_FORMATS"]
