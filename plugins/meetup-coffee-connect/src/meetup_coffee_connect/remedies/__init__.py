"""Remedies (R16): what is done about each weak component criterion of a closed period, by whom and until when."""
