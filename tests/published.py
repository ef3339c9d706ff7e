"""Published models and cells of other kingdoms in the library, held to their own sheets by tests/references, tests/excite and tests/pumps."""

OTHER_KINGDOMS = ["bacillus-biofilm", "e-coli", "lysosome", "mitochondrion", "neurospora", "plant-cell"]

MODELS = [
    "bacillus-biofilm",
    "dijkstra2016",
    "dijkstra2016-excitable",
    "dusterwald2018",
    "e-coli",
    "hubel-dahlem2014",
    "kalia2021",
    "kalia2021-excitable",
    "kay2017",
    "luo-rudy1991",
    "lysosome",
    "mitochondrion",
    "neurospora",
    "periodic-paralysis",
    "plant-cell",
    "saetra2020",
    "saetra2020-excitable",
    "squid-axon-calcium",
    "squid-axon-excitable",
    "squid-axon-ph",
    "wallinga1999",
    "wei2014",
]
