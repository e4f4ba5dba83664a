//! What changed between two tables, kept for as long as somebody looks at them: scrolling asks for it again and again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use exeat_desk::rendition::{Comparison, Rendition, RenditionError};
use exeat_domain::digest::Sha256;

/// How many are kept; each takes a few megabytes at the most.
const MOST: usize = 4;

/// The earlier tables, the later ones, and which table of them.
pub(crate) type Key = (Sha256, Sha256, usize);
type Known = (Key, Option<Arc<Comparison>>);

/// The last comparisons. They hold which rows and columns changed, and nothing of what stands in them.
#[derive(Default)]
pub(crate) struct Comparisons {
    known: Mutex<VecDeque<Known>>,
    /// Held by whoever makes one: a comparison takes tens of megabytes while it is made, so one is made at a time.
    turn: Mutex<()>,
}

impl Comparisons {
    /// The comparison of two tables; none where the earlier file has no table there.
    pub(crate) fn of(
        &self,
        key: Key,
        earlier: &Rendition,
        later: &Rendition,
    ) -> Result<Option<Arc<Comparison>>, RenditionError> {
        if let Some(known) = self.kept(key) {
            return Ok(known);
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = self.kept(key) {
            return Ok(known);
        }
        let made = Comparison::of(earlier, later, key.2)?.map(Arc::new);
        let mut known = self.known();
        known.truncate(MOST - 1);
        known.push_front((key, made.clone()));
        Ok(made)
    }

    fn kept(&self, key: Key) -> Option<Option<Arc<Comparison>>> {
        self.known().iter().find(|(other, _)| *other == key).map(|(_, known)| known.clone())
    }

    fn known(&self) -> std::sync::MutexGuard<'_, VecDeque<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
