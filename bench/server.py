"""Serve one of the peers: ``python bench/server.py PEER COUNT|ROOT``; the port is printed first.

The server ends with a SIGTERM, or when its standard input is closed, so that none
outlives the benchmark. All have the same server, event loop and parser.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading

import uvicorn
from peers import application


def main(peer: str, of: str) -> None:
    """Serve until told to end."""
    app = application(peer, of)
    config = uvicorn.Config(
        app, loop="uvloop", http="httptools", access_log=False, log_level="warning", lifespan="off"
    )
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    threading.Thread(target=_end_with_input, daemon=True).start()
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(config).run(sockets=[listening])


def _end_with_input() -> None:
    while os.read(0, 64):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
