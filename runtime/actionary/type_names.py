"""Names for the types of a whole registry.

They depend only on the set of types, never on the order in which they are met:

1. the class's own name, where it is the only one of that name;
2. else the name after as many trailing parts of its module as tell it apart (classes
   that one function makes again and again are numbered, in the order of the roots);
3. with ``Input`` or ``Output`` behind it where the two modes differ.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from actionary.names import pascal_case
from actionary.type_rules import Mode

_SUFFIX: Final = {"validation": "Input", "serialization": "Output"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a definition comes from: the class's dotted path, an id of the class, the mode."""

    path: str
    identity: str
    mode: Mode


def final_names(origins: Mapping[str, Origin]) -> dict[str, str]:
    """Give each kept definition its name."""
    in_order = sorted(origins, key=int)
    classes = {origins[name].identity: origins[name].path for name in in_order}
    class_names = _class_names(classes)
    modes: dict[str, int] = defaultdict(int)
    for origin in origins.values():
        modes[origin.identity] += 1
    taken = {class_names[origin.identity] for origin in origins.values() if modes[origin.identity] == 1}
    names: dict[str, str] = {}
    for key, origin in sorted(origins.items(), key=lambda item: (item[1].path, item[1].mode, int(item[0]))):
        name = class_names[origin.identity]
        if modes[origin.identity] > 1:
            name = _free(name + _SUFFIX[origin.mode], taken)
            taken.add(name)
        names[key] = name
    return names


def _class_names(classes: Mapping[str, str]) -> dict[str, str]:
    """Name classes, given as id → dotted path, with as few parts of their modules as tell them apart."""
    depth = dict.fromkeys(classes, 1)
    while True:
        groups: dict[str, list[str]] = defaultdict(list)
        for identity, path in classes.items():
            groups[_short(path, depth[identity])].append(identity)
        clashing = [identity for group in groups.values() if len(group) > 1 for identity in group]
        grown = [identity for identity in clashing if depth[identity] < _parts(classes[identity])]
        if not grown:
            break
        for identity in grown:
            depth[identity] += 1
    names: dict[str, str] = {}
    taken: set[str] = set()
    for identity, path in sorted(classes.items(), key=lambda item: item[1]):
        names[identity] = _free(_short(path, depth[identity]), taken)
        taken.add(names[identity])
    return names


def _free(name: str, taken: set[str]) -> str:
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}{number}", number + 1
    return candidate


def _parts(path: str) -> int:
    return len(re.split(r"[\[,]", path)[0].split("."))


def _short(path: str, depth: int) -> str:
    """Give the last parts of a dotted path in PascalCase; type arguments keep their last part only."""
    base, *arguments = re.split(r"[\[\],]+", path)
    base = base.replace("<locals>", "")
    own = "".join(pascal_case(part) for part in base.split(".")[-depth:])
    return (own or "Type") + "".join(
        pascal_case(argument.rsplit(".", 1)[-1]) for argument in arguments if argument
    )
