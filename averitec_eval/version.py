"""The version of this package, which every signature names."""

__version__ = "0.1.0"
