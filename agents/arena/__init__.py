"""Somebody else's environment: banks of policies as the type space, and the definition of section 5 over them."""
