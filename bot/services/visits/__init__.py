"""Times and visits: found, held, booked, moved, put into calendars."""
