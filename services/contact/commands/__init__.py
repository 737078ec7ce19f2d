"""What can be asked of contact: one function per use case, inside the door's transaction."""
