//! A few months of requests, through the desk as they would have gone: asked, checked, decided, corrected, released.

use std::path::Path;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Europe::Brussels;
use exeat_desk::{Ask, Remark, Worked};
use exeat_domain::comment::Visibility;
use exeat_domain::context::{Context, Control};
use exeat_domain::finding::Verdict;
use exeat_domain::ledger::Actor;
use exeat_domain::path::SharePath;
use exeat_domain::request::{Asked, Door, Purpose, RequestId, Thread};
use exeat_domain::review::Choice;
use exeat_domain::state::State;

use super::cases::{CASES, Case, End, WAITING};
use super::house::put;
use super::own_time::OwnTime;
use super::tables::Table;
use crate::cli::Ended;
use crate::out::Failed;
use crate::wiring::Site;

/// How many requests have ended.
const REQUESTS: usize = 46;
/// Working minutes of a day, from nine to five.
const DAY: u32 = 480;
/// Working days that the history goes back.
const DAYS: u32 = 76;
/// Working minutes between a return and the next round.
const MENDING: u32 = 260;
/// Who decides.
const CHECKERS: [&str; 2] = ["cleo", "dirk"];

/// What happens to a request at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Ask,
    Question,
    Answer,
    Decide,
    Correct,
    Approve,
    Withdraw,
}

/// When the history begins: the desk was opened then.
pub(super) fn begins(now: DateTime<Utc>) -> DateTime<Utc> {
    moment(now, (DAYS + 1) * DAY)
}

/// Lets the history happen, and then what waits now; gives how many requests that were.
///
/// # Errors
/// [`Failed`] where a step does not do what it should.
pub(super) async fn tell(site: &Site, time: &OwnTime, folder: &Path) -> Result<usize, Failed> {
    let now = crate::wiring::now();
    let mut history = History { site, time, folder, requests: vec![] };
    for (when, number, step) in steps() {
        time.set(moment(now, when));
        history.step(number, &CASES[number % CASES.len()], step).await?;
    }
    for (at, (case, waited)) in WAITING.iter().enumerate() {
        let number = REQUESTS + at;
        let asked = match *waited {
            today if today < 60 => now - TimeDelta::minutes(i64::from(today)),
            earlier => moment(now, earlier),
        };
        time.set(asked);
        history.step(number, case, Step::Ask).await?;
        if at == 0 {
            history.checker(number).await?.claim(history.request(number)?).await?;
        }
        if at == 1 {
            history.step(number, case, Step::Question).await?;
        }
    }
    // What came due on the way, such as what is kept only for a while.
    time.set(now);
    history.settle(None).await?;
    time.end();
    Ok(history.requests.len())
}

/// Every step, in the order of time: working minutes before this morning, which request, what.
fn steps() -> Vec<(u32, usize, Step)> {
    let mut steps = vec![];
    for (number, at) in (0..REQUESTS).zip(0_u32..) {
        let case = &CASES[number % CASES.len()];
        let asked = DAYS * DAY - at * (DAYS * DAY - 1500) / (REQUESTS as u32) - (at * at * 37) % 390;
        // Some wait longer: people are away, others come first.
        let waits = case.waits * [3, 2, 5, 3, 8, 2][number % 6] / 3;
        steps.push((asked, number, Step::Ask));
        if case.talks {
            steps.push((asked - waits / 3, number, Step::Question));
            steps.push((asked - waits / 2, number, Step::Answer));
        }
        let decided = asked - waits;
        match case.end {
            End::Withdrawn => steps.push((decided, number, Step::Withdraw)),
            _ => steps.push((decided, number, Step::Decide)),
        }
        if case.end == End::Mended {
            steps.push((decided - MENDING, number, Step::Correct));
            steps.push((decided - MENDING - waits / 2, number, Step::Approve));
        }
    }
    steps.sort_by_key(|(when, number, step)| (std::cmp::Reverse(*when), *number, *step));
    steps
}

/// So many working minutes before nine o'clock this morning.
fn moment(now: DateTime<Utc>, before: u32) -> DateTime<Utc> {
    let today = now.with_timezone(&Brussels).date_naive();
    let day = working_day_before(today, before.div_ceil(DAY));
    let minute = (DAY - before % DAY) % DAY;
    let local = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(9 * 60 + i64::from(minute));
    local.and_local_timezone(Brussels).earliest().map_or(now, |local| local.with_timezone(&Utc))
}

fn working_day_before(mut day: NaiveDate, mut days: u32) -> NaiveDate {
    while days > 0 {
        day = day.checked_sub_days(Days::new(1)).unwrap_or_default();
        days -= u32::from(!matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
    }
    day
}

struct History<'a> {
    site: &'a Site,
    time: &'a OwnTime,
    folder: &'a Path,
    requests: Vec<RequestId>,
}

impl History<'_> {
    async fn step(&mut self, number: usize, case: &Case, step: Step) -> Ended {
        match step {
            Step::Ask => self.ask(number, case).await?,
            Step::Question => {
                let text = "Which of these tables is in the paper, and which are its supplement?";
                let remark = Remark { file: None, visibility: Visibility::Public, text: text.to_owned() };
                self.checker(number).await?.comment(self.request(number)?, &remark).await?;
            }
            Step::Answer => {
                let requester = self.site.desk.requester(Actor::person(case.who));
                requester
                    .comment(self.request(number)?, None, "All are in the paper: tables 2 and 3.")
                    .await?;
            }
            Step::Decide => self.decide(number, case).await?,
            Step::Correct => self.correct(number, case).await?,
            Step::Approve => self.approve(number, case).await?,
            Step::Withdraw => {
                let requester = self.site.desk.requester(Actor::person(case.who));
                requester.withdraw(self.request(number)?).await?;
            }
        }
        self.work(number).await
    }

    /// The desk does what is due, a minute later.
    async fn work(&self, number: usize) -> Ended {
        let id = self.request(number)?;
        self.time.set(exeat_desk::ports::Clock::now(self.time) + TimeDelta::minutes(1));
        self.settle(Some(id)).await
    }

    /// The desk does what is due of one request, or of all.
    async fn settle(&self, only: Option<RequestId>) -> Ended {
        loop {
            match self.site.desk.work(only).await? {
                Worked::Idle => return Ok(()),
                Worked::Done(_) => {}
                Worked::Failed(task, cause) => {
                    return Err(Failed::refused("demo", format!("{}: {cause}", task.request())));
                }
            }
        }
    }

    fn request(&self, number: usize) -> Result<RequestId, Failed> {
        let id = self.requests.get(number).copied();
        id.ok_or_else(|| Failed::refused("demo", format!("request {number} of the history was not asked")))
    }

    async fn checker(&self, number: usize) -> Result<exeat_desk::Checker<'_>, Failed> {
        Ok(self.site.desk.checker(Actor::person(CHECKERS[number % CHECKERS.len()])).await?)
    }

    async fn ask(&mut self, number: usize, case: &Case) -> Ended {
        let folder = results(number, case);
        for table in case.tables {
            self.put(&format!("{folder}/{}", table.name()), *table, number)?;
        }
        let ask = Ask {
            door: if number % 5 == 3 { Door::Cli } else { Door::Web },
            project: Some(case.project.to_owned()),
            purpose: case.purpose.to_owned(),
            context: context(number),
            thread: Thread::default(),
            asked: vec![line(folder)],
        };
        let request = self.site.desk.requester(Actor::person(case.who)).ask(ask).await?;
        self.requests.push(request.id);
        Ok(())
    }

    /// Decides as a checker would: what is blocked goes back, unless the case ends otherwise.
    async fn decide(&self, number: usize, case: &Case) -> Ended {
        let (id, checker) = (self.request(number)?, self.checker(number).await?);
        let (request, _) = checker.show(id).await?;
        if request.state != State::Submitted {
            // It left without a person.
            return Ok(());
        }
        checker.claim(id).await?;
        match case.end {
            End::Mended | End::Returned => {
                checker.decide(id, &[], Choice::Return, Some(case.reason), false).await?;
            }
            End::Rejected => {
                checker.decide(id, &[], Choice::Reject, Some(case.reason), false).await?;
            }
            End::Approved | End::Withdrawn => self.approve(number, case).await?,
        }
        Ok(())
    }

    /// Approves what is not blocked; what is goes back.
    async fn approve(&self, number: usize, case: &Case) -> Ended {
        let (id, checker) = (self.request(number)?, self.checker(number).await?);
        let (request, _) = checker.show(id).await?;
        let fine = request.current_files().filter(|(_, file)| file.report.verdict != Verdict::Blocked);
        let fine: Vec<SharePath> = fine.map(|(_, file)| file.path.clone()).collect();
        if !fine.is_empty() {
            checker.decide(id, &fine, Choice::Approve, None, true).await?;
        }
        let (request, _) = checker.show(id).await?;
        let open = |file: &exeat_domain::request::File| checker.decision(&request, file).is_none();
        if request.current_files().any(|(_, file)| open(file)) {
            checker.decide(id, &[], Choice::Return, Some(case.reason), true).await?;
        }
        checker.finish(id).await?;
        Ok(())
    }

    /// The next round: the same names, with nothing to be found in them.
    async fn correct(&self, number: usize, case: &Case) -> Ended {
        let folder = results(number, case);
        for (at, table) in case.tables.iter().enumerate() {
            // Another number, or two of its files would be the same.
            self.put(&format!("{folder}/{}", table.name()), Table::Admissions, number + 100 * (at + 1))?;
        }
        let requester = self.site.desk.requester(Actor::person(case.who));
        requester.correct(self.request(number)?, vec![line(folder)], context(number)).await?;
        Ok(())
    }

    fn put(&self, path: &str, table: Table, number: usize) -> Ended {
        put(self.folder, path, &table.text(u32::try_from(number).unwrap_or_default()))
    }
}

/// The folder that a request's files lie in.
fn results(number: usize, case: &Case) -> String {
    format!("Users/{}/{}/results {:02}", case.who, case.project, number + 1)
}

fn line(folder: String) -> Asked {
    Asked { line: folder, purpose: Purpose::Output }
}

fn context(number: usize) -> Context {
    let controls = [vec![], vec![Control::Suppressed, Control::Secondary], vec![Control::Rounded]];
    Context {
        population: "Adults registered with a general practice, 2019 to 2024".to_owned(),
        controls: controls[number % controls.len()].iter().copied().collect(),
        ..Context::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_lies_before_this_morning_within_working_hours() {
        for now in ["2026-11-23T06:00:00Z", "2026-11-22T12:00:00Z", "2026-03-30T15:00:00Z"] {
            let now: DateTime<Utc> = now.parse().unwrap();
            let this_morning = now.with_timezone(&Brussels).date_naive();
            let mut last = begins(now);
            for (when, number, _) in steps() {
                let at = moment(now, when);
                assert!(when < DAYS * DAY + 1 && when > 600, "{number}: {when}");
                let local = at.with_timezone(&Brussels).naive_local();
                assert!(at >= last && local.date() < this_morning, "{number}: {at} before {last}");
                assert!((9..17).contains(&chrono::Timelike::hour(&local)), "{number}: {local}");
                assert!(!matches!(local.weekday(), Weekday::Sat | Weekday::Sun), "{number}: {local}");
                last = at;
            }
        }
    }
}
