"""The rules of the front door, pure: what a fact must look like, and what it means given others."""
