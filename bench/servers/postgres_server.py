"""A PostgreSQL that tests and benchmarks start, stop, and start again at the same place."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

import psycopg

USER = "shop-owner"
PASSWORD = "s3cret of: postgres/@"
QUOTED = "s3cret%20of%3A%20postgres%2F%40"


def programs() -> Path:
    """Give the folder of PostgreSQL's own programs; Debian has it off the path.

    Raises:
        AssertionError: There is no PostgreSQL.
    """
    found = found_programs()
    assert found is not None, "postgres is missing: run `make test`, or install the package postgresql"
    return found


def found_programs() -> Path | None:
    """Give the folder of PostgreSQL's own programs, ``None`` where there is no PostgreSQL."""
    found = shutil.which("postgres")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return Path(found).resolve().parent
    return folders[-1].parent if folders else None


def other_user() -> dict[str, Any]:
    """Say as whom to start it: it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {each.pw_name: each for each in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class Postgres:
    """A server with a password, on a free port of this machine and on a Unix socket.

    One that ``is_durable`` waits for the disk, as it does by its own defaults.
    """

    def __init__(self, *, is_durable: bool = False) -> None:
        self._is_durable = is_durable
        self._as = other_user()
        # Not in pytest's folder, which other users may not enter; and short, as sockets' paths must be.
        self.folder = Path(tempfile.mkdtemp(prefix="actionary-pg-"))
        if self._as:
            os.chown(self.folder, self._as["user"], self._as["group"])
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._server: subprocess.Popen[str] | None = None
        self._databases = 0
        self._run_once("initdb", "--pgdata", self._data, "--username", USER, "--auth", "scram-sha-256")

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run_once(self, program: str, *arguments: str) -> None:
        password = self.folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        more = ["--pwfile", str(password), "--no-sync", "--encoding", "UTF8", "--no-locale"]
        command = [str(programs() / program), *arguments, *more]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, **self._as)

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "fsync": "on" if self._is_durable else "off",
        }
        command = [str(programs() / "postgres"), "-D", self._data]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._server = subprocess.Popen(
            command, cwd=self.folder, stderr=subprocess.PIPE, text=True, env={"LC_ALL": "C"}, **self._as
        )
        is_ready = threading.Event()
        self._listener = threading.Thread(target=self._listen, args=(self._server, is_ready))
        self._listener.start()
        assert is_ready.wait(60), "postgres did not start"

    @staticmethod
    def _listen(server: subprocess.Popen[str], is_ready: threading.Event) -> None:
        assert server.stderr is not None
        with server.stderr as said:
            for line in said:
                if "ready to accept connections" in line:
                    is_ready.set()

    def stop(self) -> None:
        """End it at once, as a machine that fails does."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(60)
            self._listener.join(60)
            self._server = None

    def freeze(self) -> None:
        """Let it answer nothing, while connections stand and are taken."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number: int) -> None:
        assert self._server is not None
        children = Path(f"/proc/{self._server.pid}/task/{self._server.pid}/children").read_text().split()
        for pid in [self._server.pid, *map(int, children)]:
            os.kill(pid, number)

    def remove(self) -> None:
        """End it, and remove all that it kept."""
        self.stop()
        shutil.rmtree(self.folder)

    def database(self) -> str:
        """Make a new database; gives its name."""
        self._databases += 1
        name = f"shop{self._databases}"
        self.run("postgres", f"CREATE DATABASE {name}")
        return name

    def url(self, database: str) -> str:
        """Give the URL of a database."""
        return f"postgresql://{USER}:{QUOTED}@127.0.0.1:{self.port}/{database}"

    def run(self, database: str, statement: str) -> list[Any]:
        """Run a statement, and give its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []
