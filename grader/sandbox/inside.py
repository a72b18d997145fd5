"""What runs behind the walls: the cells of a job, then its values and hidden calls, each sent as a frame.

A frame is a u32, big-endian, and as many bytes of JSON. Nothing here decides a mark: student code shares
this process and may change anything in it, so that a frame says no more than what that code might say.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import struct
import sys
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import Any, Final

from grader.sandbox import codec, pictures
from grader.sandbox.cells import Notebook, TooLongError, fault_of
from grader.sandbox.jobs import Cell, CellRan

_ENVIRONMENT: Final = {"MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8"}
_SPARE_S: Final = 1.0
_PATIENCE: Final = 4  # the clock may run so many times as long as the call computes
_MOST_ENDLESS: Final = 3


def perform(request: bytes, reply: int) -> None:
    """Runs the job in `request` and writes frames to `reply`; whatever student code does, it returns."""
    job = json.loads(request)
    os.environ.update(_ENVIRONMENT)
    sys.path.insert(0, os.getcwd())
    for path, data in job["files"]:
        _write_file(path, codec.decode(data))
    notebook = Notebook(seed=job["seed"], cell_s=job["cell_s"], quiet=job["quiet"])
    sources = "\n".join(source for _, source in job["cells"])
    _load(sources, job["calls"], notebook)
    skipped = set(job["skipped"])
    for number, source in job["cells"]:
        if number not in skipped:
            _send(reply, {"frame": "begin", "number": number})
            ran = notebook.run(Cell(number, source))
            _send(reply, _cell_frame(ran))
    _send(reply, {"frame": "cells", "number": len(job["cells"])})
    for name in job["functions"]:
        if callable(notebook.names.get(name)):
            _send(reply, {"frame": "function", "name": name})
    for name in job["variables"]:
        if name in notebook.names:
            value = codec.encode(notebook.names[name], picture=pictures.png_of)
            _send(reply, {"frame": "value", "name": name, "value": value})
    endless = 0
    for index, call in enumerate(job["calls"]):
        _send(reply, {"frame": "calling", "number": index})
        if endless == _MOST_ENDLESS:
            _send(reply, {"frame": "call", "number": index, "status": "not tried"})
            continue
        answer = _forked(call, notebook, job["call_s"])
        endless += answer.get("status") in ("time", "late")
        _send(reply, {"frame": "call", "number": index, **answer})
    _send(reply, {"frame": "end"})


def _write_file(path: str, data: Any) -> None:
    try:
        place = Path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(bytes(data.data))
    except OSError:
        pass


def _load(sources: str, calls: list[Any], notebook: Notebook) -> None:
    """Loads NumPy and Matplotlib where a job uses them, before the student's code is there."""
    try:
        if "numpy" in sources or calls or "pylab" in sources:
            import numpy as np

            np.random.seed(notebook.seed % 2**32)
        if "matplotlib" in sources or "pylab" in sources:
            import matplotlib as mpl
            import matplotlib.pyplot as plt

            mpl.rcParams["figure.max_open_warning"] = 0
            plt.switch_backend("Agg")
            plt.show = lambda *_, **__: notebook.show_figures()
    except ImportError:
        pass  # told where the notebook imports it


def _send(reply: int, frame: Mapping[str, Any]) -> None:
    data = json.dumps(frame, separators=(",", ":")).encode()
    if len(data) > codec.FRAME_LIMIT:
        short = {key: value for key, value in frame.items() if key in ("frame", "name", "number", "status")}
        data = json.dumps(
            {**short, "value": {"x": f"{len(data):,} bytes"}, "outputs": [], "fault": None}
        ).encode()
    _write(reply, struct.pack(">I", len(data)) + data)


def _write(reply: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(reply, view) :]


def _cell_frame(ran: CellRan) -> dict[str, Any]:
    outputs = [[kind, text, codec.encode(codec.Picture(png))] for kind, text, png in ran.outputs]
    return {
        "frame": "cell",
        "number": ran.number,
        "status": ran.status,
        "outputs": outputs,
        "fault": None if ran.fault is None else list(ran.fault),
    }


# --- calls -----------------------------------------------------------------------------------------


def _forked(call: Mapping[str, Any], notebook: Notebook, seconds: float) -> dict[str, Any]:
    """Makes a call in a process of its own, and returns what it sends before its time is over."""
    function = notebook.names.get(call["function"])
    if not callable(function):
        return {"status": "absent"}
    reading, writing = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return {"status": "no result"}
    if child == 0:
        try:
            os.close(reading)
            _call(call, function, notebook, seconds, writing)
        finally:
            os._exit(0)
    os.close(writing)
    try:
        data, in_time = _read(reading, monotonic() + _PATIENCE * seconds + _SPARE_S)
    finally:
        os.close(reading)
        _end(child)
    if not in_time:
        return {"status": "late"}
    try:
        found: dict[str, Any] = json.loads(data)
        return found if type(found) is dict else {"status": "no result"}
    except ValueError:
        return {"status": "ended"}


def _read(pipe: int, deadline: float) -> tuple[bytes, bool]:
    """Everything that comes through a pipe until it is closed, and whether that was in time."""
    pieces: list[bytes] = []
    size = 0
    while (left := deadline - monotonic()) > 0:
        if not select.select([pipe], [], [], left)[0]:
            break
        piece = os.read(pipe, 1 << 20)
        if not piece:
            return b"".join(pieces), True
        pieces.append(piece)
        size += len(piece)
        if size > codec.FRAME_LIMIT:
            return b"", True
    return b"", False


def _end(child: int) -> None:
    try:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    except OSError:
        pass


def _call(
    call: Mapping[str, Any], function: Callable[..., Any], notebook: Notebook, seconds: float, pipe: int
) -> None:
    """The call itself, in the process made for it."""
    quiet = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        os.dup2(quiet, number)
    notebook.hush()
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
    uses = _set_variables(call["variables"], function, notebook)
    keywords = _keywords(call, function)
    answer: dict[str, Any] = {"uses": uses}
    arguments = [_live(codec.decode(one)) for one in call["arguments"]]

    def run() -> None:
        if call["many"]:
            values = [_one_of_many(function, one) for one in arguments]
            answer.update(status="returned", value={"l": values})
            return
        value = function(*arguments, **keywords)
        answer.update(status="returned", value=codec.encode(value, picture=pictures.png_of))
        if value is None:
            again = [_live(codec.decode(one)) for one in call["arguments"]]
            answer["inner"] = _inner(function, again, keywords)

    try:
        signal.signal(signal.SIGPROF, _ring)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        run()
        signal.setitimer(signal.ITIMER_PROF, 0)
    except TooLongError:
        answer.update(status="time")
    except BaseException as error:
        answer.update(status="raised", fault=list(fault_of(error)))
    data = json.dumps(answer, separators=(",", ":")).encode()
    if len(data) <= codec.FRAME_LIMIT - 1000:
        _write(pipe, data)


def _ring(*_: object) -> None:
    raise TooLongError


def _set_variables(variables: list[Any], function: object, notebook: Notebook) -> list[str]:
    """Sets the variables that the notebook has; returns those that the function names."""
    code = function.__code__ if type(function) is types.FunctionType else None
    named = set(code.co_names) if code is not None else set()
    for name, value in variables:
        if name in notebook.names:
            notebook.names[name] = _live(codec.decode(value))
    return [name for name, _ in variables if name in named]


def _keywords(call: Mapping[str, Any], function: object) -> dict[str, Any]:
    """Those of the variables that the function takes as arguments, after the ones that are passed."""
    if type(function) is not types.FunctionType:
        return {}
    code = function.__code__
    taken = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount][len(call["arguments"]) :]
    return {name: _live(codec.decode(value)) for name, value in call["variables"] if name in taken}


def _one_of_many(function: Callable[..., Any], arguments: Any) -> Any:
    try:
        return codec.encode(function(*arguments))
    except Exception as error:
        return {"o": codec.class_name(type(error))}


def _inner(function: object, arguments: list[Any], keywords: dict[str, Any]) -> list[Any]:
    """The variables of a function that returns nothing, as they are at its end."""
    if type(function) is not types.FunctionType:
        return []
    found: dict[str, Any] = {}

    def watch(frame: types.FrameType, event: str, _: object) -> None:
        if event == "return" and frame.f_code is function.__code__:
            found.update(frame.f_locals)

    sys.setprofile(watch)
    try:
        function(*arguments, **keywords)
    finally:
        sys.setprofile(None)
    values = [[name, codec.encode(value)] for name, value in list(found.items())[:30]]
    return [[name, value] for name, value in values if len(json.dumps(value)) < 100_000]


def _live(value: Any) -> Any:
    """A decoded value with arrays of NumPy in it."""
    if type(value) is codec.Array:
        import numpy as np

        array = np.frombuffer(value.data, dtype=f"<{value.dtype}").reshape(value.shape).copy()
        return array if value.shape else array[()]
    if type(value) in (list, tuple):
        return type(value)(_live(entry) for entry in value)
    if type(value) is dict:
        return {key: _live(entry) for key, entry in value.items()}
    return value
