"""Answers of homework 0 (spring 2025): what one step of gradient descent does to a ReLU unit.

The other answers of this sheet are formulas, which stand in the rubric; the tests hold them against
differences and decompositions.
"""

from .elbow import (
    elbow_after_example,
    elbow_before_example,
    elbow_moves_when_inactive,
    elbow_moves_with_negative_input,
    elbow_moves_with_negative_slope,
    elbow_moves_with_positive_slope,
    error_after_example,
    slope_changes_when_inactive,
    slope_changes_with_negative_input,
    slope_changes_with_negative_slope,
    slope_changes_with_positive_slope,
)
