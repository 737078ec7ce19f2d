"""The command line of Forbear: the local stack, the demo, replay and audits."""
