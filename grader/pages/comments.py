r"""What people write about answers, with formulas between dollars rebuilt by our own notation.

>>> print(comment_html("Is $<b>$ <b>?"))
Is <code>$&lt;b&gt;$</code> &lt;b&gt;?
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from grader.errors import StudentError
from grader.html import Html, escaped, formula

if TYPE_CHECKING:
    from grader.maths.names import Symbols

_FORMULA: Final = re.compile(r"\$\$([^$]{1,2000})\$\$|\$([^$\n]{1,400})\$")
_MOST_FORMULAS: Final = 200


def comment_html(text: str, symbols: Symbols | None = None) -> Html:
    """The comment as markup: words escaped, formulas as MathML; what cannot be read stays as it was typed."""
    pieces, end = [], 0
    for found in islice(_FORMULA.finditer(text), _MOST_FORMULAS):
        pieces.append(escaped(text[end : found.start()]))
        pieces.append(formula_html(found[1] or found[2], symbols) or f"<code>{escaped(found[0])}</code>")
        end = found.end()
    pieces.append(escaped(text[end:]))
    return Html("".join(pieces))


def formula_html(text: str, symbols: Symbols | None = None) -> Html | None:
    """A formula in LaTeX or plain notation as MathML; None where it cannot be read."""
    from grader.maths.names import NONE
    from grader.maths.notation import read, to_mathml

    known = NONE if symbols is None else symbols
    for undeclared in (False, True):
        try:
            tree = read(text, known, "latex" if "\\" in text else "plain", undeclared=undeclared)
            return formula(to_mathml(tree))
        except (StudentError, RecursionError, ValueError):
            continue
    return None
