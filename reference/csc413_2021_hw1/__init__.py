"""Answers of homework 1 (2021): hard-coded networks, vector-Hessian products, regression.

Every value is computed from the data of the problem. A wrong but common way is the same computation with
one thing changed, so that the rubric can name the slip behind a number.
"""

from .._polynomials import (
    fit,
    fit_basis,
    fit_by_degree,
    fit_cases,
    fit_chebfit,
    fit_chebyshev_only,
    fit_examples,
    fit_from_ones,
    fit_inputs,
    fit_kind,
    fit_labels,
    fit_legendre_only,
    fit_monomials,
    fit_public,
    fit_ridge,
    fit_scaled,
    fit_swapped,
    fit_swapped_by_degree,
    fitted,
)
from .hessian import (
    forward_is_cheaper,
    forward_memory,
    forward_memory_of_matrix,
    forward_time,
    forward_time_of_matrix,
    forward_time_of_matrix_product,
    hessian,
    hessian_as_inner_product,
    hessian_diagonal,
    hessian_memory,
    hessian_of_half,
    hessian_time,
    product,
    product_doubled,
    product_with_squared_norm,
    reverse_memory,
    reverse_memory_of_matrix,
    reverse_time,
    reverse_time_of_matrix,
)
from .regression import line_of_sign, line_of_solutions
from .verifiers import (
    always_network,
    fires,
    first_network,
    hidden_bias,
    hidden_weights,
    is_adjacent,
    is_member,
    member_inputs,
    member_network,
    neighbours_network,
    never_network,
    output_bias,
    output_weights,
    unbiased_network,
    verifier_inputs,
)
