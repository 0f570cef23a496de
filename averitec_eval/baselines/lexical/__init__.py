"""The offline default system: questions by rules, verdicts by a small linear model; no model server, no download."""
