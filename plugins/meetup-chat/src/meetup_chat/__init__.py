"""Short notices into chat rooms, for Meetup: Telegram, Zalo OA, or a service of your own."""
