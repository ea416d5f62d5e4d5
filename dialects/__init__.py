"""The dialects of Ember, one file each; they share `values` and `formats` only."""
