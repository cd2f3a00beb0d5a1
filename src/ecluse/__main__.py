"""`python -m ecluse` is the program."""

import sys

from ecluse.cli import main

sys.exit(main())
