"""The group of commands. Each is imported when it is used, and what it needs when it runs."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from typing import Final

import click

COMMANDS: Final = {
    "approvals": "Decide about calls that wait for a human.",
    "build": "Write what the actions say into the output folder.",
    "call": "Call an action and print its result.",
    "init": "Start a project in a folder.",
    "list": "List the actions.",
    "serve": "Serve the public actions over HTTP.",
}
"""Every command with its line in the help; the module of its name has it as ``command``."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"actionary_build.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from difflib import get_close_matches

        near = [] if args[0] in COMMANDS else get_close_matches(args[0], COMMANDS, n=1)
        if near and not ctx.resilient_parsing:
            ctx.fail(f"No such command {args[0]!r}. Did you mean `{near[0]}`?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"max_content_width": 100})
@click.version_option(package_name="actionary")
def actionary() -> None:
    """Typed Python functions in; OpenAPI, MCP, docs, clients and a server out."""


def main() -> int:
    """Run the command line, and give the exit code: 0 success, 1 no, 2 wrong use, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        return actionary(prog_name="actionary", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(130)  # a plain handler's thread cannot be interrupted, and Python would wait for it
    except OSError as error:
        return _refused(error)


def _refused(error: OSError) -> int:
    """Say what the operating system refused, and give the exit code."""
    from actionary_build.cli.say import complain
    from actionary_build.cli.say import error as diagnostic

    _give_up_printing()
    why = error.strerror or str(error)
    if error.filename is None:
        problem, mend = f"the output cannot be written: {why}", "make room there, or send it elsewhere"
    else:
        problem, mend = f"{os.fsdecode(error.filename)}: {why}", "let actionary read and write there"
    complain([diagnostic("system-error", problem, mend)])
    return 1


def _give_up_printing() -> None:
    """Lose what cannot be printed, so that Python does not try it again at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
