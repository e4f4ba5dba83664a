//! Charts as SVG: bars that stand, bars that lie, and a line through days. Their words and numbers come with them.

use std::fmt::Write as _;

/// The size of a chart, in its own units; it is drawn as wide as its place.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 240.0;
/// Around the bars: for the numbers at the left, for the words below.
const LEFT: f64 = 56.0;
const BELOW: f64 = 28.0;
const ABOVE: f64 = 12.0;
/// The height of a lying bar with its gap, and the room for its words.
const LYING: f64 = 28.0;
const WORDS: f64 = 200.0;

/// A chart, ready to be written into a page.
#[derive(Debug, Default)]
pub(crate) struct Chart {
    pub(crate) id: &'static str,
    pub(crate) title: String,
    /// What it shows, in a sentence, for those who do not see it.
    pub(crate) says: String,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) marks: Vec<Mark>,
    pub(crate) texts: Vec<Text>,
    /// Where the lines lie that eyes follow, from left to right.
    pub(crate) rules: Vec<f64>,
    pub(crate) left: f64,
    /// The points of a line, and the ground under it.
    pub(crate) line: String,
    pub(crate) ground: String,
}

/// A bar.
#[derive(Debug)]
pub(crate) struct Mark {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) class: &'static str,
    pub(crate) says: String,
}

/// Words in a chart.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) class: &'static str,
    pub(crate) words: String,
}

/// What stands under a group of bars, and the bars: how high, of which class, what each says.
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) bars: Vec<(f64, &'static str, String)>,
}

impl Chart {
    fn new(id: &'static str, title: &str, says: String, height: f64) -> Self {
        Self { id, title: title.to_owned(), says, width: WIDTH, height, left: LEFT, ..Self::default() }
    }

    /// Bars that stand side by side in groups; `unit` says a height.
    pub(crate) fn standing(
        id: &'static str,
        title: &str,
        says: String,
        groups: &[Group],
        unit: impl Fn(f64) -> String,
    ) -> Self {
        let mut chart = Self::new(id, title, says, HEIGHT);
        let most = groups.iter().flat_map(|group| &group.bars).map(|bar| bar.0).fold(0.0, f64::max);
        let top = chart.scale(most, unit);
        let room = (WIDTH - LEFT) / count(groups.len().max(1));
        let every = groups.len().div_ceil(12).max(1);
        for (at, group) in groups.iter().enumerate() {
            let start = LEFT + room * count(at);
            let width = (room * 0.72 / count(group.bars.len())).min(40.0);
            let mut x = start + (room - width * count(group.bars.len())) / 2.0;
            for (height, class, says) in &group.bars {
                let tall = (HEIGHT - BELOW - ABOVE) * height / top;
                let y = HEIGHT - BELOW - tall;
                chart.marks.push(Mark { x, y, width: width - 1.0, height: tall, class, says: says.clone() });
                x += width;
            }
            if at % every == 0 {
                let (x, y) = (start + room / 2.0, HEIGHT - 8.0);
                chart.texts.push(Text { x, y, class: "mid", words: group.name.clone() });
            }
        }
        chart
    }

    /// Bars that lie one under the other, each with its words and number.
    pub(crate) fn lying(id: &'static str, title: &str, says: String, bars: &[(String, u64)]) -> Self {
        let mut chart = Self::new(id, title, says, LYING * count(bars.len()));
        let most = bars.iter().map(|bar| bar.1).max().unwrap_or(1).max(1);
        let room = WIDTH - WORDS - 56.0;
        for (at, (name, number)) in bars.iter().enumerate() {
            let y = LYING * count(at);
            let width = (room * whole(*number) / whole(most)).max(1.0);
            let says = format!("{name}: {number}");
            chart.marks.push(Mark { x: WORDS, y: y + 5.0, width, height: LYING - 10.0, class: "one", says });
            let text = |x, class, words| Text { x, y: y + 18.5, class, words };
            chart.texts.push(text(WORDS - 8.0, "end", name.clone()));
            chart.texts.push(text(WORDS + width + 8.0, "number", number.to_string()));
        }
        chart
    }

    /// A line through the days; `names` stand below.
    pub(crate) fn line(
        id: &'static str,
        title: &str,
        says: String,
        days: &[u64],
        names: &[(usize, String)],
    ) -> Self {
        let mut chart = Self::new(id, title, says, HEIGHT);
        let most = days.iter().copied().max().unwrap_or(0);
        let top = chart.scale(whole(most), |at| format!("{at:.0}"));
        let step = (WIDTH - LEFT) / count(days.len().saturating_sub(1).max(1));
        let base = HEIGHT - BELOW;
        for (at, waits) in days.iter().enumerate() {
            let (x, y) = (LEFT + step * count(at), base - (base - ABOVE) * whole(*waits) / top);
            let _ = write!(chart.line, "{x:.1},{y:.1} ");
        }
        chart.ground = format!("{LEFT},{base} {}{WIDTH},{base}", chart.line);
        for (at, name) in names {
            let x = LEFT + step * count(*at);
            chart.texts.push(Text { x, y: HEIGHT - 8.0, class: "mid", words: name.clone() });
        }
        chart
    }

    /// Draws the scale, and gives its upper end.
    fn scale(&mut self, most: f64, unit: impl Fn(f64) -> String) -> f64 {
        let step = round_step(most);
        let steps = (most / step).ceil().max(1.0);
        let mut at = 0.0;
        while at <= steps {
            let y = HEIGHT - BELOW - (HEIGHT - BELOW - ABOVE) * at / steps;
            self.rules.push(y);
            self.texts.push(Text { x: LEFT - 8.0, y: y + 4.0, class: "end", words: unit(at * step) });
            at += 1.0;
        }
        steps * step
    }
}

/// A step of one, two or five by some power of ten, of which a few make the whole.
fn round_step(most: f64) -> f64 {
    let rough = (most / 4.0).max(0.25);
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0].into_iter().map(|step| step * power).find(|step| *step >= rough);
    step.unwrap_or(10.0 * power).max(1.0)
}

#[allow(clippy::cast_precision_loss, reason = "a place in a picture")]
fn count(number: usize) -> f64 {
    number as f64
}

#[allow(clippy::cast_precision_loss, reason = "a length in a picture")]
pub(crate) fn whole(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_few() {
        for (most, step) in [(0.0, 1.0), (1.0, 1.0), (7.0, 2.0), (39.0, 10.0), (41.0, 20.0), (900.0, 500.0)] {
            let found = round_step(most);
            assert!((found - step).abs() < 1e-9, "{most}: {found}");
        }
    }

    #[test]
    fn bars_are_as_high_as_their_numbers_and_nothing_divides_by_nothing() {
        let group = |height| Group { name: "a".into(), bars: vec![(height, "one", String::new())] };
        let chart = Chart::standing("c", "t", String::new(), &[group(2.0), group(4.0)], |at| at.to_string());
        assert!((chart.marks[1].height / chart.marks[0].height - 2.0).abs() < 1e-9);
        assert!(chart.marks.iter().all(|mark| mark.y >= 0.0 && mark.y + mark.height <= HEIGHT));
        for chart in [
            Chart::standing("c", "t", String::new(), &[], |at| at.to_string()),
            Chart::lying("c", "t", String::new(), &[("a".into(), 0)]),
            Chart::line("c", "t", String::new(), &[], &[]),
            Chart::line("c", "t", String::new(), &[0], &[]),
        ] {
            let numbers = chart.marks.iter().flat_map(|mark| [mark.x, mark.y, mark.width, mark.height]);
            assert!(numbers.chain(chart.rules.iter().copied()).all(f64::is_finite));
            assert!(!chart.line.contains("NaN") && !chart.ground.contains("NaN"));
        }
    }
}
