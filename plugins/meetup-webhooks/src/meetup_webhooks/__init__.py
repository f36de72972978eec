"""Signed webhooks for Meetup: other systems hear of each change of state."""
