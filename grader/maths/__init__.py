"""The mathematics: reads formulas, knows their shapes, and decides whether two of them are the same."""
