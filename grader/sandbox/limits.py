"""How much of the machine a run of student code may use; a rubric or the command line may say otherwise."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any

from grader.options import By, Options, Size


def _seconds(value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0.05 <= seconds <= 86_400:
        raise ValueError("meant seconds from 0.05 to 86400, as in 2.5")
    return seconds


Seconds = Annotated[float, By(_seconds)]


class Limits(Options):
    """What one run may use. Sizes are in KiB (1024 bytes) or MiB; one run is one student's notebook or file.

    `wall_s` is for the run and `cell_s` for one cell of it; `cpu_s` and `address_mib` are for each of its
    processes; everything else is for all of them together. `memory_mib` counts what is really in use, and
    what a run writes into its `scratch_mib` of disk (which lives in memory too) comes on top of it.
    """

    wall_s: Seconds = 20.0
    cell_s: Seconds = 10.0
    cpu_s: Annotated[int, Size(1, 86_400)] = 10
    address_mib: Annotated[int, Size(64, 1 << 20)] = 2048
    memory_mib: Annotated[int, Size(32, 1 << 20)] = 1024
    processes: Annotated[int, Size(1, 4096)] = 32
    open_files: Annotated[int, Size(16, 4096)] = 128
    file_mib: Annotated[int, Size(1, 1 << 16)] = 32
    scratch_mib: Annotated[int, Size(1, 1 << 16)] = 64
    scratch_files: Annotated[int, Size(16, 1 << 20)] = 4096
    output_kib: Annotated[int, Size(1, 1 << 16)] = 128
    flood_mib: Annotated[int, Size(1, 1 << 12)] = 16
    frame_mib: Annotated[int, Size(1, 64)] = 8
    frames_mib: Annotated[int, Size(1, 256)] = 32


def numbers(limits: Limits) -> dict[str, float]:
    """The limits as plain numbers by name: all that the parent of the runs is told of them."""
    return {field.name: getattr(limits, field.name) for field in fields(limits)}
