"""Answers of homework 2 (2021): optimizers, the best learning rate, a convolution and the size of a network.

Every value is computed from the data of the problem. A wrong but common way is the same computation with
one thing changed (no biases, no padding, ...), so that the rubric can name the slip behind a number.
"""

from .adagrad import (
    adagrad_end,
    adagrad_end_late,
    adagrad_first_step,
    adagrad_limit,
    adagrad_limit_of_the_earlier_example,
    adagrad_limit_of_the_symmetric_example,
    adagrad_one_step,
    minimum_norm_point,
    shortest_solution,
)
from .convolution import (
    conv_output,
    conv_output_full,
    conv_output_negated,
    conv_output_replicate,
    conv_output_valid,
)
from .descent import best_first_weights, best_rate, best_rate_of_many_steps, best_rate_without_the_two
from .sizes import (
    connections,
    connections_of_one_channel,
    connections_with_bias,
    connections_with_bias_with_own_softmax,
    connections_with_bias_with_softmax,
    connections_with_own_softmax,
    connections_with_softmax,
    connections_without_pooling,
    connections_without_pooling_with_bias,
    layer_connections,
    layer_connections_inside,
    layer_connections_inside_with_softmax,
    layer_connections_with_bias,
    layer_connections_with_softmax,
    layer_connections_without_padding,
    layer_connections_without_pooling,
    neurons,
    neurons_of_convolutions,
    neurons_with_image,
    neurons_with_softmax,
    neurons_with_softmax_with_image,
    neurons_without_padding,
    neurons_without_pooling,
    neurons_without_pooling_with_image,
    neurons_without_pooling_with_softmax,
    neurons_without_pooling_with_softmax_with_image,
    parameters,
    parameters_of_one_channel,
    parameters_without_biases,
    parameters_without_last_pooling,
    parameters_without_padding,
)
