"""`python -m snnwasm_train train | evaluate | export | fixture`: the only place that prints."""

import sys

from .cli import main

sys.exit(main(sys.argv[1:]))
