"""Kafka's jars: fetched once by pinned coordinates, each checked against its SHA-256."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from jgo.env import Environment, EnvironmentBuilder
from jgo.maven import MavenContext

from forbear.stack.failures import StackError, explain

KAFKA_VERSION = "4.3.1"
_LOG4J_VERSION = "2.25.4"
# Built one at a time: asked for both at once, jgo mixes in jars of older versions.
_BROKER = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
_LOGGING = f"org.apache.logging.log4j:log4j-slf4j-impl:{_LOG4J_VERSION}"
_CHECKSUMS = Path(__file__).parents[2] / "deploy" / "kafka" / f"kafka-{KAFKA_VERSION}.sha256"
_MARKER = "verified"
_WAYS_OUT = (
    "ways out: set KAFKA_HOME to an unpacked Kafka 4 (a directory with libs/*.jar), set "
    "KAFKA_BOOTSTRAP_SERVERS to a running cluster, or connect this machine to a network and "
    "try again"
)


def locate() -> Path:
    """The directory of jars to put on the class path; fetches them if nobody has yet."""
    home = os.environ.get("KAFKA_HOME")
    if home:
        return _libraries_of(Path(home))
    directory = _cached()
    expected = read_checksums(_CHECKSUMS)
    if not _is_marked(directory, expected):
        _fill(directory, expected)
    return directory


def must_be_fetched() -> bool:
    """Whether the next start has to download first, which takes a while."""
    return not (os.environ.get("KAFKA_HOME") or _cached().exists())


def cache_root() -> Path:
    """Where downloads are kept, outside any clone: FORBEAR_CACHE, or the user's cache."""
    chosen = os.environ.get("FORBEAR_CACHE")
    if chosen:
        return Path(chosen).absolute()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "forbear"


def read_checksums(listing: Path) -> dict[str, str]:
    """File name to SHA-256 in hex, from lines of `<sha256>  group:artifact:version`."""
    checksums = {}
    for line in listing.read_text(encoding="ascii").splitlines():
        digest, coordinate = line.split()
        _, artifact, version = coordinate.split(":")
        checksums[f"{artifact}-{version}.jar"] = digest
    return checksums


def verify(directory: Path, expected: Mapping[str, str]) -> None:
    """Refuse a directory that misses a jar, has one too many, or one of other bytes."""
    present = {jar.name for jar in directory.glob("*.jar")}
    missing, surplus = sorted(set(expected) - present), sorted(present - set(expected))
    if missing or surplus:
        raise StackError(
            f"Kafka's jars in {directory} are not the {len(expected)} of {_CHECKSUMS.name}: "
            f"missing {', '.join(missing) or 'none'}, surplus {', '.join(surplus) or 'none'}; "
            f"delete {directory} and start again, or: {_WAYS_OUT}"
        )
    for name, digest in expected.items():
        found = hashlib.sha256((directory / name).read_bytes()).hexdigest()
        if found != digest:
            raise StackError(
                f"{directory / name} is refused: its SHA-256 is {found}, expected {digest}; "
                f"delete {directory} and start again, or: {_WAYS_OUT}"
            )


def _cached() -> Path:
    return cache_root() / f"kafka-{KAFKA_VERSION}"


def _libraries_of(home: Path) -> Path:
    if not any((home / "libs").glob("kafka_2.13-*.jar")):
        raise StackError(
            f"KAFKA_HOME={home} holds no libs/kafka_2.13-*.jar; name the directory of an "
            "unpacked Kafka 4 distribution, or unset it to have Kafka fetched"
        )
    return home / "libs"


def _is_marked(directory: Path, expected: Mapping[str, str]) -> bool:
    """Whether these very jars were verified before; sizes and times tell a later change."""
    marker = directory / _MARKER
    return marker.exists() and marker.read_text() == _fingerprint(directory, expected)


def _fingerprint(directory: Path, expected: Mapping[str, str]) -> str:
    lines = []
    for jar in sorted(directory.glob("*.jar")):
        status = jar.stat()
        digest = expected.get(jar.name, "unknown")
        lines.append(f"{digest}  {jar.name} {status.st_size} {status.st_mtime_ns}")
    return "\n".join(lines) + "\n"


def _fill(directory: Path, expected: Mapping[str, str]) -> None:
    try:
        if not directory.exists():
            _fetch_into(directory, expected)
        verify(directory, expected)
        (directory / _MARKER).write_text(_fingerprint(directory, expected))
    except OSError as failure:
        raise explain(failure, "Kafka's jars", directory) from failure


def _fetch_into(directory: Path, expected: Mapping[str, str]) -> None:
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix="fetching-") as scratch:
        gathered = Path(scratch) / "jars"
        gathered.mkdir()
        _gather(Path(scratch), gathered)
        verify(gathered, expected)
        if not directory.exists():
            gathered.rename(directory)


def _gather(scratch: Path, gathered: Path) -> None:
    try:
        broker = _build(_BROKER, scratch)
        logging = _build(_LOGGING, scratch)
    # jgo lets its HTTP client's, its XML parser's and its own errors through, with no common root.
    except (OSError, RuntimeError, ValueError, SyntaxError) as failure:
        raise StackError(
            f"Apache Kafka {KAFKA_VERSION} could not be fetched ({failure}); {_WAYS_OUT}"
        ) from failure
    jars = [*broker.path.rglob("*.jar"), *logging.path.rglob("log4j-slf4j-impl-*.jar")]
    for jar in jars:
        shutil.copyfile(jar, gathered / jar.name)


def _build(coordinate: str, scratch: Path) -> Environment:
    context = MavenContext(repo_cache=scratch / "repository")
    return EnvironmentBuilder(context, cache_dir=scratch / "environments").from_endpoint(coordinate)
