//! Life tables: numbers at risk, events and censored persons by time, and the survival that follows from them.

use exeat_domain::finding::Severity;

use super::worse;
use crate::band::{self, Params, people};
use crate::cells::Row;
use crate::read::names;
use crate::read::profile::Profile;
use crate::read::record::RecordError;
use crate::read::value::Value;
use crate::rule::Findings;
use crate::table::{Role, Table};

/// A column of a life table, and whether its header says that it is rounded.
#[derive(Clone, Copy)]
struct Part {
    at: usize,
    rounded: bool,
}

/// A life table, by its columns.
pub(super) struct LifeTable<'a> {
    table: &'a Table,
    /// Exact numbers at risk before rounded ones.
    at_risk: Vec<Part>,
    events: Vec<Part>,
    censored: Vec<Part>,
    /// Survival, or what it follows from.
    survival: Option<(usize, Form)>,
    /// Decimals that survival is printed with; a zero at the end of one may be left out.
    decimals: u8,
    time: Option<usize>,
    groups: Vec<usize>,
    /// It is one of several that stand beside each other.
    arm: bool,
}

/// How a column tells survival.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As it is.
    Survival,
    /// As the share of those with the event.
    Incidence,
    /// As a cumulative hazard, the sum of events over those at risk.
    Hazard,
}

/// What a header says of a column of a life table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    AtRisk,
    Events,
    Censored,
    Survival,
    Incidence,
    Hazard,
    Time,
}

/// Words of a header that speak of something beside the curve.
const BESIDE: &str = "se sd std error err ci lower upper low high lcl ucl cum cumulative cml";
/// Phrases for those at risk.
const AT_RISK: [&str; 6] = ["at risk", "a risque", "onder risico", "aan risico", "in risico", "en risque"];
/// Headers as a whole for those at risk.
const RISK_SETS: [&str; 11] = [
    "n risk",
    "n risico",
    "aantal risico",
    "risico",
    "n risque",
    "risque",
    "nrisk",
    "numrisk",
    "natrisk",
    "atrisk",
    "risk set",
];
/// Words for the censored.
const CENSORED: &str = "censor censored ncensor censors withdrawn censure censures censuree censurees gecensureerd \
    gecensureerde gecensureerden censuur";
/// Words for events.
const EVENTS: &str = "event events nevent nevents observed died failures failed gebeurtenis gebeurtenissen voorvallen \
    overleden overlijdens evenement evenements deces sterfgevallen";
/// Words for survival.
const SURVIVAL: &str =
    "surv survival km kaplan survivor overleving overlevingskans overlevingsfunctie survie";
/// Words for time.
const TIMES: &str = "time t day days month months week weeks year years timeline tstart tstop tijd temps dag dagen weken \
    maand maanden jaren jours semaines mois";

/// The meaning of a header, and whether it says that the column is rounded.
fn what(name: &str) -> Option<(What, bool)> {
    meaning(&names::words(name))
}

/// The same, of a header's words.
fn meaning(words: &[String]) -> Option<(What, bool)> {
    let rounded = words
        .iter()
        .any(|word| matches!(word.as_str(), "rounded" | "round" | "redacted" | "afgerond" | "arrondi"));
    let words: Vec<&str> =
        words.iter().map(String::as_str).filter(|word| !word.starts_with("round")).collect();
    let joined = words.join(" ");
    let has = |list: &str| list.split_whitespace().any(|listed| words.contains(&listed));
    let cumulative = has("cum cumulative cumulatieve cumulatief cumule cumulee");
    let incidence = cumulative && has("incidence incidentie inc");
    let hazard = cumulative && has("hazard haz risico risque") || has("cumhaz chaz nelson");
    let what = if has("se sd std error err ci lower upper") || has(BESIDE) && !incidence && !hazard {
        return None;
    } else if hazard {
        What::Hazard
    } else if AT_RISK.iter().any(|risk| joined.contains(risk))
        || RISK_SETS.contains(&joined.as_str())
        || joined == "entered"
    {
        What::AtRisk
    } else if has(CENSORED) || ["n lost", "perdus de vue", "lost to follow up"].contains(&joined.as_str()) {
        What::Censored
    } else if has(EVENTS) && !has("table type name date rate at")
        || matches!(joined.as_str(), "d" | "deaths" | "n deaths" | "num deaths")
    {
        What::Events
    } else if has("cuminc cif") || joined.contains("cumulative incidence") || joined.contains("cum inc") {
        What::Incidence
    } else if has(SURVIVAL) || matches!(joined.as_str(), "s t" | "s" | "estimate" | "surv prob") {
        What::Survival
    } else if has(TIMES) || joined == "event at" {
        What::Time
    } else {
        return None;
    };
    Some((what, rounded))
}

/// Words beside `at risk` that name no arm.
const NO_ARM: &str = "n no nr number num aantal nombre count counts at on pct exact rounded round redacted total totaal \
    start end begin left right cum cumulative";
/// Arms of one table that are looked at.
const ARMS: usize = 20;

/// The words by which headers of numbers at risk differ, where there are several: `n.risk.A` and `n.risk.B`.
fn arms(table: &Table) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::new();
    for (column, profile) in table.columns.iter().zip(&table.profiles) {
        if !profile.is_numeric() || found.len() >= ARMS {
            continue;
        }
        let words = names::words(&column.name);
        let own = (1..words.len()).flat_map(|at| {
            let (before, behind) = words.split_at(at);
            [(before, behind), (behind, before)]
        });
        let arm = own
            .filter(|(rest, _)| matches!(meaning(rest), Some((What::AtRisk, _))))
            .map(|(_, arm)| arm)
            .filter(|arm| !arm.iter().any(|word| NO_ARM.split_whitespace().any(|no| no == word)))
            .min_by_key(|arm| arm.len());
        found.extend(arm.map(<[String]>::to_vec).filter(|arm| !found.contains(arm)));
    }
    if found.len() < 2 { Vec::new() } else { found }
}

/// What the header of a column of an arm says, without the words of the arm; the time is that of all.
fn of_arm(name: &str, arm: &[String]) -> Option<(What, bool)> {
    if arm.is_empty() {
        return what(name);
    }
    let words = names::words(name);
    let rest = words.strip_suffix(arm).or_else(|| words.strip_prefix(arm));
    match rest {
        Some(rest) => meaning(rest),
        None => meaning(&words).filter(|(what, _)| *what == What::Time),
    }
}

impl<'a> LifeTable<'a> {
    /// Reads a table as a life table, or as those of several arms beside each other, if it is one.
    pub(super) fn all(table: &'a Table) -> Result<Vec<Self>, RecordError> {
        let arms = arms(table);
        let mut lives = Vec::new();
        for arm in &arms {
            lives.extend(Self::of(table, arm)?);
        }
        if lives.len() < 2 {
            lives = Self::of(table, &[])?.into_iter().collect();
        }
        Ok(lives)
    }

    /// The life table of one arm, whose words its headers have more than others; of the whole table without any.
    fn of(table: &'a Table, arm: &[String]) -> Result<Option<Self>, RecordError> {
        let mut life = Self {
            table,
            at_risk: Vec::new(),
            events: Vec::new(),
            censored: Vec::new(),
            survival: None,
            decimals: 0,
            time: None,
            groups: Vec::new(),
            arm: !arm.is_empty(),
        };
        for (at, column) in table.columns.iter().enumerate() {
            let Some(profile) = table.profiles.get(at) else { continue };
            if !profile.is_numeric() {
                if matches!(column.role, Role::Dimension | Role::Term) {
                    life.groups.push(at);
                }
                continue;
            }
            let Some((what, rounded)) = of_arm(&column.name, arm) else { continue };
            life.take(what, Part { at, rounded }, profile);
        }
        for parts in [&mut life.at_risk, &mut life.events, &mut life.censored] {
            parts.sort_by_key(|part| part.rounded);
        }
        if life.is_complete()? { Ok(Some(life)) } else { Ok(None) }
    }

    fn take(&mut self, what: What, part: Part, profile: &Profile) {
        let whole = profile.whole == profile.numbers && profile.min >= 0.0;
        let share = profile.min >= 0.0
            && (profile.max <= 1.0 || profile.max <= 100.0 && profile.whole < profile.numbers);
        match what {
            What::AtRisk if whole => self.at_risk.push(part),
            What::Events if whole => self.events.push(part),
            What::Censored if whole => self.censored.push(part),
            What::Survival if share && self.survival.is_none() => {
                self.survival = Some((part.at, Form::Survival));
            }
            What::Incidence if share && self.survival.is_none() => {
                self.survival = Some((part.at, Form::Incidence));
            }
            What::Hazard if profile.min >= 0.0 && self.survival.is_none() => {
                self.survival = Some((part.at, Form::Hazard));
            }
            What::Time if self.time.is_none() => self.time = Some(part.at),
            What::AtRisk
            | What::Events
            | What::Censored
            | What::Survival
            | What::Incidence
            | What::Hazard
            | What::Time => {}
        }
    }

    /// Whether there is enough of a life table: numbers at risk that fall with time, and something beside them.
    fn is_complete(&mut self) -> Result<bool, RecordError> {
        let Some(risk) = self.at_risk.first() else { return Ok(false) };
        let beside = self.survival.is_some() || !self.events.is_empty() || !self.censored.is_empty();
        if !beside || (self.time.is_none() && self.survival.is_none()) {
            return Ok(false);
        }
        let (mut falls, mut all, mut decimals) = (0_u64, 0_u64, 0);
        let mut before: Option<(f64, Start)> = None;
        self.table.each_row(|_, cells| {
            if let Some(Value::Number(share)) = self.survival.map(|(at, _)| cells.value(at)) {
                decimals = decimals.max(share.decimals);
            }
            let Some(risk) = cells.number(risk.at) else { return };
            let start = self.start(cells);
            if let Some((last, of)) = &before
                && of.goes_on(&start)
            {
                all += 1;
                falls += u64::from(risk <= *last);
            }
            before = Some((risk, start));
        })?;
        self.decimals = decimals;
        Ok(falls * 10 >= all * 9 && (all > 0 || self.survival.is_some()))
    }

    fn start(&self, cells: &Row<'_>) -> Start {
        Start {
            labels: self.groups.iter().map(|at| cells.text(*at).to_owned()).collect(),
            time: self.time.and_then(|at| cells.number(at)),
        }
    }

    /// Judges each row.
    pub(super) fn judge(&self, params: &Params, found: &mut Findings) -> Result<(), RecordError> {
        let mut before: Option<Before> = None;
        self.table.each_row(|row, cells| {
            let start = self.start(cells);
            let risk = self.at_risk.first().and_then(|part| cells.number(part.at));
            let survival =
                self.survival.and_then(|(at, form)| Share::of(cells.value(at), form, self.decimals));
            let last = before.take().filter(|before| before.start.goes_on(&start));
            if !self.printed(params, row, cells, found) {
                let told = self.told_by_survival(params, last.as_ref(), risk, survival, &start);
                let left = self.left(params, last.as_ref(), risk);
                let worst = told
                    .into_iter()
                    .chain(left)
                    .reduce(|one, other| if other.0 > one.0 { other } else { one });
                if let Some((severity, message)) = worst {
                    let place = self.survival.filter(|_| self.arm).map_or_else(
                        || self.table.row(row),
                        |(at, _)| self.table.cell(row, at, cells.text(at)),
                    );
                    found.push(severity, place, message);
                }
            }
            let exact = self.events.iter().find(|part| !part.rounded);
            let events = exact.and_then(|part| cells.number(part.at));
            before = Some(Before { start, risk, events, survival });
        })
    }

    /// Small numbers that are printed; whether there are any.
    fn printed(&self, params: &Params, row: u64, cells: &Row<'_>, found: &mut Findings) -> bool {
        let mut any = false;
        let kinds =
            [(&self.at_risk, "at risk"), (&self.events, "with an event"), (&self.censored, "censored")];
        for (part, what) in
            kinds.into_iter().flat_map(|(parts, what)| parts.iter().map(move |part| (part, what)))
        {
            let Some(count) = band::count(cells.value(part.at)) else { continue };
            let greatest =
                self.table.profiles.get(part.at).map_or(count, |of| band::greatest(count, &of.rounding));
            if let Some(severity) = params.severity(greatest) {
                let place = self.table.cell(row, part.at, cells.text(part.at));
                found.push(severity, place, format!("{} {what}.", people(count)));
                any = true;
            }
        }
        any
    }

    /// Whether exact events are printed.
    fn has_events(&self) -> bool {
        self.events.iter().any(|part| !part.rounded)
    }

    /// The events that follow from the step of the curve and the number at risk.
    fn told_by_survival(
        &self,
        params: &Params,
        last: Option<&Before>,
        risk: Option<f64>,
        survival: Option<Share>,
        start: &Start,
    ) -> Option<(Severity, String)> {
        let (risk, now) = (risk?, survival?);
        if self.has_events() {
            return None;
        }
        // A curve begins at one, before its first time.
        let hazard = now.hazard;
        let whole = Share { value: if hazard { 0.0 } else { 1.0 }, half: 0.0, hazard };
        let first = last.is_none() && start.time.is_none_or(|time| time > 0.0);
        let then = last.and_then(|last| last.survival).or(first.then_some(whole))?;
        let (least, greatest) = now.events(then, risk)?;
        let severity = match params.severity(greatest) {
            Some(severity) => severity,
            None if least < params.threshold() => Severity::Review,
            None => return None,
        };
        let several = if least == greatest { people(least) } else { format!("{least} to {greatest} people") };
        Some((
            severity,
            format!("The step of the curve and the number at risk give {several} with an event."),
        ))
    }

    /// Those who left between two rows: with an event or censored.
    fn left(&self, params: &Params, last: Option<&Before>, risk: Option<f64>) -> Option<(Severity, String)> {
        let told = self.has_events() && self.censored.iter().any(|part| !part.rounded);
        let exact = self.at_risk.first().is_some_and(|part| !part.rounded);
        if told || !exact {
            return None;
        }
        // Events that are printed are known; the rest was censored.
        let known = if self.has_events() { last?.events? } else { 0.0 };
        let left = last?.risk? - risk? - known;
        let whole = left.fract() == 0.0 && (1.0..1e9).contains(&left);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole, from 1 to a billion"
        )]
        let left = whole.then_some(left as u64)?;
        // Rounded numbers at risk differ by their rounding.
        let rounding = self.at_risk.first().and_then(|part| self.table.profiles.get(part.at));
        if rounding.is_some_and(|of| band::greatest(1, &of.rounding) > 1) {
            return None;
        }
        let severity = worse(params.severity(left), None)?;
        Some((severity, format!("{} left since the row before, with an event or censored.", people(left))))
    }
}

/// The row before.
struct Before {
    start: Start,
    risk: Option<f64>,
    events: Option<f64>,
    survival: Option<Share>,
}

/// The group and the time of a row.
struct Start {
    labels: Vec<String>,
    time: Option<f64>,
}

impl Start {
    /// Whether a row goes on with the curve of this one.
    fn goes_on(&self, next: &Self) -> bool {
        let later = match (self.time, next.time) {
            (Some(time), Some(next)) => next > time,
            _ => true,
        };
        later && self.labels == next.labels
    }
}

/// A share as printed: its value, and half of its last digit.
#[derive(Clone, Copy)]
struct Share {
    value: f64,
    half: f64,
    /// It is a cumulative hazard.
    hazard: bool,
}

impl Share {
    fn of(value: Value, form: Form, decimals: u8) -> Option<Self> {
        let Value::Number(number) = value else { return None };
        if form == Form::Hazard {
            let half = 0.5 * 10_f64.powi(-i32::from(decimals));
            return Some(Self { value: number.value, half, hazard: true });
        }
        let hundredth = if number.percent || number.value > 1.0 { 100.0 } else { 1.0 };
        let value = number.value / hundredth;
        let half = 0.5 * 10_f64.powi(-i32::from(decimals)) / hundredth;
        (0.0..=1.0).contains(&value).then_some(Self {
            value: if form == Form::Incidence { 1.0 - value } else { value },
            half,
            hazard: false,
        })
    }

    /// The least and the greatest number of events between an earlier share and this one; none where there may be none.
    fn events(self, before: Self, risk: f64) -> Option<(u64, u64)> {
        if !(1.0..1e12).contains(&risk) {
            return None;
        }
        let (least, middle, most) = if self.hazard {
            let (step, unsure) = (self.value - before.value, self.half + before.half);
            (risk * (step - unsure), risk * step, risk * (step + unsure))
        } else {
            if self.value >= before.value || before.value <= 0.0 {
                return None;
            }
            let at = |now: f64, then: f64| risk * (1.0 - now / then);
            (
                at(self.value + self.half, (before.value - before.half).max(1e-12)),
                at(self.value, before.value),
                at((self.value - self.half).max(0.0), (before.value + before.half).min(1.0)),
            )
        };
        let least = least.max(0.0);
        let (mut least, mut most) = ((least - 1e-6).ceil(), (most + 1e-6).floor());
        if least > most {
            (least, most) = (middle.round(), middle.round());
        }
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole, from 1 to the number at risk"
        )]
        (least >= 1.0).then_some((least as u64, most as u64))
    }
}
