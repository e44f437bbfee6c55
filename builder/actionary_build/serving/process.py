"""One process of the server: load the project, make its application, and answer until the end."""

from __future__ import annotations

import signal
import socket
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from actionary.call_log import call_log
from actionary.describe import DefinitionErrors
from actionary.http import CannotServe, create_app
from actionary.http.stores import look_at_stores
from starlette.applications import Starlette

from actionary_build.cli.project import registry_of, settings_of
from actionary_build.cli.say import Failed, error
from actionary_build.diagnose import diagnose
from actionary_build.serving.server import GracefulServer
from actionary_build.serving.server_log import server_log


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What a process needs to know.

    ``limit`` are the seconds in which calls may end when the server does,
    ``trusted`` the addresses of proxies whose headers are believed. ``logs_calls`` says
    whether each call is a line of the log, ``log_level`` from when on other messages are written,
    and ``label`` names the process in both.
    """

    root: str
    allow_drift: bool
    verify: bool
    limit: float
    trusted: str | None
    logs_calls: bool
    log_level: str | None
    label: str | None = None


def application(serving: Serving) -> Starlette:
    """Load the project and make its application, after the checks of what was built and of its stores.

    Raises:
        Failed: It cannot be loaded, is not what was built, or has a store that cannot be used.
    """
    settings = settings_of(Path(serving.root))
    registry = registry_of(settings)
    try:
        app = create_app(
            registry,
            settings=settings,
            allow_drift=serving.allow_drift,
            verify=serving.verify,
            alone=serving.label is None,
        )
        look_at_stores(registry)
    except CannotServe as refused:
        raise Failed(error("cannot-serve", refused.what, refused.mend)) from refused
    except DefinitionErrors as wrong:
        raise Failed(*diagnose(wrong, settings.root)) from wrong
    return app


def server_of(app: Any, serving: Serving, **options: Any) -> GracefulServer:
    """Make the server of an application; ``options`` are more of uvicorn's."""
    config = uvicorn.Config(
        app,
        log_level="warning",  # it would tell of addresses and queries
        ws="none",  # nothing here speaks it
        log_config=None,
        access_log=False,
        lifespan="on",
        proxy_headers=serving.trusted is not None,
        forwarded_allow_ips=serving.trusted or "",
        **options,
    )
    return GracefulServer(config, serving.limit, supervised=serving.label is not None)


def run(server: GracefulServer, serving: Serving, listener: socket.socket) -> int:
    """Serve until a signal. Gives the exit code.

    It is 1 where the resources could not be opened, or calls were cut off at the end.
    """
    # Until the server listens for signals itself, this one ends the process as Ctrl+C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as `nohup` wants it
        signal.signal(signal.SIGHUP, server.handle_exit)
    try:
        with (
            server_log(serving.log_level, serving.label),
            call_log() if serving.logs_calls else nullcontext(),
        ):
            server.run(sockets=[listener])
            server.has_ended()
    except KeyboardInterrupt:
        return 1 if server.cut_off else 0
    except SystemExit:  # some versions end so when the resources cannot be opened, which they have logged
        return 1
    return 1 if server.cut_off or not server.started else 0
