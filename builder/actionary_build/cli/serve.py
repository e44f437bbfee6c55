"""``actionary serve``: the public actions over HTTP."""

from __future__ import annotations

import errno
import signal
import socket
from typing import TYPE_CHECKING

import click

from actionary_build.cli.extras import need
from actionary_build.cli.project import find_project, project_option, registry_of, settings_of
from actionary_build.cli.say import Failed, WrongUse, error

if TYPE_CHECKING:
    from actionary.settings import Settings
    from starlette.applications import Starlette

    from actionary_build.diagnostics import Diagnostic


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="The port to listen on; 0 for any that is free.",
)
@click.option("--allow-drift", is_flag=True, help="Serve although the output folder is of other definitions.")
@click.option("--verify", is_flag=True, help="Compare every type and file with the output folder first.")
@project_option
def command(*, host: str, port: int, allow_drift: bool, verify: bool, project: str | None) -> int:
    """Serve the public actions over HTTP, with the files that were built for callers.

    It ends on Ctrl+C or SIGTERM, after the calls that are running.
    """
    need("serve", "starlette", "uvicorn")
    settings = settings_of(find_project(project))
    app = _application(settings, allow_drift=allow_drift, verify=verify)
    with _listening(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        return _serve(app, listener, f"http://{shown}:{listener.getsockname()[1]}")


def _application(settings: Settings, *, allow_drift: bool, verify: bool) -> Starlette:
    from actionary.describe import DefinitionErrors
    from actionary.http import CannotServe, create_app

    from actionary_build.diagnose import diagnose

    registry = registry_of(settings)
    try:
        return create_app(registry, settings=settings, allow_drift=allow_drift, verify=verify)
    except CannotServe as refused:
        raise Failed(error("cannot-serve", refused.what, refused.mend)) from refused
    except DefinitionErrors as wrong:
        raise Failed(*diagnose(wrong, settings.root)) from wrong


def _listening(host: str, port: int) -> socket.socket:
    """Open the socket here, so that the address is said when it answers and a taken port is told apart."""
    listener: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as refused:
        if listener is not None:
            listener.close()
        raise WrongUse(_cannot_listen(host, port, refused)) from refused
    return listener


def _cannot_listen(host: str, port: int, refused: OSError) -> Diagnostic:
    if refused.errno == errno.EADDRINUSE:
        return error(
            "cannot-listen", f"port {port} on {host} is in use", "end what uses it, or give another --port"
        )
    problem = f"port {port} on {host} cannot be listened on: {refused.strerror or refused}"
    return error("cannot-listen", problem, "give another --host or --port")


def _serve(app: Starlette, listener: socket.socket, address: str) -> int:
    import uvicorn

    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", lifespan="on", timeout_graceful_shutdown=30)
    )
    # uvicorn raises the signal that ended it again, which is no reason here to die of it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        click.echo(f"serving on {address}", err=True)
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return 0
    except SystemExit:  # some versions end so when the resources cannot be opened, which they have logged
        return 1
    return 0 if server.started else 1
