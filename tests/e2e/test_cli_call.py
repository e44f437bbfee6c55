from __future__ import annotations

import json
import shlex
import signal
import subprocess

import pytest

USAGE = "Usage: actionary call"


NEEDING = '''
from actionary import Context, Credential, action
from pydantic import BaseModel, SecretStr

class Login(BaseModel):
    user_name: SecretStr
    password: SecretStr

@action(credentials=[Credential("mail", fields=Login), Credential("web", fields=Login)])
async def need(ctx: Context, leak: bool = False) -> list[int | str]:
    """Say how long the secrets are."""
    secrets = [each.password.get_secret_value() for each in ctx.credentials.values()]
    if leak:
        raise ValueError(secrets[0])
    return [len(secret) for secret in secrets]
'''

SET = {
    "ACTIONARY_CREDENTIAL_MAIL_USER_NAME": "ann",
    "ACTIONARY_CREDENTIAL_MAIL_PASSWORD": "hunter2-mail",
    "ACTIONARY_CREDENTIAL_WEB_USER_NAME": "ann",
    "ACTIONARY_CREDENTIAL_WEB_PASSWORD": "hunter2",
}


def test_credentials_are_read_from_the_environment(actionary, project):
    (project / "actions" / "need.py").write_text(NEEDING)
    shown = actionary("call", "need", env=SET)
    assert (shown.returncode, json.loads(shown.stdout)) == (0, [12, 7]), shown.stderr


def test_credentials_of_the_environment_win_over_those_of_the_registry(actionary, project):
    (project / "actions" / "need.py").write_text(NEEDING)
    (project / "actions" / "_registry.py").write_text(
        "from actionary import Registry\nfrom actionary.credentials import MappingCredentials\n"
        'known = {"user_name": "a", "password": "b"}\n'
        'registry = Registry(credentials=MappingCredentials({"web": known, "mail": known}))\n'
    )
    mail = {name: value for name, value in SET.items() if "MAIL" in name}
    assert json.loads(actionary("call", "need", env=mail).stdout) == [12, 1]


def test_credentials_that_are_not_set_are_named_with_the_variables_to_set(actionary, project):
    (project / "actions" / "need.py").write_text(NEEDING)
    web = {name: value for name, value in SET.items() if "WEB" in name}
    shown = actionary("call", "need", env=web)
    assert shown.returncode == 1
    assert "error[missing_credentials]: These credentials are not set: mail." in shown.stderr
    assert 'details: {"keys": ["mail"]}' in shown.stderr
    mend = "mend: set ACTIONARY_CREDENTIAL_MAIL_USER_NAME, ACTIONARY_CREDENTIAL_MAIL_PASSWORD\n"
    assert mend in shown.stderr


def test_a_credential_that_a_handler_raises_is_not_printed(actionary, project):
    (project / "actions" / "need.py").write_text(NEEDING)
    shown = actionary("call", "need", "--leak", env=SET)
    assert "ValueError: **********" in shown.stderr
    assert "hunter2" not in shown.stderr + shown.stdout


@pytest.fixture
def called(actionary):
    """Calls ``add`` and gives its data."""

    def call(*arguments, **more):
        shown = actionary("call", "add", *arguments, **more)
        assert shown.returncode == 0, shown.stderr
        return json.loads(shown.stdout)

    return call


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--first", "1"], {"sum": 3}),
        (["--first=1"], {"sum": 3}),
        (['{"first": 1}'], {"sum": 3}),
        (['{"first": 1, "second_number": 5}', "--second-number", "7"], {"sum": 8}),
        (["--second_number", "7", '{"first": 1}'], {"sum": 8}),
        (["--first", "1", "--second-number", "-1"], {"sum": 0}),
        (["--first", "1", "--second-number=-1"], {"sum": 0}),
        (["--first", "1", "--double"], {"sum": 6}),
        (["--double", "--first", "1"], {"sum": 6}),
        (["--double", "true", "--first", "1"], {"sum": 6}),
        (["--double=false", "--first", "1"], {"sum": 3}),
        (["--double", '{"first": 1}'], {"sum": 6}),
        (["--no-double", '{"first": 1, "double": true}'], {"sum": 3}),
        (["--first", "1", "--tags", "a", "--tags", "b"], {"tags": ["a", "b"]}),
        (["--first", "1", "--tags", "a"], {"tags": ["a"]}),
        (["--first", "1", "--tags=[]"], {"tags": []}),
        (["--first", "1", "--tags="], {"tags": [""]}),
        (["--first", "1", "--tags=--x=y"], {"tags": ["--x=y"]}),
        (["--first", "1", "--item", '{"id": "a"}'], {"item": {"id": "a", "count": 1}}),
        (["--first", "1", "--mode", "loud"], {"mode": "loud"}),
        (["--first", "1.0"], {"sum": 3}),
        (["--first", "1", "--", "{}"], {"sum": 3}),
    ],
)
def test_fields_come_as_json_and_as_flags(called, arguments, expected):
    data = called(*arguments)
    assert {key: data[key] for key in expected} == expected


def test_json_comes_from_standard_input_and_from_a_file(called, project):
    assert called("-", input='{"first": 4}')["sum"] == 6
    assert called("--input", "-", input='{"first": 4}')["sum"] == 6
    (project / "in.json").write_text('{"first": 5}')
    assert called("--input", "in.json")["sum"] == 7
    assert called("--input-file=in.json", "--first", "6")["sum"] == 8


@pytest.mark.parametrize("what", ["zero", "empty", "list", "false", "null"])
def test_falsy_results_are_printed(actionary, what):
    printed = {"zero": "0\n", "empty": '""\n', "list": "[]\n", "false": "false\n", "null": "null\n"}
    assert actionary("call", "give", "--what", what).stdout == printed[what]


def test_only_the_result_is_on_standard_output(actionary):
    shown = actionary("call", "add", "--first", "1")
    assert json.loads(shown.stdout)["sum"] == 3
    assert shown.stdout.count("\n") == 1
    for said in ("importing add", "running add", "straight to the descriptor"):
        assert said in shown.stderr


def test_a_result_is_utf_8_whatever_the_locale(actionary):
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    assert json.loads(actionary("call", "give", "--what=text", env=plain).stdout) == "tschüß \u202e"


def test_a_text_is_read_as_utf_8_whatever_the_locale(actionary):
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    shown = actionary("call", "echo_fields", "--input", "tschüß".encode(), env=plain)
    assert json.loads(shown.stdout)["input"] == "tschüß"


def test_private_actions_and_slugs_are_taken(actionary):
    assert actionary("call", "echo-fields", "--input", "x").returncode == 0


def test_the_envelope_of_a_success(actionary):
    envelope = json.loads(actionary("call", "add", "--json", "--first", "1").stdout)
    assert envelope.pop("latencyMs") >= 0
    assert (envelope["ok"], envelope["action"], envelope["data"]["sum"]) == (True, "add", 3)
    assert json.loads(actionary("call", "--json", "add", "--first", "1").stdout)["ok"] is True


def test_a_domain_error_exits_with_1_and_shows_its_details(actionary):
    shown = actionary("call", "add", "--first", "5000")
    assert (shown.returncode, shown.stdout) == (1, "")
    assert 'error[too_much]: Over 1000.\n  details: {"count": 5002, "id": "sum"}\n' in shown.stderr
    with_envelope = actionary("call", "add", "--first", "5000", "--json")
    envelope = json.loads(with_envelope.stdout)
    assert with_envelope.returncode == 1
    assert (envelope["code"], envelope["status"], envelope["details"]["count"]) == ("too_much", 409, 5002)


def test_an_exception_is_masked_and_its_text_is_in_the_log(actionary):
    shown = actionary("call", "give", "--what", "failure", "--json")
    assert (shown.returncode, json.loads(shown.stdout)["code"]) == (1, "handler_error")
    assert "KeyError" not in shown.stdout
    assert "KeyError" in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "first: is required"),
        (["--first", "x"], "first: must be an integer"),
        (["--first", "-1"], "first: must be at least 0"),
        (["--first", "1", "--first", "2"], "first: must be given once"),
        (["--first="], "first: must be an integer"),
        (["{"], "the input is not valid JSON: expecting property name"),
        (["[]"], "the input must be an object"),
        (["1"], "the input must be an object"),
        (['{"first": 1, "first": 2}'], "a key twice"),
        (['{"first": "1"}'], "first: must be an integer"),
        (['{"first": 1, "x": 1}'], "x: "),
        (["--first", "1", "--item", "[1]"], "item: must be an object"),
        (["--first", "1", "--mode", "soft"], "mode: must be one of"),
        ([b"\xff"], "not valid JSON: it is no UTF-8 from byte 0 on"),
    ],
)
def test_invalid_input_exits_with_2_and_says_what_is_wrong(actionary, arguments, said):
    shown = actionary("call", "add", *arguments)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert "error[invalid_input]" in shown.stderr
    assert said in shown.stderr
    assert "  mend: see `actionary call add --help`" in shown.stderr


def test_invalid_input_as_an_envelope(actionary):
    shown = actionary("call", "add", "--json", "--first", "x")
    envelope = json.loads(shown.stdout)
    assert (shown.returncode, envelope["code"], envelope["details"][0]["path"]) == (
        2,
        "invalid_input",
        ["first"],
    )


@pytest.mark.parametrize("name", ["ad", "nothing_like_it", "A B", b"\xff\xfe", "", "add\n"])
def test_an_unknown_name_exits_with_2(actionary, name):
    shown = actionary("call", name, "--first", "1")
    assert (shown.returncode, shown.stdout) == (2, "")
    assert "error[not_found]" in shown.stderr
    assert "  mend: " in shown.stderr
    envelope = json.loads(actionary("call", name, "--json").stdout)
    assert envelope["code"] == "not_found"


def test_an_unknown_name_that_is_nearly_one_is_guessed(actionary):
    assert "did you mean `echo_fields`?" in actionary("call", "echo-feilds").stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--frist", "1"], "Did you mean '--first'?"),
        (["--frist", "1"], "Try 'actionary call add --help' for help."),
        (["--first"], "--first needs a value"),
        (["--first", "--double"], "--first needs a value"),
        (["--item"], "--item needs a value"),
        (["--mode"], "--mode needs a value"),
        (["--no-first"], "first is no boolean"),
        (["--no-double=true"], "takes no value"),
        (["{}", "{}"], "one JSON argument is taken"),
        (["-f", "1"], "there is no option -f"),
        (["--json=yes"], "takes no value"),
        (["--input", "gone.json"], "gone.json cannot be read: No such file"),
        (["--input", "actions"], "actions cannot be read: Is a directory"),
        (["{}", "--input", "-"], "given twice"),
        (["--input", "-", "--input", "-"], "given twice"),
        (["--first", "1", "--output", "actions"], "actions cannot be written"),
        (["--first", "1", "--output", "pyproject.toml/x"], "cannot be written: "),
        (["--first", "1", "--project", "gone"], "with the folder of a project"),
        (["--first", b"\xff"], "the value of --first is no UTF-8 text"),
        (["--first", "1", b"--tags=a\xff"], "the value of --tags is no UTF-8 text"),
    ],
)
def test_wrong_use_exits_with_2_before_the_action_runs(actionary, arguments, said):
    shown = actionary("call", "add", *arguments, input="")
    assert (shown.returncode, shown.stdout) == (2, "")
    assert USAGE in shown.stderr
    assert said in shown.stderr
    assert "running add" not in shown.stderr


def test_fields_that_are_called_like_options_win(actionary, project):
    shown = actionary("call", "echo_fields", "--input", "a", "--output=b", "--json", "--help", "--no-cache")
    data = json.loads(shown.stdout)
    assert data == {"input": "a", "output": "b", "json": True, "help": True, "no_cache": True}
    (project / "in.json").write_text('{"input": "from the file"}')
    files = actionary("call", "echo_fields", "--input-file", "in.json", "--output-file", "out.json")
    assert (files.returncode, files.stdout) == (0, "")
    assert json.loads((project / "out.json").read_text())["input"] == "from the file"


def test_options_before_the_name_are_always_ours(actionary, project):
    (project / "in.json").write_text('{"output": "field"}')
    shown = actionary("call", "--json", "--input", "in.json", "echo_fields", "--input", "x")
    assert json.loads(shown.stdout)["data"]["output"] == "field"


def test_a_project_may_be_named_before_and_after(actionary, project):
    for arguments in (
        ["--project", str(project), "add"],
        ["add", "--project", str(project)],
        ["add", f"--project={project}"],
    ):
        shown = actionary("call", *arguments, "--first", "1", cwd="/")
        assert json.loads(shown.stdout)["sum"] == 3


def test_a_field_called_project_wins_unless_it_could_be_either(actionary, project, tmp_path):
    (project / "actions" / "where.py").write_text(
        "from actionary import action\n@action\ndef where(project: str) -> str:\n    return project\n"
    )
    assert json.loads(actionary("call", "where", "--project", "mars").stdout) == "mars"
    assert json.loads(actionary("call", "where", "--project", "actions").stdout) == "actions"
    unclear = actionary("call", "where", "--project", str(project), cwd=tmp_path)
    assert unclear.returncode == 2
    assert "before the action's name" in unclear.stderr
    clear = actionary("call", "--project", str(project), "where", "--project", "mars", cwd=tmp_path)
    assert json.loads(clear.stdout) == "mars"


def test_a_result_goes_to_a_file_whole_and_its_folders_are_made(actionary, project):
    shown = actionary("call", "add", "--first", "1", "--output", "a/b/out.json")
    assert (shown.returncode, shown.stdout) == (0, "")
    assert json.loads((project / "a/b/out.json").read_text())["sum"] == 3
    assert [path.name for path in (project / "a/b").iterdir()] == ["out.json"]


def test_a_call_that_fails_leaves_the_result_file_as_it_was(actionary, project):
    (project / "out.json").write_text("before")
    failed = actionary("call", "add", "--first", "5000", "--output", "out.json")
    assert failed.returncode == 1
    assert (project / "out.json").read_text() == "before"
    assert not list(project.glob(".out.json*"))
    actionary("call", "add", "--first", "5000", "--output", "out.json", "--json")
    assert json.loads((project / "out.json").read_text())["code"] == "too_much"


def test_files_are_relative_to_the_current_folder_and_actions_to_the_project(actionary, project, tmp_path):
    (project / "actions" / "here.py").write_text(
        "import os\nfrom actionary import action\n@action\ndef here() -> str:\n    return os.getcwd()\n"
    )
    shown = actionary("call", "--project", str(project), "here", "--output", "out.json", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert json.loads((tmp_path / "out.json").read_text()) == str(project)


def test_help_of_an_action_shows_its_parameters(actionary):
    shown = actionary("call", "add", "--help")
    assert shown.returncode == 0
    lines = [line.strip() for line in shown.stdout.splitlines()]
    assert "Add two numbers." in lines
    assert "Use when: The user adds." in lines
    at = lines.index("--first  integer, at least 0; required")
    assert lines[at + 1] == "What to add to."
    assert "--second-number  integer; default 2" in lines
    assert "--double  boolean; default false" in lines
    assert "--tags  list of string; default []" in lines
    assert '--mode  "plain" or "loud"; default "plain"' in lines
    assert "--item  ItemInput or null; default null" in lines
    assert "count  integer; default 1" in lines


@pytest.fixture
def order(project):
    """An action that takes a list of objects and a value of an enum."""
    (project / "actions" / "order.py").write_text(
        "import enum\nfrom actionary import ActionError, Example, action\nfrom pydantic import BaseModel\n"
        "class Color(enum.Enum):\n    RED = 'red'\n    GREEN = 'green'\n"
        "class NewLine(BaseModel):\n    id: str\n"
        "class Full(ActionError, code='full', status=409):\n    'The shop is full.'\n"
        "@action(errors=[Full], examples=[Example(input={'lines': [{'id': \"it's\"}]})])\n"
        "def order(lines: list[NewLine], color: Color = Color.RED, input: str = '') -> int:\n"
        "    'Order.'\n    return len(lines)\n"
    )


@pytest.mark.usefixtures("order")
def test_help_of_an_action_lists_values_error_codes_and_options(actionary):
    lines = actionary("call", "order", "--help").stdout.splitlines()
    assert "  --lines  list of NewLine, as one JSON text; required" in lines
    assert 'Color: "red" or "green"' in lines
    assert "  full  The shop is full." in lines
    assert lines[-1].startswith("Options of call: --input-file FILE (the JSON), --output FILE ")
    assert "--json" in lines[-1]


@pytest.mark.usefixtures("order")
def test_the_example_in_the_help_of_an_action_can_be_typed(actionary):
    lines = actionary("call", "order", "--help").stdout.splitlines()
    (example,) = [line.removeprefix("Example: ") for line in lines if line.startswith("Example: ")]
    words = shlex.split(example)
    assert words[:3] == ["actionary", "call", "order"]
    assert actionary(*words[1:]).stdout == "1\n"


@pytest.mark.usefixtures("order")
@pytest.mark.parametrize("flags", [["--lines", '{"id": "a"}'] * 2, ["--lines", '{"id": "a"}']])
def test_a_list_of_objects_that_is_no_json_list_says_how_it_is_given(actionary, flags):
    shown = actionary("call", "order", *flags)
    assert shown.returncode == 2
    assert "give one JSON list, such as --lines '[{…}, {…}]'; see `actionary call order" in shown.stderr
    assert actionary("call", "order", "--lines", '[{"id": "a"}, {"id": "b"}]').stdout == "2\n"


def test_help_of_an_action_without_fields(actionary, project):
    (project / "actions" / "ping.py").write_text(
        "from actionary import action\n@action\nasync def ping() -> None: ...\n"
    )
    assert "It takes no parameters." in actionary("call", "ping", "--help").stdout
    assert actionary("call", "ping").stdout == "null\n"


def test_a_type_that_cannot_be_described_is_a_definition_error(actionary, project):
    (project / "actions" / "odd.py").write_text(
        "from actionary import action\nfrom collections.abc import Callable\nfrom pydantic import BaseModel\n"
        "class Odd(BaseModel):\n    f: Callable[[int], int]\n@action\ndef odd(o: Odd) -> int:\n    return 1\n"
    )
    for arguments in (["--help"], ["{}"]):
        shown = actionary("call", "odd", *arguments)
        assert shown.returncode == 1
        assert "actions/odd.py:6: error[definition]" in shown.stderr
        assert "Traceback" not in shown.stderr


@pytest.mark.parametrize("kind", ["async def", "def"])
def test_an_interrupt_cancels_the_action_and_exits_with_130(script, project, kind):
    """A plain handler's thread cannot be stopped; the command does not wait for it."""
    wait = "await asyncio.sleep(600)" if kind == "async def" else "time.sleep(600)"
    (project / "actions" / "_registry.py").write_text(
        "from contextlib import asynccontextmanager\nfrom actionary import Registry\n"
        "@asynccontextmanager\nasync def lifespan():\n"
        "    try:\n        yield 1\n    finally:\n        print('closed', flush=True)\n"
        "registry = Registry(lifespan=lifespan)\n"
    )
    (project / "actions" / "hang.py").write_text(
        "import asyncio, time\nfrom actionary import action\n"
        f"@action(timeout=None)\n{kind} hang() -> None:\n    print('hanging', flush=True)\n    {wait}\n"
    )
    calling = subprocess.Popen(
        [*script, "call", "hang", "--output", "out.json"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with calling.stdout, calling.stderr:
        assert any(line == "hanging\n" for line in calling.stderr)
        calling.send_signal(signal.SIGINT)
        rest = calling.stderr.read()
        assert calling.stdout.read() == ""
    assert calling.wait() == 130
    assert "closed" in rest
    assert "Traceback" not in rest
    assert not list(project.glob("*out.json*"))


WHO = """
from actionary import Context, action
from actionary.auth import BearerAuth

def is_ann(_, ctx: Context) -> bool:
    return ctx.principal.id == "ann"

@action(auth=BearerAuth(verify=lambda _: None), scopes=["read"], authorize=is_ann)
async def who(ctx: Context) -> list[str]:
    "Say who calls, and what they may."
    return [ctx.principal.id, *sorted(ctx.principal.scopes)]
"""


@pytest.mark.parametrize("before", [True, False])
def test_who_calls_can_be_said(actionary, project, before):
    (project / "actions" / "who.py").write_text(WHO)
    named = ["--principal", "ann", "--scopes", "read write"]
    shown = actionary("call", *([*named, "who"] if before else ["who", *named]))
    assert (shown.returncode, json.loads(shown.stdout)) == (0, ["ann", "read", "write"])


@pytest.mark.parametrize(
    ("named", "mend"),
    [([], True), (["--principal", "ann"], False), (["--principal", "bob", "--scopes", "read"], False)],
)
def test_who_may_not_is_refused_and_told_how_to_say_who_calls(actionary, project, named, mend):
    (project / "actions" / "who.py").write_text(WHO)
    shown = actionary("call", "who", *named)
    assert (shown.returncode, shown.stdout) == (1, "")
    assert "error[forbidden]" in shown.stderr
    assert ("--principal" in shown.stderr) is mend


def test_scopes_of_nobody_are_a_mistake(actionary):
    shown = actionary("call", "add", "--first", "1", "--scopes", "read")
    assert shown.returncode == 2
    assert "say with --principal who it is" in shown.stderr
