"""After each session a short questionnaire, and later one about what the solution brought, for Meetup."""
