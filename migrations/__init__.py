"""The core's migrations; ships as ``meetup.migrations``."""
