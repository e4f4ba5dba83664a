//! The tables, as the migrations leave them.
#![allow(unreachable_pub, reason = "the derive makes public items of a private module")]

pub mod request {
    //! A request: what lists need of it, and its document.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "requests")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub revision: i64,
        pub state: String,
        pub requester: String,
        pub requester_key: String,
        pub project: Option<String>,
        pub purpose: String,
        pub created_at: i64,
        pub updated_at: i64,
        pub round: i64,
        pub files: i64,
        pub verdict: Option<String>,
        pub document: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}

    /// The row without its document.
    #[derive(Debug, DerivePartialModel)]
    #[sea_orm(entity = "Entity")]
    pub struct Listed {
        pub id: i64,
        pub state: String,
        pub requester: String,
        pub project: Option<String>,
        pub purpose: String,
        pub created_at: i64,
        pub updated_at: i64,
        pub round: i64,
        pub files: i64,
        pub verdict: Option<String>,
    }
}

pub mod held_seal {
    //! A seal that a request in a state that is not final holds.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "held_seals")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub sha256: Vec<u8>,
        #[sea_orm(primary_key, auto_increment = false)]
        pub request_id: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod job {
    //! A job that waits or is being done.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "jobs")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub task: String,
        pub request_id: i64,
        pub created_at: i64,
        pub due_at: i64,
        pub leased: bool,
        pub attempts: i64,
        pub cause: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod demotion {
    //! A demotion in force.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "demotions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_key: String,
        pub account: String,
        pub since: i64,
        pub why: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod counter {
    //! A number that only grows.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "counters")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub value: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod ledger {
    //! An entry of the ledger.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledger")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        pub request_id: Option<i64>,
        pub entry: String,
        pub hash: Vec<u8>,
        pub sig: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod account {
    //! What a person signs in with.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "accounts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_key: String,
        pub account: String,
        pub revision: i64,
        pub password: Option<String>,
        pub totp: Option<Vec<u8>>,
        pub totp_used: i64,
        pub invitation: Option<Vec<u8>>,
        pub invited_until: Option<i64>,
        pub shut: bool,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod session {
    //! A session that is open.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Vec<u8>,
        pub account_key: Option<String>,
        pub data: String,
        pub ends_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod token {
    //! A token, under a digest of its secret.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "tokens")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub digest: Vec<u8>,
        pub account_key: String,
        pub account: String,
        pub name: String,
        pub reach: String,
        pub roles: String,
        pub created_at: i64,
        pub until: i64,
        pub used_at: Option<i64>,
        pub revoked_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
