"""`python -m vrest`."""

from .cli.main import main

raise SystemExit(main())
