"""The socket that callers come to, a port or a Unix socket in a folder: open it, and close its door."""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import stat
import struct
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from actionary_build.cli.say import WrongUse, error

BACKLOG: Final = 2048
"""How many callers may wait to be let in."""

_PROBE_SECONDS: Final = 5.0

_SO_ATTACH_FILTER: Final = 26
"""Linux's, which Python does not name (asm-generic/socket.h)."""

_DROP_SYN: Final = b"".join(
    struct.pack("=HBBI", *instruction)
    for instruction in (
        (0x30, 0, 0, 13),  # take the flags of the TCP header (RFC 9293, section 3.1)
        (0x54, 0, 0, 0x12),  # of these ACK and SYN
        (0x15, 0, 1, 0x02),  # where it is SYN alone, which asks for a new connection,
        (0x06, 0, 0, 0),  # drop the packet,
        (0x06, 0, 0, 0xFFFFFFFF),  # and let all others pass
    )
)
"""A program of the kernel's packet filter (Documentation/networking/filter.rst)."""


@contextmanager
def listening_on_port(host: str, port: int) -> Generator[tuple[socket.socket, str]]:
    """Listen on a port, 0 for any that is free; gives the socket and its address as a URL.

    Raises:
        WrongUse: The port is taken, or the address not ours.
    """
    listener: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as refused:
        if listener is not None:
            listener.close()
        raise _no_port(host, port, refused) from refused
    shown = f"[{host}]" if ":" in host else host
    with listener:
        yield listener, f"http://{shown}:{listener.getsockname()[1]}"


@contextmanager
def listening_on_path(path: Path, mode: int) -> Generator[tuple[socket.socket, str]]:
    """Listen on a Unix socket, which is gone afterwards; gives the socket and where it is.

    A socket that another server left there, and nobody listens on, is replaced.
    ``mode`` says who may call: as many as may write to it.

    Raises:
        WrongUse: Another server listens there, something else is there, or the folder
            takes no socket.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with listener:
        try:
            _remove_stale(path)
            before = os.umask(0o177)  # nobody else may call before the mode is what was asked for
            try:
                listener.bind(str(path))
            finally:
                os.umask(before)
            path.chmod(mode)
            listener.listen(BACKLOG)
            ours = path.stat().st_ino
        except OSError as refused:
            problem = f"{path} cannot be listened on: {refused.strerror or refused}"
            raise WrongUse(error("cannot-listen", problem, "give another --uds")) from refused
        try:
            yield listener, f"unix:{path}"
        finally:
            with suppress(FileNotFoundError):
                if path.stat().st_ino == ours:  # another server may have come after us
                    path.unlink()


def hold_off(listener: socket.socket) -> None:
    """Let nobody new ask for a connection on a port, while those who have asked still get theirs.

    A port that is just closed resets whoever comes between the last look at who waits
    and the closing, and their call is lost. One that is held off first has nobody
    waiting when it is closed; who asked meanwhile asks again within a second, and is
    refused. Linux can do this; elsewhere, and for a Unix socket, nothing happens.
    """
    if sys.platform != "linux" or listener.family == socket.AF_UNIX:
        return
    program = ctypes.create_string_buffer(_DROP_SYN, len(_DROP_SYN))
    count = len(_DROP_SYN) // struct.calcsize("=HBBI")
    with suppress(OSError):  # a kernel without the filter closes as others do
        listener.setsockopt(
            socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HP", count, ctypes.addressof(program))
        )


def _remove_stale(path: Path) -> None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise WrongUse(error("cannot-listen", f"{path} is there, and is no socket", "give another --uds"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_PROBE_SECONDS)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except TimeoutError:  # somebody listens, but is too busy to answer
            pass
    raise WrongUse(
        error("cannot-listen", f"a server listens on {path}", "end that server, or give another --uds")
    )


def _no_port(host: str, port: int, refused: OSError) -> WrongUse:
    if refused.errno == errno.EADDRINUSE:
        mend = "end what uses it, or give another --port"
        return WrongUse(error("cannot-listen", f"port {port} on {host} is in use", mend))
    problem = f"port {port} on {host} cannot be listened on: {refused.strerror or refused}"
    return WrongUse(error("cannot-listen", problem, "give another --host or --port"))
