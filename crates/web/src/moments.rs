//! Times, waits and sizes as people say them, by the site's own clock.

use chrono::{DateTime, Datelike as _, NaiveDateTime, TimeDelta, Timelike as _, Utc};

use crate::app::Settings;
use crate::words::{Words, count, fill};

/// Says times in one language, as seen from now.
#[derive(Clone, Copy)]
pub(crate) struct Moments<'a> {
    settings: &'a Settings,
    words: &'static Words,
    now: DateTime<Utc>,
}

impl<'a> Moments<'a> {
    pub(crate) fn new(settings: &'a Settings, words: &'static Words, now: DateTime<Utc>) -> Self {
        Self { settings, words, now }
    }

    fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.settings.zone).naive_local()
    }

    /// "today, 14:10", "Tuesday, 14:10", "3 November, 14:10", and with the year where it is another.
    pub(crate) fn at(&self, at: DateTime<Utc>) -> String {
        let (then, now) = (self.local(at), self.local(self.now));
        let common = self.words.common;
        let month = common.months.get(then.month0() as usize).copied().unwrap_or_default();
        let days = (now.date() - then.date()).num_days();
        let day = match days {
            0 => common.today.to_owned(),
            1 => common.yesterday.to_owned(),
            2..=6 => common.days[then.weekday().num_days_from_monday() as usize].to_owned(),
            _ if then.year() == now.year() => format!("{} {month}", then.day()),
            _ => format!("{} {month} {}", then.day(), then.year()),
        };
        fill(common.at, &[("day", &day), ("time", &format!("{:02}:{:02}", then.hour(), then.minute()))])
    }

    /// The time of day to the second, for what happens in a moment: "14:05:20".
    pub(crate) fn clock(&self, at: DateTime<Utc>) -> String {
        self.local(at).format("%H:%M:%S").to_string()
    }

    /// For machines, in UTC.
    pub(crate) fn exact(at: DateTime<Utc>) -> String {
        at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// How long someone has waited while the desk was open.
    pub(crate) fn waited(&self, since: DateTime<Utc>) -> TimeDelta {
        self.settings.hours.between(self.local(since), self.local(self.now))
    }

    /// A wait in working hours: "just now", "25 min", "3 h 20 min", "2 working days".
    pub(crate) fn wait(&self, waited: TimeDelta) -> String {
        let common = self.words.common;
        let (minutes, day) = (waited.num_minutes().max(0), self.settings.hours.day().num_minutes().max(1));
        match minutes {
            0 => common.just_now.to_owned(),
            1..60 => fill(common.minutes, &[("n", &minutes)]),
            _ if minutes < day && minutes % 60 == 0 => fill(common.whole_hours, &[("h", &(minutes / 60))]),
            _ if minutes < day => fill(common.hours, &[("h", &(minutes / 60)), ("m", &(minutes % 60))]),
            _ => count(common.working_days, u64::try_from(minutes / day).unwrap_or_default()),
        }
    }
}

impl Moments<'_> {
    /// How long something usually takes, in whole steps: "25 minutes", "3 hours", "2 working days".
    pub(crate) fn about(&self, taken: TimeDelta) -> String {
        let (ask, common) = (self.words.ask, self.words.common);
        let (minutes, day) = (taken.num_minutes().max(1), self.settings.hours.day().num_minutes().max(1));
        let number = |n: i64| u64::try_from(n).unwrap_or_default();
        match minutes {
            1..56 => fill(ask.about_minutes, &[("n", &((minutes + 4) / 5 * 5))]),
            _ if minutes < day => count(ask.about_hours, number((minutes + 30) / 60).max(1)),
            _ => count(common.working_days, number((minutes + day / 2) / day)),
        }
    }
}

impl Words {
    /// A size in the largest unit that leaves a whole, with one decimal; a kilobyte is 1000 bytes.
    pub(crate) fn size(&self, bytes: u64) -> String {
        let [one, units @ ..] = self.common.units;
        if bytes < 1000 {
            return format!("{bytes}\u{a0}{one}");
        }
        let (mut tenths, mut unit) = (u128::from(bytes) * 10, one);
        for next in units {
            if tenths < 10_000 {
                break;
            }
            (tenths, unit) = ((tenths + 500) / 1000, next);
        }
        format!("{}{}{}\u{a0}{unit}", tenths / 10, self.common.decimal, tenths % 10)
    }

    /// A whole number with its thousands set apart.
    pub(crate) fn number(number: u64) -> String {
        let digits = number.to_string();
        let mut out = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push('\u{202f}');
            }
            out.push(digit);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use exeat_domain::hours::WorkingHours;
    use exeat_domain::roster::Language;

    use super::*;

    fn settings() -> Settings {
        Settings {
            address: "127.0.0.1:0".parse().unwrap(),
            public_url: "http://localhost".into(),
            trusted_proxies: vec![],
            header: None,
            idle: TimeDelta::minutes(30),
            longest: TimeDelta::hours(10),
            second_factor: true,
            token_days: 365,
            zone: chrono_tz::Europe::Brussels,
            hours: WorkingHours::default(),
            name: "Release desk".into(),
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn times_are_said_by_the_sites_clock() {
        let settings = settings();
        let say = |language, then: &str| {
            Moments::new(&settings, Words::of(language), at("2026-11-23T13:00:00Z")).at(at(then))
        };
        assert_eq!(say(Language::En, "2026-11-23T12:05:00Z"), "today, 13:05");
        assert_eq!(say(Language::Nl, "2026-11-22T23:30:00Z"), "vandaag om 00:30");
        assert_eq!(say(Language::Fr, "2026-11-19T08:00:00Z"), "jeudi à 09:00");
        assert_eq!(say(Language::Nl, "2026-07-01T08:00:00Z"), "1 juli om 10:00");
        assert_eq!(say(Language::En, "2025-12-31T12:00:00Z"), "31 December 2025, 13:00");
    }

    #[test]
    fn waits_are_those_of_working_hours() {
        let settings = settings();
        let moments = Moments::new(&settings, Words::of(Language::En), at("2026-11-23T10:00:00Z"));
        for (since, words) in [
            ("2026-11-23T09:59:40Z", "just now"),
            ("2026-11-23T09:35:00Z", "25 min"),
            ("2026-11-20T14:40:00Z", "3 h 20 min"),
            ("2026-11-20T09:30:00Z", "1 working day"),
            ("2026-11-16T09:30:00Z", "5 working days"),
        ] {
            assert_eq!(moments.wait(moments.waited(at(since))), words, "{since}");
        }
    }

    #[test]
    fn sizes_and_numbers_read_well() {
        let nl = Words::of(Language::Nl);
        assert_eq!(
            [999, 52_428, 3_140_000].map(|bytes| nl.size(bytes)),
            ["999\u{a0}bytes", "52,4\u{a0}kB", "3,1\u{a0}MB"]
        );
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(Words::number),
            ["0", "999", "1\u{202f}000", "1\u{202f}234\u{202f}567"]
        );
    }
}
