"""What workflows and services promise each other: types and arithmetic on them, no I/O."""
