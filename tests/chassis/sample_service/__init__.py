"""The smallest service that has every role, to try the chassis as a process."""
