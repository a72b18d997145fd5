"""3.5 of homework 1, and my numbers of the other questions."""
import numpy as np

answers = {
    "2.1": [[1, 2, 3], [2, 4, 6], [3, 6, 9]],
    "2.3": {"z": [6, 12, 18]},
    "3.5": {"overfit": "no"},
}
poly_type = "chebyshev"


def fit_poly(X, d, t):
    E = np.polynomial.chebyshev.chebvander(X, d)
    W = np.linalg.pinv(E) @ t
    return W


if __name__ == "__main__":
    print(fit_poly(np.linspace(0, 1, 5), 2, np.ones(5)))
