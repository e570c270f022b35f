"""The contract ABI: signatures with the names of their parameters, and the values of events and calls by them."""
