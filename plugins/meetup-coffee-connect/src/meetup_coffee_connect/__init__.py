"""The province's programme “Cà phê kết nối doanh nghiệp”, as a plugin of Meetup."""
