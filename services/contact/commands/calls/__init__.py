"""The collectors' call queue, from a wish for a call to what was agreed in it."""
