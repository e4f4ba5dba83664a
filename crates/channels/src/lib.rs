//! Mail: the messages in three languages, and the couriers that carry them.
