"""`python -m tom` is `tom`."""

import sys

from tom.cli import main

sys.exit(main())
