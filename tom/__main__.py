"""`python -m tom` is `tom`."""

import os
import sys
from pathlib import Path

# `python -m` puts the working directory first, and what lies there is somebody's, packages of our names among it. As
# with the script, it is looked into only for what the user names.
if sys.path and Path(sys.path[0] or ".").resolve() == Path(os.getcwd()) != Path(__file__).resolve().parents[1]:
    del sys.path[0]

from tom.cli import main

sys.exit(main())
