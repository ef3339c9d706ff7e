"""The words of everything that can be wrong with an exchange."""

import pytest

import vrest

CELL = """\
cell: neuron
temperature: 310 K
compartments:
  bath: {role: bath, ions: {K: 4 mM, Na: 125 mM, Cl: 129 mM}}
  ecs:
    volume: 0.72 pL
    ions: {K: 4 mM, Na: 125 mM, Cl: 123 mM}
    impermeants: {A: {valence: -1, amount: neutral}}
    mechanisms:
      diffusion: {kind: exchange, ion: K, counter_ion: Cl, with: bath, rate: "D*(c_in - c_out)", parameters: {D: 0.25 1/s}}
  store: {volume: 1 pL, ions: {K: 10 mM, Cl: 10 mM}}
  inside:
    volume: 2 pL
    ions: {K: 130 mM, Na: 15 mM, Cl: 10 mM}
    impermeant: {valence: -1, amount: neutral}
membranes:
  plasma:
    between: [inside, ecs]
    capacitance: 1 uF/cm^2
    area: 900 um^2
    mechanisms:
      K_leak: {kind: ghk, ion: K, permeability: 1e-9 m/s}
"""
STORE = CELL.replace("with: bath", "with: store")

# what stands there, what is put there, then: message, found, expected, suggestion (None: not compared)
WRONG = {
    "in a membrane": (
        "kind: ghk, ion: K, permeability: 1e-9 m/s",
        "kind: exchange, ion: K, counter_ion: Cl, rate: 1 mM/s",
        "'exchange' is no way through a membrane: it stands under `mechanisms` of the compartment whose contents it changes",
        "exchange",
        None,
        None,
    ),
    "a way through a membrane in a compartment": (
        "kind: exchange,",
        "kind: ghk,",
        "'ghk' is a way through a membrane and stands under `mechanisms` of one; a compartment exchanges",
        "ghk",
        "exchange, reaction",
        None,
    ),
    "unknown kind": (
        "kind: exchange,",
        "kind: exchnge,",
        "mechanism 'diffusion' has an unknown kind",
        "exchnge",
        "exchange, reaction",
        "exchange",
    ),
    "no kind": (
        "{kind: exchange, ion",
        "{ion",
        "mechanism 'diffusion' lacks 'kind' (what the mechanism is)",
        None,
        "kind: exchange | reaction",
        None,
    ),
    "no counter-ion": (
        "counter_ion: Cl, ",
        "",
        "mechanism 'diffusion' (exchange) lacks 'counter_ion' (the ion that moves with it so that no charge does: "
        "an anion along with a cation, another cation against it)",
        None,
        "counter_ion: Cl",
        None,
    ),
    "the counter-ion is the ion": (
        "counter_ion: Cl",
        "counter_ion: K",
        "'diffusion' moves K with itself as counter-ion, which is nothing",
        "K",
        "another ion of the compartment, such as Cl",
        None,
    ),
    "an ion that the compartment does not list": (
        "counter_ion: Cl",
        "counter_ion: Ca",
        "mechanism 'diffusion' moves Ca, which compartment 'ecs' does not list",
        "ions K, Na, Cl",
        "Ca: a concentration in 'ecs' (0 mM where it is absent)",
        None,
    ),
    "an unknown ion": (
        "counter_ion: Cl",
        "counter_ion: Cx",
        "mechanism 'diffusion' names an unknown ion 'Cx'",
        "Cx",
        "an ion of the description: K, Na, Cl",
        None,
    ),
    "unknown partner": (
        "with: bath",
        "with: bth",
        "'diffusion' of 'ecs' exchanges with a compartment that does not exist",
        "bth",
        "bath, store, inside; or no `with`, for a reservoir without end",
        "bath",
    ),
    "with itself": ("with: bath", "with: ecs", "'diffusion' of 'ecs' exchanges with itself", "ecs", None, None),
    "wrong dimension": (
        "D*(c_in - c_out)",
        "c_in - c_out",
        "'rate' of 'diffusion' has the wrong dimension: its value is concentration (mol/m^3)",
        "c_in - c_out",
        "concentration per time (mol/m^3/s) or amount per time (mol/s)",
        None,
    ),
    "per area": (
        "D*(c_in - c_out)",
        "c_in*(1e-8 m)/(1 s)",
        "'rate' of 'diffusion' has the wrong dimension: its value is flux density (mol/m^2/s)",
        "c_in*(1e-8 m)/(1 s)",
        "concentration per time (mol/m^3/s) or amount per time (mol/s)",
        None,
    ),
    "a potential": (
        "D*(c_in - c_out)",
        "D*V",
        "'rate' of 'diffusion': an exchange moves no charge, so no potential V drives it",
        "V",
        None,
        None,
    ),
    "a Nernst potential": (
        "D*(c_in - c_out)",
        "D*E_K",
        "'rate' of 'diffusion': an exchange moves no charge, so no potential E_K drives it",
        "E_K",
        None,
        None,
    ),
    "another side without a partner": (
        "with: bath, ",
        "",
        "'rate' of 'diffusion': c_out is a concentration on the other side, and `with` names no compartment there",
        "c_out",
        None,
        None,
    ),
    "a name of an ion": (
        "diffusion:",
        "K:",
        "'K' names an ion of 'ecs' already; a path could not tell them apart",
        "K",
        None,
        None,
    ),
    "a name of a key": (
        "diffusion:",
        "volume:",
        "'volume' names a key of 'ecs' already; a path could not tell them apart",
        "volume",
        None,
        None,
    ),
    "a name of an impermeant": (
        "diffusion:",
        "A:",
        "'A' names an impermeant of 'ecs' already; a path could not tell them apart",
        "A",
        "another name, such as bath_diffusion",
        None,
    ),
    "no name": ("diffusion:", "1st:", "'1st' cannot name a mechanism", "1st", None, None),
    "a negative factor": (
        "parameters: {D: 0.25 1/s}",
        "factor: -1, parameters: {D: 0.25 1/s}",
        "'factor' of 'diffusion' is negative as described (-1); no flow is multiplied by less than zero",
        "-1",
        "zero or more everywhere, such as max(0, ...)",
        None,
    ),
    "an unknown key": (
        "with: bath,",
        "with: bath, permeability: 1,",
        "mechanism 'diffusion' (exchange) has no key 'permeability': permeabilities and their ratios belong to `kind: ghk`, which is another law",
        "permeability",
        None,
        None,
    ),
    "no volume": (
        "    volume: 0.72 pL\n",
        "",
        "'diffusion' is given per volume, but the volume of 'ecs' is not described",
        "no volume",
        "shape or volume, or a rate in mol/s",
        None,
    ),
    "nothing under mechanisms": (
        '\n      diffusion: {kind: exchange, ion: K, counter_ion: Cl, with: bath, rate: "D*(c_in - c_out)", parameters: {D: 0.25 1/s}}',
        " {}",
        "'mechanisms' of 'ecs' names none",
        "nothing",
        None,
        None,
    ),
    "in a bath": (
        "bath: {role: bath,",
        "bath: {role: bath, mechanisms: {x: {kind: exchange, ion: K, counter_ion: Cl, rate: 1 mM/s}},",
        "'bath' is a bath: what it holds is kept, so no exchange of its own changes it",
        "mechanisms",
        "the exchange in the compartment that changes, as `with: bath`",
        None,
    ),
    "a clamped bath that no membrane touches": (
        "bath: {role: bath,",
        "bath: {role: bath, clamped: 5 mV,",
        "no membrane touches bath 'bath', so it has no potential that 'clamped' could say something of",
        "clamped",
        None,
        None,
    ),
}


def problems_of(text):
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_yaml(text, "cell.yaml")
    for problem in caught.value.problems:
        assert problem.file == "cell.yaml"
        assert problem.line is not None
    return caught.value.problems


def judged(text, message, found, expected, suggestion):
    problem = next((p for p in problems_of(text) if p.message == message), None)
    assert problem is not None, [p.message for p in problems_of(text)]
    assert found is None or problem.found == found
    assert expected is None or problem.expected == expected
    assert suggestion is None or problem.suggestion == suggestion


@pytest.mark.parametrize("name", WRONG)
def test_the_words_of_what_is_wrong(name):
    old, new, *said = WRONG[name]
    # what no exchange touches is joined to nothing: the store that this cell describes is left out
    text = CELL.replace("  store: {volume: 1 pL, ions: {K: 10 mM, Cl: 10 mM}}\n", "") if name != "unknown partner" else CELL
    assert text.count(old) == 1
    judged(text.replace(old, new), *said)


def test_a_partner_that_changes_lists_both_ions():
    text = STORE.replace("ions: {K: 10 mM, Cl: 10 mM}", "ions: {K: 10 mM}")
    judged(
        text,
        "mechanism 'diffusion' moves Cl, which compartment 'store' does not list",
        "ions K",
        "Cl: a concentration in 'store' (0 mM where it is absent)",
        None,
    )


def test_a_bath_that_only_exchanges_is_no_reference():
    pair = CELL.replace("inside:", "other:").partition("other:")[2].partition("membranes:")[0]
    text = CELL.replace("  inside:", f"  other:{pair}  inside:", 1)
    membrane = text.partition("  plasma:")[2].replace("[inside, ecs]", "[other, store]")
    judged(
        f"{text}  second:{membrane}",
        "no membrane touches the bath 'bath', so nothing is the reference of the potential",
        None,
        "role: bath in one compartment, or one compartment on the outer side of every membrane",
        None,
    )


def test_what_neither_a_membrane_nor_an_exchange_touches_is_still_an_error():
    judged(
        CELL.replace("between: [inside, ecs]", "between: [inside, store]").replace(
            "mechanisms:\n      diffusion", "unused:\n      diffusion"
        ),
        "compartment 'ecs' has no key 'unused'",
        "unused",
        None,
        None,
    )
    with pytest.raises(vrest.InputError, match="no chain of membranes joins compartment 'store' to the reference bath"):
        vrest.from_yaml(CELL, "cell.yaml")


def test_an_electrode_finds_no_potential_in_a_store():
    cell = vrest.from_yaml(STORE.replace("  bath: {role: bath, ions: {K: 4 mM, Na: 125 mM, Cl: 129 mM}}\n", ""), "cell.yaml")
    event = {"from": "0 s", "to": "1 s", "current": "1 pA", "into": "store", "carrier": "K"}
    with pytest.raises(vrest.InputError, match="store") as caught:
        vrest.simulate(cell, {"until": "1 s", "events": [event]})
    assert "store" not in (caught.value.problems[0].expected or "")
    held = vrest.simulate(cell, {"until": "1 s", "events": [{"from": "0 s", "to": "1 s", "dialyse": "store"}]})
    assert held.c["store"]["K"][-1] == pytest.approx(10.0, rel=1e-12)
