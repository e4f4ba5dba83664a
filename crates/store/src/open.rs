//! Making and opening the database file: its rights, its settings and its version.
#![allow(clippy::disallowed_methods, reason = "this is the adapter that owns the database file")]

use std::fs::{DirBuilder, OpenOptions, Permissions, set_permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use exeat_desk::ports::Failure;
use exeat_domain::ledger::{Event, Fact};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use sea_orm_migration::{MigrationStatus, MigratorTrait};

use crate::SqliteStore;
use crate::failure::{failed, failure};
use crate::ledger::{self, SigningKey};
use crate::migration::Migrator;
use crate::{insights, queue};

/// How long to wait for another program that writes.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many may read at once.
const READERS: u32 = 4;

impl SqliteStore {
    /// Makes a store in a new file, readable by its owner alone, and opens the ledger with `opened`, which says
    /// [`Fact::DeskOpened`]. Goes on where an earlier try was cut short.
    ///
    /// # Errors
    /// `store-exists` where the file already holds a store, which is then left as it is; `store-unmade` where file or
    /// folder cannot be made; otherwise what the database says.
    pub async fn create(path: &Path, signing: SigningKey, opened: Event) -> Result<Self, Failure> {
        if !matches!(opened.fact, Fact::DeskOpened { .. }) {
            return Err(failure(
                "store-unmade",
                "A ledger begins with the opening of its desk. This is a fault of the program: report it.",
                "the first event is no DeskOpened",
            ));
        }
        make_file(path).map_err(|error| {
            failure(
                "store-unmade",
                format!(
                    "The database file {} cannot be made. Check that its folder may be written by the account the \
                     desk runs as.",
                    path.display()
                ),
                error,
            )
        })?;
        let store = Self::connect(path, signing).await?;
        let txn = store.write().await?;
        if !matches!(version(&txn).await?, Version::None) {
            return Err(failure(
                "store-exists",
                format!(
                    "The database file {} already holds a store. Open it, or choose another file.",
                    path.display()
                ),
                "its tables are there",
            ));
        }
        Migrator::up(&txn, None).await.map_err(failed)?;
        ledger::append(&txn, &store.signing, &[opened]).await?;
        txn.commit().await.map_err(failed)?;
        Ok(store)
    }

    /// Opens a store, brings it to the version of this program, and holds the last ledger entry against the key.
    ///
    /// # Errors
    /// `store-missing`, `store-unopened`, `store-newer-version`, `ledger-key`, `ledger-broken`; otherwise what the
    /// database says. The store is then left as it is.
    pub async fn open(path: &Path, signing: SigningKey) -> Result<Self, Failure> {
        set_permissions(path, Permissions::from_mode(0o600)).map_err(|error| missing(path, &error))?;
        let store = Self::connect(path, signing).await?;
        let txn = store.write().await?;
        match version(&txn).await? {
            Version::None => return Err(unopened(path)),
            Version::Older => {
                Migrator::up(&txn, None).await.map_err(failed)?;
                queue::fill(&txn).await?;
                insights::fill(&txn).await?;
            }
            Version::Same => {}
        }
        ledger::check_end(&txn, &store.signing.public()).await?;
        txn.commit().await.map_err(failed)?;
        Ok(store)
    }

    /// Closes the file; what was committed is safe with or without it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn close(self) -> Result<(), Failure> {
        self.reader.close().await.map_err(failed)?;
        self.writer.close().await.map_err(failed)
    }

    async fn connect(path: &Path, signing: SigningKey) -> Result<Self, Failure> {
        let writer = pool(path, 1, false).await.map_err(failed)?;
        let reader = pool(path, READERS, true).await.map_err(failed)?;
        Ok(Self { reader, writer, signing })
    }

    /// Begins a transaction that writes. It takes the lock at once: one that began by reading could not get it later
    /// if another wrote in between.
    pub(crate) async fn write(&self) -> Result<DatabaseTransaction, Failure> {
        let mode = Some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() };
        self.writer.begin_with_options(options).await.map_err(failed)
    }
}

fn make_file(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    set_permissions(path, Permissions::from_mode(0o600))
}

fn missing(path: &Path, error: &io::Error) -> Failure {
    failure(
        "store-missing",
        format!(
            "There is no database file {} that the desk may use. Check the path in the configuration and whom the \
             file belongs to; for a new desk, run `exeat init`.",
            path.display()
        ),
        error,
    )
}

pub(crate) fn unopened(path: &Path) -> Failure {
    failure(
        "store-unopened",
        format!(
            "The database file {} holds no store. Check the path in the configuration; for a new desk, run \
             `exeat init`.",
            path.display()
        ),
        "no migration was applied",
    )
}

/// One connection writes, so that writers of this program queue up in order instead of racing for the lock.
pub(crate) async fn pool(
    path: &Path,
    connections: u32,
    read_only: bool,
) -> Result<DatabaseConnection, DbErr> {
    let file = path.to_owned();
    let mut options = ConnectOptions::new("sqlite://exeat");
    options
        .max_connections(connections)
        .acquire_timeout(3 * PATIENCE)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |options| settings(options.filename(&file), read_only));
    Database::connect(options).await
}

/// A committed change survives a power cut (`synchronous = FULL`), and readers do not wait for the writer (WAL).
fn settings(options: SqliteConnectOptions, read_only: bool) -> SqliteConnectOptions {
    let options = options
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE);
    if read_only { options.pragma("query_only", "ON") } else { options }
}

/// How a database's version compares with this program's.
pub(crate) enum Version {
    None,
    Older,
    Same,
}

pub(crate) async fn version(txn: &DatabaseTransaction) -> Result<Version, Failure> {
    let steps = match Migrator::get_migration_with_status_read_only(txn).await {
        Ok(steps) => steps,
        Err(DbErr::Custom(unknown)) => {
            return Err(failure(
                "store-newer-version",
                "A newer version of Exeat has written this store. Use that version, or restore the copy made before \
                 the update.",
                unknown,
            ));
        }
        Err(error) => return Err(failed(error)),
    };
    let applied = steps.iter().filter(|step| step.status() == MigrationStatus::Applied).count();
    Ok(match applied {
        0 => Version::None,
        applied if applied < steps.len() => Version::Older,
        _ => Version::Same,
    })
}
