"""Ev2R: a judge counts which atomic facts of the evidence are supported; asked once, kept, and replayed."""
