"""The packaged templates: everything is escaped, nothing undefined passes, and one style is allowed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from grader.html import Html

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, values: Mapping[str, object]) -> str:
    """The page made from one of the packaged templates."""
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    from jinja2 import DictLoader, Environment, StrictUndefined

    folder = files("grader.pages").joinpath("templates")
    names = ("page.html.j2", "student.html.j2", "overview.html.j2")
    style = folder.joinpath("style.css").read_text(encoding="utf-8")
    # autoescape=True, not select_autoescape(), which is off for names that end in .j2
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=DictLoader({name: folder.joinpath(name).read_text(encoding="utf-8") for name in names}),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["style"] = Html(style)
    # The style is allowed by its hash, so that not even a style attribute works if escaping were to fail.
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment.globals["policy"] = Html(
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return environment
