"""The use cases of legal, each within the transaction its door has opened."""
