//! How much work and memory a drawing would take, reckoned before it is drawn: a few lines of SVG can ask for years.

use resvg::usvg::{Group, Node, Paint, Pattern, Rect, Tree};

use crate::policy::Limits;

/// Pixels that may be touched: some ten seconds. A plot of a million marks of 10 × 10 pixels touches 100 million.
const MOST_TOUCHED: f64 = 4e9;
/// Pixels that layers upon layers may hold at one time, times four bytes: 1 GiB.
const MOST_HELD: f64 = 2.7e8;
/// What one mark costs at the least, in pixels touched.
const LEAST: f64 = 64.0;
/// What a filter, a mask or a clip costs, in passes over its layer.
const PASSES: f64 = 16.0;

struct Budget {
    scale: f64,
    /// The canvas, and the largest layer: the renderer cuts layers at four times the canvas.
    canvas: f64,
    touched: f64,
    held: f64,
    /// Patterns and masks within patterns and masks.
    depth: usize,
}

/// Says what there is too much of.
pub(super) fn check(tree: &Tree, scale: f32, limits: &Limits) -> Result<(), String> {
    let scale = f64::from(scale);
    let canvas = f64::from(tree.size().width()) * f64::from(tree.size().height()) * scale * scale;
    #[allow(clippy::cast_precision_loss, reason = "a limit, not a count")]
    let limit = limits.pixels as f64;
    if canvas > limit {
        return Err(format!("it would be drawn with {canvas:.0} pixels, more than the limit of {limit:.0}"));
    }
    let mut budget = Budget { scale, canvas, touched: 0.0, held: canvas, depth: 0 };
    budget.group(tree.root())
}

impl Budget {
    fn touch(&mut self, pixels: f64) -> Result<(), String> {
        self.touched += pixels + LEAST;
        if self.touched > MOST_TOUCHED {
            Err("its marks cover the page too many times".to_owned())
        } else {
            Ok(())
        }
    }

    fn area(&self, bounds: Rect, most: f64) -> f64 {
        let area = f64::from(bounds.width()) * f64::from(bounds.height()) * self.scale * self.scale;
        if area.is_finite() { area.min(most) } else { most }
    }

    /// What a layer holds while it is drawn, and what drawing its content and laying it down takes.
    fn layer(
        &mut self,
        pixels: f64,
        content: impl FnOnce(&mut Self) -> Result<(), String>,
    ) -> Result<(), String> {
        self.held += pixels;
        self.depth += 1;
        if self.held > MOST_HELD || self.depth > 64 {
            return Err("it lays too many layers on each other".to_owned());
        }
        self.touch(2.0 * pixels)?;
        content(self)?;
        self.depth -= 1;
        self.held -= pixels;
        Ok(())
    }

    fn group(&mut self, group: &Group) -> Result<(), String> {
        if !group.should_isolate() {
            return group.children().iter().try_for_each(|node| self.node(node));
        }
        let pixels = self.area(group.abs_layer_bounding_box().to_rect(), 4.0 * self.canvas);
        let filters: usize = group.filters().iter().map(|filter| filter.primitives().len()).sum();
        #[allow(clippy::cast_precision_loss, reason = "a few filters")]
        self.touch(PASSES * pixels * filters as f64)?;
        self.layer(pixels, |budget| {
            group.children().iter().try_for_each(|node| budget.node(node))?;
            let (mut clip, mut mask) = (group.clip_path(), group.mask());
            while let Some(path) = clip {
                budget.layer(pixels, |budget| budget.group(path.root()))?;
                clip = path.clip_path();
            }
            while let Some(over) = mask {
                budget.layer(pixels, |budget| budget.group(over.root()))?;
                mask = over.mask();
            }
            Ok(())
        })
    }

    fn node(&mut self, node: &Node) -> Result<(), String> {
        match node {
            Node::Group(group) => self.group(group),
            Node::Text(text) => self.group(text.flattened()),
            Node::Image(image) => self.touch(4.0 * self.area(image.abs_bounding_box(), self.canvas)),
            Node::Path(path) => {
                let pixels = self.area(path.abs_stroke_bounding_box(), self.canvas);
                #[allow(clippy::cast_precision_loss, reason = "a reckoning")]
                let points = path.data().len() as f64;
                self.touch(pixels + points * 16.0)?;
                let paints = [
                    path.fill().map(resvg::usvg::Fill::paint),
                    path.stroke().map(resvg::usvg::Stroke::paint),
                ];
                paints.into_iter().flatten().try_for_each(|paint| match paint {
                    Paint::Pattern(pattern) => self.pattern(pattern, path.abs_transform().get_scale()),
                    Paint::Color(_) | Paint::LinearGradient(_) | Paint::RadialGradient(_) => Ok(()),
                })
            }
        }
    }

    /// A pattern is drawn once for each path that it fills, in pixels of its own size.
    fn pattern(&mut self, pattern: &Pattern, (wide, high): (f32, f32)) -> Result<(), String> {
        let (own_wide, own_high) = pattern.transform().get_scale();
        let stretch = f64::from(wide * own_wide).abs() * f64::from(high * own_high).abs();
        let pixels = self.area(pattern.rect().to_rect(), f64::INFINITY) * stretch;
        if !pixels.is_finite() || pixels > MOST_HELD {
            return Err("it fills with a pattern larger than the page".to_owned());
        }
        self.layer(pixels, |budget| budget.group(pattern.root()))
    }
}
