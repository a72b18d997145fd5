"""A formula in the rubric's symbols: `n * norm(X' a)^2 / (2 * norm(X X' a)^2)`, in any notation and form.

Compared by `maths.sameness.identity`: shapes, then exact random evaluation, then error-bounded real
numbers. A formula that does not conform is wrong, and is still compared with the declared mistakes, all
dimensions taken as one: that is how "the transpose is missing" is told from a slip nobody declared.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Annotated, Final, Literal, NamedTuple

from grader.checks import OptionError, Sample, Setting, Understood
from grader.checks._common import (
    CheckOptions,
    Credit,
    Credited,
    Difference,
    Key,
    ValueOptions,
    echo,
    formula_text,
    judge_against,
    key_samples,
    outcome_of,
    resolve,
    sides,
    undecided,
)
from grader.checks._common import Slip as SlipOf
from grader.checks._common import Target as TargetOf
from grader.checks._gradient import GradientOf, Loss, difference_of, evidence_of, is_gradient, prepare_loss
from grader.checks._why import Why
from grader.checks._written import Definitions, read_written, split_definitions, wrong_step
from grader.errors import StudentError
from grader.maths.names import Symbols
from grader.maths.notation import to_text
from grader.maths.sameness import identity
from grader.maths.tree import Node, walk
from grader.maths.values.shapes import ShapeError, describe
from grader.options import By
from grader.types import Answer, Evidence, Note, Outcome, Reads, Verdict

READS: Final[Reads] = "value"


_APPROACHES = re.compile(
    r"\s*(\\?\w+(?:\s*\{\s*\\?\w+\s*\})?(?:[_^](?:\w|\*|\{[^{}]*\}))?)"
    r"\s*(?:\\(?:to|rightarrow|longrightarrow)(?![A-Za-z])|-+>|→|⟶)\s*([^→>]+)"
)


def _as_forms(value: object) -> tuple[str, ...]:
    """One form or a list of forms.

    Raises:
        ValueError: one that nobody knows.
    """
    from grader.maths.why.forms import parse_form

    forms = tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)
    for form in forms:
        parse_form(form)
    return forms


class Steps(CheckOptions):
    """What a wrong step before a right result costs, and who is told of it."""

    credit: Credit | None = None
    show: Literal["staff", "students"] = "staff"


class Options(ValueOptions):
    """How a formula may be written, and what it may be checked against.

    layout       `column` refuses the transposed result; `any` accepts it with a note
    form         what the right formula must look like too: `factored`, `lowest terms`, `no decimals`,
                 `3 figures`, `no sqrt`, or a list of them (see `maths.why.forms`)
    wrong_form   credit and words for a right formula in another form, which otherwise earns nothing
    gradient_of  a loss and the name it is differentiated by; then there need be no `expected`
    value_of     what the answer is the value of, `A X`: a chain such as `X A = I` that says so of something
                 else is wrong, whatever it ends with
    derivation   credit for a right result behind a step that does not follow, and whether students see that
                 step (`show: students`); without it only the staff is told
    """

    layout: Literal["any", "column"] = "any"
    form: Annotated[tuple[str, ...], By(_as_forms)] = ()
    wrong_form: Credited | None = None
    gradient_of: GradientOf | None = None
    derivation: Steps | None = None
    value_of: Annotated[str, By(str)] = ""

    def __post_init__(self) -> None:
        if self.gradient_of is None or self.expected is not None or self.accept:
            super().__post_init__()
        if self.wrong_form is not None and not self.form:
            raise ValueError("meant `wrong_form` beside a `form`")


class Known(NamedTuple):
    """A formula of the rubric: settled where it conforms, and with all dimensions as one where it does not.

    What conforms in neither way (two vectors side by side) is only recognised as written.
    """

    node: Node
    formula: identity.Formula | None
    square: identity.Formula | None
    conforms: bool = True


class Prepared(NamedTuple):
    """The formulas of one part, the frames they are compared in, and what tells why an answer is wrong."""

    key: Key[Known]
    symbols: Symbols
    frame: identity.Frame
    square: identity.Frame
    any_layout: bool
    why: Why | None
    loss: Loss | None = None
    forms: tuple[str, ...] = ()
    wrong_form: Credited | None = None
    derivation: Steps | None = None
    value_of: Known | None = None


def prepare(options: Options, setting: Setting) -> Prepared:
    """The expected formulas and declared mistakes, read and settled.

    Raises:
        OptionError: a formula that cannot be read, or an expected one that has no value.
    """
    frame = identity.Frame(setting.symbols, setting.secret)
    square = identity.Frame(setting.symbols, setting.secret, square=True)

    def known(text: str, path: tuple[str | int, ...], *, sound: bool) -> tuple[Known, str]:
        expected = resolve(text, setting, setting.symbols, path)
        try:
            formula = identity.settle(expected.node, frame)
            if identity.defined(formula):
                return Known(expected.node, formula, None), expected.text
            fault, conforms = "a formula with a value", True
        except StudentError as error:
            fault, conforms = f"a formula that conforms: {error}", False
        if sound:
            raise OptionError(path, repr(text), fault)
        try:
            broken = identity.settle(expected.node, square)
        except StudentError:
            broken = None
        return Known(expected.node, None, broken, conforms), expected.text

    targets = tuple(
        TargetOf(*known(accepted.expected, path, sound=True), accepted.as_, accepted.note)
        for path, accepted in options.conventions()
    )
    slips = tuple(
        SlipOf(*known(mistake.is_, ("mistakes", index, "is"), sound=False), mistake.credit, mistake.say)
        for index, mistake in enumerate(options.mistakes)
    )
    key = Key(targets, slips, options.open)
    any_layout = options.layout == "any"
    formulas = [target.value.formula for target in targets if target.value.formula is not None]
    nodes = [target.value.node for target in targets]
    why = Why(nodes, formulas, frame, square, any_layout=any_layout) if targets else None
    loss = None if options.gradient_of is None else prepare_loss(options.gradient_of, setting)
    for (path, accepted), target in zip(options.conventions(), targets, strict=True):
        if loss is not None:
            found = is_gradient(loss, target.value.node, any_layout)
            if found is None or found.comparison.outcome == "different":
                raise OptionError(path, repr(accepted.expected), f"the derivative of {loss.text}")
    return Prepared(
        key,
        setting.symbols,
        frame,
        square,
        any_layout,
        why,
        loss,
        options.form,
        options.wrong_form,
        options.derivation,
        known(options.value_of, ("value_of",), sound=True)[0] if options.value_of else None,
    )


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """The expected formulas and the declared mistakes as typed answers."""
    return key_samples(prepared.key)


def judge(prepared: Prepared, answer: Answer) -> Verdict:
    """The verdict on one typed formula.

    Raises:
        StudentError: it cannot be read.
    """
    main, definitions = split_definitions(formula_text(answer.text))
    text = _approached((sides(main) or (main,))[-1], prepared.symbols)
    node = read_written(text, answer.notation, prepared.symbols, definitions)
    verdict = _of_something_else(prepared, answer, main, definitions) or _judge(prepared, node)
    if verdict.code == "other-product":
        return verdict
    if verdict.credit != 1 and "/" in text:
        other = read_written(text, answer.notation, prepared.symbols, definitions, tight=True)
        if other != node and _judge(prepared, other).credit not in (verdict.credit, Fraction(0)):
            return undecided(
                "two-readings",
                f"This can be read as {to_text(node)} or as {to_text(other)}, which are not worth the same. "
                "Brackets in the denominator would settle it.",
                echo(node),
            )
    return _with_steps(prepared, answer, main, definitions, _in_form(prepared, node, verdict))


def _approached(text: str, symbols: Symbols) -> str:
    r"""What a quantity goes to: the 0 of `w \to 0`, where w is a name of the answer and no symbol."""
    match = _APPROACHES.fullmatch(text)
    return match[2] if match is not None and symbols.find(match[1]) is None else text


def _of_something_else(
    prepared: Prepared, answer: Answer, main: str, definitions: Definitions
) -> Verdict | None:
    """The verdict on a chain that states the value of another product than the one that is asked for."""
    wanted = prepared.value_of.formula if prepared.value_of is not None else None
    pieces = sides(main) or ()
    if wanted is None or len(pieces) < 2:
        return None
    try:
        node = read_written(pieces[0], answer.notation, prepared.symbols, definitions)
        if node.op == "symbol":
            return None
        found = identity.compare(wanted, identity.settle(node, prepared.frame))
    except ShapeError as error:
        found = identity.Comparison("different", str(error), "shape")
    except StudentError:
        return None
    if found.outcome != "different":
        return None
    assert prepared.value_of is not None
    said = f"This is said of {to_text(node)}; asked for is {to_text(prepared.value_of.node)}."
    return Verdict(
        Outcome.INCORRECT,
        Fraction(0),
        "other-product",
        said,
        *echo(node),
        (Note("proof", found.how),),
    )


def _with_steps(
    prepared: Prepared, answer: Answer, main: str, definitions: Definitions, verdict: Verdict
) -> Verdict:
    """The verdict with the first step that does not follow; a hint where points are lost, else advice."""
    wrong = wrong_step(answer.chain or sides(main) or (), answer.notation, prepared.frame, definitions)
    if not wrong or verdict.credit is None:
        return verdict
    rule = prepared.derivation
    shown = verdict.credit < 1 or (rule is not None and rule.show == "students")
    verdict = replace(verdict, evidence=(*verdict.evidence, Note("hint" if shown else "advice", wrong)))
    if rule is None or rule.credit is None or verdict.credit != 1:
        return verdict
    said = f"The result is right; a step that leads to it is not. {wrong}"
    return replace(
        verdict, outcome=outcome_of(rule.credit), credit=rule.credit, code="derivation", message=said
    )


def tree(prepared: Prepared, answer: Answer) -> Node:
    """The formula of an answer, with its author's own abbreviations put in.

    Raises:
        StudentError: it cannot be read.
    """
    return _formula(answer, prepared.symbols)


def understand(answer: Answer, symbols: Symbols) -> Understood:
    """The formula, and the shape of its value.

    Raises:
        StudentError: it cannot be read, or its shapes do not fit together.
    """
    node = _formula(answer, symbols)
    formula = identity.settle(node, identity.Frame(symbols, b""))
    return Understood(describe(formula.shape), *echo(node), node)


def _formula(answer: Answer, symbols: Symbols) -> Node:
    main, definitions = split_definitions(formula_text(answer.text))
    return read_written((sides(main) or (main,))[-1], answer.notation, symbols, definitions)


def _in_form(prepared: Prepared, node: Node, verdict: Verdict) -> Verdict:
    """The verdict on a right formula that may not have the form that is asked for."""
    if verdict.outcome != Outcome.CORRECT:
        return verdict
    if not prepared.forms:
        return verdict
    from grader.maths.why.forms import check_form

    for form in prepared.forms:
        found = check_form(node, form)
        if found.holds:
            continue
        why = found.why[:1].lower() + found.why[1:] if found.why[1:2].islower() else found.why
        if found.holds is None:
            message = f"The value is right; whether it is in the form asked for ({form}) a person decides."
            return undecided("form", message, echo(node), *verdict.evidence, Note("remark", found.why))
        credit = prepared.wrong_form.credit if prepared.wrong_form is not None else Fraction(0)
        said = f"The value is right, but not in the form asked for ({form}): {why}"
        message = prepared.wrong_form.say if prepared.wrong_form is not None else said
        notes = (*verdict.evidence, *([Note("remark", found.why)] if prepared.wrong_form is not None else []))
        return replace(
            verdict, outcome=outcome_of(credit), credit=credit, code="form", message=message, evidence=notes
        )
    return verdict


def _has_entries(node: Node) -> bool:
    return any(part.op == "entry" or part.value == ("row_of", 0) for part in walk(node))


def _judge(prepared: Prepared, node: Node) -> Verdict:
    doubt: list[identity.Comparison] = []
    broken, broken_code = "", "shape"
    formula = square = None
    # In a sum over examples x_i is one of them and no entry of x: where no formula of the rubric has entries,
    # those of a student decide nothing against them.
    known = [one.value for one in prepared.key.targets] + [one.value for one in prepared.key.slips]
    by_entries = _has_entries(node) and not any(_has_entries(one.node) for one in known)
    try:
        formula = identity.settle(node, prepared.frame)
        if not identity.defined(formula):
            broken, broken_code = identity.compare(formula, formula).how, "undefined"
    except ShapeError as error:
        if by_entries:
            raise StudentError(str(error), code="index") from error
        broken = str(error)
    if broken:
        formula = None
        try:
            square = identity.settle(node, prepared.square)
        except ShapeError:
            square = None

    checked = None
    if prepared.loss is not None and formula is not None:
        checked = is_gradient(prepared.loss, node, prepared.any_layout)
        if checked is not None and checked.comparison.outcome == "undecided":
            doubt.append(checked.comparison)

    def matches(known: Known) -> tuple[Evidence, ...] | None:
        if formula is not None and known.formula is not None:
            found = identity.compare(known.formula, formula, any_layout=prepared.any_layout)
        elif (
            square is not None and known.square is not None and known.conforms == (broken_code == "undefined")
        ):
            found = identity.compare(known.square, square)
        elif formula is None and known.formula is None and known.node == node:
            return (Note("proof", broken),)
        else:
            return None
        if found.outcome == "undecided":
            doubt.append(found)
        if found.outcome != "same":
            return None
        layout = (Note("remark", "Written in the other layout (transposed), which is accepted."),)
        return (
            Note("proof", broken if broken else found.how),
            *(layout if found.transposed else ()),
            *(Note("remark", note) for note in found.notes),
        )

    def otherwise() -> Difference:
        if broken and (broken_code != "shape" or prepared.why is None):
            return Difference(broken_code, broken)
        if broken:
            assert prepared.why is not None
            return prepared.why.of_shapes(node, square, broken)
        if doubt:
            return Difference("undecided", doubt[0].how, credit=None)
        if by_entries:
            message = "It is written with entries, and what they are entries of can be read in two ways."
            return Difference("index", message, credit=None)
        assert formula is not None
        if prepared.why is not None:
            return prepared.why.of_value(formula)
        assert prepared.loss is not None and checked is not None
        return difference_of(prepared.loss, checked)

    if checked is not None and checked.comparison.outcome == "same":
        text, mathml = echo(node)
        return Verdict(
            Outcome.CORRECT, Fraction(1), "correct", "Correct.", text, mathml, evidence_of(checked)
        )
    return judge_against(prepared.key, echo(node), matches, otherwise)
