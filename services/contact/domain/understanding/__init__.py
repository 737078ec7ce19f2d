"""Understanding what people write: word lists with visible weights, no model, no network."""
