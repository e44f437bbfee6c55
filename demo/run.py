"""Build the reference actions, serve them, and call them in every way there is: ``make demo``.

The data is in a database that is gone afterwards, so the demo always shows the same.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlencode

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent
CLIENTS: Final = ROOT / "generated" / "clients"
NODE: Final = ROOT / "tests" / "clients" / "typescript"
WEB: Final = ROOT / "tests" / "e2e" / "web"
ACTIONARY: Final = str(Path(sys.executable).with_name("actionary"))
ORDER: Final = '{"lines": [{"product_id": "p-302"}], "delivery": {"method": "pickup", "shop": "harbour"}}'
EMAIL: Final = '{"to": "jane@example.com", "subject": "Your order", "body": "It waits at the harbour."}'
APPROVAL_KEY: Final = re.compile(r'"approval_key":"([^"]+)"')


def main() -> None:
    """Show it all; a step that does not end as it should ends the demo."""
    with TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{folder}/shop.db",
            "ACTIONARY_STORE": f"sqlite:///{folder}/state.db",
        }

        say("Build what the actions say. Only files that differ are written.")
        show(ACTIONARY, "build", env=environment)

        say("Serve the public actions.")
        with serving(environment) as address:
            actions = f"{address}/api/actions"

            say("Call them with curl: a good call, a bad input, a private name, an unknown one.")
            show("curl", "-sS", f"{actions}/search_products?{urlencode({'query': 'tent'})}")
            show("curl", "-sS", f"{actions}/search_products?{urlencode({'query': 'tent', 'limit': 99})}")
            post(f"{actions}/restock", '{"product_id": "p-301", "quantity": 5}')
            show("curl", "-sS", f"{actions}/no_such_action")

            say("Order twice under one idempotency key: the order is made once, and its answer is repeated.")
            for _ in range(2):
                post(f"{actions}/create_order", ORDER, "Idempotency-Key: demo-1")

            say("Send an email: it waits for a human, who says yes on the server's machine.")
            key = APPROVAL_KEY.findall(post(f"{actions}/send_email", EMAIL))[0]
            show(ACTIONARY, "approvals", "list", env=environment)
            show(ACTIONARY, "approvals", "approve", key, env=environment)
            post(f"{actions}/send_email", EMAIL, f"Actionary-Approval: {key}")

            say("Call them from the command line, which needs no server and reaches the private one too.")
            show(ACTIONARY, "call", "restock", "--product-id", "p-102", "--quantity", "5", env=environment)
            show(ACTIONARY, "call", "get-order", "--order-id", "o-0", env=environment, code=1)

            say("Call them with the TypeScript client: demo/call.ts.")
            show("node", compiled(Path(folder)), address)

            say("Call them with the Python client: demo/call.py.")
            show(
                *(sys.executable, str(HERE / "call.py"), address),
                env={**environment, "PYTHONPATH": str(CLIENTS / "python")},
            )
    say(
        "That was all: the server has ended, and its data is gone. What was built is in generated/:\n"
        "openapi.json, mcp/tools.json, llms.txt, docs/index.html, clients/typescript, clients/python.\n"
        "`make serve` keeps serving on http://127.0.0.1:8000, with its data in reference.db."
    )


def say(text: str) -> None:
    """Say what comes next."""
    print(f"\n{text}", flush=True)


def post(url: str, given: str, *headers: str) -> str:
    """Show a call that sends JSON and the given headers, and give its answer."""
    sent = [part for header in ("content-type: application/json", *headers) for part in ("-H", header)]
    return show("curl", "-sS", *sent, "-d", given, url)


def show(*command: str, env: dict[str, str] | None = None, code: int = 0) -> str:
    """Show a command and what it prints, and give that; ``code`` is the exit code it has to have.

    Raises:
        SystemExit: It has another.
    """
    told = [part.replace(f"{ROOT}/", "").replace(sys.executable, "python") for part in command]
    print(f"$ {shlex.join([Path(told[0]).name, *told[1:]])}", flush=True)
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=False)
    if done.stdout:
        print(done.stdout.removesuffix("\n"), flush=True)
    if done.returncode != code:
        raise SystemExit(f"the demo ends: the command ended with {done.returncode}, not with {code}")
    return done.stdout


@contextmanager
def serving(env: dict[str, str]) -> Generator[str]:
    """Serve on any free port for as long as the context lasts, and give the address.

    Raises:
        SystemExit: The server does not start.
    """
    print("$ actionary serve --port 0", flush=True)
    command = [ACTIONARY, "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        first = server.stderr.readline()
        print(first.rstrip(), flush=True)
        if not first.startswith("serving on "):
            raise SystemExit(f"the demo ends: the server did not start\n{server.stderr.read()}")
        try:
            yield first.split()[-1]
        finally:
            server.terminate()


def compiled(folder: Path) -> str:
    """Compile the client and `call.ts` outside the tree, and give the program for Node."""
    modules = folder / "node_modules"
    package = modules / "actionary-reference-client"
    shutil.copytree(CLIENTS / "typescript", package)
    for name in ("@tanstack", "@types", "react", "undici-types"):  # the client has hooks for React
        (modules / name).symlink_to(WEB / "node_modules" / name)
    (folder / "package.json").write_text('{"type": "module"}')
    shutil.copy(NODE / "tsconfig.json", folder)
    (folder / "src").mkdir()
    shutil.copy(HERE / "call.ts", folder / "src")
    tsc = str(NODE / "node_modules" / "typescript" / "bin" / "tsc")
    for project in (package, folder):
        subprocess.run([tsc, "-p", project], check=True)
    return str(folder / "dist" / "call.js")


if __name__ == "__main__":
    main()
