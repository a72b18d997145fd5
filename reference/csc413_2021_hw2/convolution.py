"""The convolution of the sheet's image and filter, and the same with another padding."""

from collections.abc import Sequence
from typing import Literal

Matrix = tuple[tuple[int, ...], ...]

IMAGE = ((0, 1, 1, 0, 0), (0, 1, 1, 1, 0), (1, 1, 1, 1, 0), (0, 1, 1, 1, 0), (0, 0, 1, 0, 0))
FILTER = ((0, -1, 0), (-1, 4, -1), (0, -1, 0))


def convolve(
    image: Sequence[Sequence[int]],
    kernel: Sequence[Sequence[int]],
    *,
    padding: int,
    border: Literal["zero", "replicate"] = "zero",
) -> Matrix:
    """The convolution (the kernel is flipped) of an image with `padding` more rows and columns on every side.

    (I * J)[i, j] = sum over p, q of I[i - p, j - q] J[p, q]; an m x n image and a k x k kernel give
    (m + 2 padding - k + 1) x (n + 2 padding - k + 1). Outside the image stand zeros or the nearest pixel.
    """
    rows, columns = len(image), len(image[0])
    height, width = len(kernel), len(kernel[0])

    def pixel(i: int, j: int) -> int:
        if border == "replicate":
            return image[min(max(i, 0), rows - 1)][min(max(j, 0), columns - 1)]
        return image[i][j] if 0 <= i < rows and 0 <= j < columns else 0

    return tuple(
        tuple(
            sum(
                kernel[height - 1 - p][width - 1 - q] * pixel(i + p - padding, j + q - padding)
                for p in range(height)
                for q in range(width)
            )
            for j in range(columns + 2 * padding - width + 1)
        )
        for i in range(rows + 2 * padding - height + 1)
    )


def conv_output() -> Matrix:
    """Image * filter with one ring of zeros, 5 x 5."""
    return convolve(IMAGE, FILTER, padding=1)


def conv_output_valid() -> Matrix:
    """Without padding, 3 x 3."""
    return convolve(IMAGE, FILTER, padding=0)


def conv_output_full() -> Matrix:
    """With two rings of zeros, 7 x 7: every place where the filter touches the image."""
    return convolve(IMAGE, FILTER, padding=2)


def conv_output_replicate() -> Matrix:
    """With the border pixels repeated outward instead of zeros, 5 x 5."""
    return convolve(IMAGE, FILTER, padding=1, border="replicate")


def conv_output_negated() -> Matrix:
    """With the filter's sign reversed, 5 x 5."""
    return convolve(IMAGE, tuple(tuple(-entry for entry in row) for row in FILTER), padding=1)
