"""Mail that comes in: replies from calendars, proposals of another time, bounces, and issues by mail."""
