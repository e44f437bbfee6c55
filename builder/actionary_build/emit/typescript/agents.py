"""`AGENTS.md` of the client package: what somebody who writes code with it has to know, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from actionary.catalog import Catalog

from actionary_build.emit.client_docs import MOST_LISTED, told_after_call
from actionary_build.emit.typescript import examples
from actionary_build.emit.typescript.calls import Call
from actionary_build.emit.typescript.examples import Setting
from actionary_build.texts import MarkdownCode, MarkdownFence, MarkdownText


def agents(catalog: Catalog, setting: Setting, calls: Sequence[Call]) -> str:
    """Write how to call, what comes back, what never to do, and a line for each action."""
    return "\n\n".join(
        [
            f"# Using {MarkdownText(setting.package)}",
            _about(catalog),
            *_calling(catalog, setting, calls),
            "## Never",
            "\n".join(f"- {rule}" for rule in _never(calls)),
            *_actions(calls),
        ]
    )


def _about(catalog: Catalog) -> str:
    return (
        f"A generated client for {MarkdownText(catalog.title)}. `README.md` has all options, types and "
        "failures; the types of TypeScript have them too."
    )


def _calling(catalog: Catalog, setting: Setting, calls: Sequence[Call]) -> Iterator[str]:
    shown = examples.shown_first(catalog, calls)
    yield "## Call"
    if shown is not None:
        yield MarkdownFence(examples.checked_call(*shown, setting), "ts")
    yield _RESULTS
    if shown is not None:
        yield "In tests nothing is sent: script the replies by the names that actions have on the server."
        yield MarkdownFence(examples.scripted_call(*shown, setting), "ts")


_RESULTS: Final = """\
A call gives a result and does not throw for what the server or the network does: `{ ok: true, data }`, or
`{ ok: false, code, message, details, retryable }`, where `code` settles the type of `details`. The methods of
`client.throwing` give the data, or throw an `ActionError` with the same fields. Each action is also a
function that takes the client first; so do `items` and `pages` (what is listed page by page) and
`progress`."""


def _never(calls: Sequence[Call]) -> Iterator[str]:
    yield "edit a file of this package. It is generated: what is changed here is lost at the next build."
    yield (
        "go on after `ok: false` as if nothing was. Handle the `code` (a `switch` without `default` lets the "
        "compiler say what is missing), or call the method of `client.throwing`."
    )
    yield (
        "write a loop that repeats calls. The client repeats what is safe to repeat, and under which key; "
        "`retry` sets how often."
    )
    yield "cast inputs or data, or build an address or a body by hand: the types are those of the server."
    yield "write credentials into the source. `auth` takes functions that get them."
    if any(call.action.needs_approval for call in calls):
        yield (
            "get around `approval_required`. A human decides: show `details.summary`, wait, and repeat the "
            "same call with `approval: details.approval_key`."
        )


def _actions(calls: Sequence[Call]) -> Iterator[str]:
    if not calls:
        return
    yield "## Actions"
    yield "\n".join(action_line(call) for call in calls[:MOST_LISTED])
    if len(calls) > MOST_LISTED:
        yield (
            f"And {len(calls) - MOST_LISTED} more: `src/client.ts` declares all with what each does; "
            "`src/actions/` has them by subject."
        )


def action_line(call: Call) -> str:
    """Tell of an action in a line of a list."""
    call_shown = MarkdownCode(f"{call.names.function}({_parameter(call)})")
    return f"- {call_shown}{told_after_call(call.action)}"


def _parameter(call: Call) -> str:
    return f"input{'' if call.input_required else '?'}: {call.names.input}"
