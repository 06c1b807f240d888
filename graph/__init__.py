"""Turn the Turtle of this repository into one checked release."""
