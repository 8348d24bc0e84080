"""Times as staff read them: in the clinic's zone, and how long until or since."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
ROUNDED_FROM = 10
"""Hours from which on minutes are not told."""


def span(seconds: float) -> str:
    """`under a minute`, `12 min`, `2 h 05 min`, `3 days`: short, never more than two units."""
    whole = int(abs(seconds))
    if whole < MINUTE:
        return "< 1 min"
    if whole < HOUR:
        return f"{whole // MINUTE} min"
    if whole < DAY:
        hours, minutes = whole // HOUR, whole % HOUR // MINUTE
        # Ten hours late or ten hours and five minutes: the minutes only take time to read.
        return f"{hours} h {minutes:02d} min" if minutes and hours < ROUNDED_FROM else f"{hours} h"
    days = whole // DAY
    return "1 day" if days == 1 else f"{days} days"


def due(moment: dt.datetime, *, now: dt.datetime) -> str:
    """`in 35 min` or `12 min late`."""
    seconds = (moment - now).total_seconds()
    return f"in {span(seconds)}" if seconds >= 0 else f"{span(seconds)} late"


def clock_time(moment: dt.datetime, *, zone: ZoneInfo, now: dt.datetime) -> str:
    """`2:05 PM` today, `Tue Nov 17, 2:05 PM` on other days, with the year when it is another one."""
    local, today = moment.astimezone(zone), now.astimezone(zone)
    time = f"{local:%I:%M %p}".lstrip("0")
    if local.date() == today.date():
        return time
    day = f"{local:%a %b} {local.day}"
    return f"{day}, {time}" if local.year == today.year else f"{day} {local.year}, {time}"


def day_time(moment: dt.datetime, *, zone: ZoneInfo) -> str:
    """`Tue Nov 17 2026, 2:05 PM`: for appointments, where the day must never be guessed."""
    local = moment.astimezone(zone)
    return f"{local:%a %b} {local.day} {local.year}, " + f"{local:%I:%M %p}".lstrip("0")


def full_time(moment: dt.datetime, *, zone: ZoneInfo) -> str:
    """`Tue Nov 17 2026, 2:05:09 PM CST`: for tooltips and print."""
    local = moment.astimezone(zone)
    time = f"{local:%I:%M:%S %p %Z}".lstrip("0")
    return f"{local:%a %b} {local.day} {local.year}, {time}"


def machine_time(moment: dt.datetime) -> str:
    """For `<time datetime>`."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")
