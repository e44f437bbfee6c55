"""The output tree: plan it, check it, write it (DESIGN §6).

`plan_output` compares a folder with what a build made and touches nothing (this
is ``--check``); `write_output` plans and then moves in what differs. Whatever
happens in between, the next build knows every file it finds.
"""

from __future__ import annotations

from actionary_build.output.plan import NewTree, Plan, plan_output
from actionary_build.output.private import private_catalog
from actionary_build.output.write import Written, write_output

__all__ = ["NewTree", "Plan", "Written", "plan_output", "private_catalog", "write_output"]
