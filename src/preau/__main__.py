"""`python -m preau` is the command `preau`."""

import sys

from preau.cli import main

sys.exit(main())
