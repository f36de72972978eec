"""What the tests stand on: servers, databases, a clock, a mail server, a browser."""
