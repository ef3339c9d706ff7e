"""No engine's word is taken: what it calls a root is rejected where the laws, evaluated by plain floats, say otherwise."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import vrest
from vrest.engines.newton import Point
from vrest.engines.roots import Root
from vrest.engines.symbolic import Buffered
from vrest.questions.rest import blocks


def moved(root, by):
    return dataclasses.replace(root, x=root.x + by)


@pytest.mark.parametrize("by", [1e-3, -1e-6, 1e-9])
def test_a_root_of_a_membrane_that_is_off_is_rejected(monkeypatch, by):
    honest = blocks.all_roots
    monkeypatch.setattr(blocks, "all_roots", lambda *args: [moved(root, by) for root in honest(*args)])
    with pytest.raises(vrest.NoAnswerError):
        vrest.rest(vrest.load("squid-axon"))


def test_a_root_that_is_not_a_number_is_rejected(monkeypatch):
    monkeypatch.setattr(blocks, "all_roots", lambda *args: [Root(np.nan, 1.0)])
    with pytest.raises(vrest.NoAnswerError):
        vrest.rest(vrest.load("squid-axon"))


def test_a_false_root_beside_a_true_one_is_left_out_and_said(monkeypatch):
    honest = blocks.all_roots
    monkeypatch.setattr(blocks, "all_roots", lambda *args: [*honest(*args), Root(0.01, 1.0)])
    result = vrest.rest(vrest.load("squid-axon"))
    assert len(result.roots) == 1
    assert any("10.000 mV" in note and "not counted" in note for note in result.notes)


@pytest.mark.parametrize("x", [[0.0, 0.0], [-0.0735, -0.001], [np.nan, 0.0]])
def test_a_loop_that_newton_calls_settled_is_rejected_by_its_residual(monkeypatch, x):
    monkeypatch.setattr("vrest.engines.newton.newton", lambda *args, **kwargs: Point(np.array(x), True, 1))
    with pytest.raises(vrest.NoAnswerError, match="no potentials without net current were found"):
        vrest.rest(vrest.load("proximal-tubule"))


def test_a_compiled_current_that_differs_from_the_law_is_rejected(monkeypatch):
    honest, grid = Buffered.__call__, Buffered.on_grid

    def biased(self, x, p):
        y, jacobian = honest(self, x, p)
        return y * np.linspace(1.0, 1.001, y.size), jacobian

    monkeypatch.setattr(Buffered, "__call__", biased)
    monkeypatch.setattr(
        Buffered,
        "on_grid",
        lambda self, x, p: (grid(self, x, p)[0] * np.linspace(1, 1.001, self.outputs)[:, None], grid(self, x, p)[1]),
    )
    with pytest.raises(vrest.NoAnswerError):
        vrest.rest(vrest.load("squid-axon"))


def test_a_curve_that_differs_from_the_laws_is_not_certified(monkeypatch):
    honest = Buffered.on_grid
    monkeypatch.setattr(Buffered, "on_grid", lambda self, x, p: (1.001 * honest(self, x, p)[0], honest(self, x, p)[1]))
    assert not vrest.iv(vrest.load("squid-axon")).certificate.converged
