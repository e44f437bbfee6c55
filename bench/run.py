"""Run the benchmarks: ``python bench/run.py [http] [steps] …``, all but `soak` without a name.

Every figure is a ratio to something measured beside it, or CPU time, or memory; see docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Final

from building import build_tables
from clienting import client_tables
from documenting import document_tables
from gating import gate_tables
from importing import import_tables
from over_http import http_tables
from peers import PEERS
from report import Table, text_of
from soak import soak_tables
from starting import start_tables
from steps import steps_tables
from storing import store_tables

Bench = Callable[[argparse.Namespace], Iterator[Table]]

BENCHES: Final[dict[str, Bench]] = {
    "http": lambda given: http_tables(rounds=given.rounds, requests=given.requests, many=given.actions),
    "gates": lambda given: gate_tables(rounds=given.rounds, requests=given.requests),
    "documents": lambda given: document_tables(
        rounds=given.rounds, requests=given.requests, many=given.actions
    ),
    "start": lambda given: start_tables(rounds=given.rounds, many=given.actions),
    "build": lambda given: build_tables(actions=given.actions),
    "import": lambda given: import_tables(rounds=given.rounds),
    "steps": lambda given: steps_tables(rounds=given.rounds, calls=given.requests, many=given.actions),
    "clients": lambda given: client_tables(rounds=given.rounds, many=given.actions),
    "store": lambda given: store_tables(rounds=given.rounds, requests=given.requests),
    "soak": lambda given: soak_tables(peer=given.peer, seconds=given.seconds),
}

ONLY_BY_NAME: Final = {"soak"}
"""What takes too long to be run with all others."""


def main() -> None:
    """Run what the command line names, and print each table as soon as it is there."""
    parser = argparse.ArgumentParser(prog="bench/run.py", description="Benchmarks of Actionary.")
    parser.add_argument("bench", nargs="*", help=f"any of {', '.join(BENCHES)} (default: all but soak)")
    parser.add_argument("--json", action="store_true", help="print one JSON object, by benchmark")
    parser.add_argument("--rounds", type=_positive, default=9, help="interleaved rounds (default: 9)")
    parser.add_argument(
        "--requests", type=_positive, default=6000, help="requests to each server in a round (default: 6000)"
    )
    parser.add_argument(
        "--actions", type=_positive, default=1000, help="how many are many actions (default: 1000)"
    )
    parser.add_argument("--seconds", type=_positive, default=600, help="how long to soak (default: 600)")
    parser.add_argument(
        "--peer",
        choices=[name for name, module in PEERS.items() if module == "own_peers"],
        default="actionary",
        help="what to soak (default: actionary)",
    )
    given = parser.parse_args()
    unknown = sorted(set(given.bench) - BENCHES.keys())
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}: name any of {', '.join(BENCHES)}")
    found: dict[str, list[Table]] = {}
    for name in given.bench or [name for name in BENCHES if name not in ONLY_BY_NAME]:
        _progress(name)
        for table in BENCHES[name](given):
            found.setdefault(name, []).append(table)
            if not given.json:
                print(text_of(table), flush=True)
    if given.json:
        print(json.dumps({name: [asdict(table) for table in tables] for name, tables in found.items()}))


def _progress(name: str) -> None:
    if sys.stderr.isatty():
        print(f"running: {name} …", file=sys.stderr, flush=True)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1 is needed")
    return number


if __name__ == "__main__":
    main()
