"""The constants are those of CODATA, as another program has them."""

import pytest

from vrest import constants


@pytest.mark.parametrize(
    ("name", "theirs", "rel"),
    [
        ("BOLTZMANN", "k", 0),
        ("AVOGADRO", "N_A", 0),
        ("ELEMENTARY_CHARGE", "e", 0),
        ("EPSILON_0", "epsilon_0", 1e-9),
        ("R", "R", 1e-15),
        ("ZERO_CELSIUS", "zero_Celsius", 0),
    ],
)
def test_constant_is_that_of_scipy(name, theirs, rel):
    scipy_constants = pytest.importorskip("scipy.constants")
    assert getattr(constants, name) == pytest.approx(getattr(scipy_constants, theirs), rel=rel, abs=0)


def test_faraday_constant_is_that_of_scipy():
    scipy_constants = pytest.importorskip("scipy.constants")
    assert pytest.approx(scipy_constants.physical_constants["Faraday constant"][0], rel=1e-9) == constants.F
