"""A throw-away PostgreSQL server on a loopback socket of its own, run by a user that is not root."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [Path(shutil.which("postgres") or "/").parent]


def free_port():
    """One that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A cluster in a folder: started, ended, killed and started again."""

    def __init__(self, folder, user):
        self.folder, self.user, self.port = folder, user, free_port()
        self.process = None

    def run(self, program, *args):
        """One of PostgreSQL's own programs, to its end."""
        done = subprocess.run(
            [f"{PROGRAMS[-1]}/{program}", *args],
            user=self.user,
            capture_output=True,
            text=True,
            cwd=self.folder,
            timeout=120,
        )
        assert 0 == done.returncode, done.stderr

    def make(self):
        """The cluster."""
        self.run("initdb", "-D", str(self.folder / "data"), "-U", "v7", "--auth=trust", "-E", "UTF8", "--no-locale")

    def start(self):
        """Listen; returns when it answers."""
        settings = {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": 40,
            "shared_buffers": "32MB", "logging_collector": "off", "recovery_init_sync_method": "syncfs",
        }  # fmt: skip
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.process = subprocess.Popen(
            [f"{PROGRAMS[-1]}/postgres", "-D", str(self.folder / "data"), *options],
            user=self.user, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(900):
            if (
                subprocess.run(
                    [f"{PROGRAMS[-1]}/pg_isready", "-q", "-U", "v7", "-h", "127.0.0.1", "-p", str(self.port)],
                    check=False,
                ).returncode
                == 0
            ):
                return
            assert self.process.poll() is None, "the server ended"
            time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def stop(self, number=signal.SIGINT):
        """SIGINT hangs up on everybody; SIGQUIT ends at once, as a crash does."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(30)
            self.process = None

    @property
    def dsn(self):
        """Its address."""
        return f"postgresql://v7@127.0.0.1:{self.port}/postgres"


@pytest.fixture(scope="session")
def server():
    """One for all tests."""
    pytest.importorskip("psycopg", reason="the extra v7services[postgres] is not installed")
    if not (PROGRAMS[-1] / "initdb").exists():
        pytest.skip("PostgreSQL's server is not installed")
    if os.geteuid() == 0:
        names = {user.pw_name for user in pwd.getpwall()}
        name = next((each for each in ("postgres", "nobody") if each in names), None)
        if name is None:
            pytest.skip("PostgreSQL refuses root, and there is no other user to run it")
    else:
        name = None
    folder = Path(tempfile.mkdtemp(prefix="v7-pg-"))
    if name is not None:
        shutil.chown(folder, name)
    server = Server(folder, name)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def fresh(server):
    """An empty database; its address."""
    import psycopg

    if server.process is None:
        server.start()
    name = f"t{time.monotonic_ns()}"
    async with await psycopg.AsyncConnection.connect(server.dsn, autocommit=True) as connection:
        await connection.execute(f"create database {name}")
    return f"postgresql://v7@127.0.0.1:{server.port}/{name}"


@pytest.fixture
async def store(fresh):
    """One person's store on it."""
    from v7core.testing.fakes import FixedClock
    from v7services.postgres import PostgresStorage

    store = await PostgresStorage.open(fresh, "ana", clock=FixedClock(), wait_s=5.0)
    yield store
    await store.close()
