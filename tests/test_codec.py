"""Only plain values cross: exactly, and whatever a student's code writes into the channel."""

from __future__ import annotations

import base64
import contextlib
import json
import math
import struct
from typing import Any

import numpy as np
import pytest
from bare import Bare, Raw, ran
from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox import codec, run
from grader.sandbox.codec import NoValueError, Opaque, Picture
from grader.sandbox.jobs import Call, Cell, Job, Ran
from grader.sandbox.limits import Limits

keys = st.none() | st.booleans() | st.integers() | st.text(max_size=5).filter(lambda s: codec.whole(s) == s)
texts = st.text(max_size=20).map(codec.whole)
numbers = st.integers(-(10**40), 10**40) | st.floats(allow_nan=False) | st.complex_numbers(allow_nan=False)
plain = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)


def through(value: object) -> Any:
    return codec.decode(codec.parse(json.dumps(codec.encode(value)).encode()))


def typed(value: Any) -> Any:
    """With the types of everything in it: 1, 1.0 and True are equal to Python."""
    if isinstance(value, list | tuple):
        return (type(value), [typed(entry) for entry in value])
    if isinstance(value, dict):
        return (dict, [(typed(key), typed(entry)) for key, entry in value.items()])
    return (type(value), repr(value))


@given(plain)
def test_a_plain_value_comes_out_as_it_is(value: object) -> None:
    assert typed(through(value)) == typed(value)


@pytest.mark.parametrize("code", ["b1", "i1", "i8", "u2", "u8", "f2", "f4", "f8", "c8", "c16"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 2), (1, 1, 2)])
def test_an_array_keeps_its_kind_its_shape_and_its_entries(code: str, shape: tuple[int, ...]) -> None:
    array = np.arange(math.prod(shape)).reshape(shape).astype(code)
    came = through(array)
    assert (came.dtype, came.shape) == (code, shape)
    assert list(came.entries()) == array.ravel().tolist()


@pytest.mark.parametrize("value", [np.float64(0.1), np.int64(-3), np.bool_(True), np.float32(2)])
def test_a_number_of_numpy_is_an_array_without_dimensions(value: Any) -> None:
    came = through(value)
    assert came.shape == ()
    assert list(came.entries()) == [value.item()]


@pytest.mark.parametrize(
    "array", [np.arange(6).reshape(2, 3).T, np.arange(6)[::-2], np.arange(3, dtype=">i4")]
)
def test_layout_and_byte_order_in_memory_do_not_matter(array: Any) -> None:
    assert list(through(array).entries()) == array.ravel().tolist()


class Sub(int):
    pass


class LyingClass:
    __class__ = np.ndarray  # type: ignore[assignment]


class LyingArray(np.ndarray[Any, Any]):
    def tobytes(self, *_: object) -> bytes:
        return b""


class LyingEqual:
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    "value",
    [
        Sub(3),
        LyingClass(),
        np.arange(3).view(LyingArray),
        LyingEqual(),
        np.array([1, "a", None], dtype=object),
        np.array(["a"]),
        np.ma.masked_array([1, 2]),
        {1, 2},
        b"bytes",
        len,
        type("numpy.float64", (float,), {"__module__": "numpy"})(1.5),
    ],
)
def test_what_only_looks_like_a_value_comes_out_as_the_name_of_its_class(value: object) -> None:
    assert isinstance(through(value), Opaque)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def endless() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    "value",
    [
        [0] * 3_000_000,
        nested(25),
        nested(100_000),
        endless(),
        1 << 300_000,
        "a" * 2_000_000,
        np.zeros(1_000_000),
        [[1] * 1000] * 1000,
    ],
    ids="list deep deeper endless integer text array nodes".split(),
)
def test_what_is_too_large_comes_out_as_that(value: object) -> None:
    came = through(value)
    assert isinstance(came, Opaque)
    assert came.why


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    "coded",
    [
        1,
        1.5,
        "a",
        [],
        {},
        {"i": 3},
        {"i": "3"},
        {"i": "0x" + "f" * 60_000},
        {"i": "0x1", "s": "a"},
        {"f": 1},
        {"f": "1.5"},
        {"f": "0x1.8p+9999"},
        {"f": "infinity"},
        {"c": ["0x1.0p+0"]},
        {"s": 3},
        {"l": {"s": "a"}},
        {"d": [[{"i": "0x1"}]]},
        {"d": [[{"l": []}, None]]},
        {"d": [[{"i": "0x1"}, None], [{"i": "0x1"}, None]]},
        {"a": ["f8", [3], b64(bytes(8))]},
        {"a": ["f8", [-1], b64(bytes(8))]},
        {"a": ["f8", [True], b64(bytes(8))]},
        {"a": ["f8", [10**9, 10**9], b64(bytes(8))]},
        {"a": ["f8", [0] * 100, ""]},
        {"a": ["O", [1], b64(bytes(8))]},
        {"a": ["|O", [1], b64(bytes(8))]},
        {"a": [["f8"], [1], b64(bytes(8))]},
        {"a": ["b1", [1], b64(b"\7")]},
        {"a": ["f8", [1], "no base64!"]},
        {"p": b64(b"GIF89a")},
        {"p": b64(b"\x89PNG\r\n\x1a\n" + bytes(40))},
        {"o": "<script>alert(1)</script>"},
        {"o": 3},
        {"score": 100},
        {"pickle": "gASVHwAAAAAAAACMBXBvc2l4"},
    ],
)
def test_what_is_no_value_is_refused(coded: object) -> None:
    with pytest.raises(NoValueError):
        codec.decode(coded)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[1.5]",
        b"[NaN]",
        b"[Infinity]",
        b"[1e400]",
        b'{"a": 1, "a": 2}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000,
        b"[" + b"9" * 10_000 + b"]",
        b"\x80\x04\x95\x1f\x00",
        bytes(codec.FRAME_LIMIT + 1),
    ],
)
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(NoValueError):
        codec.parse(data)


@given(st.binary(max_size=300))
def test_no_bytes_at_all_break_the_reader(data: bytes) -> None:
    with contextlib.suppress(NoValueError):
        codec.decode(codec.parse(data))


def test_a_picture_is_looked_at_to_its_end() -> None:
    import io

    from matplotlib.figure import Figure

    file = io.BytesIO()
    Figure().savefig(file, format="png")
    png = file.getvalue()
    assert codec.decode({"p": b64(png)}) == Picture(png)
    for broken in (png[:-1], png + b"<script>", png[:50] + b"x" + png[51:], png.replace(b"IEND", b"IEnd")):
        with pytest.raises(NoValueError):
            codec.decode({"p": b64(broken)})


# --- what student code does to the channel ---------------------------------------------------------

FIND_CHANNEL = """
import os, struct, json, fcntl
def forge(*frames):
    for fd in range(3, 99):
        try:
            flags = fcntl.fcntl(fd, fcntl.F_GETFL)
        except OSError:
            continue
        if flags & 3 == os.O_WRONLY:
            for frame in frames:
                data = frame if isinstance(frame, bytes) else json.dumps(frame).encode()
                os.write(fd, struct.pack(">I", len(data)) + data)
"""


def forged(source: str) -> Ran:
    calls = (Call("f", (2,)), Call("f", (3,)))
    cells = ("def f(x):\n    return x + 1\ny = 5", FIND_CHANNEL + source, "z = 7")
    return ran(*cells, variables=("y", "z"), functions=("f",), calls=calls)


@pytest.mark.parametrize(
    "frame",
    [
        '{"frame": "end", "score": 100}',
        '{"score": 100}',
        '{"frame": "points", "points": 1}',
        "[]",
        '{"frame": "value", "name": "secret", "value": null}',
        '{"frame": "call", "number": 99, "status": "returned"}',
        '{"frame": "cell", "number": 99, "status": "ran", "outputs": []}',
        'b"\\x80\\x04garbage"',
        'b"[" * 100000',
    ],
)
def test_a_frame_nobody_asked_for_changes_nothing(frame: str) -> None:
    found = forged(f"forge({frame})")
    assert found.values == {"y": 5, "z": 7}
    assert [call.value for call in found.calls] == [3, 4]


def test_a_forged_value_is_believed_of_nobody() -> None:
    found = forged('forge({"frame": "value", "name": "y", "value": {"i": "0x64"}})')
    assert found.values == {"z": 7}


def test_a_forged_call_is_no_result() -> None:
    found = forged('forge({"frame": "call", "number": 0, "status": "returned", "value": {"i": "0x3"}})')
    assert [call.status for call in found.calls] == ["no result", "returned"]


def test_a_forged_length_loses_the_cell_that_wrote_it() -> None:
    found = forged(
        "for fd in range(3, 99):\n"
        "    try:\n"
        "        (fcntl.fcntl(fd, fcntl.F_GETFL) & 3) == os.O_WRONLY and os.write(fd, b'\\xff' * 4)\n"
        "    except OSError:\n"
        "        pass"
    )
    assert [cell.status for cell in found.cells] == ["ran", "stopped", "ran"]
    assert found.values == {"y": 5, "z": 7}


@pytest.mark.parametrize(
    "source",
    [
        "import json\njson.dumps = lambda *a, **k: '{}'",
        "import grader.sandbox.codec as c\nc.encode = lambda *a, **k: {'i': '0x64'}",
        "import numpy as np\nnp.allclose = np.isclose = np.all = np.abs = lambda *a, **k: True",
        "import os\nos.closerange(3, 99)",
    ],
)
def test_code_that_changes_what_carries_its_values_can_only_change_its_own(source: str) -> None:
    found = ran("y = 5", source, variables=("y",), calls=(Call("f", (2,)),))
    assert found.values in ({}, {"y": 5}, {"y": 100})
    assert found.calls[0].value is None


def test_the_frames_of_a_call_do_not_reach_what_is_shown() -> None:
    source = FIND_CHANNEL + (
        "def f(x):\n"
        "    print('HIDDEN', x)\n"
        "    os.write(1, b'HIDDEN')\n"
        "    os.system('echo HIDDEN')\n"
        "    forge({'frame': 'cell', 'number': 1, 'status': 'ran', 'fault': None,\n"
        "           'outputs': [['stdout', 'HIDDEN', None]]})\n"
        "    return x"
    )
    found = ran(source, calls=(Call("f", (2,)),))
    assert found.cells[0].status == "ran"
    assert "HIDDEN" not in found.printed
    assert "HIDDEN" not in str(found.cells)


def test_one_call_does_not_see_what_another_did() -> None:
    found = ran(
        "seen = []\ndef f(x):\n    seen.append(x)\n    return list(seen)",
        calls=(Call("f", (2,)), Call("f", (3,))),
    )
    assert [call.value for call in found.calls] == [[2], [3]]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("return x", "returned"),
        ("raise ValueError(x)", "raised"),
        ("import sys; sys.exit()", "raised"),
        ("while True: pass", "time"),
        ("import os; os._exit(0)", "ended"),
        ("import os; os.kill(os.getpid(), 9)", "ended"),
        ("import time; time.sleep(9)", "late"),
        ("return f(x)", "raised"),
    ],
)
def test_every_end_of_a_call_has_its_name(body: str, status: str) -> None:
    found = ran(f"def f(x):\n    {body}", calls=(Call("f", (2,)), Call("g", (2,))), call_s=0.2)
    assert [call.status for call in found.calls] == [status, "absent"]


def test_a_function_that_returns_nothing_shows_its_variables() -> None:
    found = ran("import numpy as np\ndef f(x):\n    W = np.ones(2) * x", calls=(Call("f", (2,)),))
    assert found.calls[0].value is None
    assert list(found.calls[0].inner["W"].entries()) == [2.0, 2.0]


def test_variables_are_set_only_where_the_notebook_has_them() -> None:
    source = "n = 14\ndef f(x):\n    return n * x\ndef g(x):\n    return m * x"
    calls = (Call("f", (2,), {"n": 3, "m": 5}), Call("g", (2,), {"n": 3, "m": 5}))
    first, second = ran(source, calls=calls).calls
    assert (first.value, first.uses) == (6, ("n",))
    assert (second.status, second.uses) == ("raised", ("m",))


def test_an_array_that_is_passed_is_one_of_numpy() -> None:
    argument = codec.array((2, 2), [1, 2, 3, 4])
    (called,) = ran("def f(x):\n    return x.T", calls=(Call("f", (argument,)),)).calls
    assert list(called.value.entries()) == [1, 3, 2, 4]


def test_many_calls_can_be_made_at_once() -> None:
    call = Call("f", ((1,), (0,), (4,)), many=True)
    (called,) = ran("def f(x):\n    return 4 // x", calls=(call,)).calls
    assert called.value == [4, Opaque("ZeroDivisionError"), 1]


def test_a_run_that_sends_nothing_is_no_result() -> None:
    class Nothing(Bare):
        def run(self, request: bytes, *, limits: Limits | None = None) -> Raw:
            return Raw((struct.pack(">I", 3),), "killed", "It was ended.", b"")

    found = run.run(Nothing(), Job((Cell(1, "x"),), calls=(Call("f", ()),)))
    assert (found.ended, found.cells[0].status, found.calls[0].status) == ("killed", "not run", "no result")
