"""``actionary call``: run one action through the whole pipeline and print its result."""

from __future__ import annotations

import asyncio
import difflib
import os
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actionary_build.cli.project import find_project, project_option, registry_of, settings_of
from actionary_build.cli.say import Failed, only_results_on_stdout

if TYPE_CHECKING:
    from actionary.catalog import Catalog
    from actionary.coerce import Parameter
    from actionary.defining import AnyAction
    from actionary.invoke import Answer
    from actionary.principal import Principal
    from actionary.registry import Registry
    from actionary.result import Err
    from actionary.settings import Settings
    from pydantic import BaseModel

    from actionary_build.cli.arguments import Given


@click.command("call", context_settings={"allow_interspersed_args": False})
@click.argument("name")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[JSON] [--FIELD VALUE]...")
@click.option("--input", "input_file", metavar="FILE", help="Read the JSON from a file; - is standard input.")
@click.option("--output", "output_file", metavar="FILE", help="Write the result to a file.")
@click.option("--principal", metavar="ID", help="Who calls, as the handler and `authorize` see it.")
@click.option("--scopes", metavar="SCOPES", help="What the principal may do, with spaces between.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole envelope, of a failure too.")
@project_option
def command(
    *,
    name: str,
    arguments: Sequence[str],
    input_file: str | None,
    output_file: str | None,
    principal: str | None,
    scopes: str | None,
    as_json: bool,
    project: str | None,
) -> int:
    """Call an action and print its result as JSON.

    The input is one JSON object (- reads it from standard input), fields as flags, or
    both; flags win. `actionary call NAME --help` shows an action's fields.

    Nobody is asked who calls: without --principal no scopes are needed, and the
    handler sees no principal. Credentials that the action needs are read from
    ACTIONARY_CREDENTIAL_KEY_FIELD in the environment.

    The options may also stand after NAME, where a field of the same name wins;
    --input-file and --output-file then remain.

    Exit code: 0 ok, 1 the action failed, 2 unknown name or invalid input.
    """
    from actionary_build.cli.arguments import Given, read_arguments

    before = {"input": input_file, "output": output_file, "project": project}
    before |= {"principal": principal, "scopes": scopes}
    options = {key: value for key, value in before.items() if value is not None}
    options |= {"json": ""} if as_json else {}
    later = None if project else _project_in(arguments)
    start = Path.cwd()
    settings = settings_of(later or find_project(project))
    registry = registry_of(settings)
    name = os.fsencode(name).decode("utf-8", "backslashreplace")
    action = registry.get(name)
    if action is None:
        given = Given(options={"json": ""} if "--json" in arguments else {})
    else:
        fields = _parameters(action, settings)
        with _usage_of(action), _other_keys_told_of(action, settings):
            given = read_arguments(arguments, fields)
        _check_project(given, fields, later, settings, start)
    if "help" in given.options and action is not None:
        click.echo(_help(action, settings))
        return 0
    given.options = {**given.options, **options}
    return _Call(name, registry, given, start).run()


def _project_in(arguments: Sequence[str]) -> Path | None:
    """Find the project that ``--project`` after the name may mean: the value has to lie in one."""
    from actionary.settings import SettingsError, find_root

    for argument, following in pairwise([*arguments, ""]):
        flag, equals, text = argument.partition("=")
        folder = Path(text if equals else following or "-")
        if flag == "--project" and folder.is_dir():
            with suppress(SettingsError):
                return find_root(folder)
    return None


def _check_project(
    given: Given, fields: Mapping[str, Parameter], later: Path | None, settings: Settings, start: Path
) -> None:
    """Refuse a ``--project`` after the name that was not followed, or that may be a field's as well."""
    if "project" in given.options and later is None:
        raise click.UsageError("--project: give it once, with the folder of a project")
    if later is not None and "project" in fields and not start.is_relative_to(settings.root):
        raise click.UsageError(
            "the action has a field called project: write the option --project before the action's name"
        )


def _parameters(action: AnyAction, settings: Settings) -> Mapping[str, Parameter]:
    from pydantic import PydanticUserError
    from pydantic.errors import PydanticUndefinedAnnotation

    try:
        return action.prepared.parameters
    except (PydanticUserError, PydanticUndefinedAnnotation):
        _described(action, settings)  # says which type it is
        raise


def _described(action: AnyAction, settings: Settings) -> Catalog:
    """Describe one action, or say why it cannot be."""
    from actionary.describe import DefinitionErrors, describe_action

    from actionary_build.diagnose import diagnose

    try:
        return describe_action(action, settings)
    except DefinitionErrors as error:
        raise Failed(*diagnose(error, settings.root)) from error


def _help(action: AnyAction, settings: Settings) -> str:
    from actionary_build.cli.parameters import help_of

    catalog = _described(action, settings)
    return help_of(catalog.actions[0], catalog, action.prepared.parameters)


@contextmanager
def _usage_of(action: AnyAction) -> Generator[None]:
    """Let a complaint about the arguments show this action's usage, and point to its help."""
    try:
        yield
    except click.UsageError as error:
        call = click.get_current_context()
        fields = click.Argument(["arguments"], metavar="[JSON] [--FIELD VALUE]...")
        alone = click.Command("call", params=[fields], options_metavar="")
        error.ctx = click.Context(alone, parent=call.parent, info_name=f"call {action.name}")
        raise


@contextmanager
def _other_keys_told_of(action: AnyAction, settings: Settings) -> Generator[None]:
    """Let a complaint about an unknown flag say how keys beside the fields are given, if any are taken."""
    from actionary_build.cli.arguments import NoSuchField
    from actionary_build.emit.signature import takes_other_keys

    try:
        yield
    except NoSuchField as error:
        catalog = _described(action, settings)
        if not takes_other_keys(catalog.resolve(catalog.actions[0].input)):
            raise
        told = "A key that is no field of the action is given in the JSON"
        raise click.UsageError(f"{error.format_message()} {told}, such as '{{\"key\": 1}}'.") from error


@dataclass(frozen=True, slots=True)
class _Call:
    """One call: what was asked, and where relative paths begin."""

    name: str
    registry: Registry
    given: Given
    start: Path

    @property
    def as_json(self) -> bool:
        return "json" in self.given.options

    @property
    def principal(self) -> Principal | None:
        from actionary.principal import Principal

        who, scopes = (self.given.options.get(key) for key in ("principal", "scopes"))
        if who is not None:
            return Principal(id=who, scopes=frozenset((scopes or "").split()))
        if scopes is not None:
            raise click.UsageError("--scopes are those of a principal: say with --principal who it is")
        return None

    def run(self) -> int:
        from actionary_build.cli.result_file import replaced

        text = self._input()
        output = self.given.options.get("output")
        if output is None:
            outcome, result = self._outcome(text)
            if result is not None:
                click.echo(result)
        else:
            with replaced(self.start / output) as write:
                outcome, result = self._outcome(text)
                if result is not None:
                    write(result + b"\n")
        return self._exit_code(outcome)

    def _input(self) -> bytes | None:
        """Read the JSON text of the input, wherever it is; ``None`` when there is none."""
        typed, file = self.given.json, self.given.options.get("input")
        if typed is not None and file is not None:
            raise click.UsageError("the JSON is given twice, as an argument and by --input")
        if "-" in (typed, file):
            return sys.stdin.buffer.read()
        if file is None:
            return None if typed is None else os.fsencode(typed)
        try:
            return (self.start / file).read_bytes()
        except OSError as error:
            raise click.UsageError(f"the input file {file} cannot be read: {error.strerror}") from error

    def _outcome(self, text: bytes | None) -> tuple[Answer | Err, bytes | None]:
        """Call the action, and give what came with the JSON to print of it."""
        from actionary.envelope import err_envelope, ok_envelope
        from actionary.result import Err

        with only_results_on_stdout():
            outcome = self._invoke(text)
        if isinstance(outcome, Err):
            self._complain(outcome)
            return outcome, err_envelope(outcome) if self.as_json else None
        envelope = ok_envelope(outcome.json, outcome.action, outcome.latency_ms)
        return outcome, envelope if self.as_json else outcome.json

    def _invoke(self, text: bytes | None) -> Answer | Err:
        from actionary.context import Context
        from actionary.invoke import invoke

        async def read(action: AnyAction) -> BaseModel:
            return _read_input(action, text, self.given.texts)

        # On an interrupt the runner stays open: closing it waits for a plain handler's thread.
        runner = asyncio.Runner()
        context = Context[Any](caller="cli", principal=self.principal, credentials=self._credentials())
        outcome = runner.run(invoke(self.name, read, context, self.registry))
        runner.close()
        return outcome

    def _credentials(self) -> dict[str, Any]:
        """Give the action's credentials that the environment has; for the others the registry's are asked."""
        from actionary.credentials import EnvironmentCredentials

        action, environment = self.registry.get(self.name), EnvironmentCredentials()
        needed = () if action is None else action.definition.credentials
        found = {each.key: environment.fields_of(each) for each in needed}
        return {key: fields for key, fields in found.items() if fields is not None}

    def _complain(self, err: Err) -> None:
        """Say on standard error what went wrong; with ``--json`` the envelope says it."""
        if self.as_json:
            return
        from actionary_build.texts import json_text, one_line

        lines = [f"error[{err.code}]: {one_line(err.message)}"]
        if err.details is not None and err.code != "invalid_input":
            lines.append(f"  details: {json_text(err.details)}")
        mend = self._mend(err)
        click.echo("\n".join([*lines, *([f"  mend: {mend}"] if mend else [])]), err=True)

    def _mend(self, err: Err) -> str:
        if err.code == "invalid_input":
            return f"{self._mend_of_lists(err)}see `actionary call {self.name} --help`"
        if err.code == "forbidden" and "principal" not in self.given.options:
            return "say with --principal, and maybe --scopes, who calls"
        if err.code == "missing_credentials":
            return f"set {', '.join(self._variables(err.details['keys']))}"
        if err.code != "not_found":
            return ""
        near = difflib.get_close_matches(
            self.name.replace("-", "_"), [action.name for action in self.registry]
        )
        return f"did you mean `{near[0]}`?" if near else "see `actionary list`"

    def _variables(self, keys: Sequence[str]) -> list[str]:
        """Name the environment variables of credentials."""
        from actionary.credentials import EnvironmentCredentials

        action, environment = self.registry.get(self.name), EnvironmentCredentials()
        needed = () if action is None else action.definition.credentials
        return [
            environment.variable(each, field)
            for each in needed
            if each.key in keys
            for field in each.fields.model_fields
        ]

    def _mend_of_lists(self, err: Err) -> str:
        """Say how a list is written whose items are no texts or numbers, if that went wrong."""
        from actionary_build.cli.parameters import flag_of, needs_one_json_text

        action = self.registry.get(self.name)
        typed = {name for name, _ in self.given.texts}
        wrong = {detail["path"][0] for detail in err.details if len(detail["path"]) == 1}
        if action is None:
            return ""
        for name, parameter in action.prepared.parameters.items():
            if name in typed & wrong and needs_one_json_text(parameter):
                return f"give one JSON list, such as {flag_of(name)} '[{{…}}, {{…}}]'; "
        return ""

    def _exit_code(self, outcome: Answer | Err) -> int:
        from actionary.result import Err

        if not isinstance(outcome, Err):
            return 0
        return 2 if outcome.code in {"not_found", "invalid_input"} else 1


def _read_input(action: AnyAction, text: bytes | None, flags: Sequence[tuple[str, str]]) -> BaseModel:
    from actionary import strict_json
    from actionary.coerce import coerce_pairs

    data = {} if text is None else strict_json.check(text)
    fields = coerce_pairs(flags, action.prepared.parameters)
    return action.prepared.read_value({**data, **fields} if fields and isinstance(data, dict) else data)
