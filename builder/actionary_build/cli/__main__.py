"""``python -m actionary_build.cli`` is the same as ``actionary``."""

from __future__ import annotations

import sys

from actionary_build.cli import run

sys.exit(run())
