"""The values of formulas in exact and in error-bounded arithmetic."""
