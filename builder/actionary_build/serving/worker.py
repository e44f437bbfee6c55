"""A worker: a process of its own that answers on the socket it was given.

``python -m actionary_build.serving.worker JSON`` is how `actionary_build.serving.workers`
starts one. The channel between the two carries `READY` here, once calls are answered,
`END` and `END_NOW` there; when it closes, the supervisor is gone. A worker that is not
told `END` but gets a signal ends alone.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import socket
import sys
from typing import Any, Final

from actionary_build.cli.say import Failed
from actionary_build.serving.process import Serving, application, run, server_of
from actionary_build.serving.server import GracefulServer
from actionary_build.serving.server_log import speaking

READY: Final = b"r"
END: Final = b"e"
END_NOW: Final = b"n"


def main(given: str) -> int:
    """Do what a worker does, and give the exit code."""
    said = json.loads(given)
    serving = Serving(**said["serving"])
    assert serving.label is not None, "workers have one"  # noqa: S101 - tells the type checkers
    multiprocessing.current_process().name = serving.label  # what records of the log call the process
    with socket.socket(fileno=said["listener"]) as listener, socket.socket(fileno=said["channel"]) as channel:
        try:
            app = application(serving)
        except Failed as failed:
            with speaking() as say:  # the others may have said more than anybody reads
                say(failed.message)
            return failed.exit_code
        except KeyboardInterrupt:
            return 0
        return run(_supervised(app, serving, channel), serving, listener)


def _supervised(app: Any, serving: Serving, channel: socket.socket) -> GracefulServer:
    """Make a server that tells its supervisor when it answers, and heeds it."""
    server = server_of(app, serving)

    def ready() -> None:
        channel.settimeout(0)
        asyncio.get_running_loop().add_reader(channel, _heed, channel, server)
        try:
            channel.send(READY)
        except OSError:  # the supervisor is gone, which is heard of by reading too
            return

    server.when_ready = ready
    return server


def _heed(channel: socket.socket, server: GracefulServer) -> None:
    try:
        said = channel.recv(1)
    except ConnectionError:
        said = b""
    if said == END_NOW:
        server.end_now()
        return
    if said != END:
        asyncio.get_running_loop().remove_reader(channel)
    server.end_with_all()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
