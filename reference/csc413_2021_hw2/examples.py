"""The data points of the sheets: one input x and its label t each."""

EXAMPLE = ((1, 2), 3)  # the entries differ, so that AdaGrad leaves the line of x
SYMMETRIC_EXAMPLE = ((1, 1), 3)  # the data as the sheet prints it: both optimizers end at the same point
EARLIER_EXAMPLE = ((2, 1), 2)  # the example of the homework before
