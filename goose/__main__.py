"""``python -m goose`` is ``goose-py``."""

from __future__ import annotations

import sys

from goose._cli import main

if __name__ == "__main__":
    sys.exit(main())
