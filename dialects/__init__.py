"""The dialects of Ember, one folder each; they share `values` and `formats` only."""
