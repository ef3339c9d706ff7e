"""The file of a channel of one's own, and of a cell that is like it, for tests."""

OWN = """\
# my-na.yaml
channel: my-na
temperature: 20 degC
source: [hodgkin1952, mine]
kind: ohmic
ion: Na
parameters: {V_half: -40 mV, k: 6 mV}
gates:
  m: {power: 3, steady: 1/(1 + exp(-(V - V_half)/k)), time_constant: 1 ms, q10: {ratio: 3, reference: 20 degC}}
  h: {steady: 1/(1 + exp((V + 60 mV)/(6 mV))), time_constant: 5 ms}
"""
CELL = """\
cell: c
temperature: 20 degC
compartments:
  outside: {role: bath, ions: {Na: 145 mM, K: 5 mM}}
  inside: {role: held, ions: {Na: 12 mM, K: 140 mM}}
membranes:
  m:
    between: [inside, outside]
    mechanisms:
      Na: {like: channels/my-na.yaml, conductance: 1 mS/cm^2}
      K: {kind: ohmic, ion: K, conductance: 1 mS/cm^2}  # a leak
"""
