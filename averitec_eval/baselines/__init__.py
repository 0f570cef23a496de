"""Reference systems: one pipeline, configured by YAML files, whose output is a submission like any other."""
