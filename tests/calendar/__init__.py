"""Every .ics file that we write, read by four programs that others wrote."""
