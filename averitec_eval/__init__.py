"""averitec-eval."""
