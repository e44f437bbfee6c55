"""``actionary serve``: the public actions over HTTP."""

from __future__ import annotations

import asyncio
import ipaddress
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import click

from actionary_build.cli.extras import need
from actionary_build.cli.project import find_project, project_option, settings_of
from actionary_build.cli.say import WrongUse, error

if TYPE_CHECKING:
    import socket

    from actionary_build.serving.process import Serving

    Listening: TypeAlias = AbstractContextManager[tuple[socket.socket, str]]

_MOST_WORKERS: Final = 512


def _mode(_context: click.Context, _option: click.Parameter, value: str) -> int:
    """Read the mode of a file, in octal."""
    try:
        mode = int(value, 8)
    except ValueError:
        mode = -1
    if not 0 <= mode <= 0o777:
        raise click.BadParameter(f"{value!r} is no mode of a file; write it in octal, such as 660")
    return mode


def _proxies(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Check addresses and networks with commas between them."""
    for address in (each.strip() for each in ("*" if value is None else value).split(",")):
        try:
            if address != "*":
                ipaddress.ip_network(address)
        except ValueError as wrong:
            raise click.BadParameter(
                f"{address!r} is no address or network; write such as 10.0.0.1,10.1.0.0/16, or *"
            ) from wrong
    return value


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="The port to listen on; 0 for any that is free.",
)
@click.option(
    "--uds",
    type=click.Path(path_type=Path, resolve_path=True),
    metavar="PATH",
    help="Listen on a Unix socket at this path, and on no port.",
)
@click.option(
    "--uds-mode",
    callback=_mode,
    default="660",
    show_default=True,
    metavar="MODE",
    help="Who may write to the Unix socket.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, _MOST_WORKERS),
    default=1,
    show_default=True,
    help="How many processes answer; one that dies is replaced.",
)
@click.option(
    "--shutdown-timeout",
    type=click.FloatRange(0),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="How long running calls may take to end after Ctrl+C or SIGTERM.",
)
@click.option(
    "--forwarded-allow-ips",
    callback=_proxies,
    metavar="ADDRESSES",
    help="Proxies whose X-Forwarded-For and -Proto are believed; * for all, which a Unix socket needs.",
)
@click.option(
    "--call-log/--no-call-log",
    default=None,
    help="Write a line of JSON for each call to standard error, without its input.  [default: the settings]",
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error", "critical"]),
    help="From which level on messages of Actionary are written.  [default: warning]",
)
@click.option("--allow-drift", is_flag=True, help="Serve although the output folder is of other definitions.")
@click.option("--verify", is_flag=True, help="Compare every type and file with the output folder first.")
@project_option
@click.pass_context
def command(
    context: click.Context,
    *,
    host: str,
    port: int,
    uds: Path | None,
    uds_mode: int,
    workers: int,
    shutdown_timeout: float,
    forwarded_allow_ips: str | None,
    call_log: bool | None,
    log_level: str | None,
    allow_drift: bool,
    verify: bool,
    project: str | None,
) -> int:
    """Serve the public actions over HTTP, with the files that were built for callers.

    It ends on Ctrl+C or SIGTERM, after the calls that are running; a second signal
    ends those too.
    """
    need("serve", "starlette", "uvicorn")
    from actionary_build.serving.process import Serving

    _check_where(context, uds)
    root = find_project(project)
    serving = Serving(
        root=str(root),
        allow_drift=allow_drift,
        verify=verify,
        limit=shutdown_timeout,
        trusted=forwarded_allow_ips,
        logs_calls=settings_of(root).call_log if call_log is None else call_log,
        log_level=log_level,
    )
    if workers > 1:
        return _serve_with_workers(serving, workers, _listening(host, port, uds, uds_mode))
    return _serve(serving, _listening(host, port, uds, uds_mode))


def _check_where(context: click.Context, uds: Path | None) -> None:
    """Refuse both a port and a Unix socket."""
    from click.core import ParameterSource

    if uds is None:
        given = ["uds_mode"]
        problem, mend = "--uds-mode without --uds", "name the Unix socket with --uds PATH"
    else:
        given = ["host", "port"]
        problem, mend = "--uds and an address cannot both be listened on", "leave out --host and --port"
    if any(context.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in given):
        raise WrongUse(error("cannot-listen", problem, mend))


def _listening(host: str, port: int, uds: Path | None, mode: int) -> Listening:
    from actionary_build.serving.listening import listening_on_path, listening_on_port

    return listening_on_port(host, port) if uds is None else listening_on_path(uds, mode)


def _serve(serving: Serving, listening: Listening) -> int:
    from actionary_build.serving.process import application, run, server_of

    app = application(serving)
    with listening as (listener, address):
        server = server_of(app, serving)
        server.when_ready = lambda: click.echo(f"serving on {address}", err=True)
        return run(server, serving, listener)


def _serve_with_workers(serving: Serving, count: int, listening: Listening) -> int:
    from actionary_build.serving.server_log import speaking
    from actionary_build.serving.workers import Workers

    async def supervise() -> int:
        with listening as (listener, address), speaking() as say:
            return await Workers(serving, listener, count, address, say).run()

    return asyncio.run(supervise())
