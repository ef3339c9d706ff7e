"""How the documentation is built: sphinx-build -W -b html docs docs/_build. Nothing outside this folder is asked for."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

project = "vrest"
author = "The vrest developers"
project_copyright = "2026, The vrest developers"
extensions = ["myst_parser", "mathml", "live"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "vrest"
html_static_path = ["static"]
html_css_files = ["wide.css"]
html_math_renderer = "mathml"
html_copy_source = False
default_role = "code"
