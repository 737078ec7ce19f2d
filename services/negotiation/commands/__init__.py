"""The use cases of negotiation, each within the transaction its door has opened."""
