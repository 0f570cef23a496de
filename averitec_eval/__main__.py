"""``python -m averitec_eval`` is the ``averitec-eval`` command."""

from averitec_eval.cli.main import entry

if __name__ == "__main__":
    entry()
