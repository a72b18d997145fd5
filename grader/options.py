"""Options of a check: a frozen dataclass read from a rubric's texts, with all that does not fit said at once.

Not a schema library: importing one takes longer than a whole check may take from a cold start.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from types import UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    Self,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

Path = tuple[str | int, ...]


class Mismatch(NamedTuple):
    """One value that does not fit: where it is, what stands there, and what was meant."""

    path: Path
    found: str
    meant: str


class OptionsError(ValueError):
    """All values of some options that do not fit."""

    def __init__(self, mismatches: Sequence[Mismatch]) -> None:
        self.mismatches = tuple(mismatches)
        told = (
            f"{'.'.join(map(str, one.path)) or 'options'}: found {one.found}; meant {one.meant}"
            for one in mismatches
        )
        super().__init__("\n".join(told))


class By(NamedTuple):
    """Reads a value with a function: `Annotated[Fraction, By(credit)]`; it raises ValueError("meant ...").

    What comes back is read on as the type, unless it is of that type already.
    """

    read: Callable[[Any], Any]


class Size(NamedTuple):
    """Bounds of a length or a number: `Annotated[tuple[str, ...], Size(1)]` is a list that is not empty."""

    least: int
    most: int | None = None

    def __str__(self) -> str:
        if self.most is None:
            return f"at least {self.least}"
        return f"exactly {self.least}" if self.most == self.least else f"{self.least} to {self.most}"


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Options:
    """The base of all options: each subclass becomes a frozen dataclass, read by `model_validate`.

    The key of a field is its name without a final underscore (`as_` is `as:`). `__post_init__` may raise
    ValueError("meant ...") for options that do not go together.
    """

    def __init_subclass__(cls) -> None:
        # What these two are is written once below: to make it for each class takes time at every start.
        dataclass(frozen=True, kw_only=True, repr=False, eq=False)(cls)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(tuple(vars(self).values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{key}={value!r}' for key, value in vars(self).items())})"

    @classmethod
    def model_validate(cls, data: object) -> Self:
        """The options in a mapping of texts.

        Raises:
            OptionsError: everything that does not fit.
        """
        mismatches: list[Mismatch] = []
        read = _options(cls, data, (), mismatches)
        if mismatches:
            raise OptionsError(mismatches)
        return read  # type: ignore[no-any-return]


def keys(model: type[Any]) -> Mapping[str, tuple[str, Any, bool]]:
    """By its key in a rubric: the name, the type and whether there must be a value of each field.

    Raises:
        TypeError: a rule that nothing here understands, which would otherwise be kept in silence.
    """
    return _keys(model)  # type: ignore[arg-type]  # a class is hashable, whatever its objects are


@functools.cache
def _keys(model: type[Any]) -> Mapping[str, tuple[str, Any, bool]]:
    hints = get_type_hints(model, include_extras=True)
    for name, kind in hints.items():
        if get_origin(kind) is Annotated and not all(isinstance(r, By | Size) for r in get_args(kind)[1:]):
            raise TypeError(f"{model.__name__}.{name} has a rule that is neither By nor Size")
    return {
        field.name.rstrip("_"): (field.name, hints[field.name], field.default is MISSING)
        for field in fields(model)
    }


def _options(model: type[Any], data: object, path: Path, mismatches: list[Mismatch]) -> Any:
    known = keys(model)
    if not isinstance(data, Mapping):
        mismatches.append(Mismatch(path, shown(data), f"a mapping with {', '.join(known)}"))
        return None
    before = len(mismatches)
    for key in data:
        if key not in known:
            mismatches.append(Mismatch((*path, key), f"the key {key!r}", suggest(str(key), known)))
    values: dict[str, Any] = {}
    for key, (name, kind, needed) in known.items():
        if key in data:
            values[name] = _value(kind, data[key], (*path, key), mismatches)
        elif needed:
            mismatches.append(Mismatch((*path, key), f"no `{key}:`", f"a value for {key}"))
    if len(mismatches) > before:
        return None
    try:
        return model(**values)
    except ValueError as error:
        found = ", ".join(map(str, data)) or "no options"
        mismatches.append(Mismatch(path, found, _meant(error)))
        return None


def _value(kind: Any, value: Any, path: Path, mismatches: list[Mismatch]) -> Any:
    """A value of a type, or a mismatch and None."""

    def differs(meant: str) -> None:
        mismatches.append(Mismatch(path, shown(value), meant))

    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _annotated(arguments, value, path, mismatches)
    if origin in (Union, UnionType):
        (kind,) = (one for one in arguments if one is not type(None))
        return None if value is None else _value(kind, value, path, mismatches)
    if origin is Literal:
        return value if value in arguments else differs(suggest(str(value), arguments))
    if origin is tuple:
        if not isinstance(value, list | tuple):
            return differs("a list")
        return tuple(_value(arguments[0], entry, (*path, k), mismatches) for k, entry in enumerate(value))
    if isinstance(kind, type) and issubclass(kind, Options):
        return value if isinstance(value, kind) else _options(kind, value, path, mismatches)
    if kind is int:
        digits = str(value).strip()
        return int(digits) if digits.isdecimal() and len(digits) < 10 else differs("a whole number")
    if kind is str:
        return value if isinstance(value, str) else differs("a text")
    raise TypeError(f"options of type {kind} cannot be read")


def _annotated(arguments: tuple[Any, ...], value: Any, path: Path, mismatches: list[Mismatch]) -> Any:
    kind, *rules = arguments
    before, given = len(mismatches), value
    try:
        for rule in rules:
            value = rule.read(value) if isinstance(rule, By) else value
    except ValueError as error:
        mismatches.append(Mismatch(path, shown(given), _meant(error)))
        return None
    if kind is not Any and not (isinstance(kind, type | UnionType) and isinstance(value, kind)):
        value = _value(kind, value, path, mismatches)
    for rule in rules:
        if isinstance(rule, Size) and len(mismatches) == before:
            size = value if isinstance(value, int) else len(value)
            if size < rule.least or (rule.most is not None and size > rule.most):
                mismatches.append(Mismatch(path, shown(given), str(rule)))
    return value


def suggest(word: str, known: Sequence[str] | Mapping[str, Any]) -> str:
    """The known words, or the nearest of them."""
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"one of {', '.join(known)}"


def shown(value: object) -> str:
    """A value as it is quoted in a fault: short, and in words where it is no text."""
    if isinstance(value, Mapping):
        return f"a mapping with {', '.join(map(str, value)) or 'nothing'}"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    text = repr(value)
    return "nothing" if value == "" else text if len(text) <= 80 else f"{text[:80]}..."


def _meant(error: ValueError) -> str:
    return str(error).removeprefix("meant ")
