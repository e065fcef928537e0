"""Changing metadata: definitions become new models, and the changes are kept with the rows."""
