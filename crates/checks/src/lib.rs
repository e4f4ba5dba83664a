//! Reads strangers' files into evidence and lets the rules of statistical disclosure control judge it.
