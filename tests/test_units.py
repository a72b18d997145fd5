"""Quantities with units."""

from __future__ import annotations

import pytest

from grader.errors import MachineError, StudentError
from grader.maths.sameness import units
from grader.maths.sameness.units import compare_quantities


@pytest.mark.parametrize(
    ("expected", "got", "outcome", "code"),
    [
        ("0.5 N m", "50 N cm", "same", ""),
        ("0.5 Nm", "0.5 J", "same", ""),
        ("0.5 Nm", "0.6 Nm", "different", ""),
        ("9.81 m/s^2", "981 cm s^-2", "same", ""),
        ("9.81 m/s^2", "9.81 m/s", "different", "dimension"),
        ("9.81 m/s^2", "9.81", "different", "unit"),
        ("36 km/h", "10 m/s", "same", ""),
        ("1 J/(mol K)", "1 J/mol/K", "same", ""),
        ("1 kg m^2/s^3", "1 W", "same", ""),
        ("1/3 s", "1/3 s", "same", ""),
        ("2*10^3 g", "2 kg", "same", ""),
        ("5 %", "0.05", "same", ""),
        ("1 ft", "0.3048 m", "same", ""),
        (r"3 \mathrm{km}", "3000 m", "same", ""),
        ("3", "3", "same", ""),
    ],
)
def test_quantities_are_compared_in_base_units(expected: str, got: str, outcome: str, code: str) -> None:
    found = compare_quantities(expected, got)
    assert found.outcome == outcome
    assert found.code == code or not code


@pytest.mark.parametrize("text", ["3 blurb", "3 m)", "3 (m", "3 m^^2", "3 m^2.5", "3 " + "m" * 1000])
def test_units_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(StudentError):
        compare_quantities("3 m", text)


def test_without_pint_the_command_that_installs_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    units.looked_up.cache_clear()
    units._registry.cache_clear()
    monkeypatch.setattr(units, "import_module", missing)
    with pytest.raises(MachineError, match="pip install"):
        compare_quantities("3 m", "3 m")
