//! The protected ZIP (written, reopened, verified) and the KeePass vault its password comes from.
