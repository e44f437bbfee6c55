"""Which name everything gets: one name space for all that the package exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from actionary.action_spec import ActionSpec
from actionary.catalog import Catalog
from actionary.json_schema import REF, Schema

from actionary_build.texts import TypeScriptIdentifier

RUNTIME_VALUES: Final = {
    "client": ("createClient",),
    "connect": ("connect",),
    "runtime/error": ("ActionError", "unwrap"),
    "runtime/pages": ("items", "pages"),
    "runtime/progress": ("progress",),
}
"""Values that the index exports beside the actions, by module."""

RUNTIME_TYPES: Final = {
    "client": ("Client",),
    "options": ("Auth", "CallOptions", "ClientOptions", "ConnectOptions", "KeyedCallOptions"),
    "runtime/bind": ("Throwing",),
    "runtime/connection": ("Connection",),
    "runtime/options": (
        "Attempt",
        "AttemptFailure",
        "AttemptRequest",
        "AttemptResponse",
        "BasicCredential",
        "Credential",
        "Fetch",
        "Given",
        "HeaderValues",
        "Retry",
    ),
    "runtime/pages": ("Paged",),
    "runtime/progress": ("Finished", "Progress"),
    "runtime/result": (
        "Aborted",
        "AnyFailure",
        "ApprovalAsked",
        "BodyCallFailure",
        "CallFailure",
        "ClientFailure",
        "Failure",
        "InputIssue",
        "KeyConflict",
        "MissingKeys",
        "NetworkError",
        "RawAnswer",
        "Result",
        "Success",
        "UnknownCode",
    ),
}
"""Types that the index exports beside the actions', by module."""

CHANGES_VALUES: Final = ("subscribeChanges",)
CHANGES_TYPES: Final = ("Change", "ChangesOptions", "Reset")
"""What the index exports where the server tells of changes."""

_USED_INSIDE: Final = """
    ActionTable Actions Array AsyncGenerator Date Error Object Promise Record Response
    always apiKey basic bearer bind call console exactly inBody inExactBody inExactQuery inQuery newKey
    throwing underKey unlessApproved unlessBegun warning
""".split()
"""Names that generated modules use themselves, that a client has beside its actions, or whose loss
would puzzle a reader."""

RESERVED: Final = frozenset(
    [
        *(name for group in (RUNTIME_VALUES, RUNTIME_TYPES) for names in group.values() for name in names),
        *CHANGES_VALUES,
        *CHANGES_TYPES,
        *_USED_INSIDE,
    ]
)
"""Names that no action and no type of a catalog can have."""


@dataclass(frozen=True, slots=True)
class ActionNames:
    """The names of one action's function and types."""

    function: TypeScriptIdentifier
    input: TypeScriptIdentifier
    output: TypeScriptIdentifier
    failure: TypeScriptIdentifier
    result: TypeScriptIdentifier


@dataclass(frozen=True, slots=True)
class Names:
    """Every name of a package, by what it stands for.

    ``renamed`` lists what could not keep the name it has in the catalog, as pairs
    of the catalog's name and ours.
    """

    types: Mapping[str, TypeScriptIdentifier]
    actions: Mapping[str, ActionNames]
    renamed: tuple[tuple[str, TypeScriptIdentifier], ...]


@dataclass(frozen=True, slots=True)
class _Allotted:
    """The names that are taken, and those that came out otherwise than wished."""

    taken: set[str] = field(default_factory=lambda: set(RESERVED))
    renamed: list[tuple[str, TypeScriptIdentifier]] = field(default_factory=list)

    def take(self, wish: str, called: str) -> TypeScriptIdentifier:
        """Give the wished name, with as many ``_`` behind it as make it free."""
        name = TypeScriptIdentifier(wish)
        while name in self.taken:
            name = TypeScriptIdentifier(f"{name}_")
        self.taken.add(name)
        if name != wish:
            self.renamed.append((called, name))
        return name


def name_all(catalog: Catalog) -> Names:
    """Name functions first, then the catalog's types, then the types each action adds."""
    allotted = _Allotted()
    actions = sorted(catalog.http_actions, key=lambda action: action.name)
    functions = {action.name: allotted.take(action.camel, action.name) for action in actions}
    used = catalog.types_used(*(schema for action in actions for schema in action.schemas))
    types = {name: allotted.take(name, name) for name in used}

    def of_schema(schema: Schema, wish: str) -> TypeScriptIdentifier:
        target = referred(schema)
        return allotted.take(wish, wish) if target is None else types[target]

    def of_action(action: ActionSpec) -> ActionNames:
        pascal = action.pascal
        return ActionNames(
            function=functions[action.name],
            input=of_schema(action.input, f"{pascal}Input"),
            output=of_schema(action.output, f"{pascal}Output"),
            failure=allotted.take(f"{pascal}Failure", f"{pascal}Failure"),
            result=allotted.take(f"{pascal}Result", f"{pascal}Result"),
        )

    named = {action.name: of_action(action) for action in actions}
    return Names(types=types, actions=named, renamed=tuple(allotted.renamed))


def referred(schema: Schema) -> str | None:
    """Name the type that a schema is nothing but a reference to."""
    reference: str | None = schema.get("$ref") if len(schema) == 1 else None
    return None if reference is None else reference.removeprefix(REF)
