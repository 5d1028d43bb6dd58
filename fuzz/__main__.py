"""Run the harnesses: ``python -m fuzz [HARNESS …] [--runs N]``."""

import sys

from .command import main

sys.exit(main())
