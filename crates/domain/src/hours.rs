//! Working hours: how long someone has waited while the desk was open.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};

/// When the desk is open, in its own local time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingHours {
    /// From when on a working day.
    pub from: NaiveTime,
    /// Until when.
    pub until: NaiveTime,
    /// The working days of a week.
    pub days: BTreeSet<u8>,
    /// Days on which the desk is closed all the same.
    pub closed: BTreeSet<NaiveDate>,
}

impl Default for WorkingHours {
    /// Monday to Friday, nine to five.
    fn default() -> Self {
        Self {
            from: NaiveTime::MIN + TimeDelta::hours(9),
            until: NaiveTime::MIN + TimeDelta::hours(17),
            days: (0..5).collect(),
            closed: BTreeSet::new(),
        }
    }
}

/// Days that are looked at one by one; a longer wait is counted by whole weeks.
const LONGEST: u64 = 366;

impl WorkingHours {
    /// Whether the desk is open at all on this day.
    #[must_use]
    pub fn is_open_on(&self, day: NaiveDate) -> bool {
        self.days.contains(&number(day.weekday())) && !self.closed.contains(&day)
    }

    /// How long a working day is.
    #[must_use]
    pub fn day(&self) -> TimeDelta {
        (self.until - self.from).max(TimeDelta::zero())
    }

    /// The working time from one local moment to another; none where the second is not later.
    #[must_use]
    pub fn between(&self, start: NaiveDateTime, end: NaiveDateTime) -> TimeDelta {
        let mut sum = TimeDelta::zero();
        let mut day = start.date();
        let behind = u64::try_from((end.date() - day).num_days()).unwrap_or(0);
        if behind > LONGEST {
            let weeks = (behind - LONGEST) / 7 + 1;
            sum += self.day()
                * i32::try_from(weeks).unwrap_or(i32::MAX / 8)
                * i32::try_from(self.days.len()).unwrap_or(0);
            day = day.checked_add_days(Days::new(weeks * 7)).unwrap_or(end.date());
        }
        while day <= end.date() {
            if self.is_open_on(day) {
                let opens = day.and_time(self.from).max(start);
                let closes = day.and_time(self.until).min(end);
                sum += (closes - opens).max(TimeDelta::zero());
            }
            let Some(next) = day.succ_opt() else { break };
            day = next;
        }
        sum
    }
}

/// Monday is 0.
fn number(day: Weekday) -> u8 {
    u8::try_from(day.num_days_from_monday()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn nights_weekends_and_closed_days_do_not_count() {
        let mut hours = WorkingHours::default();
        hours.closed.insert("2026-11-11".parse().unwrap());
        for (start, end, minutes) in [
            ("2026-11-23T10:00:00", "2026-11-23T11:30:00", 90),
            ("2026-11-23T07:00:00", "2026-11-23T09:30:00", 30),
            ("2026-11-20T16:00:00", "2026-11-23T10:00:00", 120),
            ("2026-11-21T12:00:00", "2026-11-22T12:00:00", 0),
            ("2026-11-10T16:00:00", "2026-11-12T10:00:00", 120),
            ("2026-11-23T11:00:00", "2026-11-23T10:00:00", 0),
        ] {
            assert_eq!(hours.between(at(start), at(end)), TimeDelta::minutes(minutes), "{start} {end}");
        }
    }

    #[test]
    fn years_are_counted_without_walking_every_day() {
        let hours = WorkingHours::default();
        let long = hours.between(at("2000-01-03T09:00:00"), at("2026-11-23T09:00:00"));
        let weeks = (at("2026-11-23T09:00:00") - at("2000-01-03T09:00:00")).num_days() / 7;
        assert_eq!(long, TimeDelta::hours(8 * 5 * weeks));
    }
}
