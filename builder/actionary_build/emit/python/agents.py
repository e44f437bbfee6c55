"""`AGENTS.md` of the client package: what somebody who writes code with it has to know, and no more."""

from __future__ import annotations

from actionary.action_spec import ActionSpec

from actionary_build.emit.client_docs import MOST_LISTED, told_after_call
from actionary_build.emit.python.annotations import literal, readable
from actionary_build.emit.python.api import Api
from actionary_build.emit.python.calls import Key
from actionary_build.emit.python.digests import Digests
from actionary_build.emit.python.examples import example_view
from actionary_build.emit.python.models import Types
from actionary_build.emit.python.names import EXTRA_INPUT
from actionary_build.emit.python.pieces import kept
from actionary_build.emit.python.readme_file import base_url
from actionary_build.emit.python.rendering import Rendered, kept_file
from actionary_build.texts import MarkdownCode, MarkdownText, PythonIdentifier


def agents(api: Api, types: Types[Key], digests: Digests, package: str) -> str:
    """Write how to call, what comes back, what never to do, and a line for each action."""
    return kept_file(
        "AGENTS.md.j2",
        title=MarkdownText(api.catalog.title),
        package=PythonIdentifier(package),
        base_url=base_url(api),
        example=example_view(api, types),
        plain=types.plain_data,
        approval=any(action.needs_approval for action in api.actions),
        actions=[_line(api, types, digests, action) for action in api.actions[:MOST_LISTED]],
        more=literal(len(api.actions) - MOST_LISTED) if len(api.actions) > MOST_LISTED else None,
    )


def _line(api: Api, types: Types[Key], digests: Digests, action: ActionSpec) -> Rendered:
    def made() -> str:
        data = readable(types.expression(("output", action.name)))
        return MarkdownCode(
            f"{PythonIdentifier(action.name)}({', '.join(_arguments(api, action))}) -> {data}"
        )

    return Rendered(kept(made, "call", digests.of_action(action)) + told_after_call(action))


def _arguments(api: Api, action: ActionSpec) -> list[str]:
    arguments = api.arguments(action)
    names = [name if wire in arguments.required else f"{name}=..." for wire, name in arguments.names.items()]
    return [*names, *([f"{EXTRA_INPUT}=..."] if arguments.extra is not None else [])]
