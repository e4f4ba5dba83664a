//! A regularised logistic model whose weights keep to their side, rounded to points.

/// One table to learn from.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    /// Whether it is one row a person.
    pub(crate) persons: bool,
    /// How much it weighs.
    pub(crate) weight: f64,
    /// The signs that it shows, by number.
    pub(crate) signs: Vec<usize>,
}

/// How strongly weights are drawn to nothing.
const PENALTY: f64 = 0.0003;
/// Points for a weight of 1.
const POINTS: f64 = 2.0;
/// Steps of the descent; it is over long before.
const STEPS: usize = 3_000;

/// Fits a weight for each sign, not below nothing where it is `for_persons` and not above elsewhere, and rounds it to points.
pub(crate) fn points(examples: &[Example], for_persons: &[bool]) -> Vec<i32> {
    let weights = weights(examples, for_persons);
    #[allow(clippy::cast_possible_truncation, reason = "a weight is small")]
    weights.iter().map(|weight| (weight * POINTS).round() as i32).collect()
}

/// Accelerated projected gradient descent.
fn weights(examples: &[Example], for_persons: &[bool]) -> Vec<f64> {
    let width = for_persons.len();
    let scale = balance(examples);
    let most = examples.iter().map(|example| example.signs.len()).max().unwrap_or(1) as f64;
    let rate = 4.0 / (most + 1.0 + PENALTY);
    // The last is the intercept, which is free and not drawn to nothing.
    let (mut now, mut ahead) = (vec![0.0; width + 1], vec![0.0; width + 1]);
    let mut pace = 1.0_f64;
    for _ in 0..STEPS {
        let gradient = gradient(examples, &scale, &ahead);
        let next: Vec<f64> = (0..=width)
            .map(|at| match for_persons.get(at) {
                None => ahead[at] - rate * gradient[at],
                Some(persons) => {
                    let moved = ahead[at] - rate * (gradient[at] + PENALTY * ahead[at]);
                    if *persons { moved.max(0.0) } else { moved.min(0.0) }
                }
            })
            .collect();
        let faster = f64::midpoint(1.0, (1.0 + 4.0 * pace * pace).sqrt());
        ahead =
            next.iter().zip(&now).map(|(next, now)| next + (pace - 1.0) / faster * (next - now)).collect();
        (now, pace) = (next, faster);
    }
    now.truncate(width);
    now
}

/// Weights by which either class weighs a half in all.
fn balance(examples: &[Example]) -> [f64; 2] {
    let sum = |persons: bool| -> f64 {
        examples.iter().filter(|example| example.persons == persons).map(|example| example.weight).sum()
    };
    [0.5 / sum(false).max(f64::MIN_POSITIVE), 0.5 / sum(true).max(f64::MIN_POSITIVE)]
}

fn gradient(examples: &[Example], scale: &[f64; 2], weights: &[f64]) -> Vec<f64> {
    let width = weights.len() - 1;
    let mut gradient = vec![0.0; width + 1];
    for example in examples {
        let sum: f64 = weights[width] + example.signs.iter().map(|&sign| weights[sign]).sum::<f64>();
        let off = 1.0 / (1.0 + (-sum).exp()) - f64::from(u8::from(example.persons));
        let weighed = off * example.weight * scale[usize::from(example.persons)];
        gradient[width] += weighed;
        for &sign in &example.signs {
            gradient[sign] += weighed;
        }
    }
    gradient
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(persons: bool, signs: &[usize]) -> Example {
        Example { persons, weight: 1.0, signs: signs.to_vec() }
    }

    #[test]
    fn weights_tell_the_classes_apart_and_keep_to_their_side() {
        let examples =
            [example(true, &[0]), example(true, &[0, 2]), example(false, &[1]), example(false, &[1, 2])];
        let points = points(&examples, &[true, false, true]);
        assert!(points[0] > 2 && points[1] < -2, "{points:?}");
        assert_eq!(points[2], 0);
        let wrong = super::points(&examples, &[false, true, true]);
        assert_eq!(wrong, [0, 0, 0], "a sign never speaks for the other side");
    }
}
