//! The versions of the database, each a file of SQL that is never changed once it was released.

use sea_orm_migration::async_trait;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};

/// Brings a database to the version of this program.
pub(crate) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(Version { name: "0001_desk", sqlite: include_str!("0001_desk.sqlite.sql") }),
            Box::new(Version { name: "0002_projects", sqlite: include_str!("0002_projects.sqlite.sql") }),
            Box::new(Version { name: "0003_web", sqlite: include_str!("0003_web.sqlite.sql") }),
            Box::new(Version { name: "0005_asking", sqlite: include_str!("0005_asking.sqlite.sql") }),
            Box::new(Version {
                name: "0006_ledger_search",
                sqlite: include_str!("0006_ledger_search.sqlite.sql"),
            }),
            Box::new(Version { name: "0007_insights", sqlite: include_str!("0007_insights.sqlite.sql") }),
            Box::new(Version { name: "0009_tokens", sqlite: include_str!("0009_tokens.sqlite.sql") }),
            Box::new(Version { name: "0010_by_people", sqlite: include_str!("0010_by_people.sqlite.sql") }),
            Box::new(Version { name: "0011_messages", sqlite: include_str!("0011_messages.sqlite.sql") }),
        ]
    }
}

/// One step; another database is another text beside `sqlite`.
struct Version {
    name: &'static str,
    sqlite: &'static str,
}

impl MigrationName for Version {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Version {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(self.sqlite).await.map(|_| ())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "a ledger is not taken back: restore the copy made before the update".to_owned(),
        ))
    }
}
