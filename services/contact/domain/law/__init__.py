"""The law of contact as pure judgement: facts in, verdict out; the rules themselves are data."""
