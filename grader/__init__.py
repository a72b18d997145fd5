"""Marks mathematics and deep-learning homework, and shows the evidence for every mark."""

__version__ = "0.1.0"
