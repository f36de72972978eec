"""Review conferences (R13): of which year, when, the minutes, and what was learned."""
