"""Linear regression with one data point in the plane: every solution lies on a line."""

X1, T1 = (1, 1), 3  # the data of the sheet


def line_of_solutions() -> str:
    """The equation x1'w = t1 of all solutions."""
    return f"{X1[0]} w1 + {X1[1]} w2 = {T1}"


def line_of_sign() -> str:
    """The line when the second coordinate gets the wrong sign."""
    return f"{X1[0]} w1 - {X1[1]} w2 = {T1}"
